"""The My Number guard: finds what may be a 12-digit Individual Number so that it is refused before it is kept.

Check digit: ordinance no. 85 of 2014 of the Ministry of Internal Affairs and Communications, article 5.
"""

import re
import unicodedata
from collections.abc import Iterator

from kiosk.domain.errors import MyNumberRefused
from kiosk.domain.separators import is_separator

LENGTH = 12
_MARKS_BETWEEN = frozenset(".,/_・:|")
_LONGEST_GAP = 3
_DIGIT_GROUP = re.compile(r"[0-9]+")


def check_digit(first_eleven: str) -> int:
    """The twelfth digit that belongs to the ``first_eleven`` digits (ASCII)."""
    weights = (n + 1 if n <= 6 else n - 5 for n in range(1, 12))
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(first_eleven), weights, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def is_my_number(digits: str) -> bool:
    """Whether ``digits`` are exactly 12 ASCII digits whose last one is the right check digit."""
    is_twelve = len(digits) == LENGTH and digits.isascii() and digits.isdigit()
    return is_twelve and check_digit(digits[:-1]) == int(digits[-1])


def holds_my_number(text: str) -> bool:
    """Whether a free text holds 12 digits that may be a My Number: any width, with or without marks between groups."""
    return any(is_my_number(digits) for digits in _twelve_digit_runs(_to_ascii_digits(text)))


def refuse_my_number(text: str) -> None:
    """Raise MyNumberRefused, which carries no value, when ``text`` may hold a My Number; call it before any keeping."""
    if holds_my_number(text):
        raise MyNumberRefused


def _to_ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(mark)) if mark.isdigit() else mark for mark in text)


def _twelve_digit_runs(text: str) -> Iterator[str]:
    """Whole groups of digits that come to twelve when read on across short gaps."""
    for chain in _chains(text):
        for start in range(len(chain)):
            for end in range(start + 1, len(chain) + 1):
                digits = "".join(chain[start:end])
                if len(digits) >= LENGTH:
                    if len(digits) == LENGTH:
                        yield digits
                    break


def _chains(text: str) -> list[list[str]]:
    """Groups of digits, those with only separators between them in one chain."""
    chains: list[list[str]] = []
    previous_end = -1
    for group in _DIGIT_GROUP.finditer(text):
        if chains and _is_gap(text[previous_end : group.start()]):
            chains[-1].append(group.group())
        else:
            chains.append([group.group()])
        previous_end = group.end()
    return chains


def _is_gap(between: str) -> bool:
    visible = [mark for mark in between if unicodedata.category(mark) != "Cf"]
    return len(visible) <= _LONGEST_GAP and all(is_separator(m) or m in _MARKS_BETWEEN for m in visible)
