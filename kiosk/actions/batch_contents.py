"""What goes into a batch: the rows in an order of their own, the members, the manifest."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from kiosk.batch_file.manifest import NARROW, REPORT, ROWS, TABLE
from kiosk.batch_file.writer import Source
from kiosk.domain.ages import is_under, rules_on
from kiosk.domain.batch import KINDS, Line, Member, in_sealed_order
from kiosk.domain.batch_row import Parts, as_line, as_row, kind, photo_name, residence
from kiosk.domain.birth_date import last_possible
from kiosk.domain.columns import Column, as_csv, cells, misfit_report, misfits, neutralise, profile_columns, to_cp932
from kiosk.domain.queue import Application
from kiosk.store.sealing import SealingRows


@dataclass(frozen=True, slots=True)
class Contents:
    """All members of a batch in archive order, with the counts the manifest carries."""

    sources: tuple[Source, ...]
    counts: Mapping[str, int]


def is_under_one(application: Application, ages: Mapping[str, Any]) -> bool:
    """Whether no photo is due, by the rule of the day of application."""
    born = application.answers.get("birth_date")
    if not born:
        return False
    day = date.fromisoformat((application.submitted_at or application.started_at)[:10])
    return is_under("no_photo", day, last_possible(born), rules_on(day, ages))


def balance_lines(
    applications: Iterable[Application], with_photo: Iterable[str], ages: Mapping[str, Any]
) -> list[Line]:
    """The applications as the balance sees them."""
    has_photo = frozenset(with_photo)
    return [
        Line(each.call_number, each.state, each.uid in has_photo, is_under_one(each, ages), each.form_id is None)
        for each in applications
    ]


def read_contents(
    rows: SealingRows, applications: Sequence[Application], host: str, columns: Mapping[str, Any], profile: str,
    ages: Mapping[str, Any],
) -> Contents:  # fmt: skip
    """Everything but the pictures is read and held; pictures are read one by one while they are written."""
    photos, checks, custody = rows.photos(), rows.identity_checks(), rows.custody()
    by_uid = {str(each.uid): each for each in applications}
    order = in_sealed_order(
        ((each.uid, residence(each.answers, host)) for each in applications), host, random.SystemRandom().shuffle
    )
    parts = [
        Parts(by_uid[uid], photos.get(uid), checks.get(uid), custody.get(uid, ()), is_under_one(by_uid[uid], ages))
        for uid in order
    ]
    tables = _tables([as_row(each, host) for each in parts], profile_columns(columns, profile), columns, profile)
    pictures = (_picture(rows, uid, photos[uid]) for uid in order if uid in photos)
    return Contents((*tables, *pictures), _counts(parts, host))


def _counts(parts: Sequence[Parts], host: str) -> dict[str, int]:
    kinds = [kind(each) for each in parts]
    outside = sum(residence(each.application.answers, host) != host for each in parts)
    return {"applications": len(parts), "out_of_city": outside, **{name: kinds.count(name) for name in KINDS}}


def _tables(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], rules: Mapping[str, Any], profile: str
) -> Iterator[Source]:
    table = [cells(row, columns) for row in rows]
    columns = [Column(neutralise(each.header), each.path) for each in columns]
    header = [column.header for column in columns]
    text = as_csv([header, *table])
    yield _whole(TABLE, text.encode("utf-8-sig"))
    yield _whole(ROWS, b"".join(map(as_line, rows)))
    if rules["profile"][profile].get("cp932"):
        lost = (each for row, line in zip(rows, table, strict=True) for each in misfits(row["uid"], columns, line))
        yield _whole(NARROW, to_cp932(text)[0].encode("cp932"))
        yield _whole(REPORT, misfit_report(lost).encode("utf-8-sig"))


def _whole(name: str, data: bytes) -> Source:
    return Source(Member(name, len(data), sha256(data).hexdigest()), lambda: (data,))


def _picture(rows: SealingRows, uid: str, photo: Mapping[str, Any]) -> Source:
    return Source(Member(photo_name(uid), photo["size"], photo["sha256"]), lambda: (rows.jpeg(uid),))
