"""Counts for the day sheet: photo attempts and re-issue requests; no names, no pictures."""

import json
from collections import Counter
from collections.abc import Sequence

from kiosk.store.database import Row, Store


class Statistics:
    """The photo_statistics and reissue_requests tables of a window's file."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def photo_attempt(
        self, uid: str, at: str, verdict: str, reasons: Sequence[str], seconds: float, accepted: bool = False
    ) -> int:
        """Note one photo attempt at once: verdict, reason keys, seconds since the photo step began; gives its line."""
        with self._store.write() as database:
            line = database.conn.execute(
                "insert into photo_statistics (uid, at, verdict, reasons, attempt, seconds, accepted) values"
                " (?, ?, ?, ?, (select count(*) + 1 from photo_statistics where uid = ?), ?, ?)",
                (uid, at, verdict, json.dumps(list(reasons)), uid, seconds, int(accepted)),
            )
            return int(line.lastrowid or 0)

    def photo_accepted(self, line: int) -> None:
        """Note that the photo of this attempt was accepted."""
        with self._store.write() as database:
            database.conn.execute("update photo_statistics set accepted = 1 where id = ?", (line,))

    def photo_attempts(self) -> list[Row]:
        """Every attempt in order; ``reasons`` is a list."""
        rows = self._store.rows("select * from photo_statistics order by id")
        return [{**row, "reasons": json.loads(row["reasons"]), "accepted": bool(row["accepted"])} for row in rows]

    def reissue_requested(self, kind: str, at: str, detail: str = "") -> None:
        """Note that a person needs a new form or goes elsewhere."""
        with self._store.write() as database:
            values = (at, kind, detail)
            database.conn.execute("insert into reissue_requests (at, kind, detail) values (?, ?, ?)", values)

    def reissues(self) -> dict[str, int]:
        """Kind → how many."""
        return dict(Counter(row["kind"] for row in self._store.rows("select kind from reissue_requests")))
