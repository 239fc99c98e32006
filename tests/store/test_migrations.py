"""Each migration of either file, with data written before it and read after it."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlite_utils import Migrations

from kiosk.domain.errors import NotFound
from kiosk.domain.states import ApplicationEvent as Event
from kiosk.domain.states import ApplicationState as State
from kiosk.store.database import Pages, Store, open_store
from kiosk.store.erasing import Erasures
from kiosk.store.hand_overs import HandOver, HandOvers
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.migrations import kiosk_migrations, window_migrations
from kiosk.store.window_file import WindowStore
from tests.builders import AT, an_application
from tests.desk_navigator import a_photo

KEY = bytes(range(32))


def only(names: Iterable[str], of: Migrations = window_migrations) -> Migrations:
    """The migrations up to some day in the past, the window's unless told otherwise."""
    wanted = set(names)
    past = Migrations(of.name)
    for each in of._migrations:
        if each.name in wanted:
            past(name=each.name)(each.fn)
    return past


def indexes(store: Store) -> set[str]:
    """The indexes of the file that we made."""
    rows = store.rows("select name from sqlite_master where type = 'index' and sql is not null")
    return {row["name"] for row in rows}


def plan(store: Store, sql: str, *values: object) -> str:
    """How SQLite means to answer a query."""
    return " ".join(str(row["detail"]) for row in store.rows(f"explain query plan {sql}", values))


def test_0002_desk_reads_keeps_everything_and_answers_from_indexes(tmp_path: Path) -> None:
    path = tmp_path / "window.db"
    before = open_store(path, KEY, only(["0001_window"]))
    window = WindowStore(before)
    people = [an_application(window, state) for state in (State.ACCEPTED, State.ACCEPTED, State.SUBMITTED)]
    window.photos.save(people[0].uid, a_photo())
    line = window.custody.take(people[0].uid, "pin_request_sheet", 1, "demo", AT)
    window.custody.put_in_envelope(line.id, "A-1", "demo", AT)
    kept = {table: before.rows(f"select * from {table}") for table in ("applications", "moves", "photos", "custody")}  # noqa: S608 -- fixed words
    assert "applications_by_state" in indexes(before)
    before.close()

    after = open_store(path, KEY, only(["0001_window", "0002_desk_reads"]))
    for table, rows in kept.items():
        assert after.rows(f"select * from {table}") == rows  # noqa: S608 -- fixed words
    assert indexes(after) >= {"applications_newest", "photo_verdicts", "custody_envelopes", "one_form_once"}
    assert "applications_by_state" not in indexes(after)
    newest = "select * from applications where state in (?) order by updated_at desc, rowid desc limit 40"
    assert "applications_newest" in plan(after, newest, "accepted")
    assert "TEMP B-TREE" not in plan(after, newest, "accepted")
    assert "COVERING INDEX photo_verdicts" in plan(after, "select uid, verdict from photos")
    window = WindowStore(after)
    assert [each.uid for each in window.applications.latest([State.ACCEPTED], 9)] == [people[1].uid, people[0].uid]
    assert window.custody.is_taken_by_another("A-1", people[1].uid)
    assert not window.custody.is_taken_by_another("A-1", people[0].uid)
    window.applications.move(people[2].uid, Event.CHECK_IDENTITY, "demo", AT, "POST")
    assert window.applications.firsts([Event.ACCEPT]) == {each.uid: {Event.ACCEPT: AT} for each in people[:2]}


def test_0004_photo_grants_keeps_photos_and_begins_with_nothing_granted(tmp_path: Path) -> None:
    path = tmp_path / "window.db"
    before = open_store(path, KEY, only(["0001_window", "0002_desk_reads"]))
    window = WindowStore(before)
    uid = an_application(window, State.DRAFT).uid
    window.photos.save(uid, a_photo())
    kept = before.rows("select * from photos")
    before.close()

    after = open_store(path, KEY, window_migrations)
    assert after.rows("select * from photos") == kept
    window = WindowStore(after)
    assert (window.photo_grants.get(uid), window.photo_grants.has_two_persons(uid)) == (None, False)
    window.photo_grants.save(uid, ("wig", "hijab"), "見本", "demo", AT)
    window.photo_grants.two_persons_seen(uid, AT)
    window.photo_grants.two_persons_seen(uid, "later")
    found = window.photo_grants.get(uid)
    assert found is not None
    assert (found.exceptions, found.used_at) == (("hijab", "wig"), None)
    assert window.photo_grants.use(uid, AT) == found
    assert window.photo_grants.use(uid, AT) is None, "used up"
    assert after.rows("select * from photo_two_persons") == [{"uid": uid, "seen_at": AT}]
    assert "見本" not in repr(found)


def test_0003_batches_keeps_what_was_sealed_and_takes_the_new_ledger(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    before = open_store(path, KEY, only(["0001_kiosk"], kiosk_migrations))
    sealed = ("w-1", 1, "demo-city-w-1-1.mab", "a" * 64, 12, AT, "demo", "demo-supervisor", None)
    with before.write() as database:
        window = ("w-1", "sealed", "demo-city", "見本工業", "会議室", "2026-11-24", 30, 0, "{}", AT, AT)
        database.conn.execute("insert into windows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", window)
        database.conn.execute("insert into batches values (?, ?, ?, ?, ?, ?, ?, ?, ?)", sealed)
    KioskStore(before).audit.append("sealed", "demo", "w-1", "seq 1", at=AT)
    kept = {table: before.rows(f"select * from {table}") for table in ("windows", "batches", "audit")}  # noqa: S608 -- fixed words
    before.close()

    store = KioskStore(open_store(path, KEY, kiosk_migrations))
    (batch,) = store.batches.list()
    assert (batch.batch_id, batch.manifest_sha256, batch.supersedes) == ("", "", "[]")
    for table, rows in kept.items():
        after = store.file.rows(f"select * from {table}")  # noqa: S608 -- fixed words
        assert [{name: row[name] for name in rows[0]} for row in after] == rows
    assert store.audit.verify()
    line = HandOver("w-1", 1, AT, "demo", "office", "usb 1", "office", 12, 99, "a" * 64, "done")
    HandOvers(store).add(line)
    assert HandOvers(store).list("w-1") == [line]
    store.batches.acknowledge("w-1", 1, AT)
    assert store.batches.list()[0].acknowledged_at == AT
    assert Erasures(store).get("w-1") is None


def test_0005_batch_rows_knows_the_batch_each_application_lies_in(tmp_path: Path) -> None:
    path = tmp_path / "window.db"
    before = open_store(path, KEY, only(["0001_window", "0002_desk_reads", "0004_photo_grants"]))
    window = WindowStore(before)
    people = [an_application(window, State.ACCEPTED) for _ in range(3)]
    for seq, person in enumerate(people[:2], 1):
        window.applications.move_all([person.uid], Event.SEAL, "demo", AT, seq)
    kept = before.rows("select * from applications")
    before.close()

    after = open_store(path, KEY, window_migrations)
    assert after.rows("select * from applications") == kept
    expected = [{"uid": person.uid, "seq": seq} for seq, person in enumerate(people[:2], 1)]
    assert after.rows("select * from batch_rows order by seq") == expected


def test_0007_birth_dates_finds_who_was_there_before_and_keeps_up(tmp_path: Path) -> None:
    path = tmp_path / "window.db"
    before = open_store(path, KEY, only(["0001_window", "0002_desk_reads", "0004_photo_grants", "0005_batch_rows"]))
    window, days = WindowStore(before), ("1980-02-29", "1990-00-00")
    one, other = (an_application(window, answers={"birth_date": day}) for day in days)
    kept = before.rows("select * from applications")
    before.close()

    after = open_store(path, KEY, window_migrations)
    applications = WindowStore(after).applications
    assert after.rows("select * from applications") == kept
    assert "applications_by_birth_date" in indexes(after)
    assert [each.uid for each in applications.born_on("1980-02-29")] == [one.uid]
    applications.change(other.uid, "birth_date", "1980-02-29", "demo", "misread", AT)
    assert {each.uid for each in applications.born_on("1980-02-29")} == {one.uid, other.uid}
    assert applications.born_on("1990-00-00") == []


def test_0006_pages_opens_windows_made_before_as_they_were_made(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    before = open_store(path, KEY, only(["0001_kiosk", "0003_batches"], kiosk_migrations))
    with before.write() as database:
        for name in ("w-1", "w-2"):
            window = (name, "closed", "demo-city", "見本工業", "会議室", "2026-11-24", 30, 0, "{}", AT, AT)
            database.conn.execute("insert into windows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", window)
        database.conn.execute("insert into window_keys values (?, ?)", ("w-1", b"wrapped"))
    before.close()

    windows = KioskStore(open_store(path, KEY, kiosk_migrations)).windows
    assert windows.wrapped_keys() == {"w-1": b"wrapped"}
    assert windows.pages("w-1") is Pages.SMALL
    with pytest.raises(NotFound):
        windows.pages("w-2")
