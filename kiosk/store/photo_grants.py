"""What must outlive a restart between granting and accepting a photo: exceptions of staff, and that two persons
were seen. Nothing here describes a face."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kiosk.store.database import Row, Store


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """Exceptions that a member of staff granted to one application; ``used_at`` is set once a photo was kept by it."""

    exceptions: tuple[str, ...]
    reason: str = field(repr=False)
    granted_by: str
    granted_at: str
    used_at: str | None = None


class PhotoGrants:
    """The photo_grants and photo_two_persons tables of a window's file."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, uid: str, exceptions: Iterable[str], reason: str, by: str, at: str) -> None:
        """Grant exceptions, in place of what was granted before."""
        values = (uid, ",".join(sorted(exceptions)), reason, by, at)
        with self._store.write() as database:
            database.conn.execute("insert or replace into photo_grants values (?, ?, ?, ?, ?, null)", values)

    def get(self, uid: str) -> StoredGrant | None:
        """What was granted last, used or not."""
        row = self._store.row("select * from photo_grants where uid = ?", (uid,))
        return _grant(row) if row else None

    def use(self, uid: str, at: str) -> StoredGrant | None:
        """Note that a photo was kept under the open grant, which thereby is used up; None when there is none."""
        with self._store.write() as database:
            grant = self.get(uid)
            if grant is None or grant.used_at is not None:
                return None
            database.conn.execute("update photo_grants set used_at = ? where uid = ?", (at, uid))
        return grant

    def remove(self, uid: str) -> None:
        """Take back what was granted."""
        with self._store.write() as database:
            database.conn.execute("delete from photo_grants where uid = ?", (uid,))

    def two_persons_seen(self, uid: str, at: str) -> None:
        """Remember that the shots of an application showed two persons; the first time counts."""
        with self._store.write() as database:
            database.conn.execute("insert or ignore into photo_two_persons values (?, ?)", (uid, at))

    def has_two_persons(self, uid: str) -> bool:
        """Whether the shots of an application ever showed two persons."""
        return self._store.row("select 1 from photo_two_persons where uid = ?", (uid,)) is not None


def _grant(row: Row) -> StoredGrant:
    names = tuple(filter(None, row["exceptions"].split(",")))
    return StoredGrant(names, row["reason"], row["granted_by"], row["granted_at"], row["used_at"])
