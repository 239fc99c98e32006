"""The second copy: made while the kiosk works, put back whole, and taken along when a window is erased."""

import json
import os
import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.actions.acknowledge import acknowledge
from kiosk.actions.erase import EraseOrder, erase_window
from kiosk.documents.deletion_certificate import deletion_certificate_pdf
from kiosk.domain.erasure import Erasure
from kiosk.domain.errors import NotFound, Refused, StorageDamaged, StorageFull
from kiosk.domain.states import ApplicationState, WindowState
from kiosk.store import backup
from kiosk.store.backup import make_backup, places, read_backup, restore_backup
from kiosk.store.data_folder import DataFolder
from kiosk.store.set_aside import moved_aside
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from tests.actions.test_acknowledge import answer, sealed_room
from tests.actions.test_batch import Room
from tests.builders import AT, CHEAP, PASSPHRASE, SUPERVISOR, a_vault, a_window, an_application
from tests.desk_navigator import a_photo

LATER = "2099-01-01T10:00:00.000+09:00"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = a_vault(tmp_path / "data")
    window = a_window(made)
    store = made.window_store(window.id)
    person = an_application(store, ApplicationState.ACCEPTED, form_id="1" * 23, answers={"contact_name": "見本"})
    store.photos.save(person.uid, a_photo())
    return made


def test_what_is_copied_while_the_kiosk_works_is_put_back_whole(vault: Vault, tmp_path: Path) -> None:
    (window,) = vault.kiosk_store.windows.list()
    made = make_backup(vault, tmp_path / "stick", LATER)
    assert set(made.files) == {"keyring.json", "kiosk.db", f"windows/{window.id}.db"}
    late = an_application(vault.window_store(window.id), form_id="2" * 23)
    vault.lock()
    restore_backup(tmp_path / "stick", DataFolder(tmp_path / "data"))
    again = Vault(tmp_path / "data", cost=CHEAP)
    again.unlock(SUPERVISOR, PASSPHRASE)
    store = again.window_store(window.id)
    store.file.check()
    again.kiosk_store.file.check()
    assert again.kiosk_store.audit.verify()
    (person,) = store.applications.list()
    assert person.uid != late.uid
    assert store.photos.get(person.uid) == a_photo()
    (kept,) = tmp_path.glob("data.before-*")
    assert (kept / "kiosk.db").is_file()


def test_a_copy_is_as_unreadable_as_the_data_folder(vault: Vault, tmp_path: Path) -> None:
    make_backup(vault, tmp_path / "stick", AT)
    for path in (tmp_path / "stick").rglob("*.db"):
        assert "見本".encode() not in path.read_bytes()
        with pytest.raises(sqlite3.DatabaseError):
            sqlite3.connect(path).execute("select * from sqlite_master").fetchall()


def test_under_a_usual_umask_logs_reserve_and_copies_could_be_read_by_others(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        (tmp_path / "data").mkdir(mode=0o755)
        vault = a_vault(tmp_path / "data")
        an_application(vault.window_store(a_window(vault).id))
        make_backup(vault, tmp_path / "backup", AT)
    finally:
        os.umask(before)
    places = tmp_path / "data", tmp_path / "backup"
    found = [path for place in places for path in [place, *place.rglob("*")]]
    assert {path.name for path in found} >= {"kiosk.db-wal", "kiosk.db-shm", "reserve", "backup.json"}
    assert [path for path in found if path.stat().st_mode & 0o077] == []


def test_a_newer_data_folder_is_not_written_over(vault: Vault, tmp_path: Path) -> None:
    make_backup(vault, tmp_path / "stick", "2026-01-01T10:00:00.000+09:00")
    vault.lock()
    with pytest.raises(Refused, match="newer"):
        restore_backup(tmp_path / "stick", DataFolder(tmp_path / "data"))
    assert list(tmp_path.glob("data.before-*")) == []
    fresh = DataFolder(tmp_path / "elsewhere")
    restore_backup(tmp_path / "stick", fresh)
    Vault(fresh.root, cost=CHEAP).unlock(SUPERVISOR, PASSPHRASE)


def test_a_spoilt_or_half_copy_is_refused(vault: Vault, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with pytest.raises(NotFound):
        read_backup(stick)
    make_backup(vault, stick, AT)
    database = stick / "copy" / "kiosk.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(StorageDamaged):
        restore_backup(stick, DataFolder(tmp_path / "elsewhere"))
    assert not (tmp_path / "elsewhere").exists()
    make_backup(vault, stick, AT)
    assert read_backup(stick).made_at == AT


@pytest.mark.parametrize(
    "name",
    ["../../etc/job", "/etc/job", "windows/../job.db", "windows/a/b.db", "windows/.db", "windows/A.db", "set-aside",
     "kiosk.db-wal", "outbox/x.mab", "windows/a.db\n", ""],
)  # fmt: skip
def test_a_name_in_the_list_was_written_to_outside_the_data_folder(vault: Vault, tmp_path: Path, name: str) -> None:
    stick, target = tmp_path / "stick", tmp_path / "var" / "lib" / "data"
    make_backup(vault, stick, AT)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "job").write_bytes(b"job")
    note = stick / "copy" / "backup.json"
    found = json.loads(note.read_text())
    found["files"][name] = sha256(b"job").hexdigest()
    note.write_text(json.dumps(found))
    (tmp_path / "var" / "etc").mkdir(parents=True)
    with pytest.raises(StorageDamaged, match="none of ours: ") as refused:
        restore_backup(stick, DataFolder(target))
    assert repr(name) in str(refused.value)
    assert list((tmp_path / "var").rglob("*")) == [tmp_path / "var" / "etc"]


@pytest.mark.parametrize("step", ["_files", "_keep", "_change_over"])
def test_cut_off_at_any_step_the_copy_before_is_still_there(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    stick = tmp_path / "stick"
    first = make_backup(vault, stick, AT)

    def cut_off(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, step, cut_off)
        with pytest.raises(KeyboardInterrupt):
            make_backup(vault, stick, LATER)
    assert read_backup(stick) == first
    assert make_backup(vault, stick, LATER).made_at == LATER
    assert [each.name for each in stick.iterdir()] == ["copy"]


def test_cut_off_while_changing_over_the_one_before_counts(vault: Vault, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    first = make_backup(vault, stick, AT)
    (stick / "copy").rename(stick / "before")
    assert read_backup(stick) == first
    assert make_backup(vault, stick, LATER).made_at == LATER
    assert [each.name for each in stick.iterdir()] == ["copy"]


def test_a_place_that_holds_something_else_is_left_alone(vault: Vault, tmp_path: Path) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    for place in (other, tmp_path / "data", tmp_path / "data" / "inside", tmp_path):
        with pytest.raises(Refused):
            make_backup(vault, place, AT)
    assert places(vault.kiosk_store) == []


def test_no_room_on_the_medium_is_said(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(backup, "_keep", full)
    with pytest.raises(StorageFull):
        make_backup(vault, tmp_path / "stick", AT)


def test_a_window_whose_key_is_not_in_memory_keeps_its_earlier_copy(vault: Vault, tmp_path: Path) -> None:
    (window,) = vault.kiosk_store.windows.list()
    first = make_backup(vault, tmp_path / "stick", AT)
    vault.forget_window(window.id)
    second = make_backup(vault, tmp_path / "stick", LATER)
    assert second.files[f"windows/{window.id}.db"] == first.files[f"windows/{window.id}.db"]


def test_erasing_takes_the_window_and_its_key_out_of_the_copies(tmp_path: Path) -> None:
    room = Room(tmp_path)
    sealed = sealed_room(room)
    near, far = tmp_path / "near", tmp_path / "far"
    for place in (near, far):
        make_backup(room.vault, place, AT)
    shutil.move(far, tmp_path / "drawer")
    acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR)
    erased = erase_window(room.vault, room.clock, EraseOrder(room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR))
    (cleaned,), (missed,) = erased.copies_cleaned, erased.copies_missed
    assert (cleaned.split(" (")[0], missed.split(" (")[0]) == (str(near), str(far))
    assert not [path for path in (near / "copy" / "windows").iterdir() if room.window.id in path.name]
    copied = Vault(near / "copy", cost=CHEAP)
    assert copied.kiosk_store.windows.wrapped_keys() == {}
    copied.lock()
    assert room.state is WindowState.ERASED
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(deletion_certificate_pdf(erased, "デモ市"))
    import pypdfium2

    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().replace("\r\n", "")
    assert str(far) in text
    assert "届かなかった" in text


def test_two_sticks_used_in_turn_in_one_folder_are_two_copies(tmp_path: Path) -> None:
    """2026-11: the certificate called the folder clean when only one of the two sticks had been in it."""
    room, place = Room(tmp_path), tmp_path / "stick"
    sealed = sealed_room(room)
    make_backup(room.vault, place, AT)
    shutil.move(place, tmp_path / "first")
    make_backup(room.vault, place, AT)
    acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR)
    erased = erased_in(room)
    assert [len(erased.copies_cleaned), len(erased.copies_missed)] == [1, 1]
    assert places(room.vault.kiosk_store) == [place]
    assert (tmp_path / "first" / "copy" / "windows" / f"{room.window.id}.db").is_file()


def test_a_stick_that_filled_up_while_a_window_was_erased_still_holds_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2026-11: the file was taken out first, and the copy then matched its own list no more."""
    room, place = Room(tmp_path), tmp_path / "stick"
    other = a_window(room.vault, opened=False)
    an_application(room.vault.window_store(other.id))
    sealed = sealed_room(room)
    make_backup(room.vault, place, AT)
    acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR)

    def full(*given: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(backup, "_copy_windows", full)
    erased = erased_in(room)
    assert [len(erased.copies_cleaned), len(erased.copies_missed)] == [0, 1]
    assert f"windows/{room.window.id}.db" not in read_backup(place).files
    assert f"windows/{other.id}.db" in read_backup(place).files
    assert not (place / "copy" / "windows" / f"{room.window.id}.db").exists()


@pytest.fixture
def restored(tmp_path: Path) -> Room:
    """A sealed and acknowledged window whose data folder was put back from a copy; the one before lies beside it."""
    room = Room(tmp_path)
    room.out = room.vault.folder.outbox
    sealed = sealed_room(room)
    acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR)
    make_backup(room.vault, tmp_path / "stick", LATER)
    room.vault.lock()
    restore_backup(tmp_path / "stick", room.vault.folder)
    room.vault = Vault(room.vault.folder.root, now=room.clock.now, cost=CHEAP)
    return room


def erased_in(room: Room) -> Erasure:
    return erase_window(room.vault, room.clock, EraseOrder(room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR))


def test_after_a_restore_erasing_left_the_window_readable_in_the_folder_moved_aside(
    restored: Room, tmp_path: Path
) -> None:
    (aside,) = tmp_path.glob("data.before-*")
    assert list((aside / "outbox").iterdir())
    erased = erased_in(restored)
    stick, folder = erased.copies_cleaned
    assert (stick.split(" (")[0], folder, erased.copies_missed) == (str(tmp_path / "stick"), str(aside), ())
    assert list((aside / "windows").iterdir()) == list((aside / "outbox").iterdir()) == []
    before = Vault(aside, cost=CHEAP)
    assert before.kiosk_store.windows.wrapped_keys() == {}
    before.lock()


@pytest.mark.parametrize("where", [None, "drawer"])
def test_a_folder_moved_aside_that_is_out_of_reach_is_named(restored: Room, tmp_path: Path, where: str | None) -> None:
    (aside,) = tmp_path.glob("data.before-*")
    if where:
        shutil.move(aside, tmp_path / where)
    else:
        (aside / "kiosk.db").write_bytes(b"another master key" * 500)
    assert erased_in(restored).copies_missed == (str(aside),)
    assert restored.state is WindowState.ERASED


def test_what_a_restore_left_that_was_cut_off_goes_with_the_window(
    restored: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, "remember_aside", cut_off)
        patch.setattr(backup, "_newest", lambda root: 0.0)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(tmp_path / "stick", restored.vault.folder)
    left = tmp_path / ".data.restoring"
    assert list((left / "windows").iterdir())
    assert str(left) in erased_in(restored).copies_cleaned
    assert not left.exists()


def test_folders_moved_aside_one_after_the_other_are_all_remembered(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for at in (LATER, LATER.replace("2099", "2100")):
        make_backup(vault, tmp_path / "stick", at)
        restore_backup(tmp_path / "stick", vault.folder)
        for each in tmp_path.glob("data.before-*"):
            shutil.move(each, tmp_path / "elsewhere")
    assert [each.name[:16] for each in moved_aside(vault.folder)] == ["data.before-2099", "data.before-2100"]
