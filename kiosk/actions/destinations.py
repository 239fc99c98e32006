"""The municipality's destinations.toml, read anew at each deed, since it may be mended while the server runs."""

from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from kiosk.domain.destination import Destination, destination, destination_names
from kiosk.domain.errors import BatchError
from kiosk.rules import load_rules


def registered(name: str, rules: Path | None) -> Destination:
    """The destination of that name; raises BatchError ``no_such_destination`` or ``bad_destination``."""
    return destination(_rules(rules), name)


def usable(rules: Path | None) -> list[Destination]:
    """Those that are set up properly, by name; none of a file that cannot be read."""
    found = []
    try:
        names = destination_names(_rules(rules))
    except BatchError:
        return []
    for name in names:
        try:
            found.append(registered(name, rules))
        except BatchError:
            continue
    return found


def _rules(folder: Path | None) -> dict[str, Any]:
    try:
        return load_rules("destinations", folder)
    except (TOMLDecodeError, UnicodeDecodeError):
        raise BatchError("bad_destination") from None
