"""Batches as they come in a season: two at once, late people, keys that change, a clock that goes back."""

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.actions import batch as deed
from kiosk.actions.acknowledge import acknowledge
from kiosk.actions.batch import seal_window
from kiosk.actions.batch_contents import Contents
from kiosk.actions.hand_over import HandOverOrder, hand_over
from kiosk.actions.window import reopen_window
from kiosk.batch_file.reader import check_file
from kiosk.domain.errors import BatchError, KioskError
from kiosk.domain.states import ApplicationEvent, WindowState
from kiosk.domain.statistics import times_set_back
from kiosk.store import device, wraps
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from tests.actions.test_acknowledge import answer
from tests.actions.test_batch import Room
from tests.actions.test_hand_over import Kiosk, Medium
from tests.builders import AT, CHEAP
from tests.conftest import kiosk


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def again(room: Room) -> None:
    reopen_window(room.vault, room.clock, room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "遅れて来た人")
    room.add()
    room.close()


def test_two_seals_really_at_once_make_one_batch(room: Room) -> None:
    for _ in range(20):
        room.add(photo=bytes(200_000))
    room.close()
    outcomes: list[str] = []
    both = threading.Barrier(2)

    def seal() -> None:
        vault = Vault(room.vault.folder.root, now=room.clock.now, cost=CHEAP)
        both.wait()
        try:
            outcomes.append(str(seal_window(vault, room.clock, room.order()).batch.seq))
        except KioskError as error:
            outcomes.append(type(error).__name__)
        vault.lock()

    threads = [threading.Thread(target=seal) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("1") == 1
    assert set(outcomes) <= {"1", "TappedFirst", "NotAllowedNow"}
    (batch,) = room.vault.kiosk_store.batches.list()
    assert [each.name for each in room.out.iterdir()] == [batch.file_name]
    assert check_file(room.out / batch.file_name, [room.identity]).sha256 == batch.sha256


def test_a_clock_set_back_changes_no_order_and_loses_nothing(room: Room) -> None:
    room.add()
    room.close()
    first = room.seal()
    room.clock.at -= timedelta(days=40)
    again(room)
    second = room.seal()
    assert (first.batch.seq, second.batch.seq) == (1, 2)
    assert second.batch.sealed_at < first.batch.sealed_at
    for sealed in (second, first):
        assert check_file(sealed.path, [room.identity]).manifest is not None
        assert acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR).is_new
    assert room.state is WindowState.ACKNOWLEDGED
    assert room.vault.kiosk_store.audit.verify()


def test_a_colleague_who_signs_in_while_rows_are_read_makes_no_clock_go_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The beginning of the seal was logged after that with an earlier time, and the day sheet blamed the clock."""
    room.add()
    room.close()
    audit, real = room.vault.kiosk_store.audit, deed.read_contents

    def meanwhile(*given: Any) -> Contents:
        room.clock.tick(5)
        audit.append("signed_in", REHEARSAL_OPERATOR, REHEARSAL_OPERATOR, at=room.clock.now().isoformat())
        return real(*given)

    monkeypatch.setattr(deed, "read_contents", meanwhile)
    room.seal()
    entries = audit.list()
    assert [each.event for each in entries[-3:]] == ["signed_in", "seal_started", "sealed"]
    assert times_set_back(each.at for each in entries) == 0


def test_each_of_several_recipients_opens_it_and_nobody_else(room: Room) -> None:
    ours = [wraps.new_identity() for _ in range(3)]
    lines = "\n".join(str(each.to_public()) for each in ours)
    device.set_recipients(room.vault.kiosk_store, lines, rehearsal=True)
    room.add()
    room.close()
    sealed = room.seal()
    for identity in ours:
        assert check_file(sealed.path, [identity]).manifest is not None
    for stranger in (room.identity, wraps.new_identity()):
        with pytest.raises(BatchError, match="wrong_recipient"):
            check_file(sealed.path, [stranger])


def test_after_a_change_of_recipients_old_batches_open_with_old_keys_only(room: Room) -> None:
    room.add()
    room.close()
    first, old, new = room.seal(), room.identity, wraps.new_identity()
    device.set_recipients(room.vault.kiosk_store, str(new.to_public()), rehearsal=True)
    again(room)
    second = room.seal()
    assert check_file(first.path, [old]).manifest is not None
    assert check_file(second.path, [new]).manifest is not None
    for path, identity in ((first.path, new), (second.path, old)):
        with pytest.raises(BatchError, match="wrong_recipient"):
            check_file(path, [identity])


def test_a_batch_sealed_before_the_device_key_was_renewed_is_still_ours(tmp_path: Path) -> None:
    medium = Medium(tmp_path / "root", tmp_path / "stick")
    made = Kiosk(tmp_path, medium)
    store = made.vault.kiosk_store
    before = device.device_public(store)
    after = device.renew_device_key(store)
    assert before != after
    assert device.device_publics(store) == (before, after)
    order = HandOverOrder(made.sealed.path, "elsewhere", "担当", made.rules, medium.root)
    with pytest.raises(BatchError, match="no_such_destination"):  # past the look at the key
        hand_over(made.vault, made.clock, order)
    assert check_file(made.sealed.path).device_key == before


def test_the_office_sees_what_a_correction_does_to_the_batch_before(room: Room, tmp_path: Path) -> None:
    wrong = room.add()
    room.close()
    first = room.seal()
    reopen_window(room.vault, room.clock, room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "訂正")
    table = room.store.applications
    table.move(wrong.uid, ApplicationEvent.REOPEN, REHEARSAL_SUPERVISOR, AT, "訂正")
    table.change(wrong.uid, "contact_name", "見本 次郎", REHEARSAL_SUPERVISOR, "misread", AT)
    for event in (ApplicationEvent.CHECK_IDENTITY, ApplicationEvent.ACCEPT):
        table.move(wrong.uid, event, REHEARSAL_OPERATOR, AT)
    room.add()
    room.close()
    second, identity = room.seal(), str(room.vault.folder.rehearsal_identity)
    for number, sealed in enumerate((first, second)):
        out = str(tmp_path / f"office-{number}")
        done = kiosk("open", str(sealed.path), "--identity", identity, "--out", out, data=room.vault.folder.root)
        assert done.returncode == 0, done.stderr
        assert ("corrects  sequence 1: 1 rows here take the place" in done.stdout) is (sealed is second)
    manifest = json.loads((tmp_path / "office-1/manifest.json").read_bytes())
    assert manifest["supersedes"][0]["replaced"] == [wrong.uid]
    rows = [json.loads(line) for line in (tmp_path / "office-1/applications.jsonl").read_text("utf-8").splitlines()]
    assert {row["answers"]["contact_name"] for row in rows if row["uid"] == wrong.uid} == {"見本 次郎"}


def test_the_command_renews_the_device_key(room: Room) -> None:
    room.vault.lock()
    before = room.vault.folder.rehearsal_device.read_text()
    done = kiosk("keys", "renew", "--rehearsal", data=room.vault.folder.root)
    assert done.returncode == 0, done.stderr
    assert room.vault.folder.rehearsal_device.read_text() != before
