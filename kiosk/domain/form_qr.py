"""The application form ID (申請書ID): 23 digits, from QR, scanner or keypad. What else was read is never kept."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType
from urllib.parse import unquote, urlsplit

from kiosk.domain.separators import without_separators

FormId = NewType("FormId", str)
"""Exactly 23 ASCII digits, kept as text; no check digit is known."""

ID_LENGTH = 23
MY_NUMBER_LENGTH = 12
GROUPS = (4, 4, 4, 4, 4, 3)
LONGEST_PAYLOAD = 4096
"""Characters; more than any QR code holds is not looked at."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_DIGIT_RUN = re.compile(r"[0-9]+")


class ReadingKind(StrEnum):
    """What was in view or typed."""

    FORM_ID = "form_id"
    MY_NUMBER_REFUSED = "my_number_refused"
    OTHER_CODE = "other_code"
    SEVERAL_FORMS = "several_forms"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FormReading:
    """What a reading came to. Holds the ID of a form and nothing else that was read, and does not show it in a log.

    ``digit_count`` says how many digits a number had that was no form ID (22 or 24, say), for the words on screen.
    """

    kind: ReadingKind
    form_id: FormId | None = field(default=None, repr=False)
    digit_count: int | None = None


NOTHING_READ = FormReading(ReadingKind.NONE)
_REFUSED = FormReading(ReadingKind.MY_NUMBER_REFUSED)
_OTHER = FormReading(ReadingKind.OTHER_CODE)


def read_payload(payload: str, hosts: Sequence[str]) -> FormReading:
    """What one code, scan or typed number says; ``hosts`` are names or ``*.domain`` patterns a form's URL may be at."""
    if len(payload) > LONGEST_PAYLOAD:
        return _OTHER
    text = unicodedata.normalize("NFKC", payload.strip())
    digits = without_separators(text)
    if not digits:
        return NOTHING_READ
    if digits.isdecimal():
        return _read_digits(digits)
    form_id = _id_in_url(text.strip(), hosts)
    return FormReading(ReadingKind.FORM_ID, form_id) if form_id else _OTHER


def read_payloads(payloads: Iterable[str], hosts: Sequence[str]) -> FormReading:
    """What all codes in view say together: the one form ID among them, or that there are several forms."""
    readings = [read_payload(payload, hosts) for payload in payloads]
    ids = {reading.form_id for reading in readings if reading.form_id}
    if len(ids) > 1:
        return FormReading(ReadingKind.SEVERAL_FORMS)
    worst_first = (ReadingKind.FORM_ID, ReadingKind.MY_NUMBER_REFUSED, ReadingKind.OTHER_CODE)
    found = (reading for kind in worst_first for reading in readings if reading.kind is kind)
    return next(found, NOTHING_READ)


def grouped(form_id: FormId) -> str:
    """The ID in groups of 4-4-4-4-4-3, as printed on the form; for the person and for staff at work only."""
    return "-".join(_groups_of(form_id))


def masked(form_id: FormId) -> str:
    """The ID with all but its last four digits hidden, grouped alike."""
    return grouped(FormId("•" * (ID_LENGTH - 4) + form_id[-4:]))


def differing_groups(first: FormId, second: FormId) -> tuple[int, ...]:
    """Which groups (from 1) differ between an ID and the same ID keyed again; empty when both agree."""
    pairs = zip(_groups_of(first), _groups_of(second), strict=True)
    return tuple(number for number, (one, other) in enumerate(pairs, start=1) if one != other)


def _read_digits(digits: str) -> FormReading:
    if len(digits) == MY_NUMBER_LENGTH:
        return _REFUSED
    if len(digits) == ID_LENGTH and digits.isascii():
        return FormReading(ReadingKind.FORM_ID, FormId(digits))
    return FormReading(ReadingKind.OTHER_CODE, digit_count=len(digits))


def _id_in_url(text: str, hosts: Sequence[str]) -> FormId | None:
    """The one run of exactly 23 digits in the path or query of a URL at an allowed host; the URL is never opened."""
    if "\\" in text or any(mark.isspace() or not mark.isprintable() for mark in text):
        return None  # parsers disagree about such URLs, so none of them is a form's
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return None
    is_plain = url.scheme in _DEFAULT_PORTS and "@" not in url.netloc and port in (None, _DEFAULT_PORTS[url.scheme])
    if not is_plain or not _is_allowed(url.hostname or "", hosts):
        return None
    runs = _DIGIT_RUN.findall(f"{unquote(url.path)}?{unquote(url.query)}")
    whole = [run for run in runs if len(run) == ID_LENGTH]
    return FormId(whole[0]) if len(whole) == 1 else None


def _is_allowed(host: str, patterns: Sequence[str]) -> bool:
    name = host.lower().removesuffix(".")
    return name.isascii() and any(_matches(name, pattern.lower()) for pattern in patterns)


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and all(name.removesuffix(pattern[1:]).split("."))
    return name == pattern


def _groups_of(form_id: FormId) -> list[str]:
    starts = [sum(GROUPS[:n]) for n in range(len(GROUPS))]
    return [form_id[start : start + size] for start, size in zip(starts, GROUPS, strict=True)]
