"""Batches and their applications in PostgreSQL: looked up, loaded whole by COPY, older rows marked as superseded."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg.types.json import Json

from kiosk.batch_file import manifest as manifest_bytes
from kiosk.batch_file.reader import Checked
from kiosk.domain.batch import Manifest
from kiosk.domain.errors import BatchError
from kiosk.office.database import Connection, loading, one

_SAME_FILE, _SAME_WINDOW = 1, 2
COLUMNS = "batch_id, uid, call_number, form_id, counted_as, municipality, out_of_city, photo_sha256, content"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the database keeps of a batch taken in; ``acknowledgement`` is the file for the kiosk, byte for byte."""

    batch_id: str
    received_at: datetime
    acknowledgement: bytes


def hold_file(connection: Connection, file_sha256: str) -> None:
    """Wait until no other intake works on this very file; held until the connection ends."""
    connection.execute("select pg_advisory_lock(%s, hashtext(%s))", (_SAME_FILE, file_sha256))


@contextmanager
def nobody_at(connection: Connection, file_sha256: str) -> Iterator[bool]:
    """Whether no intake works on this very file; if so, none begins while this lasts.

    For a connection that holds no file itself.
    """
    values = (_SAME_FILE, file_sha256)
    is_free = bool(one(connection, "select pg_try_advisory_lock(%s, hashtext(%s)) as got", values)["got"])
    try:
        yield is_free
    finally:
        if is_free:
            connection.execute("select pg_advisory_unlock(%s, hashtext(%s))", values)


def receipt_of(connection: Connection, found: Checked) -> Receipt | None:
    """The receipt of this very file, None when it is not here; raises BatchError ``replayed``.

    Replayed: another file has the batch's id, or its place in the device's window.
    """
    inside = known(found)
    rows = connection.execute(
        "select batch_id, sha256, received_at, acknowledgement from batches"
        " where sha256 = %s or batch_id = %s or (device_key = %s and window_id = %s and seq = %s)",
        (found.sha256, inside.batch_id, found.device_key, window_id(inside), inside.seq),
    ).fetchall()
    for row in rows:
        if row["sha256"] == found.sha256:
            return Receipt(row["batch_id"], row["received_at"], bytes(row["acknowledgement"]))
    if rows:
        raise BatchError("replayed")
    return None


def load(connection: Connection, found: Checked, lines: Iterable[bytes], receipt: Receipt) -> Receipt:
    """Put a whole batch in by one transaction, or give the receipt of who was first.

    Raises BatchError ``replayed``, or ``not_loadable`` for values PostgreSQL has no place for.
    """
    inside = known(found)
    with loading(), connection.transaction():
        _hold_window(connection, inside)
        connection.execute("delete from begun where sha256 = %s", (found.sha256,))
        before = receipt_of(connection, found)
        if before:
            return before
        _insert_batch(connection, found, receipt)
        copy_rows(connection, inside.batch_id, lines)
        _supersede(connection, inside)
    return receipt


def copy_rows(connection: Connection, batch_id: str, lines: Iterable[bytes]) -> None:
    """Stream rows of applications.jsonl into the table by COPY; raises BatchError ``not_loadable`` for an odd row."""
    with connection.cursor().copy(f"copy applications ({COLUMNS}) from stdin") as copy:
        for values in _rows(lines):
            copy.write_row((batch_id, *values))


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        try:
            row = json.loads(line)
            photo = row["photo"]
            yield (
                *(row[name] for name in ("uid", "call_number", "form_id", "counted_as", "municipality", "out_of_city")),
                photo["sha256"] if photo else None,
                line.decode(),
            )
        except (ValueError, KeyError, TypeError):
            raise BatchError("not_loadable") from None


def known(found: Checked) -> Manifest:
    """The manifest of a batch read with the identity; raises BatchError ``not_read_whole`` for any other."""
    if found.manifest is None:
        raise BatchError("not_read_whole")
    return found.manifest


def window_id(inside: Manifest) -> str:
    """The id of the window a batch comes from."""
    return str(inside.window.get("id", ""))


def _hold_window(connection: Connection, inside: Manifest) -> None:
    """Batches of one window go in one after the other, so that each sees what it supersedes."""
    connection.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_SAME_WINDOW, window_id(inside)))


def _insert_batch(connection: Connection, found: Checked, receipt: Receipt) -> None:
    inside = known(found)
    about = {name: value for name, value in inside.as_object().items() if name != "members"}
    connection.execute(
        "insert into batches (batch_id, sha256, manifest_sha256, device_key, municipality, window_id, seq,"
        " applications, manifest, received_at, acknowledgement)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            inside.batch_id,
            found.sha256,
            sha256(manifest_bytes.to_bytes(inside)).hexdigest(),
            found.device_key,
            str(inside.window.get("municipality", "")),
            window_id(inside),
            inside.seq,
            inside.counts["applications"],
            Json(about),
            receipt.received_at,
            receipt.acknowledgement,
        ),
    )


def _supersede(connection: Connection, inside: Manifest) -> None:
    """Note what this batch corrects, then mark the rows concerned, whichever of the batches came first.

    A row that lies in a batch of a greater sequence too is replaced by it, whether that batch says so or not.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into supersessions (by_batch, earlier_batch, earlier_seq, uid, kind) values (%s, %s, %s, %s, %s)",
            [
                (inside.batch_id, each["batch_id"], each["seq"], uid, kind)
                for each in inside.supersedes
                for kind in ("replaced", "withdrawn")
                for uid in each[kind]
            ],
        )
    connection.execute(_MARK, {"batch": inside.batch_id})


_MARK = """
with said as (
    select earlier.batch_id, s.uid, s.by_batch, s.kind, later.seq
    from supersessions s
    join batches later on later.batch_id = s.by_batch
    join batches earlier
      on earlier.window_id = later.window_id and earlier.municipality = later.municipality
     and earlier.seq = s.earlier_seq and earlier.seq < later.seq
     and (earlier.batch_id = s.earlier_batch or (s.earlier_batch = '' and earlier.device_key = later.device_key))
    where %(batch)s in (later.batch_id, earlier.batch_id)
), again as (
    select earlier.batch_id, a.uid, later.batch_id as by_batch, 'replaced' as kind, later.seq
    from batches later
    join batches earlier
      on earlier.window_id = later.window_id and earlier.municipality = later.municipality
     and earlier.seq < later.seq
    join applications a on a.batch_id = later.batch_id
    where %(batch)s in (later.batch_id, earlier.batch_id)
), last as (
    select distinct on (batch_id, uid) batch_id, uid, by_batch, kind
    from (select * from said union all select * from again) found
    order by batch_id, uid, seq desc
)
update applications
set superseded_by = last.by_batch, superseded_as = last.kind, version = version + 1
from last
where applications.batch_id = last.batch_id and applications.uid = last.uid
  and (applications.superseded_by is null or
       (select seq from batches where batch_id = applications.superseded_by)
       < (select seq from batches where batch_id = last.by_batch))
"""
