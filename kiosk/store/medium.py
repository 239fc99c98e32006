"""What every destination of a batch can do, and which part does it: a USB medium, an SFTP server, an S3 store."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kiosk.domain.destination import Destination, S3Destination, SftpDestination
from kiosk.store import carrier_keys
from kiosk.store.kiosk_file import KioskStore

Told = Callable[[int], None]
"""Told the number of bytes that are over there so far."""


class Medium(Protocol):
    """One destination, used for one try: an OSError means try again, a BatchError or StorageFull is final.

    BatchError ``medium_missing`` alone is waited for as well.
    """

    def put(self, source: Path, sha256: str, told: Told) -> bool:
        """Lay the file there under its name and read it back; False when the very same was there before.

        Raises BatchError ``file_exists`` (another file of that name, never written over) or ``medium_differs``.
        """

    def answer(self, name: str, most: int) -> bytes | None:
        """The file of that name among the office's answers, at most ``most`` bytes of it; None while there is none."""


def open_medium(to: Destination, kiosk_store: KioskStore, root: Path = Path("/")) -> Medium:
    """The part for one destination; nothing is looked for or connected yet. ``root`` as in usb_medium."""
    if isinstance(to, SftpDestination):
        from kiosk.store.sftp_medium import SftpMedium

        return SftpMedium(to, carrier_keys.ssh_key_text(kiosk_store))
    if isinstance(to, S3Destination):
        from kiosk.store.s3_medium import S3Medium

        return S3Medium(to, carrier_keys.s3_credentials(kiosk_store, to.name, to.credentials))
    from kiosk.store.usb_medium import UsbMedium

    return UsbMedium(to, root)
