import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from kiosk.actions import erase as deed
from kiosk.actions.acknowledge import acknowledge
from kiosk.actions.erase import EraseOrder, erase_window
from kiosk.actions.window import reopen_window
from kiosk.documents.deletion_certificate import deletion_certificate_pdf
from kiosk.domain.erasure import Erasure
from kiosk.domain.errors import (
    KioskError,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    Refused,
    SecondPersonNeeded,
    TappedFirst,
)
from kiosk.domain.staff import Role
from kiosk.domain.states import ApplicationState, WindowEvent, WindowState
from kiosk.store.backup import make_backup
from kiosk.store.batches import Tombstone
from kiosk.store.database import Pages, open_store
from kiosk.store.erasing import Erasures
from kiosk.store.migrations import window_migrations
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.store.windows import Windows
from kiosk.texts import translator
from tests.actions.test_acknowledge import answer, sealed_room
from tests.actions.test_batch import Room
from tests.builders import AT, CHEAP

PERSONAL = {
    "contact_name": "見本 幸之助",
    "mail": "konosuke@example.jp",
    "birth_date": "1957-11-03",
    "municipality": "other",
    "other_municipality": "夢見台市",
    "phone": "090-1234-5678",
}
SECOND_SUPERVISOR = "もう一人の責任者"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path)
    made.vault.kiosk_store.staff.add(SECOND_SUPERVISOR, Role.SUPERVISOR, AT)
    made.add(ApplicationState.WITHDRAWN, **PERSONAL)
    made.add(ApplicationState.ACCEPTED, **PERSONAL)
    return made


def order(room: Room, second: str = REHEARSAL_OPERATOR, reason: str | None = None) -> EraseOrder:
    return EraseOrder(room.window.id, REHEARSAL_SUPERVISOR, second, reason)


def erase(room: Room, second: str = REHEARSAL_OPERATOR, reason: str | None = None) -> Erasure:
    return erase_window(room.vault, room.clock, order(room, second, reason))


def acknowledged(room: Room) -> None:
    sealed = sealed_room(room)
    acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR)


def values_of(room: Room) -> list[bytes]:
    """Every personal value of the window, as bytes to look for."""
    found = [value.encode() for value in PERSONAL.values() if value != "other"]
    for each in room.store.applications.list():
        found += [str(each.form_id).encode(), b"jpeg" + each.uid.encode()]
    return found


def remains(room: Room) -> Iterator[tuple[str, bytes]]:
    """All that is left: every file as it lies on disk, and kiosk.db as it reads with its key."""
    for path in room.vault.folder.root.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    store = room.vault.kiosk_store.file
    for table in store.rows("select name from sqlite_master where type = 'table'"):
        rows = store.rows(f"select * from {table['name']}")  # noqa: S608 - our own table names
        yield f"kiosk.db {table['name']}", json.dumps(rows, ensure_ascii=False, default=bytes.hex).encode()


def text_of(pdf: bytes) -> str:
    """What a PDF says, its lines joined."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return "".join(pages).replace("\r\n", "")


def test_after_erasing_no_personal_value_is_anywhere(room: Room) -> None:
    acknowledged(room)
    wanted, key = values_of(room), room.vault._window_keys[room.window.id]
    erased = erase(room)
    pdf = deletion_certificate_pdf(erased, "デモ市")
    room.vault.folder.certificates.mkdir()
    (room.vault.folder.certificates / "a.pdf").write_bytes(pdf)
    for name, data in [*remains(room), ("certificate", text_of(pdf).encode())]:
        for value in [*wanted, key, key.hex().encode()]:
            assert value not in data, name
    assert list(room.vault.folder.windows.iterdir()) == []
    assert room.state is WindowState.ERASED
    assert erased.ended == {"withdrawn": 1, "acknowledged": 2}
    assert room.vault.kiosk_store.audit.verify()


def test_reasons_that_tell_of_a_person_stayed_in_kiosk_db_after_erasing(room: Room, tmp_path: Path) -> None:
    name, copy = PERSONAL["contact_name"], tmp_path / "copy"
    copy.mkdir()
    store, people = room.vault.kiosk_store, (REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR)
    room.close()
    reopen_window(room.vault, room.clock, room.window.id, *people, f"{name}さんが遅れて来た")
    store.windows.move(room.window.id, WindowEvent.CLOSE, *people, f"{name}さんに返せていない", AT)
    room.seal(reason=f"{name}さんの封筒")
    make_backup(room.vault, copy, AT)
    assert any(name.encode() in data for _, data in remains(room))
    erase(room, SECOND_SUPERVISOR, f"{name}さんの希望")
    assert [where for where, data in remains(room) if name.encode() in data] == []
    copied = Vault(copy / "copy", cost=CHEAP)
    assert {move.reason for move in copied.kiosk_store.windows.history(room.window.id)} == {None}
    copied.lock()


def test_the_certificate_said_the_reason_is_kept_and_it_was_not(room: Room) -> None:
    room.close()
    room.seal()
    text = text_of(deletion_certificate_pdf(erase(room, SECOND_SUPERVISOR, "媒体の紛失"), "デモ市"))
    assert "理由は端末に残さない" in text
    assert translator("ja")("erase.label_ground_written") in text
    assert "媒体の紛失" not in text


def test_an_earlier_copy_of_the_file_opens_with_nothing_that_remains(room: Room, tmp_path: Path) -> None:
    acknowledged(room)
    path, copy = room.vault.folder.window_db(room.window.id), tmp_path / "copy.db"
    room.store.file.empty_log()
    shutil.copy(path, copy)
    assert open_store(copy, room.vault._window_keys[room.window.id], window_migrations, pages=Pages.LARGE).row(
        "select count(*) as many from applications"
    ) == {"many": 3}
    erase(room)
    shutil.copy(copy, path)
    with pytest.raises(NotFound):
        room.vault.window_store(room.window.id)
    texts = [row["value"] for row in room.vault.kiosk_store.file.rows("select value from settings")]
    for key in [room.vault._master, *(text.encode()[:32].ljust(32) for text in texts)]:
        with pytest.raises(KioskError):
            open_store(copy, key, window_migrations, pages=Pages.LARGE)


def test_a_tombstone_for_each_and_nothing_of_what_was_entered(room: Room) -> None:
    acknowledged(room)
    moves = {each.uid: len(room.store.applications.history(each.uid)) for each in room.store.applications.list()}
    erased = erase(room)
    stones = room.vault.kiosk_store.tombstones.list(room.window.id)
    assert {stone.uid for stone in stones} == set(moves)
    assert len({stone.hash for stone in stones}) == 3
    assert erased.applications == 3
    assert erased.photos == 3


def test_before_the_acknowledgement_it_takes_two_supervisors_and_a_reason(room: Room) -> None:
    sealed = sealed_room(room)
    for second, reason, refusal in (
        (REHEARSAL_SUPERVISOR, "x", SecondPersonNeeded),
        (REHEARSAL_OPERATOR, "x", NotPermitted),
        (SECOND_SUPERVISOR, None, Refused),
        (SECOND_SUPERVISOR, "  ", Refused),
    ):
        with pytest.raises(refusal):
            erase(room, second, reason)
    assert room.store.applications.counts()[ApplicationState.SEALED] == 2
    erased = erase(room, SECOND_SUPERVISOR, "端末の廃棄")
    assert not erased.is_acknowledged
    assert room.state is WindowState.ERASED
    late = acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR)
    assert (late.is_new, late.window.state) == (True, WindowState.ERASED)


def test_a_window_at_work_is_not_erased(room: Room) -> None:
    with pytest.raises(NotAllowedNow):
        erase(room, SECOND_SUPERVISOR, "x")
    room.close()
    with pytest.raises(NotAllowedNow):
        erase(room, SECOND_SUPERVISOR, "x")
    assert room.vault.folder.window_db(room.window.id).exists()


def test_the_kiosks_own_copy_of_the_batch_goes_too_and_no_other_file(room: Room) -> None:
    room.out = room.vault.folder.outbox
    acknowledged(room)
    other = room.out / "other.mab"
    other.write_bytes(b"another window's")
    erased = erase(room)
    assert list(room.out.iterdir()) == [other]
    assert any(name.startswith("outbox/REHEARSAL-") for name in erased.files)


def test_erased_again_it_says_the_same(room: Room) -> None:
    acknowledged(room)
    first = erase(room)
    head = room.vault.kiosk_store.audit.head()
    assert erase(room) == first
    assert room.vault.kiosk_store.audit.head() == head


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Erasures, "decide"),
        (Windows, "destroy_key"),
        (deed, "remove"),
        (deed, "_empty_outbox"),
        (Windows, "move"),
        (deed, "_finish"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_cut_off_at_any_step_it_is_carried_on(
    room: Room, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, after: bool
) -> None:
    acknowledged(room)
    real = getattr(owner, name)

    def cut_off(*given: object) -> None:
        if after:
            real(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, cut_off)
        with pytest.raises(KeyboardInterrupt):
            erase(room)
    undecided = owner is Erasures
    assert (Erasures(room.vault.kiosk_store).get(room.window.id) is None) is undecided
    assert len(room.vault.kiosk_store.tombstones.list(room.window.id)) == (0 if undecided else 3)
    room.vault.lock()
    room.vault = type(room.vault)(room.vault.folder.root, now=room.clock.now)
    erased = erase(room)
    assert erased.applications == 3
    assert room.state is WindowState.ERASED
    assert list(room.vault.folder.windows.iterdir()) == []
    assert room.vault.kiosk_store.windows.wrapped_keys() == {}
    events = [entry.event for entry in room.vault.kiosk_store.audit.list(room.window.id)]
    assert (events.count("erase_decided"), events.count("window_erase")) == (1, 1)


def erase_cut_off(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the decision was noted and before the key was destroyed."""

    def cut_off(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Windows, "destroy_key", cut_off)
        with pytest.raises(KeyboardInterrupt):
            erase(room, SECOND_SUPERVISOR, "端末の廃棄")


def test_a_window_whose_erasing_was_cut_off_is_not_opened_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was; late applicants came, and the next erase destroyed the open window without a reason."""
    sealed_room(room)
    erase_cut_off(room, monkeypatch)
    with pytest.raises(NotAllowedNow):
        reopen_window(room.vault, room.clock, room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "遅れて来た人")
    assert room.state is WindowState.SEALED
    erase(room)
    assert room.state is WindowState.ERASED


def test_an_erasing_decided_before_the_window_was_opened_again_destroys_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an earlier version could leave it."""
    sealed_room(room)
    erase_cut_off(room, monkeypatch)
    room.vault.kiosk_store.windows.move(room.window.id, WindowEvent.REOPEN, REHEARSAL_SUPERVISOR, None, None, AT)
    room.add(ApplicationState.ACCEPTED)
    with pytest.raises(NotAllowedNow):
        erase(room)
    assert room.state is WindowState.OPEN
    assert len(room.store.applications.list()) == 4


def test_a_window_is_not_opened_again_while_it_is_being_erased(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed_room(room)
    tried: list[str] = []
    real = deed._tombstones

    def meanwhile(vault: Vault, window_id: str, at: str) -> list[Tombstone]:
        with pytest.raises(TappedFirst):
            reopen_window(vault, room.clock, window_id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "遅れて来た人")
        tried.append("reopen")
        return real(vault, window_id, at)

    monkeypatch.setattr(deed, "_tombstones", meanwhile)
    erase(room, SECOND_SUPERVISOR, "端末の廃棄")
    assert tried == ["reopen"]
    assert room.state is WindowState.ERASED
