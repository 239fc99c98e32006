import csv
import fcntl
import io
import json
import os
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyrage
import pytest

from kiosk.actions import batch as deed
from kiosk.actions.batch import SealOrder, balance_window, count_drafts_as_abandoned, seal_window
from kiosk.actions.open_batch import open_batch
from kiosk.actions.window import close_window, reopen_window
from kiosk.batch_file.reader import check_file
from kiosk.domain.errors import BatchError, NotAllowedNow, NotPermitted, SecondPersonNeeded, StorageFull, TappedFirst
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, ApplicationState, WindowState
from kiosk.fakes import FixedClock
from kiosk.store import wraps
from kiosk.store.identity import IdentityRecord
from kiosk.store.photos import StoredPhoto
from kiosk.store.sealing import SealNotes, seal_lock
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.store.window_file import WindowStore
from tests.builders import AT, a_rehearsal_vault, a_window, an_application

S = ApplicationState
ANSWERS: dict[str, Any] = {"contact_name": "=見本\U000e0100 太郎", "birth_date": "1980-02-29", "municipality": "host"}


class Room:
    """A rehearsal kiosk with an open window, and what a seal of it needs."""

    def __init__(self, folder: Path) -> None:
        self.vault: Vault = a_rehearsal_vault(folder / "data")
        self.clock = FixedClock()
        self.window = a_window(self.vault)
        self.out = folder / "out"
        self.forms = 0

    @property
    def store(self) -> WindowStore:
        return self.vault.window_store(self.window.id)

    def add(
        self, state: ApplicationState = S.ACCEPTED, *, photo: bytes | None = b"jpeg", form: bool = True, **answers: Any
    ) -> Application:
        self.forms += 1
        form_id = f"{self.forms:023d}" if form else None
        made = an_application(self.store, state, form_id=form_id, answers={**ANSWERS, **answers})
        if photo is not None:
            jpeg = photo + made.uid.encode()
            record = StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 1050, 1350, "pass", (), AT)
            self.store.photos.save(made.uid, record)
        return made

    def close(self) -> None:
        close_window(self.vault, self.clock, self.window.id, REHEARSAL_SUPERVISOR)

    def order(self, **values: Any) -> SealOrder:
        return replace(SealOrder(self.window.id, self.out, REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR), **values)

    def seal(self, **values: Any) -> deed.Sealed:
        return seal_window(self.vault, self.clock, self.order(**values))

    @property
    def identity(self) -> pyrage.x25519.Identity:
        return wraps.read_identity(self.vault.folder.rehearsal_identity.read_text("utf-8"))

    @property
    def state(self) -> WindowState:
        return self.vault.kiosk_store.windows.get(self.window.id).state


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def members_of(path: Path, identity: pyrage.x25519.Identity) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    check_file(path, [identity], keep=lambda name, chunks: found.__setitem__(name, b"".join(chunks)))
    return found


def cut_off_before(room: Room, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """A seal that is killed when it comes to that step."""

    def cut_off(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, cut_off)
        with pytest.raises(KeyboardInterrupt):
            room.seal()


def reopen(room: Room) -> None:
    reopen_window(room.vault, room.clock, room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "訂正")


def accept_again(room: Room, uid: str) -> None:
    """A sealed application corrected in a window that was opened again."""
    for event in (ApplicationEvent.REOPEN, ApplicationEvent.CHECK_IDENTITY, ApplicationEvent.ACCEPT):
        room.store.applications.move(uid, event, REHEARSAL_SUPERVISOR, AT, "訂正")


def replaced(room: Room, sealed: deed.Sealed) -> dict[int, list[str]]:
    """Sequence of an earlier batch → uids that the sealed one takes the place of there."""
    found = check_file(sealed.path, [room.identity]).manifest
    assert found is not None
    return {each["seq"]: each["replaced"] for each in found.supersedes}


def test_a_sealed_window_gives_back_what_was_entered(room: Room) -> None:
    made = [room.add() for _ in range(5)]
    room.close()
    sealed = room.seal()
    members = members_of(sealed.path, room.identity)
    rows = {row["uid"]: row for row in map(json.loads, members["applications.jsonl"].splitlines())}
    assert set(rows) == {each.uid for each in made}
    for each in made:
        assert rows[each.uid]["answers"] == ANSWERS
        assert rows[each.uid]["form_id"] == each.form_id
        assert members[f"photos/{each.uid}.jpg"] == b"jpeg" + each.uid.encode()
    assert room.state is WindowState.SEALED
    assert {each.state for each in room.store.applications.list()} == {S.SEALED}
    assert sha256(sealed.path.read_bytes()).hexdigest() == sealed.batch.sha256
    assert [each.name for each in room.out.iterdir()] == [f"REHEARSAL-demo-city-{room.window.id}-1.mab"]


def test_the_csv_is_what_a_spreadsheet_reads_safely(room: Room) -> None:
    made = room.add()
    room.close()
    text = members_of(room.seal().path, room.identity)["applications.csv"]
    assert text.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert row["メール連絡用氏名"] == "'" + ANSWERS["contact_name"]
    assert row["申請書ID"] == made.form_id
    assert text.count(b"\n") == text.count(b"\r\n") == 2


def test_cp932_on_request_reports_what_does_not_fit(room: Room) -> None:
    made = room.add(contact_name="髙橋 \U00020b9f 森鷗外?")
    room.close()
    members = members_of(room.seal(profile="cp932").path, room.identity)
    assert "髙橋 〓 森〓外?" in members["applications.cp932.csv"].decode("cp932")
    report = list(csv.reader(io.StringIO(members["cp932-report.csv"].decode("utf-8-sig"))))
    assert report[1:] == [[made.uid, "メール連絡用氏名", "U+20B9F"], [made.uid, "メール連絡用氏名", "U+9DD7"]]


def test_the_office_gets_cp932_also_of_a_batch_sealed_without(room: Room, tmp_path: Path) -> None:
    room.add(contact_name="髙橋 \U00020b9f 森鷗外?")
    room.close()
    path = room.seal().path
    open_batch(path, [room.identity], tmp_path / "office", cp932=True)
    office = tmp_path / "office"
    assert "髙橋 〓 森〓外?" in (office / "applications.cp932.csv").read_bytes().decode("cp932")
    assert len((office / "cp932-report.csv").read_text("utf-8-sig").splitlines()) == 3
    assert json.loads((office / "manifest.json").read_bytes())["seq"] == 1
    open_batch(path, [room.identity], tmp_path / "plain")
    assert not (tmp_path / "plain" / "applications.cp932.csv").exists()


def test_the_report_named_people_where_the_first_column_is_not_the_uid(room: Room, tmp_path: Path) -> None:
    """It took the first column for the uid: here everybody's name, and nothing to find the row by."""
    made = room.add(contact_name="\U00020b9f田")
    room.close()
    columns = '[profile.own]\ncp932 = false\ncolumn = [{ header = "氏名", from = "answers.contact_name" }]\n'
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "columns.toml").write_text(columns, "utf-8")
    path = room.seal(profile="own", rules=tmp_path / "rules").path
    open_batch(path, [room.identity], tmp_path / "office", cp932=True)
    report = (tmp_path / "office" / "cp932-report.csv").read_bytes().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(report)))[1:] == [[str(made.uid), "氏名", "U+20B9F"]]


def test_what_the_office_acknowledged_was_not_on_its_disk_yet(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.add()
    room.close()
    path, office = room.seal().path, tmp_path / "new" / "office"
    real, before, after = os.fsync, set[Path](), set[Path]()

    def seen(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        (after if office.exists() else before).add(place)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    open_batch(path, [room.identity], office)
    (working,) = (place for place in before if place.parent == office.parent)
    assert before == {working, *(working / each.relative_to(office) for each in office.rglob("*"))}
    assert {office.parent, tmp_path} <= after


def test_no_time_of_day_and_no_order_of_arrival_leaves_the_room(room: Room) -> None:
    made = [room.add().uid for _ in range(40)]
    room.close()
    lines = members_of(room.seal().path, room.identity)["applications.jsonl"].splitlines()
    assert [json.loads(line)["uid"] for line in lines] != made
    assert b"10:00" not in b"".join(lines)


def test_other_cities_stand_together_after_the_host(room: Room) -> None:
    for city in ("host", "B市", "host", "A市", "B市", "A市", "host"):
        room.add(municipality="host" if city == "host" else "other", other_municipality=city)
    room.close()
    lines = members_of(room.seal().path, room.identity)["applications.jsonl"].splitlines()
    cities = [json.loads(line)["municipality"] for line in lines]
    assert cities == ["demo-city"] * 3 + ["A市"] * 2 + ["B市"] * 2


def test_every_row_belongs_to_one_count(room: Room) -> None:
    room.add()
    room.add(photo=None, birth_date="2026-06-01")
    room.add(photo=None, form=False)
    room.close()
    checked = check_file(room.seal().path, [room.identity])
    assert checked.manifest is not None
    counts = {"applications": 3, "photos": 1, "under_1": 1, "paper_form": 1, "photo_missing": 0, "out_of_city": 0}
    assert checked.manifest.counts == counts
    assert checked.manifest.rehearsal is True


def test_a_window_that_does_not_balance_needs_a_reason(room: Room) -> None:
    room.add()
    left = room.add(S.SUBMITTED)
    room.close()
    (difference,) = balance_window(room.vault, room.window.id).differences
    assert (difference.key, difference.call_numbers) == ("undecided_left", (left.call_number,))
    with pytest.raises(BatchError, match="unbalanced"):
        room.seal()
    assert room.state is WindowState.CLOSED
    checked = check_file(room.seal(reason="本人が退出").path, [room.identity])
    assert checked.manifest is not None
    assert checked.manifest.balance == {"differences": {"undecided_left": 1}, "reason": "本人が退出"}


def test_drafts_left_are_counted_as_abandoned_and_emptied(room: Room) -> None:
    draft = room.add(S.DRAFT)
    with pytest.raises(NotAllowedNow):
        count_drafts_as_abandoned(room.vault, room.clock, room.window.id, REHEARSAL_OPERATOR)
    room.close()
    assert count_drafts_as_abandoned(room.vault, room.clock, room.window.id, REHEARSAL_OPERATOR) == 1
    assert balance_window(room.vault, room.window.id).adds_up
    assert room.store.applications.get(draft.uid).answers == {}


def test_those_abandoned_one_by_one_were_not_emptied_with_the_drafts(room: Room) -> None:
    given_up = room.add(S.ABANDONED)
    room.close()
    assert count_drafts_as_abandoned(room.vault, room.clock, room.window.id, REHEARSAL_OPERATOR) == 0
    assert room.store.applications.get(given_up.uid).answers == {}


def test_custody_left_in_nobodys_envelope_is_named(room: Room) -> None:
    made = room.add()
    room.store.custody.take(made.uid, "old_card", 1, REHEARSAL_OPERATOR, AT)
    (difference,) = balance_window(room.vault, room.window.id).differences
    assert (difference.key, difference.call_numbers) == ("custody_open", (made.call_number,))
    close = partial(deed.close_and_balance, room.vault, room.clock, room.window.id, REHEARSAL_OPERATOR)
    close()
    with pytest.raises(SecondPersonNeeded):
        close(reason="置いて帰った")
    assert room.state is WindowState.OPEN
    close(reason="置いて帰った", second=REHEARSAL_SUPERVISOR)
    assert room.state is WindowState.CLOSED
    assert "custody_left_open" in [each.event for each in room.vault.kiosk_store.audit.list(made.uid)]


def test_sealing_takes_two_people_and_one_supervisor(room: Room) -> None:
    room.close()
    with pytest.raises(SecondPersonNeeded):
        room.seal(second=REHEARSAL_OPERATOR)
    room.vault.kiosk_store.staff.disable(REHEARSAL_SUPERVISOR, AT)
    with pytest.raises((NotPermitted, SecondPersonNeeded)):
        room.seal()
    assert not room.out.exists()


def test_an_open_window_is_not_sealed(room: Room) -> None:
    room.add()
    with pytest.raises(NotAllowedNow):
        room.seal()


def test_an_existing_file_is_never_written_over(room: Room) -> None:
    room.add()
    room.close()
    room.out.mkdir()
    there = room.out / f"REHEARSAL-demo-city-{room.window.id}-1.mab"
    there.write_bytes(b"somebody else's")
    with pytest.raises(BatchError, match="file_exists"):
        room.seal()
    assert there.read_bytes() == b"somebody else's"
    assert room.state is WindowState.CLOSED


def test_late_applicants_go_into_the_next_sequence(room: Room) -> None:
    first = room.add()
    room.close()
    room.seal()
    reopen_window(room.vault, room.clock, room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "遅れて来た人")
    late = room.add()
    room.close()
    sealed = room.seal()
    assert sealed.batch.seq == 2
    lines = members_of(sealed.path, room.identity)["applications.jsonl"].splitlines()
    assert [json.loads(line)["uid"] for line in lines] == [late.uid] != [first.uid]


def test_two_seals_at_once_make_one_batch(room: Room) -> None:
    room.add()
    room.close()
    with seal_lock(room.vault.folder, room.window.id), pytest.raises(TappedFirst):
        room.seal()
    assert room.seal().batch.seq == 1


def test_the_lock_of_a_seal_is_not_left_behind(room: Room) -> None:
    room.add()
    room.close()
    room.seal()
    assert not list(room.vault.folder.windows.glob("*.seal-lock"))


def test_a_lock_that_its_holder_removed_meanwhile_is_taken_anew(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fcntl.flock

    def let_the_other_end_first(descriptor: int, how: int) -> None:
        monkeypatch.undo()
        (lock,) = room.vault.folder.windows.glob("*.seal-lock")
        lock.unlink()
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", let_the_other_end_first)
    with seal_lock(room.vault.folder, room.window.id), pytest.raises(TappedFirst):
        room.seal()


def test_an_application_that_changes_meanwhile_stops_the_seal(room: Room) -> None:
    made = room.add()
    room.close()

    def withdraw(done: int, total: int) -> None:
        if done == total:
            room.store.applications.move(made.uid, ApplicationEvent.WITHDRAW, REHEARSAL_OPERATOR, AT, "本人の希望")

    with pytest.raises(TappedFirst):
        seal_window(room.vault, room.clock, room.order(), withdraw)
    assert list(room.out.iterdir()) == []
    assert room.seal().batch.applications == 0


def test_a_photo_that_differs_from_its_hash_is_not_sealed(room: Room) -> None:
    made = room.add()
    room.close()
    with room.store.write() as database:
        database.conn.execute("update photos set jpeg = ? where uid = ?", (b"x" * 30, made.uid))
    with pytest.raises(BatchError, match="changed_while_sealing"):
        room.seal()
    assert list(room.out.iterdir()) == []
    assert room.state is WindowState.CLOSED


def test_no_recipient_no_batch(room: Room, tmp_path: Path) -> None:
    room.close()
    room.vault.kiosk_store.settings.set("rehearsal_recipients", "")
    with pytest.raises(Exception, match="recipient"):
        room.seal()
    assert list(room.out.iterdir()) == []


def test_nothing_is_written_where_there_is_no_room(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.add()
    room.close()
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(deed.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(StorageFull):
        room.seal()
    assert list(room.out.iterdir()) == []


@pytest.mark.parametrize("after", ["put_in_place", "move_to_sealed", "add", "clear"])
def test_a_seal_cut_off_is_finished_by_the_next(room: Room, monkeypatch: pytest.MonkeyPatch, after: str) -> None:
    made = room.add()
    room.close()
    owner = {
        "put_in_place": deed.SealedFile,
        "move_to_sealed": deed.SealingRows,
        "add": type(room.vault.kiosk_store.batches),
        "clear": SealNotes,
    }[after]
    cut_off_before(room, monkeypatch, owner, after)
    sealed = room.seal()
    assert room.state is WindowState.SEALED
    assert [batch.seq for batch in room.vault.kiosk_store.batches.list()] == [1]
    assert f"photos/{made.uid}.jpg" in members_of(sealed.path, room.identity)
    assert len(list(room.out.iterdir())) == 1
    assert SealNotes(room.vault.kiosk_store).get(room.window.id) is None


def test_a_file_left_by_a_seal_cut_off_is_not_entered_once_a_photo_was_taken_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was: the batch held the old photo, the kiosk the new one."""
    made = room.add(photo=b"old photo ")
    room.close()
    cut_off_before(room, monkeypatch, deed, "_enter")
    reopen(room)
    new = b"new photo"
    room.store.photos.save(made.uid, StoredPhoto(new, sha256(new).hexdigest(), 1050, 1350, "pass", (), AT))
    room.close()
    with pytest.raises(TappedFirst):
        room.seal()
    assert members_of(room.seal().path, room.identity)[f"photos/{made.uid}.jpg"] == new


@pytest.mark.parametrize("part", ["identity", "custody"])
def test_what_staff_noted_while_it_was_sealed_stops_the_seal(room: Room, part: str) -> None:
    made = room.add()
    room.close()

    def note(done: int, total: int) -> None:
        if done == total and part == "identity":
            record = IdentityRecord("PICKUP", "demo", (), {}, REHEARSAL_OPERATOR, AT)
            room.store.identity.save(made.uid, record)
        elif done == total:
            line = room.store.custody.take(made.uid, "old_card", 1, REHEARSAL_OPERATOR, AT)
            room.store.custody.put_in_envelope(line.id, "A-1", REHEARSAL_OPERATOR, AT)

    with pytest.raises(TappedFirst):
        seal_window(room.vault, room.clock, room.order(), note)
    row = json.loads(members_of(room.seal().path, room.identity)["applications.jsonl"])
    assert row["identity" if part == "identity" else "custody"]


def test_a_window_opened_again_after_a_seal_cut_off_is_not_sealed_half(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its applications were moved to sealed, then the window refused."""
    made = room.add()
    room.close()
    cut_off_before(room, monkeypatch, deed, "_enter")
    reopen(room)
    with pytest.raises(NotAllowedNow):
        room.seal()
    assert room.store.applications.get(made.uid).state is S.ACCEPTED


def test_a_correction_goes_into_the_next_batch_and_says_what_it_replaces(room: Room) -> None:
    wrong, gone, good = room.add(), room.add(), room.add()
    room.close()
    first = room.seal()
    with pytest.raises(NotAllowedNow):
        room.store.applications.change(wrong.uid, "contact_name", "見本 次郎", REHEARSAL_SUPERVISOR, "misread", AT)
    reopen(room)
    table = room.store.applications
    for uid in (wrong.uid, gone.uid):
        table.move(uid, ApplicationEvent.REOPEN, REHEARSAL_SUPERVISOR, AT, "訂正")
    table.change(wrong.uid, "contact_name", "見本 次郎", REHEARSAL_SUPERVISOR, "misread", AT)
    table.move(gone.uid, ApplicationEvent.WITHDRAW, REHEARSAL_OPERATOR, AT, "本人の希望")
    for event in (ApplicationEvent.CHECK_IDENTITY, ApplicationEvent.ACCEPT):
        table.move(wrong.uid, event, REHEARSAL_OPERATOR, AT)
    late = room.add()
    room.close()
    second = room.seal()
    checked = check_file(second.path, [room.identity])
    before = check_file(first.path, [room.identity])
    assert checked.manifest is not None
    assert before.manifest is not None
    assert before.manifest.supersedes == ()
    assert checked.manifest.supersedes == (
        {"batch_id": before.manifest.batch_id, "seq": 1, "replaced": [wrong.uid], "withdrawn": [gone.uid]},
    )
    lines = map(json.loads, members_of(second.path, room.identity)["applications.jsonl"].splitlines())
    names = {row["uid"]: row["answers"]["contact_name"] for row in lines}
    assert names == {wrong.uid: "見本 次郎", late.uid: ANSWERS["contact_name"]}
    assert room.store.applications.get(good.uid).state is S.SEALED
    assert json.loads(second.batch.supersedes) == [dict(each) for each in checked.manifest.supersedes]
    assert second.batch.batch_id == checked.manifest.batch_id


def test_a_correction_whose_file_was_lost_half_way_still_says_what_it_replaces(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when a second one was corrected before the seal was carried on."""
    wrong, other = room.add(), room.add()
    room.close()
    room.seal()
    reopen(room)
    accept_again(room, wrong.uid)
    room.close()
    cut_off_before(room, monkeypatch, type(room.vault.kiosk_store.batches), "add")
    (room.out / f"REHEARSAL-demo-city-{room.window.id}-2.mab").unlink()
    reopen(room)
    accept_again(room, other.uid)
    room.close()
    assert replaced(room, room.seal()) == {1: sorted([wrong.uid, other.uid])}


def test_a_correction_says_what_it_replaces_also_when_late_applicants_came_after_its_seal_was_cut_off(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said nothing, and the office had the row twice."""
    wrong = room.add()
    room.close()
    room.seal()
    reopen(room)
    accept_again(room, wrong.uid)
    room.close()
    cut_off_before(room, monkeypatch, type(room.vault.kiosk_store.batches), "add")
    reopen(room)
    room.add()
    room.close()
    with pytest.raises(TappedFirst):
        room.seal()
    sealed = room.seal()
    assert (sealed.batch.seq, sealed.batch.applications) == (2, 2)
    assert replaced(room, sealed) == {1: [wrong.uid]}


def test_a_row_corrected_twice_is_named_in_every_batch_it_lay_in(room: Room) -> None:
    """It was named in the last one only, so the first row stayed in force where the second batch had not come."""
    wrong, gone = room.add(), room.add()
    room.close()
    room.seal()
    for _ in range(2):
        reopen(room)
        accept_again(room, wrong.uid)
        accept_again(room, gone.uid)
        room.close()
        sealed = room.seal()
    both = sorted([wrong.uid, gone.uid])
    assert replaced(room, sealed) == {1: both, 2: both}
    reopen(room)
    for event in (ApplicationEvent.REOPEN, ApplicationEvent.WITHDRAW):
        room.store.applications.move(gone.uid, event, REHEARSAL_SUPERVISOR, AT, "本人の希望")
    room.close()
    found = json.loads(room.seal().batch.supersedes)
    assert [(each["seq"], each["withdrawn"]) for each in found] == [(1, [gone.uid]), (2, [gone.uid]), (3, [gone.uid])]


def test_a_row_moved_by_a_seal_cut_off_and_corrected_after_that_goes_in_once(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, gone = room.add(), room.add()
    room.close()
    cut_off_before(room, monkeypatch, type(room.vault.kiosk_store.batches), "add")
    reopen(room)
    accept_again(room, wrong.uid)
    for event in (ApplicationEvent.REOPEN, ApplicationEvent.WITHDRAW):
        room.store.applications.move(gone.uid, event, REHEARSAL_SUPERVISOR, AT, "本人の希望")
    room.close()
    with pytest.raises(TappedFirst):
        room.seal()
    sealed = room.seal()
    assert (sealed.batch.seq, sealed.batch.applications, sealed.batch.supersedes) == (1, 1, "[]")
