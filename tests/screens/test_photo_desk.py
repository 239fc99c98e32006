"""The camera panel at the desk, over its real pages, models and the virtual person."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from kiosk.actions.photo import use_photo
from kiosk.actions.photo_station import station_of
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_SUPERVISOR
from kiosk.texts import catalogue
from kiosk.wiring import Cameras
from tests.actions.test_photo import STILL, take, watch
from tests.actions.test_photo_session import Models, OneCamera
from tests.builders import an_application
from tests.desk_navigator import ANSWERS, Browser, Desk

BLINK = 7.3 + 0.12
REASON = "義眼のため(見本)"


@pytest.fixture
def camera() -> OneCamera:
    camera = OneCamera()
    camera.held = STILL
    return camera


@pytest.fixture
def desk(tmp_path: Path, camera: OneCamera) -> Iterator[Desk]:
    desk = Desk(tmp_path / "data")
    desk.services.cameras = Cameras(camera, camera)
    desk.services.__dict__.update(analyser=Models.analyser, face_reader=Models.faces)
    yield desk
    station_of(desk.services).end()


@pytest.fixture
def uid(desk: Desk) -> str:
    asked = {"photo_exception": "disability", "photo_exception_reason": "目のこと"}
    return an_application(desk.store, form_id="1" * 23, answers={**ANSWERS, **asked}).uid


@pytest.fixture
def staff(desk: Desk, uid: str) -> Browser:
    browser = desk.signed_in()
    browser.see(f"/queue/{uid}")
    return browser


def panel(staff: Browser, uid: str) -> str:
    return staff.see(f"/queue/{uid}/photo-live")


def test_nobody_before_the_camera_shows_no_picture_and_no_buttons(staff: Browser, uid: str) -> None:
    assert 'id="photo-take"' not in panel(staff, uid)
    answer = staff.client.get(f"/desk/queue/{uid}/photo-frame.jpg")
    assert (answer.status_code, answer.headers["X-Camera-State"]) == (204, "stopped")
    assert staff.press(f"/queue/{uid}/photo-take").status_code == 409


def test_staff_see_the_live_verdict_and_take_the_photo(desk: Desk, staff: Browser, uid: str) -> None:
    session = station_of(desk.services).session_for(uid)
    watch(session, lambda live: bool(live.verdict))
    page = panel(staff, uid)
    assert 'id="photo-take"' in page
    assert catalogue("ja")["photo.note_smile"] in page
    assert staff.client.get(f"/desk/queue/{uid}/photo-frame.jpg").mimetype == "image/jpeg"
    assert staff.press(f"/queue/{uid}/photo-take").status_code == 303
    watch(session, lambda live: live.shots == 1)
    assert 'id="photo-use-1"' in panel(staff, uid)
    assert staff.client.get(f"/desk/queue/{uid}/photo-shot/1.jpg").data == session.shots[0].check.jpeg


def test_the_panel_answers_nothing_while_nothing_changed(staff: Browser, uid: str) -> None:
    seen = panel(staff, uid).split("photo-live?seen=")[1].split('"')[0]
    assert staff.client.get(f"/desk/queue/{uid}/photo-live?seen={seen}").status_code == 204


def test_a_desk_that_only_looks_does_not_keep_the_pictures(desk: Desk, staff: Browser, uid: str) -> None:
    session = station_of(desk.services).session_for(uid)
    take(session)
    desk.clock.tick(300)
    for _ in range(400):  # the session's own thread notices; give it time on a quick machine
        panel(staff, uid)
        if session.has_ended:
            break
        sleep(0.05)
    assert session.has_ended
    assert session.shots == ()


def test_a_warning_passed_by_staff_begins_the_countdown(desk: Desk, staff: Browser, uid: str) -> None:
    session = station_of(desk.services).session_for(uid)
    watch(session, lambda live: live.verdict == "warn")
    assert 'id="photo-pass"' in panel(staff, uid)
    assert staff.press(f"/queue/{uid}/photo-pass").status_code == 303
    watch(session, lambda live: live.guidance is not None and live.guidance.phase == "countdown")


def test_a_refused_shot_is_used_only_with_a_named_exception_and_its_reason(
    desk: Desk, staff: Browser, uid: str, camera: OneCamera, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    camera.held = BLINK
    take(station_of(desk.services).session_for(uid))
    page = panel(staff, uid)
    assert 'id="photo-use-1"' not in page
    assert staff.press(f"/queue/{uid}/photo-use/1").status_code == 422
    assert desk.store.photos.get(uid) is None
    for bad in ({"exception": "eyes_cannot_open"}, {"exception": "no_such", "reason": "x"}):
        assert staff.press(f"/queue/{uid}/photo-exception", **bad).status_code == 422
    whole = staff.see(f"/queue/{uid}")
    assert "目のこと" in whole, "what the person asked for stands beside"
    granted = {"exception": "eyes_cannot_open", "reason": REASON}
    assert staff.press(f"/queue/{uid}/photo-exception", **granted).status_code == 303
    assert 'id="photo-use-1"' in panel(staff, uid)
    assert staff.press(f"/queue/{uid}/photo-use/1").status_code == 303
    stored = desk.store.photos.get(uid)
    assert stored is not None
    assert (stored.exception, stored.exception_reason) == ("eyes_cannot_open", REASON)
    assert REASON in staff.see(f"/queue/{uid}")
    audit = desk.services.kiosk_store.audit.list()
    events = [line.event for line in audit if line.subject == uid]
    assert events[-3:] == ["photo_exception", "photo_by_exception", "photo_used_by_staff"]
    assert REASON not in json.dumps([line.detail for line in audit], ensure_ascii=False)
    assert REASON not in caplog.text


def test_another_exception_does_not_excuse_closed_eyes(desk: Desk, staff: Browser, uid: str, camera: OneCamera) -> None:
    camera.held = BLINK
    take(station_of(desk.services).session_for(uid))
    staff.press(f"/queue/{uid}/photo-exception", exception="turban", reason=REASON)
    assert 'id="photo-use-1"' not in panel(staff, uid)
    assert staff.press(f"/queue/{uid}/photo-use/1").status_code == 422


def test_an_exception_is_recorded_with_a_photo_already_handed_in(desk: Desk) -> None:
    person = desk.applicant()
    staff = desk.signed_in()
    staff.see(f"/queue/{person.uid}")
    assert staff.press(f"/queue/{person.uid}/photo-exception", exception="hijab", reason=REASON).status_code == 303
    stored = desk.store.photos.get(person.uid)
    assert stored is not None
    assert (stored.exception, stored.exception_reason, stored.verdict) == ("hijab", REASON, "pass")


@pytest.mark.parametrize("state", [ApplicationState.ACCEPTED, ApplicationState.WITHDRAWN])
def test_an_accepted_application_takes_no_exception_any_more(desk: Desk, state: ApplicationState) -> None:
    """An operator could excuse the photo of an accepted application alone."""
    person = desk.applicant(state)
    staff = desk.signed_in()
    assert 'id="photo-exception"' not in staff.see(f"/queue/{person.uid}")
    answer = staff.press(f"/queue/{person.uid}/photo-exception", exception="hijab", reason=REASON)
    assert answer.status_code == 409
    stored = desk.store.photos.get(person.uid)
    assert stored is not None
    assert stored.exception is None


def test_a_colleagues_case_is_left_alone(desk: Desk, staff: Browser, uid: str) -> None:
    other = desk.signed_in(REHEARSAL_SUPERVISOR)
    other.see("/queue/")
    other.press(f"/queue/{uid}/claim")
    assert staff.press(f"/queue/{uid}/photo-exception", exception="wig", reason=REASON).status_code == 409


def test_staff_are_told_of_the_same_face_by_call_number_alone(tmp_path: Path, camera: OneCamera) -> None:
    desk = Desk(tmp_path / "guarded")
    desk.services.cameras = Cameras(camera, camera)
    desk.services.__dict__.update(analyser=Models.analyser, face_reader=Models.faces)
    object.__setattr__(desk.services.settings, "same_person_guard", True)
    people = [an_application(desk.store, form_id=digit * 23, answers=ANSWERS) for digit in "12"]
    for person in people:
        take(station_of(desk.services).session_for(person.uid))
        use_photo(desk.services, person.uid, 1)
    page = desk.signed_in().see(f"/queue/{people[0].uid}")
    assert 'id="same-person"' in page
    assert people[1].call_number in page.split('id="same-person"')[1].split("</p>")[0]
