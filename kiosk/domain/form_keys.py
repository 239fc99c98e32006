"""What a scanner that types really pressed: keyboard layouts told apart by a set-up code whose text is known."""

from collections.abc import Mapping
from enum import StrEnum

SETUP_CODE = "MADOGUCHI-scanner:https://kiosk.example/?a=1&b=23*4+5'6@7"
"""What the set-up code says: letters of both cases, digits, and the marks on which layouts differ.

No underscore and no backslash: the Japanese layout has them on keys that a US keyboard does not have.
"""


class Layout(StrEnum):
    """What the answer to a set-up code shows; each has words at ``doctor.note_scanner_<value>``."""

    AGREES = "agrees"
    US_ON_JP = "us_on_jp"
    JP_ON_US = "jp_on_us"
    CAPS_LOCK = "caps_lock"
    OTHER = "other"
    NOT_THE_CODE = "not_the_code"

    @property
    def is_mapped_back(self) -> bool:
        """Whether the form's pages read such a scanner right: they go by the keys, not by the computer's layout."""
        return self in (Layout.AGREES, Layout.US_ON_JP, Layout.JP_ON_US)


def layout_shown(typed: str, keys: Mapping[str, str]) -> Layout:
    """What was typed when the set-up code was scanned, against ``keys`` (rules/keyboard.toml)."""
    text = typed.strip()
    us_on_jp = str.maketrans(keys["us"], keys["jp"])
    jp_on_us = str.maketrans(keys["jp"], keys["us"])
    shown = {SETUP_CODE: Layout.AGREES}
    shown |= {SETUP_CODE.translate(us_on_jp): Layout.US_ON_JP, SETUP_CODE.translate(jp_on_us): Layout.JP_ON_US}
    if text in shown:
        return shown[text]
    if text.swapcase() in shown:
        return Layout.CAPS_LOCK
    is_alike = len(text) == len(SETUP_CODE) and _same_letters(text, SETUP_CODE) >= _LEAST_ALIKE
    return Layout.OTHER if is_alike else Layout.NOT_THE_CODE


_LEAST_ALIKE = 0.5
"""Share of the letters that other layouts leave where they are; AZERTY and QWERTZ move six of them at most."""


def _same_letters(text: str, wanted: str) -> float:
    pairs = [(one, other) for one, other in zip(text, wanted, strict=True) if other.isalpha()]
    return sum(one.lower() == other.lower() for one, other in pairs) / len(pairs)
