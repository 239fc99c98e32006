import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from kiosk.domain.errors import Locked, StorageDamaged
from kiosk.store.database import Pages, Store, open_store
from kiosk.store.migrations import kiosk_migrations, window_migrations
from kiosk.store.photos import StoredPhoto
from kiosk.store.window_file import WindowStore
from tests.builders import AT, FORM_ID, PASSPHRASE, SUPERVISOR, a_vault, a_window, an_application

KEY = bytes(range(32))
NAME, MAIL = "見本 花子", "hanako.mihon@example.jp"
JPEG = b"\xff\xd8" + b"face" * 6000


def a_table(folder: Path, pages: Pages = Pages.SMALL) -> Store:
    migrations = Migrations("test")

    @migrations(name="0001_counter")
    def _counter(db: Database) -> None:
        db.conn.execute("create table counter (id integer primary key, value integer not null)")
        db.conn.execute("insert into counter values (1, 0)")

    return open_store(folder / "test.db", KEY, migrations, pages=pages)


def test_nothing_personal_and_no_key_can_be_read_from_the_files(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    store = vault.window_store(window.id)
    uid = an_application(store, form_id=FORM_ID, answers={"contact_name": NAME, "mail": MAIL}).uid
    photo = StoredPhoto(JPEG, sha256(JPEG).hexdigest(), 1050, 1350, "pass", (), AT)
    store.photos.save(uid, photo)
    store.custody.take(uid, "pin_request_sheet", 1, SUPERVISOR, AT)
    keys = [vault.kiosk_store.file._key, store.file._key]
    secrets = [NAME, MAIL, FORM_ID, SUPERVISOR, "見本工業", "pin_request_sheet", "create table", "SQLite format 3"]
    needles = [text.encode() for text in secrets] + [
        JPEG[:64],
        JPEG[-64:],
        *keys,
        *(key.hex().encode() for key in keys),
    ]
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert {each.name for each in files} >= {"kiosk.db", "kiosk.db-wal", f"{window.id}.db", f"{window.id}.db-wal"}
    for file in files:
        content = file.read_bytes()
        assert not [needle for needle in needles if needle in content], file.name


def test_plain_sqlite_cannot_open_a_windows_file(tmp_path: Path) -> None:
    a_table(tmp_path).close()
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(tmp_path / "test.db") as plain:
        plain.execute("select * from counter")
    plain.close()


def test_another_key_is_refused(tmp_path: Path) -> None:
    a_table(tmp_path).close()
    with pytest.raises(StorageDamaged):
        open_store(tmp_path / "test.db", bytes(32), Migrations("test"))


@pytest.mark.parametrize(("made", "opened"), [(Pages.SMALL, Pages.LARGE), (Pages.LARGE, Pages.SMALL)])
def test_a_file_opened_with_other_pages_is_refused_and_nothing_of_it_is_lost(
    tmp_path: Path, made: Pages, opened: Pages
) -> None:
    store = a_table(tmp_path, made)
    with store.write() as database:
        database.conn.execute("update counter set value = 7")
    copy = tmp_path / "cut-off"
    copy.mkdir()
    for file in tmp_path.glob("test.db*"):  # as a power cut leaves it: the last change is in the log only
        shutil.copy(file, copy)
    store.close()
    with pytest.raises(StorageDamaged):
        a_table(copy, opened)
    again = a_table(copy, made)
    assert again.row("select value from counter") == {"value": 7}
    again.check()


def test_a_copy_has_the_pages_of_the_file_it_was_made_of(tmp_path: Path) -> None:
    store = a_table(tmp_path, Pages.LARGE)
    (tmp_path / "copy").mkdir()
    store.copy_to(tmp_path / "copy" / "test.db")
    assert a_table(tmp_path / "copy", Pages.LARGE).row("select value from counter") == {"value": 0}


def test_a_window_made_by_an_earlier_version_goes_on_with_its_own_pages(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    key = vault._window_keys[window.id]
    vault.lock()
    for file in vault.folder.window_db(window.id).parent.glob(f"{window.id}.db*"):
        file.unlink()
    vault.unlock(SUPERVISOR, PASSPHRASE)
    with vault.kiosk_store.write() as database:
        database.conn.execute("update window_keys set pages = '4096 HMAC_SHA512'")
    earlier = open_store(vault.folder.window_db(window.id), key, window_migrations)
    uid = an_application(WindowStore(earlier)).uid
    earlier.close()
    assert vault.window_store(window.id).applications.get(uid).uid == uid


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test.db").write_bytes(os.urandom(8192))
    with pytest.raises(StorageDamaged):
        a_table(tmp_path)


def test_a_flipped_byte_is_found(tmp_path: Path) -> None:
    store = a_table(tmp_path)
    with store.write() as database:
        database.conn.executemany("insert into counter (value) values (?)", [(n,) for n in range(5000)])
    store.check()
    store.close()
    file = tmp_path / "test.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(StorageDamaged):
        a_table(tmp_path).check()


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    a_table(tmp_path).close()
    with pytest.raises(StorageDamaged, match="newer"):
        open_store(tmp_path / "test.db", KEY, Migrations("test"))
    assert a_table(tmp_path).row("select value from counter") == {"value": 0}


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    a_table(tmp_path).close()
    migrations = Migrations("test")
    migrations(name="0001_counter")(lambda db: None)

    @migrations(name="0002_half")
    def _half(db: Database) -> None:
        db.conn.execute("alter table counter add column more text")
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        open_store(tmp_path / "test.db", KEY, migrations)
    assert a_table(tmp_path).row("select * from counter") == {"id": 1, "value": 0}


def test_0001_of_both_files_makes_their_tables_and_reopening_keeps_the_rows(tmp_path: Path) -> None:
    for name, migrations, tables in (
        (
            "kiosk.db",
            kiosk_migrations,
            {"staff", "windows", "window_keys", "audit", "batches", "tombstones"},
        ),
        ("window.db", window_migrations, {"applications", "moves", "changes", "photos", "identity_checks", "custody"}),
    ):
        store = open_store(tmp_path / name, KEY, migrations)
        found = {row["name"] for row in store.rows("select name from sqlite_master where type = 'table'")}
        assert tables <= found
        store.close()
    store = open_store(tmp_path / "kiosk.db", KEY, kiosk_migrations)
    with store.write() as database:
        database.conn.execute("insert into settings values ('before', 'kept')")
    store.close()
    again = open_store(tmp_path / "kiosk.db", KEY, kiosk_migrations)
    assert again.row("select value from settings where name = 'before'") == {"value": "kept"}


def test_reading_then_writing_from_four_threads_loses_no_count(tmp_path: Path) -> None:
    store = a_table(tmp_path)

    def add() -> None:
        for _ in range(50):
            with store.write() as database:
                value = (store.row("select value from counter where id = 1") or {})["value"]
                database.conn.execute("update counter set value = ? where id = 1", (value + 1,))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert store.row("select value from counter where id = 1") == {"value": 200}


def test_an_error_inside_a_joined_write_undoes_all_of_it(tmp_path: Path) -> None:
    store = a_table(tmp_path)

    def fail_after_both() -> None:
        with store.write() as database:
            database.conn.execute("update counter set value = 1")
            with store.write() as joined:
                joined.conn.execute("update counter set value = 2")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_both()
    assert store.row("select value from counter") == {"value": 0}


def test_after_close_the_file_is_locked_for_every_thread(tmp_path: Path) -> None:
    store = a_table(tmp_path)
    reading, closed = threading.Event(), threading.Event()
    seen: list[object] = []

    def read() -> None:
        for row in store.stream(
            "with recursive n(i) as (select 1 union all select i + 1 from n limit 5) select i from n"
        ):
            seen.append(row["i"])
            reading.set()
            closed.wait(10)
        try:
            store.row("select 1")
        except Locked as refused:
            seen.append(type(refused))

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(10)
    store.close()
    closed.set()
    thread.join(10)
    assert seen == [1, 2, 3, 4, 5, Locked]
    with pytest.raises(Locked):
        store.row("select 1")


def test_two_processes_may_open_a_fresh_file_at_the_same_time(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kiosk.store.database import open_store;"
        "from kiosk.store.migrations import window_migrations; sys.stdin.readline();"
        "open_store(Path(sys.argv[1]), bytes(range(32)), window_migrations); print('open')"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "window.db")]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in both:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    outcomes = [each.communicate(timeout=60) for each in both]
    assert [out for out, _ in outcomes] == ["open\n"] * 3, outcomes
