"""The batch on its way to disk: a part file, verified by reading the disk again, then its name."""

import errno
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file.manifest import public_text
from kiosk.batch_file.reader import Checked, check_file
from kiosk.batch_file.writer import Progress, Source, Written, write_batch
from kiosk.domain.batch import Manifest
from kiosk.domain.errors import BatchError, StorageFull
from kiosk.store.fsync import fsync_path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SealedFile:
    """One ``.mab`` at ``path`` and the hidden part file beside it. An existing file is never written over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.part")

    def refuse_if_there(self) -> None:
        """Raise BatchError ``file_exists`` when the name is taken."""
        if self.path.exists():
            raise BatchError("file_exists")

    def write_and_verify(
        self, manifest: Manifest, sources: Sequence[Source], recipients: Sequence[pyrage.x25519.Recipient],
        device: Ed25519PrivateKey, *, progress: Progress,
    ) -> str:  # fmt: skip
        """Write the part file, read it from the disk again and check it whole; gives the SHA-256 in hexadecimal.

        Raises StorageFull or BatchError; then nothing is left on the disk.
        """
        self._part.unlink(missing_ok=True)
        try:
            written = write_batch(self._part, manifest, sources, recipients, device, progress=progress)
            found = self._checked(written, public_text(device.public_key()))
        except OSError as error:
            self._part.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise StorageFull("no room for the batch") from None
            raise
        except BaseException:
            self._part.unlink(missing_ok=True)
            raise
        if found.manifest != manifest or found.size != written.size:
            self._part.unlink(missing_ok=True)
            raise BatchError("altered")
        return found.sha256

    def _checked(self, written: Written, device: str) -> Checked:
        """The part file, read again; ``changed_while_sealing`` when it is on disk as written, yet wrong inside."""
        try:
            return check_file(self._part, [written.check], device, from_disk=True)
        except BatchError:
            check_file(self._part, (), device)
            raise BatchError("changed_while_sealing") from None

    def is_there(self, sha256: str) -> bool:
        """Whether the file, under either name, is the one with this hash."""
        return any(_sha256(path) == sha256 for path in (self.path, self._part) if path.is_file())

    def put_in_place(self, sha256: str) -> None:
        """Give the part file its name and fsync the folder; done again it changes nothing.

        Raises BatchError ``file_exists`` when another file has the name; that one is not touched.
        """
        if self._part.is_file():
            try:
                _link_or_rename(self._part, self.path)
            except FileExistsError:
                if _sha256(self.path) != sha256:
                    raise BatchError("file_exists") from None
            self._part.unlink(missing_ok=True)
        fsync_path(self.path.parent)

    def take_back(self, sha256: str) -> None:
        """Remove the file again, but only the one with this hash: it was never entered."""
        if self.path.is_file() and _sha256(self.path) == sha256:
            self.path.unlink()
            fsync_path(self.path.parent)

    def discard(self) -> None:
        """Remove what an interrupted write left; a finished file is not touched."""
        self._part.unlink(missing_ok=True)


def _link_or_rename(part: Path, path: Path) -> None:
    """A hard link fails where the name is taken; media without links (FAT) get the look and the rename."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(path.name) from None
        part.rename(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
