"""What staff granted and noticed outlives a restart, is used for one photo only, and reaches the office."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.actions.photo import use_photo
from kiosk.actions.photo_desk import grant_exception, has_two_persons
from kiosk.actions.photo_shot import Grant
from kiosk.actions.photo_station import station_of
from kiosk.store.vault import REHEARSAL_OPERATOR
from kiosk.wiring import Services
from tests.actions.test_batch import Room, members_of
from tests.actions.test_photo import STILL, take
from tests.actions.test_photo_session import Models, OneCamera, a_kiosk, shoot, somebody_else
from tests.builders import an_application

BLINK = 7.3 + 0.12
GIVEN = {"exception": "eyes_cannot_open", "reason": "見本の理由"}
GRANTED = Grant(frozenset({"eyes_cannot_open"}), "見本の理由")


@pytest.fixture
def camera() -> OneCamera:
    camera = OneCamera()
    camera.held = BLINK
    return camera


@pytest.fixture
def parts(tmp_path: Path, camera: OneCamera) -> Iterator[Services]:
    services = a_kiosk(tmp_path / "data", camera, guard=False)
    yield services
    station_of(services).end()
    services.stop()


def restarted(parts: Services) -> Services:
    """The same files and camera, with nothing of what was in memory."""
    station_of(parts).end()
    again = Services(parts.settings, parts.clock, parts.ids, parts.vault, parts.cameras)
    again.__dict__.update(analyser=Models.analyser, face_reader=Models.faces)
    return again


def test_a_grant_outlives_a_restart_and_is_used_for_one_photo(parts: Services) -> None:
    uid = an_application(parts.window_store()).uid
    grant_exception(parts, uid, REHEARSAL_OPERATOR, GIVEN)
    parts = restarted(parts)
    assert station_of(parts).granted(uid) == GRANTED
    assert shoot(parts, uid).shots[0].is_usable
    use_photo(parts, uid, 1)
    kept = parts.window_store().photo_grants.get(uid)
    assert kept is not None
    assert (kept.granted_by, kept.exceptions) == (REHEARSAL_OPERATOR, ("eyes_cannot_open",))
    assert kept.used_at is not None
    last = parts.kiosk_store.audit.list()[-1]
    assert (last.event, last.actor, last.detail) == ("photo_by_exception", REHEARSAL_OPERATOR, "eyes_cannot_open")
    again = restarted(parts)
    assert station_of(again).granted(uid) == Grant(), "the next photo needs a grant of its own"
    assert not shoot(again, uid).shots[0].is_usable
    station_of(again).end()


def test_a_grant_is_for_that_application_only(parts: Services) -> None:
    store = parts.window_store()
    first, second = an_application(store).uid, an_application(store).uid
    grant_exception(parts, first, REHEARSAL_OPERATOR, GIVEN)
    assert station_of(parts).granted(second) == Grant()
    assert not shoot(parts, second).shots[0].is_usable


def test_a_grant_taken_back_stays_taken_back_after_a_restart(parts: Services) -> None:
    uid = an_application(parts.window_store()).uid
    grant_exception(parts, uid, REHEARSAL_OPERATOR, GIVEN)
    grant_exception(parts, uid, REHEARSAL_OPERATOR, {"exception": ""})
    assert station_of(restarted(parts)).granted(uid) == Grant()


@pytest.mark.photos
def test_two_persons_are_still_named_after_a_restart_and_a_new_photo(
    parts: Services, camera: OneCamera, photos: Path
) -> None:
    uid = an_application(parts.window_store()).uid
    camera.held = STILL
    session = shoot(parts, uid)
    camera.other = somebody_else(photos)
    take(session)
    assert has_two_persons(parts, uid)
    parts = restarted(parts)
    assert has_two_persons(parts, uid)
    use_photo(parts, uid, shoot(parts, uid).shots[-1].number)
    assert has_two_persons(parts, uid), "that one of them made a whole new photo does not settle it"
    columns = parts.window_store().file.rows("select * from photo_two_persons")
    assert [set(row) for row in columns] == [{"uid", "seen_at"}], "nothing about the faces"


def test_a_sealed_row_says_the_exception_and_its_reason(tmp_path: Path) -> None:
    room = Room(tmp_path)
    made = room.add()
    stored = room.store.photos.get(made.uid)
    assert stored is not None
    room.store.photos.save(made.uid, replace(stored, exception="hijab", exception_reason="信仰上の理由（見本）"))
    room.close()
    members = members_of(room.seal().path, room.identity)
    (line,) = map(json.loads, members["applications.jsonl"].splitlines())
    assert (line["photo"]["exception"], line["photo"]["exception_reason"]) == ("hijab", "信仰上の理由（見本）")
    (row,) = csv.DictReader(io.StringIO(members["applications.csv"].decode("utf-8-sig"), newline=""))
    assert (row["写真の例外"], row["写真の例外の理由"]) == ("hijab", "信仰上の理由（見本）")
