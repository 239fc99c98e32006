"""What happened to one application, in words staff can read: moves first, then corrections, each with who and why."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kiosk.store.applications import Change, Move
from kiosk.texts import DEFAULT_LANGUAGE, catalogue, translator


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history; ``why`` may be empty."""

    at: str
    what: str
    by: str
    why: str


def history(
    moves: Iterable[Move], changes: Iterable[Change], municipalities: Mapping[str, str], host: str
) -> list[Line]:
    """Every move and every correction of an application."""
    t = translator(DEFAULT_LANGUAGE)
    moved = [Line(each.at, t(f"queue.event_{each.event}"), each.by, reason_words(each.reason)) for each in moves]
    names = {**municipalities, "host": host}
    return moved + [_correction(each, names) for each in changes]


def reason_words(reason: str | None) -> str:
    """A kept reason, ``key`` or ``key: words``, as it was chosen on screen with the words that were added."""
    key, _, words = (reason or "").partition(":")
    chosen = catalogue(DEFAULT_LANGUAGE).get(f"queue.reason_{key}")
    if chosen is None:
        return reason or ""
    words = words.strip()
    if key == "other" and words:
        return words
    return f"{chosen}（{words}）" if words else chosen


def _correction(change: Change, names: Mapping[str, str]) -> Line:
    t = translator(DEFAULT_LANGUAGE)
    label = t(f"applicant.label_{change.item}")
    before, after = (_value_words(change.item, value, names) for value in (change.before, change.after))
    return Line(
        change.at, f"{t('queue.event_change')} {label}: {before} → {after}", change.by, reason_words(change.reason)
    )


def _value_words(item: str, kept: str | None, names: Mapping[str, str]) -> str:
    """A kept answer as the question names it; what a person typed stays as typed."""
    value = json.loads(kept) if kept else None
    known, t = catalogue(DEFAULT_LANGUAGE), translator(DEFAULT_LANGUAGE)
    if value in (None, ""):
        return t("queue.label_not_answered")
    if value in names:
        return names[value]
    keys = (f"applicant.label_{item}_{value}", f"applicant.label_{value}" if value in ("yes", "no") else "")
    key = next((each for each in keys if each in known), None)
    return t(key, host=names["host"]) if key else str(value)
