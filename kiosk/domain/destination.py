"""Where a batch may be handed over: destinations of destinations.toml, each by its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.domain.errors import BatchError

LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class UsbDestination:
    """A registered USB medium: its serials as the device tells them, the folder on it, what it is for."""

    name: str
    serials: tuple[str, ...]
    folder: str
    purpose: str


def usb_destination(rules: Mapping[str, Any], name: str) -> UsbDestination:
    """The destination of that name; raises BatchError ``no_such_destination`` or ``bad_destination``."""
    found = rules.get("usb", {}).get(name)
    if found is None:
        raise BatchError("no_such_destination")
    serials, folder = found.get("serials", []), found.get("folder", "")
    if not serials or not all(isinstance(each, str) and each.strip() for each in serials):
        raise BatchError("bad_destination")
    if not isinstance(folder, str) or folder.startswith("/") or ".." in folder.split("/"):
        raise BatchError("bad_destination")
    return UsbDestination(name, tuple(serials), folder, str(found.get("purpose", "office")))


def waits(tries: int) -> list[float]:
    """Seconds to wait after each failed try: 1, 2, 4 … up to a minute; one less than the tries."""
    return [min(2.0**number, LONGEST_WAIT) for number in range(tries - 1)]
