"""Venue sessions in kiosk.db, their moves and their wrapped keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.domain.errors import NotFound, TappedFirst
from kiosk.domain.states import WindowEvent, WindowState, advance_window
from kiosk.domain.window import Window, WindowId, WindowPlan
from kiosk.store.database import Pages, Row, Store


@dataclass(frozen=True, slots=True)
class WindowMove:
    """One move of a window, as it was made."""

    at: str
    event: WindowEvent
    before: WindowState
    after: WindowState
    by: str
    second: str | None
    reason: str | None


class Windows:
    """The windows table of kiosk.db."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, window_id: str, plan: WindowPlan, wrapped_key: bytes, at: str) -> Window:
        """Add a planned window together with its wrapped key."""
        with self._store.write() as database:
            database.conn.execute(
                "insert into windows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _values(window_id, plan, at)
            )
            database.conn.execute("insert into window_keys values (?, ?, ?)", (window_id, wrapped_key, Pages.LARGE))
        return self.get(window_id)

    def get(self, window_id: str) -> Window:
        """The window of that id; raises NotFound."""
        row = self._store.row("select * from windows where id = ?", (window_id,))
        if row is None:
            raise NotFound("no such window", "window")
        return _window(row)

    def list(self) -> list[Window]:
        """All windows, newest day first."""
        rows = self._store.rows("select * from windows order by held_on desc, created_at desc")
        return [_window(row) for row in rows]

    def current(self) -> Window | None:
        """The window that is open or paused now, or None."""
        row = self._store.row(
            "select * from windows where state in ('open', 'paused') order by updated_at desc limit 1"
        )
        return _window(row) if row else None

    def move(
        self, window_id: str, event: WindowEvent, by: str, second: str | None, reason: str | None, at: str
    ) -> Window:
        """Compare-and-set one move; raises NotAllowedNow, TappedFirst or NotFound."""
        before = self.get(window_id).state
        after = advance_window(before, event)
        with self._store.write() as database:
            changed = database.conn.execute(
                "update windows set state = ?, updated_at = ? where id = ? and state = ?",
                (after, at, window_id, before),
            )
            if changed.rowcount == 0:
                raise TappedFirst("the window was moved first")
            database.conn.execute(
                "insert into window_moves (window_id, at, event, before, after, by, second, reason)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                (window_id, at, event, before, after, by, second, reason),
            )
        return self.get(window_id)

    def set_options(self, window_id: str, options: dict[str, Any], at: str) -> Window:
        """Replace a window's options."""
        with self._store.write() as database:
            changed = database.conn.execute(
                "update windows set options = ?, updated_at = ? where id = ?",
                (_options(options), at, window_id),
            )
            if changed.rowcount == 0:
                raise NotFound("no such window", "window")
        return self.get(window_id)

    def replan(self, before: Window, plan: WindowPlan, at: str) -> Window:
        """Put what was agreed anew in place of ``before``; raises TappedFirst when that is no longer what it is."""
        with self._store.write() as database:
            changed = database.conn.execute(
                "update windows set company = ?, place = ?, head_count = ?, options = ?, updated_at = ?"
                " where id = ? and state = ? and company = ? and place = ? and head_count = ? and options = ?",
                (
                    plan.company, plan.place, plan.head_count, _options(plan.options), at,
                    before.id, before.state, before.company, before.place, before.head_count, _options(before.options),
                ),
            )  # fmt: skip
            if changed.rowcount == 0:
                raise TappedFirst("the window was changed first")
        return self.get(before.id)

    def history(self, window_id: str) -> Sequence[WindowMove]:
        """Every move of a window in order."""
        rows = self._store.rows(
            "select at, event, before, after, by, second, reason from window_moves where window_id = ? order by id",
            (window_id,),
        )
        return [_move(row) for row in rows]

    def wrapped_keys(self) -> dict[str, bytes]:
        """Window id → its wrapped key, of all windows not erased."""
        return {row["window_id"]: row["wrapped"] for row in self._store.rows("select * from window_keys")}

    def wrapped_key(self, window_id: str) -> bytes | None:
        """One window's wrapped key; None when it was destroyed or never made."""
        row = self._store.row("select wrapped from window_keys where window_id = ?", (window_id,))
        return bytes(row["wrapped"]) if row else None

    def pages(self, window_id: str) -> Pages:
        """How the pages of a window's file are cut; raises NotFound once its key was destroyed."""
        row = self._store.row("select pages from window_keys where window_id = ?", (window_id,))
        if row is None:
            raise NotFound("no such window", "window")
        return Pages(row["pages"])

    def replace_keys(self, wrapped: dict[str, bytes]) -> None:
        """Put new wraps in place of the old ones."""
        with self._store.write() as database:
            for window_id, blob in wrapped.items():
                database.conn.execute("update window_keys set wrapped = ? where window_id = ?", (blob, window_id))

    def destroy_key(self, window_id: str) -> None:
        """Destroy every wrap of a window's key; what it encrypted cannot be read from then on."""
        with self._store.write() as database:
            database.conn.execute("delete from window_keys where window_id = ?", (window_id,))

    def forget_reasons(self, window_id: str) -> None:
        """Empty what staff wrote at a window's moves: it may tell of a person."""
        with self._store.write() as database:
            database.conn.execute("update window_moves set reason = null where window_id = ?", (window_id,))


def _options(options: Mapping[str, Any]) -> str:
    return json.dumps(dict(options), ensure_ascii=False)


def _values(window_id: str, plan: WindowPlan, at: str) -> tuple[Any, ...]:
    return (
        window_id, WindowState.PLANNED, plan.municipality, plan.company, plan.place, plan.held_on.isoformat(),
        plan.head_count, int(plan.rehearsal), _options(plan.options), at, at,
    )  # fmt: skip


def _window(row: Row) -> Window:
    return Window(
        **{
            **row,
            "id": WindowId(row["id"]),
            "state": WindowState(row["state"]),
            "rehearsal": bool(row["rehearsal"]),
            "options": json.loads(row["options"]),
        }
    )


def _move(row: Row) -> WindowMove:
    return WindowMove(
        **{
            **row,
            "event": WindowEvent(row["event"]),
            "before": WindowState(row["before"]),
            "after": WindowState(row["after"]),
        }
    )
