"""Applications out of the office's database, by the column profiles a municipality keeps in columns.toml."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from kiosk.domain.columns import cells, profile_columns, to_cp932
from kiosk.domain.errors import NotFound
from kiosk.office.database import Connection


def exported(connection: Connection, batch_id: str, rules: Mapping[str, Any], profile: str) -> Iterator[bytes]:
    """The table of a batch's rows still in force, in pieces: UTF-8 with byte-order mark, or CP932 if the profile asks.

    In CP932 a character it lacks is written as 〓, as in the batch's own table. Raises NotFound for an unknown profile.
    """
    if profile not in rules["profile"]:
        raise NotFound("no such profile")
    columns = profile_columns(rules, profile)
    narrow = bool(rules["profile"][profile].get("cp932"))
    yield _piece([column.header for column in columns], narrow, first=True)
    with connection.transaction(), connection.cursor(name="export") as rows:
        rows.execute(
            "select content from applications where batch_id = %s and superseded_by is null order by uid", (batch_id,)
        )
        for row in rows:
            yield _piece(cells(row["content"], columns), narrow)


def _piece(row: list[str], narrow: bool, *, first: bool = False) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(row)
    if narrow:
        return to_cp932(text.getvalue())[0].encode("cp932")
    return text.getvalue().encode("utf-8-sig" if first else "utf-8")
