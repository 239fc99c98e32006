"""Applications in the window's file: answers, steps, claims and moves, each a compare-and-set."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.domain.errors import FormAlreadyUsed, NotAllowedNow, NotFound, TappedFirst
from kiosk.domain.queue import Application, ApplicationUid
from kiosk.domain.states import ApplicationEvent, ApplicationState, advance, is_abandoned, is_correctable, origins
from kiosk.store.database import Row, Store

_EDITABLE = origins(ApplicationEvent.SUBMIT)
_HOLDS_ITS_FORM = "form_id is not null and state not in ('withdrawn', 'rejected', 'abandoned')"
"""Word for word the condition of the index one_form_once, or SQLite will not use it."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of an application, as it was made."""

    at: str
    event: ApplicationEvent
    before: ApplicationState
    after: ApplicationState
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One correction by staff: what stood there before and after, by whom and why; values are JSON."""

    at: str
    by: str
    item: str
    before: str | None
    after: str | None
    reason: str | None


class Applications:
    """The applications table of a window's file and what hangs on it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self, uid: str, call_number: str, language: str, at: str, consented_at: str | None) -> Application:
        """Begin a draft; raises TappedFirst when the call number was given to somebody else meanwhile."""
        with self._store.write() as database:
            if self._one("call_number", call_number):
                raise TappedFirst("the call number is taken")
            database.conn.execute(
                "insert into applications (uid, call_number, state, language, version, started_at, consented_at,"
                " updated_at) values (?, ?, ?, ?, 1, ?, ?, ?)",
                (uid, call_number, ApplicationState.DRAFT, language, at, consented_at, at),
            )
        return self.get(uid)

    def get(self, uid: str) -> Application:
        """The application of that uid; raises NotFound."""
        row = self._one("uid", uid)
        if row is None:
            raise NotFound("no such application")
        return _application(row)

    def by_call_number(self, call_number: str) -> Application | None:
        """The application with that call number, or None."""
        row = self._one("call_number", call_number)
        return _application(row) if row else None

    def by_form_id(self, form_id: str) -> Application | None:
        """The application that holds this form, or None; withdrawn, rejected and abandoned ones let go of it."""
        row = self._store.row(f"select * from applications where form_id = ? and {_HOLDS_ITS_FORM}", (form_id,))  # noqa: S608 -- fixed words
        return _application(row) if row else None

    def list(self, states: Iterable[ApplicationState] | None = None) -> list[Application]:
        """Applications in order of arrival, in the given states or all."""
        wanted = tuple(ApplicationState) if states is None else tuple(states)
        marks = ", ".join("?" * len(wanted))
        rows = self._store.rows(
            f"select * from applications where state in ({marks}) order by started_at, rowid",  # noqa: S608 -- marks only
            wanted,
        )
        return [_application(row) for row in rows]

    def latest(self, states: Iterable[ApplicationState], many: int) -> Sequence[Application]:
        """The ``many`` applications in these states that changed last, newest first."""
        wanted = tuple(states)
        marks = ", ".join("?" * len(wanted))
        rows = self._store.rows(
            f"select * from applications where state in ({marks}) order by updated_at desc, rowid desc limit ?",  # noqa: S608 -- marks only
            (*wanted, many),
        )
        return [_application(row) for row in rows]

    def born_on(self, birth_date: str) -> Sequence[Application]:
        """Applications with this birth date, in order of arrival."""
        rows = self._store.rows(
            "select * from applications where json_extract(answers, '$.birth_date') = ? order by started_at, rowid",
            (birth_date,),
        )
        return [_application(row) for row in rows]

    def ending_with(self, digits: str) -> Sequence[Application]:
        """Applications whose form ID ends with these digits, in order of arrival."""
        rows = self._store.rows(
            "select * from applications where substr(form_id, -length(?)) = ? order by started_at, rowid",
            (digits, digits),
        )
        return [_application(row) for row in rows]

    def starts(self) -> dict[str, str]:
        """uid → when it began."""
        return {row["uid"]: row["started_at"] for row in self._store.rows("select uid, started_at from applications")}

    def counts(self) -> dict[ApplicationState, int]:
        """State → how many; every state is there."""
        found = self._store.rows("select state, count(*) as many from applications group by state")
        many = {row["state"]: row["many"] for row in found}
        return {state: many.get(state, 0) for state in ApplicationState}

    def call_numbers(self) -> frozenset[str]:
        """Every call number given so far."""
        return frozenset(row["call_number"] for row in self._store.rows("select call_number from applications"))

    def save_answers(self, uid: str, answers: Mapping[str, Any], at: str, version: int | None = None) -> Application:
        """Merge answers (None removes an item) into a draft or returned application.

        Raises NotAllowedNow in any other state, TappedFirst when ``version`` is given and is not the present one.
        """
        with self._store.write() as database:
            present = self._editable(uid)
            if version is not None and version != present.version:
                raise TappedFirst("the form on screen is out of date")
            merged = {**present.answers, **answers}
            kept = {item: value for item, value in merged.items() if value is not None}
            database.conn.execute(
                "update applications set answers = ?, version = version + 1, updated_at = ? where uid = ?",
                (_json(kept), at, uid),
            )
        return self.get(uid)

    def set_form_id(self, uid: str, form_id: str | None, at: str) -> Application:
        """Tie a form to a draft or returned application; raises FormAlreadyUsed when another one holds it."""
        with self._store.write() as database:
            self._editable(uid)
            holder = self.by_form_id(form_id) if form_id else None
            if holder and holder.uid != uid:
                raise FormAlreadyUsed(holder.uid, holder.started_at)
            database.conn.execute(
                "update applications set form_id = ?, version = version + 1, updated_at = ? where uid = ?",
                (form_id, at, uid),
            )
        return self.get(uid)

    def set_language(self, uid: str, language: str, at: str) -> Application:
        """Note the language; does not count as a change."""
        return self._set(uid, "language", language, at)

    def want_help(self, uid: str, wanted: bool, at: str) -> Application:
        """Raise or lower a person's hand."""
        return self._set(uid, "help_wanted", int(wanted), at)

    def claim(self, uid: str, staff: str, at: str) -> Application:
        """Take an application to work on; raises TappedFirst when somebody else holds it."""
        with self._store.write() as database:
            changed = database.conn.execute(
                "update applications set claimed_by = ?, claimed_at = ?"
                " where uid = ? and (claimed_by is null or claimed_by = ?)",
                (staff, at, uid, staff),
            )
            if changed.rowcount == 0:
                self.get(uid)
                raise TappedFirst("somebody else holds it")
        return self.get(uid)

    def take_over(self, uid: str, staff: str, held_by: str, at: str) -> Application:
        """Take an application from ``held_by``; raises TappedFirst when they hold it no more."""
        with self._store.write() as database:
            changed = database.conn.execute(
                "update applications set claimed_by = ?, claimed_at = ? where uid = ? and claimed_by = ?",
                (staff, at, uid, held_by),
            )
            if changed.rowcount == 0:
                raise TappedFirst("it is held by somebody else now")
        return self.get(uid)

    def release(self, uid: str, staff: str, at: str) -> Application:
        """Let go of a claim; letting go of what one does not hold changes nothing."""
        with self._store.write() as database:
            database.conn.execute(
                "update applications set claimed_by = null, claimed_at = null where uid = ? and claimed_by = ?",
                (uid, staff),
            )
        return self.get(uid)

    def move(
        self, uid: str, event: ApplicationEvent, by: str, at: str, reason: str | None = None, version: int | None = None
    ) -> Application:
        """Compare-and-set one move; raises NotAllowedNow, TappedFirst or NotFound."""
        present = self.get(uid)
        after = advance(present.state, event)
        if version is not None and version != present.version:
            raise TappedFirst("the form on screen is out of date")
        with self._store.write():
            self._advance(uid, event, present.state, after, by, at, reason)
        return self.get(uid)

    def move_all(
        self, uids: Iterable[str], event: ApplicationEvent, by: str, at: str, batch_seq: int | None = None
    ) -> int:
        """Move many in one transaction, all or none; ``batch_seq`` notes the batch they went into. Gives the count."""
        with self._store.write() as database:
            many = 0
            for uid in uids:
                before = self.get(uid).state
                self._advance(uid, event, before, advance(before, event), by, at, None)
                if batch_seq is not None:
                    database.conn.execute("update applications set batch_seq = ? where uid = ?", (batch_seq, uid))
                many += 1
        return many

    def in_batch(self, batch_seq: int) -> Sequence[Application]:
        """The applications that went into one batch."""
        rows = self._store.rows("select * from applications where batch_seq = ? order by uid", (batch_seq,))
        return [_application(row) for row in rows]

    def change(self, uid: str, item: str, after: Any, by: str, reason: str, at: str) -> Application:
        """Correct one answer as staff; what stood there before is kept. Not once accepted (NotAllowedNow)."""
        with self._store.write() as database:
            present = self.get(uid)
            if not is_correctable(present.state):
                raise NotAllowedNow(f"{present.state} does not allow a correction")
            answers = {**present.answers, item: after}
            kept = {key: value for key, value in answers.items() if value is not None}
            database.conn.execute(
                "insert into changes (uid, at, by, item, before, after, reason) values (?, ?, ?, ?, ?, ?, ?)",
                (uid, at, by, item, _json(present.answers.get(item)), _json(after), reason),
            )
            database.conn.execute(
                "update applications set answers = ?, version = version + 1, updated_at = ? where uid = ?",
                (_json(kept), at, uid),
            )
        return self.get(uid)

    def wipe(self, uid: str, at: str) -> None:
        """Empty an abandoned application of everything personal; it stays as a count."""
        with self._store.write() as database:
            if not is_abandoned(self.get(uid).state):
                raise NotAllowedNow("only an abandoned application can be wiped")
            for table in ("photos", "photo_grants", "photo_two_persons", "changes"):
                database.conn.execute(f"delete from {table} where uid = ?", (uid,))  # noqa: S608 -- our own table names
            database.conn.execute(
                "update applications set answers = '{}', form_id = null, version = version + 1, updated_at = ?"
                " where uid = ?",
                (at, uid),
            )

    def history(self, uid: str) -> Sequence[Move]:
        """Every move of an application in order."""
        rows = self._store.rows(
            "select at, event, before, after, by, reason from moves where uid = ? order by id", (uid,)
        )
        return [_move(row) for row in rows]

    def firsts(self, events: Iterable[ApplicationEvent]) -> dict[str, dict[ApplicationEvent, str]]:
        """uid → event → when it first happened, in the order things were written."""
        wanted = tuple(events)
        marks = ", ".join("?" * len(wanted))
        known = {str(event): event for event in wanted}
        found: dict[str, dict[ApplicationEvent, str]] = {}
        rows = self._store.rows(f"select uid, event, at from moves where event in ({marks}) order by id", wanted)  # noqa: S608 -- marks only
        for row in rows:
            found.setdefault(row["uid"], {}).setdefault(known[row["event"]], row["at"])
        return found

    def changes(self, uid: str) -> Sequence[Change]:
        """Every correction by staff in order."""
        rows = self._store.rows(
            "select at, by, item, before, after, reason from changes where uid = ? order by id", (uid,)
        )
        return [Change(**row) for row in rows]

    def _one(self, column: str, value: str) -> Row | None:
        return self._store.row(f"select * from applications where {column} = ?", (value,))  # noqa: S608 -- our own column names

    def _set(self, uid: str, column: str, value: Any, at: str) -> Application:
        with self._store.write() as database:
            database.conn.execute(
                f"update applications set {column} = ?, updated_at = ? where uid = ?",  # noqa: S608 -- our own column names
                (value, at, uid),
            )
        return self.get(uid)

    def _editable(self, uid: str) -> Application:
        present = self.get(uid)
        if present.state not in _EDITABLE:
            raise NotAllowedNow(f"{present.state} is not editable")
        return present

    def _advance(
        self, uid: str, event: ApplicationEvent, before: ApplicationState, after: ApplicationState,
        by: str, at: str, reason: str | None,
    ) -> None:  # fmt: skip
        conn = self._store.tables.conn
        submitted = at if event is ApplicationEvent.SUBMIT else None
        changed = conn.execute(
            "update applications set state = ?, version = version + 1, updated_at = ?,"
            " submitted_at = coalesce(?, submitted_at) where uid = ? and state = ?",
            (after, at, submitted, uid, before),
        )
        if changed.rowcount == 0:
            raise TappedFirst("somebody else moved it first")
        conn.execute(
            "insert into moves (uid, at, event, before, after, by, reason) values (?, ?, ?, ?, ?, ?, ?)",
            (uid, at, event, before, after, by, reason),
        )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _application(row: Row) -> Application:
    values = {name: value for name, value in row.items() if name != "batch_seq"}
    return Application(
        **{
            **values,
            "uid": ApplicationUid(row["uid"]),
            "state": ApplicationState(row["state"]),
            "help_wanted": bool(row["help_wanted"]),
            "answers": json.loads(row["answers"]),
        }
    )


def _move(row: Row) -> Move:
    return Move(
        **{
            **row,
            "event": ApplicationEvent(row["event"]),
            "before": ApplicationState(row["before"]),
            "after": ApplicationState(row["after"]),
        }
    )
