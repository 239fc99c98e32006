"""The custody ledger: what was taken from a person and where it is until the office has it."""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.custody import OpenItem
from kiosk.domain.errors import TappedFirst
from kiosk.domain.states import GOING
from kiosk.store.database import Store

_NEXT = {
    "in_envelope": ("taken", "in_envelope"),
    "handed_over": ("in_envelope",),
    "given_back": ("taken", "in_envelope"),
}
_AT_OFFICE = ("handed_over",)


@dataclass(frozen=True, slots=True)
class CustodyItem:
    """One kind of thing taken from one person; ``state`` is taken, in_envelope, handed_over or given_back."""

    id: int
    uid: str
    item: str
    count: int
    envelope: str | None
    state: str
    at: str
    by: str


class Custody:
    """The custody table of a window's file."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, uid: str, item: str, count: int, by: str, at: str) -> CustodyItem:
        """Note that ``count`` of ``item`` were taken; gives the ledger line."""
        with self._store.write() as database:
            cursor = database.conn.execute(
                "insert into custody (uid, item, count, state, at, by) values (?, ?, ?, 'taken', ?, ?)",
                (uid, item, count, at, by),
            )
        return self._get(int(cursor.lastrowid or 0))

    def put_in_envelope(self, item_id: int, envelope: str, by: str, at: str) -> CustodyItem:
        """Note the envelope's number; raises TappedFirst when the thing has left already."""
        return self._move(item_id, "in_envelope", by, at, envelope)

    def hand_over(self, item_id: int, by: str, at: str) -> CustodyItem:
        """Note that the office has it; only from an envelope, else TappedFirst."""
        return self._move(item_id, "handed_over", by, at)

    def give_back(self, item_id: int, by: str, at: str) -> CustodyItem:
        """Note that the person has it back; raises TappedFirst when the office has it already."""
        return self._move(item_id, "given_back", by, at)

    def fetch_back(self, item_id: int, by: str, at: str) -> CustodyItem:
        """Note that the person has back what the office had; raises TappedFirst when the office has it not."""
        return self._move(item_id, "given_back", by, at, origins=_AT_OFFICE)

    def list(self, uid: str | None = None) -> list[CustodyItem]:
        """The ledger of one application or of all, oldest first."""
        where, values = ("where uid = ?", (uid,)) if uid else ("", ())
        rows = self._store.rows(f"select * from custody {where} order by id", values)  # noqa: S608 -- fixed words
        return [CustodyItem(**row) for row in rows]

    def is_taken_by_another(self, envelope: str, uid: str) -> bool:
        """Whether something of somebody else went into the envelope of that number."""
        row = self._store.row("select 1 from custody where envelope = ? and uid <> ? limit 1", (envelope, uid))
        return row is not None

    def open_items(self) -> Sequence[OpenItem]:
        """What is in no envelope, or is in one or with the office for an application not accepted.

        Nothing may close before this is empty.
        """
        rows = self._store.rows(
            "select uid, call_number, item, count, envelope, custody.state = 'handed_over' as at_office"  # noqa: S608 -- marks only
            " from custody join applications using (uid) where custody.state = 'taken'"
            " or (custody.state in ('in_envelope', 'handed_over') and applications.state not in"
            f" ({', '.join('?' * len(GOING))})) order by call_number, id",
            GOING,
        )
        return [OpenItem(**{**row, "at_office": bool(row["at_office"])}) for row in rows]

    def _get(self, item_id: int) -> CustodyItem:
        row = self._store.row("select * from custody where id = ?", (item_id,))
        if row is None:
            raise TappedFirst("no such ledger line")
        return CustodyItem(**row)

    def _move(
        self, item_id: int, state: str, by: str, at: str, envelope: str | None = None, origins: tuple[str, ...] = ()
    ) -> CustodyItem:
        origins = origins or _NEXT[state]
        marks = ", ".join("?" * len(origins))
        with self._store.write() as database:
            changed = database.conn.execute(
                "update custody set state = ?, envelope = coalesce(?, envelope), at = ?, by = ?"  # noqa: S608 -- marks only
                f" where id = ? and state in ({marks})",
                (state, envelope, at, by, item_id, *origins),
            )
            if changed.rowcount == 0:
                raise TappedFirst("the thing is elsewhere already")
        return self._get(item_id)
