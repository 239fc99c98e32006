import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.actions.acknowledge import acknowledge
from kiosk.actions.batch import Sealed
from kiosk.actions.window import reopen_window
from kiosk.batch_file.acknowledgement import from_bytes, to_bytes
from kiosk.batch_file.reader import check_file
from kiosk.domain.acknowledgement import Acknowledgement
from kiosk.domain.errors import BatchError, NotFound
from kiosk.domain.states import ApplicationState, WindowState
from kiosk.office.acknowledgement import acknowledge as write_acknowledgement
from kiosk.store import office_keys
from kiosk.store.signing_key import read_key
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.actions.test_batch import Room

RECEIVED = datetime.fromisoformat("2026-11-25T09:00:00+09:00")
OTHER = Ed25519PrivateKey.generate()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def office(room: Room) -> Ed25519PrivateKey:
    return read_key(room.vault.folder.rehearsal_office.read_text("ascii"))


def answer(room: Room, sealed: Sealed, key: Ed25519PrivateKey | None = None) -> bytes:
    """What the office writes after it has read the file whole."""
    checked = check_file(sealed.path, [room.identity])
    return write_acknowledgement(checked, key or office(room), RECEIVED, room.out.parent / "ack").read_bytes()


def sealed_room(room: Room) -> Sealed:
    room.add()
    room.close()
    return room.seal()


def take(room: Room, data: bytes) -> bool:
    return acknowledge(room.vault, room.clock, data, REHEARSAL_OPERATOR).is_new


def test_the_offices_answer_moves_batch_applications_and_window(room: Room) -> None:
    sealed = sealed_room(room)
    found = acknowledge(room.vault, room.clock, answer(room, sealed), REHEARSAL_OPERATOR)
    assert found.is_new
    assert found.window.state is WindowState.ACKNOWLEDGED
    assert found.batch.acknowledged_at == room.clock.now().isoformat(timespec="milliseconds")
    assert {each.state for each in room.store.applications.list()} == {ApplicationState.ACKNOWLEDGED}
    assert room.vault.kiosk_store.audit.verify()


def test_replayed_it_changes_nothing(room: Room) -> None:
    data = answer(room, sealed_room(room))
    assert take(room, data)
    head = room.vault.kiosk_store.audit.head()
    assert not take(room, data)
    assert room.vault.kiosk_store.audit.head() == head


def test_the_window_waits_for_every_sequence(room: Room) -> None:
    first = sealed_room(room)
    reopen_window(room.vault, room.clock, room.window.id, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "遅れて来た人")
    assert take(room, answer(room, first))
    assert room.state is WindowState.OPEN
    second = sealed_room(room)
    assert room.state is WindowState.SEALED
    assert take(room, answer(room, second))
    assert room.state is WindowState.ACKNOWLEDGED


def test_what_is_not_ours_is_refused_by_name(room: Room, tmp_path: Path) -> None:
    data = answer(room, sealed_room(room))
    good, kept = from_bytes(data), json.loads(data)
    elsewhere = Room(tmp_path / "elsewhere")
    strange = answer(elsewhere, sealed_room(elsewhere))
    key = office(room)

    def made(**values: object) -> bytes:
        return to_bytes(replace(good, **values), key)  # type: ignore[arg-type]

    for blob, name in (
        (b"", "not_an_acknowledgement"),
        (b"{}", "not_an_acknowledgement"),
        (rfc8785.dumps({**kept, "seq": 2}), "ack_altered"),
        (rfc8785.dumps({**kept, "more": 2}), "ack_altered"),
        (rfc8785.dumps({**kept, "version": 2}), "ack_newer_format"),
        (rfc8785.dumps({**kept, "version": True}), "ack_altered"),
        (json.dumps(kept).encode(), "ack_altered"),
        (data + b"\n", "ack_altered"),
        (answer_by(good, OTHER), "ack_unknown_key"),
        (strange, "ack_unknown_key"),
        (made(batch_sha256="0" * 64), "ack_other_batch"),
        (made(manifest_sha256="0" * 64), "ack_other_batch"),
        (made(seq=2), "ack_other_batch"),
        (made(window="20261124-none"), "ack_other_batch"),
        (made(counts={"applications": 7}), "ack_other_batch"),
        (made(rehearsal=False), "ack_other_kind"),
        (made(received_at="yesterday"), "ack_altered"),
    ):
        with pytest.raises(BatchError) as refused:
            take(room, blob)
        assert refused.value.key == name
    assert room.state is WindowState.SEALED
    assert take(room, data)


def answer_by(good: Acknowledgement, key: Ed25519PrivateKey) -> bytes:
    return to_bytes(replace(good, office_key=office_keys.public_of(key)), key)


def test_no_bit_of_it_can_change(room: Room) -> None:
    data = answer(room, sealed_room(room))
    for place in range(len(data)):
        for bit in range(8):
            with pytest.raises(BatchError):
                from_bytes(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])


def test_several_office_keys_are_known_until_one_is_forgotten(room: Room) -> None:
    store, new = room.vault.kiosk_store, office_keys.public_of(OTHER)
    old = office_keys.known(store, rehearsal=True)
    office_keys.add(store, office_keys.keys_in(f"{office_keys.line(new)}\nage1x\n"), rehearsal=True)
    assert office_keys.known(store, rehearsal=True) == (*old, new)
    sealed = sealed_room(room)
    office_keys.forget(store, old[0], rehearsal=True)
    good = from_bytes(answer(room, sealed))
    with pytest.raises(BatchError, match="unknown_key"):
        take(room, to_bytes(good, office(room)))
    assert take(room, answer_by(good, OTHER))
    with pytest.raises(NotFound):
        office_keys.forget(store, old[0], rehearsal=True)


def test_cut_off_between_the_two_files_it_is_finished_the_next_time(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = answer(room, sealed_room(room))

    def cut_off(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(room.vault.kiosk_store.batches), "acknowledge", cut_off)
        with pytest.raises(KeyboardInterrupt):
            take(room, data)
    assert room.state is WindowState.SEALED
    assert take(room, data)
    assert room.state is WindowState.ACKNOWLEDGED


def test_the_office_writes_one_answer_for_one_batch(room: Room) -> None:
    sealed = sealed_room(room)
    first = answer(room, sealed)
    assert answer(room, sealed) == first
    with pytest.raises(BatchError, match="not_read_whole"):
        write_acknowledgement(check_file(sealed.path), office(room), RECEIVED, room.out)
