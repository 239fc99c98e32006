"""What staff saw of a person's documents; kinds and results only, never numbers or copies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kiosk.store.database import Store


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """One identity check; ``result`` is POST, PICKUP or REJECT, ``documents`` are kinds of identity.toml."""

    result: str
    preset: str
    documents: tuple[Any, ...]
    agreements: Mapping[str, Any]
    checked_by: str
    checked_at: str
    notes: Mapping[str, Any] = field(default_factory=dict)


class IdentityChecks:
    """The identity_checks table of a window's file."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, uid: str, record: IdentityRecord) -> None:
        """Keep the check, in place of an earlier one."""
        with self._store.write() as database:
            database.conn.execute(
                "insert or replace into identity_checks (uid, result, preset, documents, agreements, notes,"
                " checked_by, checked_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
                (uid, record.result, record.preset, _json(list(record.documents)), _json(dict(record.agreements)),
                 _json(dict(record.notes)), record.checked_by, record.checked_at),
            )  # fmt: skip

    def get(self, uid: str) -> IdentityRecord | None:
        """The check of an application, or None."""
        row = self._store.row("select * from identity_checks where uid = ?", (uid,))
        if row is None:
            return None
        return IdentityRecord(
            result=row["result"],
            preset=row["preset"],
            documents=tuple(json.loads(row["documents"])),
            agreements=json.loads(row["agreements"]),
            checked_by=row["checked_by"],
            checked_at=row["checked_at"],
            notes=json.loads(row["notes"]),
        )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
