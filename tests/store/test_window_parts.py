"""Photos, identity checks, custody and counts in a window's file."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.domain.custody import OpenItem
from kiosk.domain.errors import StorageDamaged, TappedFirst
from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.store.applications import _HOLDS_ITS_FORM
from kiosk.store.identity import IdentityRecord
from kiosk.store.photos import StoredPhoto
from kiosk.store.window_file import WindowStore
from tests.builders import AT, FORM_ID, a_rehearsal_vault, a_window, an_application

JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 100
PHOTO = StoredPhoto(
    JPEG,
    sha256(JPEG).hexdigest(),
    1050,
    1350,
    "warn",
    ("smile",),
    AT,
    [{"name": "Sharpness", "value": 31.5}],
    "hijab",
    "信仰",
)


@pytest.fixture
def store(tmp_path: Path) -> WindowStore:
    vault = a_rehearsal_vault(tmp_path)
    return vault.window_store(a_window(vault).id)


def test_a_photo_comes_back_byte_for_byte_with_its_judgement(store: WindowStore) -> None:
    uid = an_application(store).uid
    store.photos.save(uid, PHOTO)
    assert store.photos.get(uid) == PHOTO
    assert store.photos.hashes() == {uid: PHOTO.sha256}


def test_only_the_newest_photo_is_kept_and_a_removed_one_is_gone(store: WindowStore) -> None:
    uid = an_application(store).uid
    store.photos.save(uid, PHOTO)
    other = JPEG + b"2"
    store.photos.save(uid, replace(PHOTO, jpeg=other, sha256=sha256(other).hexdigest()))
    found = store.photos.get(uid)
    assert found
    assert found.jpeg == other
    store.photos.remove(uid)
    assert store.photos.get(uid) is None


def test_a_photo_that_is_not_its_hash_is_neither_kept_nor_given(store: WindowStore) -> None:
    uid = an_application(store).uid
    with pytest.raises(StorageDamaged):
        store.photos.save(uid, replace(PHOTO, jpeg=JPEG + b"!"))
    store.photos.save(uid, PHOTO)
    with store.write() as database:
        database.conn.execute("update photos set jpeg = x'00'")
    with pytest.raises(StorageDamaged):
        store.photos.get(uid)


def test_the_last_identity_check_counts(store: WindowStore) -> None:
    uid = an_application(store).uid
    assert store.identity.get(uid) is None
    first = IdentityRecord("PICKUP", "strict", ("passport",), {"face": "yes"}, "demo", AT, {"missing": ["B"]})
    store.identity.save(uid, first)
    assert store.identity.get(uid) == first
    second = replace(first, result="POST", documents=("passport", "pension_book"), notes={})
    store.identity.save(uid, second)
    assert store.identity.get(uid) == second


def test_a_thing_taken_stays_open_until_it_is_in_an_envelope_or_back(store: WindowStore) -> None:
    person = an_application(store, ApplicationState.ACCEPTED)
    uid = person.uid
    sheet = store.custody.take(uid, "pin_request_sheet", 2, "demo", AT)
    card = store.custody.take(uid, "old_card", 1, "demo", AT)
    call = person.call_number
    assert store.custody.open_items() == [
        OpenItem(uid, call, "pin_request_sheet", 2, None),
        OpenItem(uid, call, "old_card", 1, None),
    ]
    store.custody.put_in_envelope(sheet.id, "A-1", "demo", AT)
    store.custody.give_back(card.id, "demo", AT)
    assert store.custody.open_items() == []
    assert [(line.item, line.state, line.envelope) for line in store.custody.list(uid)] == [
        ("pin_request_sheet", "in_envelope", "A-1"),
        ("old_card", "given_back", None),
    ]


def test_an_envelope_of_an_application_that_goes_nowhere_is_open(store: WindowStore) -> None:
    person = an_application(store, ApplicationState.ACCEPTED)
    line = store.custody.take(person.uid, "old_card", 1, "demo", AT)
    store.custody.put_in_envelope(line.id, "A-1", "demo", AT)
    assert store.custody.open_items() == []
    store.applications.move(person.uid, ApplicationEvent.REOPEN, "demo", AT, "misread")
    assert store.custody.open_items() == [OpenItem(person.uid, person.call_number, "old_card", 1, "A-1")]
    store.custody.hand_over(line.id, "demo", AT)
    assert store.custody.open_items() == [
        OpenItem(person.uid, person.call_number, "old_card", 1, "A-1", at_office=True)
    ]
    store.custody.fetch_back(line.id, "demo", AT)
    assert store.custody.open_items() == []


def test_a_thing_leaves_once_only(store: WindowStore) -> None:
    uid = an_application(store).uid
    line = store.custody.take(uid, "old_card", 1, "demo", AT)
    with pytest.raises(TappedFirst):
        store.custody.hand_over(line.id, "demo", AT)  # not from the desk, from an envelope
    store.custody.put_in_envelope(line.id, "A-1", "demo", AT)
    store.custody.hand_over(line.id, "demo", AT)
    for move in (store.custody.give_back, store.custody.hand_over):
        with pytest.raises(TappedFirst):
            move(line.id, "demo", AT)
    assert store.custody.list(uid)[0].state == "handed_over"


def test_photo_attempts_and_reissues_are_counted(store: WindowStore) -> None:
    uid = an_application(store).uid
    store.statistics.photo_attempt(uid, AT, "fail", ("eyes_closed",), 8.5)
    store.statistics.photo_attempt(uid, AT, "pass", (), 4.0, True)
    assert [(each["reasons"], each["accepted"]) for each in store.statistics.photo_attempts()] == [
        (["eyes_closed"], False),
        ([], True),
    ]
    for _ in range(2):
        store.statistics.reissue_requested("moved", AT)
    assert store.statistics.reissues() == {"moved": 2}


def test_what_the_board_asks_is_answered_without_reading_pictures(store: WindowStore) -> None:
    columns = [row["name"] for row in store.file.rows("pragma table_info(photos)")]
    assert columns[-1] == "jpeg"  # SQLite walks through a blob to reach what stands behind it


def test_looking_for_a_form_uses_its_index(store: WindowStore) -> None:
    uid = an_application(store, form_id=FORM_ID).uid
    found = store.applications.by_form_id(FORM_ID)
    assert found
    assert found.uid == uid
    search = f"select * from applications where form_id = 'x' and {_HOLDS_ITS_FORM}"  # noqa: S608 -- fixed words
    plan = store.file.rows(f"explain query plan {search}")
    assert any("one_form_once" in str(row["detail"]) for row in plan)
