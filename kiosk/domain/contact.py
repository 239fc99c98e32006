"""The phone number for the post office: digits and the marks people put between them."""

import unicodedata

from kiosk.domain.errors import AnswerRefused
from kiosk.domain.my_number import is_my_number
from kiosk.domain.separators import is_separator

_LEAST, _MOST = 9, 15
"""Digits; ITU-T E.164 allows 15 at most, a Japanese number has at least 9."""


def check_phone(item: str, raw: str) -> str:
    """The number's digits in ASCII, with its + if it had one; raises AnswerRefused."""
    text = "".join(mark for mark in unicodedata.normalize("NFKC", raw) if not is_separator(mark) and mark not in "()")
    digits = text.removeprefix("+")
    if not digits:
        raise AnswerRefused(item, "applicant.error_empty")
    if is_my_number(digits) and not text.startswith(("0", "+")):
        raise AnswerRefused(item, "applicant.error_my_number")
    if not (digits.isascii() and digits.isdigit() and _LEAST <= len(digits) <= _MOST):
        raise AnswerRefused(item, "applicant.error_phone")
    return text


def check_digits(item: str, raw: str, least: int, most: int, *, is_sure: bool = False) -> str:
    """A number of ``least`` to ``most`` digits in ASCII, separators dropped; raises AnswerRefused.

    Of genuine numbers of 12 digits one in eleven has the check digit of a My Number: those are taken when keyed again
    by somebody who was told (``is_sure``).
    """
    digits = "".join(mark for mark in unicodedata.normalize("NFKC", raw) if not is_separator(mark))
    if not digits:
        raise AnswerRefused(item, "applicant.error_empty")
    if is_my_number(digits) and not is_sure:
        raise AnswerRefused(item, "applicant.error_digits_or_my_number")
    if not (digits.isascii() and digits.isdigit() and least <= len(digits) <= most):
        raise AnswerRefused(item, "applicant.error_digits")
    return digits
