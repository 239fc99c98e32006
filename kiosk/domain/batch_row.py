"""One accepted application as it leaves the room: exact values, dates without times, nothing about order of arrival."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.domain.batch import row_kind
from kiosk.domain.columns import group_form_id
from kiosk.domain.queue import Application

_PHOTO_FIELDS = ("sha256", "width", "height", "verdict", "reasons", "exception", "exception_reason")


@dataclass(frozen=True, slots=True)
class Parts:
    """All that is known of one application; ``photo`` and ``identity`` as their tables have them, no picture."""

    application: Application
    photo: Mapping[str, Any] | None
    identity: Mapping[str, Any] | None
    custody: Sequence[Mapping[str, Any]]
    is_under_one: bool


def photo_name(uid: str) -> str:
    """Where an application's photo lies in the archive."""
    return f"photos/{uid}.jpg"


def residence(answers: Mapping[str, Any], host: str) -> str:
    """The municipality an applicant lives in: the host's name, the listed code, or what was typed."""
    return host if answers.get("municipality", "host") == "host" else str(answers.get("other_municipality") or "other")


def kind(parts: Parts) -> str:
    """The count of the manifest this row belongs to."""
    return row_kind(
        has_photo=parts.photo is not None,
        is_under_one=parts.is_under_one,
        is_on_paper=parts.application.form_id is None,
    )


def as_row(parts: Parts, host: str) -> dict[str, Any]:
    """The JSON row; docs/batch-format.md says each field."""
    application = parts.application
    municipality = residence(application.answers, host)
    return {
        "uid": application.uid,
        "call_number": application.call_number,
        "form_id": application.form_id,
        "form_id_grouped": group_form_id(application.form_id),
        "counted_as": kind(parts),
        "municipality": municipality,
        "out_of_city": municipality != host,
        "language": application.language,
        "consented_on": _day(application.consented_at),
        "submitted_on": _day(application.submitted_at),
        "answers": dict(application.answers),
        "photo": _photo(application.uid, parts.photo),
        "identity": _identity(parts.identity),
        "custody": [{name: item[name] for name in ("item", "count", "envelope", "state")} for item in parts.custody],
    }


def as_line(row: Mapping[str, Any]) -> bytes:
    """The row as one line of JSON: UTF-8, keys sorted, no spaces, LF at its end."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _photo(uid: str, photo: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if photo is None:
        return None
    kept = {name: photo[name] for name in _PHOTO_FIELDS}
    return {"file": photo_name(uid), **kept, "taken_on": _day(photo["taken_at"])}


def _identity(check: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if check is None:
        return None
    kept = {name: check[name] for name in ("result", "preset", "documents", "agreements", "notes", "checked_by")}
    return {**kept, "checked_on": _day(check["checked_at"])}


def _day(moment: str | None) -> str | None:
    return moment[:10] if moment else None
