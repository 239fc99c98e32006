"""The photo screen over a real capture thread, the real models and the virtual person, without a browser."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from camera.capture import CaptureThread
from camera.virtual import VirtualCamera
from kiosk.actions.photo_station import station_of
from kiosk.app import create_app
from kiosk.domain.photo import REASONS
from kiosk.screens import frames
from kiosk.settings import load_settings
from kiosk.texts import catalogue, languages
from kiosk.wiring import Cameras, Services, make_services
from tests.builders import a_rehearsal_vault, a_window, an_application

PICTURES = Path(frames.__file__).parent.parent / "static" / "img" / "photo"


class LateClock:
    """The steady clock, moved on so that the virtual person holds still from the start."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def source() -> VirtualCamera:
    clock = LateClock()
    source = VirtualCamera("person", fps=15, clock=clock)
    clock.ahead = 9.0
    return source


@pytest.fixture
def parts(tmp_path: Path, source: VirtualCamera, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(frames, "WAIT_SECONDS", 0.3)
    vault = a_rehearsal_vault(tmp_path)
    a_window(vault)
    camera = CaptureThread(source, retry_waits=(0.05,))
    services = make_services(load_settings(), vault, cameras=Cameras(camera, camera))
    yield services
    station_of(services).end()
    services.stop()


@pytest.fixture
def app(parts: Services) -> Flask:
    app = create_app("applicant", ("applicant", "photo"), parts.settings, parts)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def uid(parts: Services) -> str:
    return an_application(parts.window_store()).uid


@pytest.fixture
def client(app: Flask, uid: str) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["uid"] = uid
    return client


def take(client: FlaskClient) -> None:
    """Press "take it now" and wait for the shot."""
    page = client.get("/photo/").get_data(as_text=True)
    taken = int(re.findall(r'data-taken="(\d+)"', page)[0])
    assert client.post("/photo/trigger").status_code == 303
    end = time.monotonic() + 20
    after = 0
    while time.monotonic() < end:
        now = client.get(f"/photo/guide.json?after={after}").get_json()
        after = now["number"]
        if now["shots"] > taken:
            return
    raise AssertionError("no shot was taken")


def test_nobody_sees_the_camera_before_consent(app: Flask) -> None:
    stranger = app.test_client()
    for path in ("/photo/", "/photo/frame.jpg", "/photo/guide.json", "/photo/shots", "/photo/shot/1.jpg"):
        assert stranger.get(path).status_code == 404


def test_a_second_screen_sees_nothing_while_somebody_else_is_photographed(client: FlaskClient, parts: Services) -> None:
    client.get("/photo/")
    while client.get("/photo/frame.jpg").status_code != 200:
        time.sleep(0.05)
    other = an_application(parts.window_store()).uid
    station_of(parts).session_for(other)
    answer = client.get("/photo/frame.jpg")
    assert (answer.status_code, answer.headers["X-Camera-State"]) == (204, "stopped")
    station_of(parts).end(other)
    assert client.get("/photo/frame.jpg").headers["X-Camera-State"] != "stopped"


def test_wiping_a_screen_without_an_application_leaves_somebody_elses_photo_alone(
    app: Flask, parts: Services, uid: str
) -> None:
    """2026-11: "not me" on the page of a resumed application ended the session that staff ran at the desk."""
    station_of(parts).session_for(uid)
    app.test_client().post("/applicant/finish")
    assert station_of(parts).peek(uid) is not None


def test_the_live_page_guides_in_words_picture_and_colour(client: FlaskClient) -> None:
    page = client.get("/photo/").get_data(as_text=True)
    assert 'aria-live="polite"' in page
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page), "no inline script or style"
    guide = client.get("/photo/guide.json?after=0").get_json()
    assert guide["camera"] in ("starting", "streaming")
    assert set(guide) >= {"number", "words", "instruction", "colour", "oval", "countdown", "progress", "shots"}


def test_the_shot_page_shows_the_very_photo_that_is_then_kept(client: FlaskClient, parts: Services, uid: str) -> None:
    take(client)
    page = client.get("/photo/shots").get_data(as_text=True)
    assert 'src="/photo/shot/1.jpg"' in page
    seen = client.get("/photo/shot/1.jpg").data
    answer = client.post("/photo/accept", data={"shot": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/applicant/next")
    stored = parts.window_store().photos.get(uid)
    assert stored is not None
    assert stored.jpeg == seen
    assert client.post("/photo/accept", data={"shot": "1"}).status_code == 303, "a second tap is calm"


def test_going_back_or_reloading_stays_with_the_shots_until_retake(client: FlaskClient) -> None:
    take(client)
    assert client.get("/photo/").headers["Location"] == "/photo/shots"
    assert client.post("/photo/retake").headers["Location"] == "/photo/"
    page = client.get("/photo/").get_data(as_text=True)
    assert 'id="to-shots"' in page, "the shots so far can still be chosen"
    assert client.get("/photo/shots").status_code == 200


def test_a_refused_shot_says_why_and_cannot_be_used(
    client: FlaskClient, source: VirtualCamera, parts: Services, uid: str
) -> None:
    source.show("nobody")
    take(client)
    page = client.get("/photo/shots").get_data(as_text=True)
    assert catalogue("ja")["photo.note_no_face"] in page
    assert "/photo/accept" not in page
    assert client.get("/photo/shot/1.jpg").status_code == 200
    assert client.post("/photo/accept", data={"shot": "1"}).status_code == 422
    assert parts.window_store().photos.get(uid) is None


def test_a_camera_pulled_out_is_said_and_comes_back(client: FlaskClient, source: VirtualCamera) -> None:
    client.get("/photo/")
    source.show("unplugged")
    states, after = set(), 0
    for _ in range(20):
        guide = client.get(f"/photo/guide.json?after={after}").get_json()
        after = guide["number"]
        states.add(guide["camera"])
        if "missing" in states:
            break
    assert "missing" in states
    assert client.get("/photo/frame.jpg?after=999999").headers["X-Camera-State"] == "missing"
    source.show("person")
    for _ in range(40):
        if client.get("/photo/frame.jpg?after=0").status_code == 200:
            return
    raise AssertionError("the camera did not come back")


def test_wiping_the_screen_forgets_the_shots(client: FlaskClient, parts: Services, uid: str) -> None:
    take(client)
    session = station_of(parts).current(uid)
    assert session is not None
    client.post("/applicant/finish")
    assert session.shots == ()
    assert station_of(parts).current() is None


@pytest.mark.parametrize("path", ["/photo/shot/99.jpg", "/photo/shots?shot=99", "/photo/shot/x.jpg"])
def test_a_shot_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    take(client)
    assert client.get(path).status_code == 404


def test_every_reason_has_words_and_a_picture_in_every_language() -> None:
    for language in languages():
        words = catalogue(language)
        for reason in REASONS:
            assert words.get(f"photo.note_{reason}"), (language, reason)
            assert words.get(f"photo.help_{reason}"), (language, reason)
    for key in (*REASONS, "hold_still", "look_here"):
        assert (PICTURES / f"{key}.svg").read_text("utf-8").startswith("<svg"), key
