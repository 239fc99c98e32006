"""Applications out of the office's database, by the column profiles a municipality keeps in columns.toml."""

from collections.abc import Iterator, Mapping
from typing import Any

from kiosk.domain.columns import Column, Misfit, as_csv, cells, misfits, neutralise, profile_columns, to_cp932
from kiosk.domain.errors import NotFound
from kiosk.office.database import Connection


def exported(
    connection: Connection, batch_id: str, rules: Mapping[str, Any], profile: str, lost: list[Misfit]
) -> Iterator[bytes]:
    """The table of a batch's rows still in force, in pieces: UTF-8 with byte-order mark, or CP932 if the profile asks.

    In CP932 a character it lacks is written as 〓, as in the batch's own table, and added to ``lost`` on the way.
    Raises NotFound for an unknown profile.
    """
    if profile not in rules["profile"]:
        raise NotFound("no such profile")
    columns = [Column(neutralise(each.header), each.path) for each in profile_columns(rules, profile)]
    narrow = bool(rules["profile"][profile].get("cp932"))
    yield _piece([column.header for column in columns], narrow, first=True)
    with connection.transaction(), connection.cursor(name="export") as rows:
        rows.execute(
            "select uid, content from applications where batch_id = %s and superseded_by is null order by uid",
            (batch_id,),
        )
        for row in rows:
            line = cells(row["content"], columns)
            lost += misfits(row["uid"], columns, line) if narrow else ()
            yield _piece(line, narrow)


def _piece(line: list[str], narrow: bool, *, first: bool = False) -> bytes:
    text = as_csv([line])
    return to_cp932(text)[0].encode("cp932") if narrow else text.encode("utf-8-sig" if first else "utf-8")
