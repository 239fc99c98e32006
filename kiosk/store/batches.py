"""Sealed batches and the tombstones of what was erased, in kiosk.db."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from kiosk.domain.errors import NotFound
from kiosk.store.database import Store


@dataclass(frozen=True, slots=True)
class Batch:
    """One sealed file of a window; ``sha256`` is of the file as it lies on disk."""

    window_id: str
    seq: int
    file_name: str
    sha256: str
    applications: int
    sealed_at: str
    by: str
    second: str | None
    acknowledged_at: str | None = None
    batch_id: str = ""
    manifest_sha256: str = ""
    supersedes: str = "[]"
    """JSON, as in the manifest."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What remains of an erased application: no personal data."""

    uid: str
    window_id: str
    call_number: str
    started_at: str
    ended_state: str
    erased_at: str
    hash: str


class Batches:
    """The batches table of kiosk.db."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def next_seq(self, window_id: str) -> int:
        """The number the next batch of a window gets, from 1."""
        row = self._store.row("select max(seq) as last from batches where window_id = ?", (window_id,))
        return int((row or {}).get("last") or 0) + 1

    def add(self, batch: Batch) -> None:
        """Note a sealed batch."""
        with self._store.write() as database:
            database.conn.execute("insert into batches values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(batch))

    def list(self, window_id: str | None = None) -> list[Batch]:
        """The batches of one window or of all, in order."""
        rows = self._store.rows(
            "select * from batches where ? is null or window_id = ? order by window_id, seq", (window_id, window_id)
        )
        return [Batch(**row) for row in rows]

    def acknowledge(self, window_id: str, seq: int, at: str) -> None:
        """Note the office's acknowledgement; raises NotFound."""
        with self._store.write() as database:
            changed = database.conn.execute(
                "update batches set acknowledged_at = coalesce(acknowledged_at, ?) where window_id = ? and seq = ?",
                (at, window_id, seq),
            )
            if changed.rowcount == 0:
                raise NotFound("no such batch")


class Tombstones:
    """The tombstones table of kiosk.db."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, stones: Iterable[Tombstone]) -> None:
        """Set tombstones; setting one again changes nothing."""
        with self._store.write() as database:
            database.conn.executemany(
                "insert or ignore into tombstones values (?, ?, ?, ?, ?, ?, ?)", [astuple(stone) for stone in stones]
            )

    def list(self, window_id: str) -> list[Tombstone]:
        """The tombstones of one window."""
        rows = self._store.rows("select * from tombstones where window_id = ? order by uid", (window_id,))
        return [Tombstone(**row) for row in rows]
