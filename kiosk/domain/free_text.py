"""What may be typed in a free field: names stay exactly as typed, no normalisation; what cannot be kept is refused."""

import unicodedata

from kiosk.domain.errors import AnswerRefused
from kiosk.domain.my_number import holds_my_number

_DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
"""Needed inside words of some scripts; an emoji sequence is caught by its pictures."""
_EMOJI_MARKS = frozenset("\ufe0f\u20e3")
_ENCLOSED_CJK = range(0x3200, 0x3400)


def check_text(item: str, raw: str, most: int) -> str:
    """``raw`` unchanged when it may be kept; raises AnswerRefused naming the ``item`` and the reason, never the value.

    ``most`` counts characters (code points).
    """
    if not raw.strip():
        raise AnswerRefused(item, "applicant.error_empty")
    if holds_my_number(raw):  # before anything that shows the text again
        raise AnswerRefused(item, "applicant.error_my_number")
    if len(raw) > most:
        raise AnswerRefused(item, "applicant.error_too_long")
    refuse_unkeepable(item, raw)
    return raw


def refuse_unkeepable(item: str, raw: str) -> None:
    """Raise AnswerRefused for what may be a My Number, direction marks, control characters or emoji."""
    if holds_my_number(raw):
        raise AnswerRefused(item, "applicant.error_my_number")
    if any(mark in _DIRECTION for mark in raw):
        raise AnswerRefused(item, "applicant.error_direction")
    if any(_is_control(mark) for mark in raw):
        raise AnswerRefused(item, "applicant.error_control")
    if any(_is_emoji(mark) for mark in raw):
        raise AnswerRefused(item, "applicant.error_emoji")


def has_private_use(text: str) -> bool:
    """Whether ``text`` holds private-use characters (外字), which staff have to look at."""
    return any(unicodedata.category(mark) == "Co" for mark in text)


def _is_control(mark: str) -> bool:
    if mark in _JOINERS:
        return False
    return unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")


def _is_emoji(mark: str) -> bool:
    if mark in _EMOJI_MARKS:
        return True
    code = ord(mark)
    is_picture = unicodedata.category(mark) == "So" and code >= 0x2190 and code not in _ENCLOSED_CJK
    return is_picture or 0x1F000 <= code <= 0x1FAFF
