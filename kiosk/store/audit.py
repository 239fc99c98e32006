"""The audit log: append-only, each entry chained to the one before by SHA-256, no personal values."""

import json
from dataclasses import dataclass
from hashlib import sha256

from kiosk.domain.errors import AuditBroken
from kiosk.store.database import Row, Store

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log; ``subject`` is an internal id, ``detail`` holds no personal value."""

    seq: int
    at: str
    event: str
    actor: str
    subject: str
    detail: str
    previous: str
    hash: str

    def expected_hash(self) -> str:
        """The hash this entry must carry: SHA-256 over its other fields as a JSON list."""
        fields = [self.seq, self.at, self.event, self.actor, self.subject, self.detail, self.previous]
        return sha256(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


class Audit:
    """The audit table of kiosk.db."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, event: str, actor: str, subject: str, detail: str = "", *, at: str) -> AuditEntry:
        """Add one entry, chained to the last."""
        with self._store.write() as database:
            last = self._last()
            seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
            entry = AuditEntry(seq, at, event, actor, subject, detail, previous, "")
            values = (seq, at, event, actor, subject, detail, previous, entry.expected_hash())
            database.conn.execute("insert into audit values (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return AuditEntry(*values)

    def verify(self) -> int:
        """The number of entries when the chain is whole; raises AuditBroken naming the first broken entry."""
        previous, seq = GENESIS, 0
        for row in self._store.stream("select * from audit order by seq"):
            entry = _entry(row)
            if (entry.seq, entry.previous, entry.hash) != (seq + 1, previous, entry.expected_hash()):
                raise AuditBroken(seq + 1)
            previous, seq = entry.hash, entry.seq
        return seq

    def head(self) -> str:
        """The hash of the last entry, 64 zeros when there is none."""
        last = self._last()
        return last.hash if last else GENESIS

    def place_of(self, head: str) -> int | None:
        """Which entry carries that hash; None when none does, so entries were cut off since that head was printed."""
        row = self._store.row("select seq from audit where hash = ?", (head,))
        return int(row["seq"]) if row else None

    def last_at(self) -> str | None:
        """When the last entry was made."""
        last = self._last()
        return last.at if last else None

    def list(self, subject: str | None = None) -> list[AuditEntry]:
        """Entries in order, of one subject or all."""
        where, values = (" where subject = ?", (subject,)) if subject else ("", ())
        return [_entry(row) for row in self._store.rows(f"select * from audit{where} order by seq", values)]  # noqa: S608 -- fixed words

    def newest(self, many: int, before: int | None = None) -> tuple[AuditEntry, ...]:
        """At most ``many`` entries, newest first; those before entry ``before`` when it is given."""
        where, values = (" where seq < ?", (before, many)) if before is not None else ("", (many,))
        rows = self._store.rows(f"select * from audit{where} order by seq desc limit ?", values)  # noqa: S608 -- fixed words
        return tuple(_entry(row) for row in rows)

    def _last(self) -> AuditEntry | None:
        row = self._store.row("select * from audit order by seq desc limit 1")
        return _entry(row) if row else None


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(**row)
