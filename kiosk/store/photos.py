"""Photos as BLOBs in the window's file: one per application, the accepted one only."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from kiosk.domain.errors import StorageDamaged
from kiosk.store.database import Row, Store

_SAVE = """
insert or replace into photos
    (uid, sha256, width, height, verdict, reasons, measures, exception, exception_reason, taken_at, jpeg)
values (:uid, :sha256, :width, :height, :verdict, :reasons, :measures, :exception, :exception_reason, :taken_at, :jpeg)
"""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """The photo a card application carries, and how it was judged; ``sha256`` is hex over ``jpeg``."""

    jpeg: bytes
    sha256: str
    width: int
    height: int
    verdict: str
    reasons: tuple[str, ...]
    taken_at: str
    measures: list[dict[str, Any]] = field(default_factory=list)
    exception: str | None = None
    exception_reason: str | None = None


class Photos:
    """The photos table of a window's file."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, uid: str, photo: StoredPhoto) -> None:
        """Keep the photo, in place of an earlier one; raises StorageDamaged when its hash is not its own."""
        if sha256(photo.jpeg).hexdigest() != photo.sha256:
            raise StorageDamaged("the photo differs from its hash")
        with self._store.write() as database:
            database.conn.execute(_SAVE, _values(uid, photo))

    def get(self, uid: str) -> StoredPhoto | None:
        """The photo of an application, or None; raises StorageDamaged when its bytes changed on disk."""
        row = self._store.row("select * from photos where uid = ?", (uid,))
        return _photo(row) if row else None

    def has(self, uid: str) -> bool:
        """Whether an application has a photo, without reading it."""
        return self._store.row("select 1 from photos where uid = ?", (uid,)) is not None

    def remove(self, uid: str) -> None:
        """Forget the photo of an application; the page it lay on is overwritten (secure_delete)."""
        with self._store.write() as database:
            database.conn.execute("delete from photos where uid = ?", (uid,))

    def verdicts(self) -> dict[str, str]:
        """uid → verdict of every photo, without reading the pictures."""
        return {row["uid"]: row["verdict"] for row in self._store.rows("select uid, verdict from photos")}

    def hashes(self) -> dict[str, str]:
        """uid → sha256 of every photo, without reading the pictures."""
        return {row["uid"]: row["sha256"] for row in self._store.rows("select uid, sha256 from photos")}


def _values(uid: str, photo: StoredPhoto) -> dict[str, Any]:
    reasons, measures = json.dumps(list(photo.reasons)), json.dumps(photo.measures)
    shallow = {name: getattr(photo, name) for name in StoredPhoto.__slots__}
    return {**shallow, "uid": uid, "reasons": reasons, "measures": measures}


def _photo(row: Row) -> StoredPhoto:
    if sha256(row["jpeg"]).hexdigest() != row["sha256"]:
        raise StorageDamaged("a stored photo differs from its hash")
    values = {name: value for name, value in row.items() if name != "uid"}
    reasons, measures = tuple(json.loads(row["reasons"])), json.loads(row["measures"])
    return StoredPhoto(**{**values, "reasons": reasons, "measures": measures})
