"""One line of applications.jsonl: whether it is a row as docs/batch-format.md has it."""

import json
import re
from collections.abc import Callable
from math import isfinite
from typing import Any

from kiosk.batch_file.manifest import is_text
from kiosk.domain.batch import KINDS
from kiosk.domain.errors import BatchError

MOST_LINE = 1024 * 1024
"""A line longer than this is refused before it is held; a row of an application takes some kilobytes."""
_LONGEST_VALUE = 1000
_UID = re.compile(r"[a-z0-9]{1,64}")
_FORM_ID = re.compile(r"[0-9]{23}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def row(line: bytes) -> dict[str, Any]:
    """The row a line holds; raises BatchError ``altered`` for anything that is no row of this format."""
    try:
        found = _DECODER.decode(line.decode())
        if b"\\u" in line:
            json.dumps(found, ensure_ascii=False).encode()  # no half of a character, which only an escape can make
    except (ValueError, RecursionError):
        raise BatchError("altered") from None
    if not isinstance(found, dict) or set(found) != set(_FIELDS):
        raise BatchError("altered")
    if not all(fits(found[name]) for name, fits in _FIELDS.items()) or not _has_its_photo(found):
        raise BatchError("altered")
    return found


def _has_its_photo(found: dict[str, Any]) -> bool:
    photo = found["photo"]
    if photo is None or found["counted_as"] != "photos":
        return photo is None and found["counted_as"] != "photos"
    return photo.get("file") == f"photos/{found['uid']}.jpg" and _matches(_SHA256)(photo.get("sha256"))


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_short(value: Any) -> bool:
    return is_text(value) and len(value) <= _LONGEST_VALUE


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: type(value) is kind


def _or_null(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or fits(value)


def _finite(number: str) -> float:
    """Raise ValueError for what JSON does not know, or what becomes so: NaN, Infinity, 1e999."""
    found = float(number)
    if not isfinite(found):
        raise ValueError
    return found


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
_FIELDS: dict[str, Callable[[Any], bool]] = {
    "uid": _matches(_UID),
    "call_number": _is_short,
    "form_id": _or_null(_matches(_FORM_ID)),
    "form_id_grouped": _or_null(_is_short),
    "counted_as": lambda value: value in KINDS,
    "municipality": _is_short,
    "out_of_city": _is(bool),
    "language": _is_short,
    "consented_on": _or_null(_is_short),
    "submitted_on": _or_null(_is_short),
    "answers": _is(dict),
    "photo": _or_null(_is(dict)),
    "identity": _or_null(_is(dict)),
    "custody": _is(list),
}
