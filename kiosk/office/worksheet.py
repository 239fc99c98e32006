"""The filing worksheet in PostgreSQL: claimed by one person, moved by compare-and-set, every use written down."""

from typing import Any

from kiosk.domain.errors import NotFound, Refused, TappedFirst
from kiosk.domain.free_text import refuse_unkeepable
from kiosk.domain.worksheet import FURTHEST_FIRST, NEEDS_REASON, Filing, FilingEvent, advance
from kiosk.office.database import Connection

_LONGEST_REASON = 200


def get(connection: Connection, batch_id: str, uid: str) -> dict[str, Any]:
    """One application with its batch's window and sequence; raises NotFound.

    ``earlier_state`` is the furthest that a row of the same person in an earlier batch of the window has come.
    """
    row = connection.execute(
        "select a.*, b.seq, b.window_id, b.sha256 as batch_sha256, n.seq as superseded_by_seq,"
        " (select e.state from applications e join batches o using (batch_id)"
        " where e.uid = a.uid and o.window_id = b.window_id and o.municipality = b.municipality and o.seq < b.seq"
        " order by array_position(%s::text[], e.state) limit 1) as earlier_state"
        " from applications a join batches b using (batch_id)"
        " left join batches n on n.batch_id = a.superseded_by where a.batch_id = %s and a.uid = %s",
        (list(FURTHEST_FIRST), batch_id, uid),
    ).fetchone()
    if row is None:
        raise NotFound("no such application")
    return row


def claim(connection: Connection, batch_id: str, uid: str, staff: str) -> None:
    """Take an application nobody has; raises TappedFirst when somebody was first."""
    _changed(
        connection.execute(
            "update applications set claimed_by = %s, claimed_at = now(), version = version + 1"
            " where batch_id = %s and uid = %s and claimed_by is null",
            (staff, batch_id, uid),
        ).rowcount
    )
    note(connection, staff, "claim", batch_id, uid)


def release(connection: Connection, batch_id: str, uid: str, staff: str, *, anybodys: bool = False) -> None:
    """Give it back; a supervisor may give back anybody's. Raises TappedFirst."""
    _changed(
        connection.execute(
            "update applications set claimed_by = null, claimed_at = null, version = version + 1"
            " where batch_id = %s and uid = %s and (claimed_by = %s or (%s and claimed_by is not null))",
            (batch_id, uid, staff, anybodys),
        ).rowcount
    )
    note(connection, staff, "release", batch_id, uid)


def move(
    connection: Connection, batch_id: str, uid: str, event: FilingEvent, staff: str, version: int, reason: str = ""
) -> Filing:
    """Move it if it is this person's, stands where they saw it and was not superseded; gives where it stands now.

    Raises NotAllowedNow, TappedFirst, or Refused when a reason is missing or may hold a My Number.
    """
    refuse_unkeepable("reason", reason)
    reason = reason.strip()[:_LONGEST_REASON]
    if event in NEEDS_REASON and not reason:
        raise Refused("office.error_reason_missing")
    before = Filing(get(connection, batch_id, uid)["state"])
    after = advance(before, event)
    with connection.transaction():
        _changed(
            connection.execute(
                "update applications set state = %s, returned_reason = %s, version = version + 1,"
                " claimed_by = case when %s then claimed_by end, claimed_at = case when %s then claimed_at end"
                " where batch_id = %s and uid = %s and state = %s and version = %s and claimed_by = %s"
                " and superseded_by is null",
                (after, reason or None, _keeps(after), _keeps(after), batch_id, uid, before, version, staff),
            ).rowcount
        )
        note(connection, staff, event, batch_id, uid, reason)
    return after


def _keeps(after: Filing) -> bool:
    """Whether the one who moved it keeps it at hand."""
    return after in (Filing.FILED, Filing.TO_FILE)


def note(
    connection: Connection, staff: str, deed: str, batch_id: str | None = None, uid: str | None = None, detail: str = ""
) -> None:
    """Write down that somebody used or changed something."""
    connection.execute(
        "insert into log (staff, deed, batch_id, uid, detail) values (%s, %s, %s, %s, %s)",
        (staff, deed, batch_id, uid, detail),
    )


def history(connection: Connection, batch_id: str, uid: str) -> list[dict[str, Any]]:
    """What was done with an application, newest first."""
    return connection.execute(
        "select at, staff, deed, detail from log where batch_id = %s and uid = %s and deed <> 'show'"
        " order by id desc limit 50",
        (batch_id, uid),
    ).fetchall()


def _changed(rows: int) -> None:
    if rows == 0:
        raise TappedFirst("somebody was first")
