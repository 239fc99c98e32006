"""What the office's lists show: batches with their states, applications of one batch, returned ones, quarantine."""

from typing import Any

from kiosk.domain.errors import NotFound
from kiosk.domain.worksheet import Filing
from kiosk.office.database import Connection

MOST_ROWS, MOST_BATCHES = 500, 100


def received(connection: Connection, before: str | None = None) -> list[dict[str, Any]]:
    """Batches newest first, older than ``before``, each with how many of its applications stand where.

    One more than MOST_BATCHES at most, to tell whether older ones follow. Only these are counted, so that the page
    stays quick however many there are.
    """
    return connection.execute(
        "with shown as (select * from batches where %(before)s::text is null or (received_at, batch_id) <"
        " (select received_at, batch_id from batches where batch_id = %(before)s)"
        " order by received_at desc, batch_id desc limit %(most)s)"
        " select b.batch_id, b.sha256, b.municipality, b.window_id, b.seq, b.applications, b.received_at, b.manifest,"
        " n.* from shown b, lateral (select"
        " count(*) filter (where a.superseded_by is not null) as superseded,"
        " count(*) filter (where a.superseded_by is null and a.state = 'to_file') as to_file,"
        " count(*) filter (where a.superseded_by is null and a.state = 'filed') as filed,"
        " count(*) filter (where a.superseded_by is null and a.state = 'returned') as returned,"
        " count(*) filter (where a.superseded_by is null and a.state = 'done') as done"
        " from applications a where a.batch_id = b.batch_id) n order by b.received_at desc, b.batch_id desc",
        {"before": before, "most": MOST_BATCHES + 1},
    ).fetchall()


def every(connection: Connection) -> list[dict[str, Any]]:
    """What names each batch, newest first: its id, municipality, window, sequence, count and when it was received."""
    return connection.execute(
        "select batch_id, municipality, window_id as window, seq, applications, received_at from batches"
        " order by received_at desc, batch_id desc"
    ).fetchall()


def batch(connection: Connection, batch_id: str) -> dict[str, Any]:
    """One batch; raises NotFound."""
    row = connection.execute("select * from batches where batch_id = %s", (batch_id,)).fetchone()
    if row is None:
        raise NotFound("no such batch", "office_batch")
    return row


def applications(connection: Connection, batch_id: str, after: str = "") -> list[dict[str, Any]]:
    """Applications of a batch in the order of their uid, at most MOST_ROWS of those behind ``after``."""
    return connection.execute(
        "select a.batch_id, a.uid, a.call_number, a.form_id, a.counted_as, a.municipality, a.out_of_city, a.state,"
        " a.claimed_by, a.returned_reason, a.superseded_as, n.seq as superseded_by_seq"
        " from applications a left join batches n on n.batch_id = a.superseded_by"
        " where a.batch_id = %s and a.uid > %s order by a.uid limit %s",
        (batch_id, after, MOST_ROWS),
    ).fetchall()


def call_numbers(connection: Connection, batch_id: str) -> dict[str, str]:
    """uid → call number of a batch's applications."""
    found = connection.execute("select uid, call_number from applications where batch_id = %s", (batch_id,))
    return {row["uid"]: row["call_number"] for row in found}


def next_to_file(connection: Connection, batch_id: str, after: str) -> str | None:
    """The uid of the next application nobody has begun, round the batch once."""
    row = connection.execute(
        "select uid from applications where batch_id = %s and state = %s and superseded_by is null"
        " and claimed_by is null and uid <> %s order by (uid < %s), uid limit 1",
        (batch_id, Filing.TO_FILE, after, after),
    ).fetchone()
    return str(row["uid"]) if row else None


def returned(connection: Connection, skip: int = 0) -> list[dict[str, Any]]:
    """What came back and was not corrected since, by window; those for their photo are the re-shoot list.

    At most MOST_ROWS of those behind the first ``skip``.
    """
    return connection.execute(
        "select a.batch_id, a.uid, a.call_number, a.returned_reason, b.window_id, b.seq, b.manifest, a.municipality"
        " from applications a join batches b using (batch_id)"
        " where a.state = %s and a.superseded_by is null order by b.window_id, a.call_number, b.batch_id, a.uid"
        " limit %s offset %s",
        (Filing.RETURNED, MOST_ROWS, skip),
    ).fetchall()


def refused(connection: Connection, skip: int = 0) -> list[dict[str, Any]]:
    """Refused files, the latest first; at most MOST_ROWS of those behind the first ``skip``."""
    return connection.execute(
        "select * from quarantine order by last_at desc, sha256, reason limit %s offset %s", (MOST_ROWS, skip)
    ).fetchall()


def queued(connection: Connection) -> dict[str, int]:
    """How many files wait, are at work or were given up (``todo``, ``doing``, ``failed``); empty without a queue."""
    known = connection.execute("select from pg_tables where schemaname = 'public' and tablename = 'procrastinate_jobs'")
    if known.rowcount == 0:
        return {}
    found = connection.execute(
        "select status::text, count(*) as many from public.procrastinate_jobs"
        " where task_name = 'take_in' and status in ('todo', 'doing', 'failed') group by status"
    )
    return {row["status"]: row["many"] for row in found}
