"""The form screen over a real capture thread, the real reader and the virtual form, without a browser."""

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from camera.capture import CaptureThread
from camera.virtual import VirtualCamera
from kiosk.actions.form_qr import FORM_CURRENT, REISSUE_WANTED, station_of
from kiosk.actions.window import close_window
from kiosk.app import create_app
from kiosk.domain.applicant import FORM_KEYED, KEYED_ONCE, WITHOUT_FORM
from kiosk.domain.queue import Application
from kiosk.screens import form_qr as screen
from kiosk.screens import frames
from kiosk.settings import load_settings
from kiosk.store.vault import REHEARSAL_OPERATOR
from kiosk.texts import catalogue, translator
from kiosk.wiring import Cameras, Services, make_services
from tests.builders import FORM_ID, a_rehearsal_vault, a_window, an_application

MY_NUMBER = "123456789018"
WORDS = catalogue("ja")


class LateClock:
    """The steady clock, moved on so that the form is already held up at the start."""

    def __call__(self) -> float:
        return time.monotonic() + 5.0


@pytest.fixture
def source() -> VirtualCamera:
    return VirtualCamera("form", fps=15, clock=LateClock())


@pytest.fixture
def parts(tmp_path: Path, source: VirtualCamera, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(frames, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(screen, "WAIT_SECONDS", 0.3)
    vault = a_rehearsal_vault(tmp_path / "data")
    a_window(vault)
    camera = CaptureThread(source, retry_waits=(0.05,))
    services = make_services(load_settings(), vault, cameras=Cameras(camera, camera))
    yield services
    station_of(services).end()
    services.stop()


@pytest.fixture
def app(parts: Services) -> Flask:
    app = create_app("applicant", ("applicant", "form_qr", "photo"), parts.settings, parts)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def person(app: Flask, parts: Services) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["uid"] = an_application(parts.window_store()).uid
    return client


def application_of(person: FlaskClient, parts: Services) -> Application:
    with person.session_transaction() as session:
        return parts.window_store().applications.get(session["uid"])


def scan(person: FlaskClient, *readings: str) -> TestResponse:
    return person.post("/form_qr/scan", data={"keys": list(readings)})


def shown_after(person: FlaskClient, answer: TestResponse) -> str:
    """The page a refused POST leads to; the POST itself shows nothing, since browsers keep what it carried."""
    assert answer.status_code == 303
    return person.get(answer.headers["Location"]).text


def key_in(person: FlaskClient, entry: str) -> TestResponse:
    return person.post("/form_qr/type", data={"entry": entry})


def until_read(person: FlaskClient, seconds: float = 20.0) -> dict:
    number, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        guide = person.get(f"/form_qr/guide.json?after={number}").json
        assert guide is not None
        number = guide["number"]
        if guide["is_read"]:
            return guide
    raise AssertionError("the virtual form was not read")


def test_a_form_held_up_is_read_masked_and_kept_once_confirmed(person: FlaskClient, parts: Services):
    assert person.get("/form_qr/").status_code == 200
    guide = until_read(person)
    assert not re.search(r"\d{12}", str(guide))
    for _ in range(2):  # a second tap changes nothing
        assert person.post("/form_qr/take").headers["Location"] == "/form_qr/check"
    page = person.get("/form_qr/check").text
    assert re.search(r"•••\d-\d{3}", page)
    assert application_of(person, parts).form_id is None
    assert person.post("/form_qr/check", data={"answer": "yes"}).headers["Location"] == "/applicant/next"
    kept = application_of(person, parts).form_id
    assert kept is not None
    assert len(kept) == 23
    assert kept not in page
    assert person.post("/form_qr/check", data={"answer": "yes"}).status_code == 303  # a second tap


def test_taking_when_nothing_was_read_says_so(person: FlaskClient, source: VirtualCamera):
    source.show("nobody")
    time.sleep(0.3)
    assert WORDS["form_qr.error_nothing_read"] in shown_after(person, person.post("/form_qr/take"))
    assert WORDS["form_qr.error_nothing_read"] not in person.get("/form_qr/").text


def test_a_scan_gives_the_id_by_whichever_keyboard_layout_parses(person: FlaskClient):
    url = f"https://net.kojinbango-card.go.jp/form?id={FORM_ID}"
    assert scan(person, url.replace("=", "^"), url).headers["Location"] == "/form_qr/check"
    assert "•••0-123" in person.get("/form_qr/check").text


@pytest.mark.parametrize(
    ("scanned", "error"),
    [
        (MY_NUMBER, "error_my_number"),
        ("https://example.com/", "error_other_code"),
        ("1" * 22, "error_too_few_digits"),
        ("1" * 24, "error_too_many_digits"),
        ("", "error_nothing_read"),
    ],
)
def test_a_wrong_scan_has_its_own_words_and_keeps_nothing(person: FlaskClient, parts: Services, scanned, error):
    assert WORDS[f"form_qr.{error}"] in shown_after(person, scan(person, scanned, scanned))
    assert application_of(person, parts).form_id is None
    assert person.get("/form_qr/check").headers["Location"] == "/form_qr/"


def test_a_twelve_digit_number_is_nowhere_on_disk_or_in_logs(
    person: FlaskClient, parts: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture
):
    caplog.set_level(logging.DEBUG)
    pages = [shown_after(person, scan(person, MY_NUMBER, MY_NUMBER))]
    pages.append(shown_after(person, key_in(person, "１２３４-5678 9018")))
    key_in(person, FORM_ID)
    pages.append(shown_after(person, key_in(person, MY_NUMBER)))
    assert all(WORDS["form_qr.error_my_number"] in page for page in pages)
    said = "".join([*pages, caplog.text, *capfd.readouterr(), repr(parts.live)])
    held = "".join(str(row) for row in parts.window_store().applications.list())
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert files
    for form in (MY_NUMBER, "1234-5678-9018", "１２３４", "5678 9018"):
        assert form not in said + held
        assert form.encode() not in files


def test_a_number_is_keyed_twice_and_a_slip_is_found_and_can_be_corrected(person: FlaskClient):
    once = shown_after(person, key_in(person, "1234 5678 9012 3456 7890 123"))
    assert WORDS["form_qr.title_type_again"] in once
    assert FORM_ID not in once
    slip = shown_after(person, key_in(person, FORM_ID[:-1] + "9"))
    assert WORDS["form_qr.error_entries_differ"].format(groups="6") in slip
    assert WORDS["form_qr.title_type_again"] in slip
    assert key_in(person, FORM_ID).headers["Location"] == "/form_qr/check"


@pytest.mark.parametrize(("slip", "error"), [(FORM_ID[:-1], "few"), (FORM_ID + "4", "many")])
def test_a_digit_missed_or_doubled_is_mended_in_place_and_not_keyed_anew(person: FlaskClient, slip: str, error: str):
    told = shown_after(person, key_in(person, slip))
    assert WORDS[f"form_qr.error_too_{error}_digits"] in told
    assert f'value="{slip}"' in told
    assert slip not in person.get("/form_qr/type").text  # shown once
    key_in(person, FORM_ID)
    told = shown_after(person, key_in(person, slip))
    assert WORDS["form_qr.title_type_again"] in told  # what was keyed first counts still
    assert f'value="{slip}"' in told
    assert key_in(person, FORM_ID).headers["Location"] == "/form_qr/check"


@pytest.mark.parametrize("other", ["1234567", "1" * 18, "1" * 28, MY_NUMBER])
def test_what_may_be_any_other_number_is_not_shown_again(person: FlaskClient, other: str):
    assert other not in shown_after(person, key_in(person, other))


def test_a_language_chosen_on_the_keypad_loses_no_digit(person: FlaskClient, parts: Services):
    switched = person.post("/form_qr/type", data={"entry": "1234 56", "language": "en"})
    assert switched.headers["Location"] == "/form_qr/type"
    page = person.get("/form_qr/type").text
    assert 'value="1234 56"' in page
    assert translator("en")("form_qr.title_type") in page
    key_in(person, FORM_ID)
    person.post("/form_qr/type", data={"entry": FORM_ID[:20], "display": "large"})
    again = person.get("/form_qr/type").text
    assert f'value="{FORM_ID[:20]}"' in again
    assert translator("en")("form_qr.title_type_again") in again
    assert FORM_ID[:20] not in person.get("/form_qr/type").text + repr(parts.live), "shown once, then forgotten"
    assert key_in(person, FORM_ID).headers["Location"] == "/form_qr/check"


def test_form_ids_stayed_in_memory_after_the_window_was_closed(person: FlaskClient, parts: Services):
    key_in(person, FORM_ID)
    assert key_in(person, FORM_ID).headers["Location"] == "/form_qr/check"
    person.post("/form_qr/type", data={"entry": FORM_ID[:20], "display": "large"})

    def in_memory() -> str:
        typed = [each.typed for waiting in parts.live["again"].values() for each in waiting.values()]
        return f"{parts.live['form_pending']} {typed}"

    assert in_memory().count(FORM_ID[:20]) == 2
    other = a_window(parts.vault, opened=False)
    parts.vault.forget_window(other.id)
    assert in_memory().count(FORM_ID[:20]) == 2, "another window's key has nothing to do with it"
    window = parts.current_window()
    assert window is not None
    close_window(parts.vault, parts.clock, window.id, REHEARSAL_OPERATOR)
    assert FORM_ID[:20] not in in_memory()


def test_staff_compare_a_number_keyed_once(person: FlaskClient, parts: Services):
    key_in(person, FORM_ID)
    kept = person.post("/form_qr/type", data={"entry": "", "compare": "staff"})
    assert kept.headers["Location"] == "/form_qr/check"
    person.post("/form_qr/check", data={"answer": "yes"})
    application = application_of(person, parts)
    assert (application.form_id, application.answers[FORM_KEYED]) == (FORM_ID, KEYED_ONCE)
    key_in(person, FORM_ID)
    key_in(person, FORM_ID)
    person.post("/form_qr/check", data={"answer": "yes"})
    assert FORM_KEYED not in application_of(person, parts).answers, "keyed twice after all"


def test_a_second_tap_on_yes_kept_no_mark_that_staff_compare_the_number(person: FlaskClient, parts: Services):
    key_in(person, FORM_ID)
    person.post("/form_qr/type", data={"entry": "", "compare": "staff"})
    for _ in range(2):
        assert person.post("/form_qr/check", data={"answer": "yes"}).headers["Location"] == "/applicant/next"
        assert application_of(person, parts).answers[FORM_KEYED] == KEYED_ONCE


def test_keying_can_be_started_over(person: FlaskClient):
    key_in(person, FORM_ID)
    assert WORDS["form_qr.title_type_again"] not in person.get("/form_qr/type?afresh=1").text
    assert WORDS["form_qr.title_type_again"] in shown_after(person, key_in(person, FORM_ID))


def test_a_forged_first_entry_does_not_pass(person: FlaskClient):
    forged = person.post("/form_qr/type", data={"first": FORM_ID, "entry": FORM_ID})
    assert WORDS["form_qr.title_type_again"] in shown_after(person, forged)
    assert person.get("/form_qr/check").headers["Location"] == "/form_qr/"


def test_a_form_already_used_is_blocked_and_says_when(person: FlaskClient, parts: Services):
    holder = an_application(parts.window_store(), form_id=FORM_ID)
    page = shown_after(person, scan(person, FORM_ID, FORM_ID))
    assert holder.started_at[11:16] in page
    assert holder.uid not in page


def test_a_form_of_an_earlier_day_was_said_to_be_of_today(person: FlaskClient, parts: Services):
    """A window of two days: the time alone was shown, beside the word today."""
    begun, store = "2026-11-20T09:15:00.000+09:00", parts.window_store()
    store.applications.start("earlier", "901", "ja", begun, begun)
    store.applications.set_form_id("earlier", FORM_ID, begun)
    page = shown_after(person, scan(person, FORM_ID, FORM_ID))
    assert "11月20日09:15" in page
    assert "今日09:15" not in page


def test_a_form_that_became_used_meanwhile_is_refused_at_the_end_too(person: FlaskClient, parts: Services):
    scan(person, FORM_ID, FORM_ID)
    an_application(parts.window_store(), form_id=FORM_ID)
    assert person.post("/form_qr/check", data={"answer": "yes"}).status_code == 422
    assert application_of(person, parts).form_id is None


def test_an_old_address_makes_the_form_unusable_and_notes_a_new_one_once(person: FlaskClient, parts: Services):
    scan(person, FORM_ID, FORM_ID)
    for _ in range(2):
        answer = person.post("/form_qr/check", data={"answer": "no"})
        assert answer.headers["Location"] == "/form_qr/without?reason=old"
    assert WORDS["form_qr.title_old_form"] in person.get("/form_qr/without?reason=old").text
    application = application_of(person, parts)
    assert (application.form_id, application.answers[REISSUE_WANTED]) == (None, "old_address")
    assert parts.window_store().statistics.reissues() == {"old_address": 1}


def test_without_a_form_the_way_goes_on_by_hand(person: FlaskClient, parts: Services):
    assert person.get("/form_qr/without").status_code == 200
    for _ in range(2):
        assert person.post("/form_qr/without").headers["Location"] == "/applicant/next"
    assert application_of(person, parts).answers[WITHOUT_FORM] == "yes"
    assert parts.window_store().statistics.reissues() == {"no_form": 1}


def test_a_form_given_up_after_all_was_still_called_current(person: FlaskClient, parts: Services):
    scan(person, FORM_ID, FORM_ID)
    person.post("/form_qr/check", data={"answer": "yes"})
    assert application_of(person, parts).answers[FORM_CURRENT] == "yes"
    person.post("/form_qr/without")
    application = application_of(person, parts)
    assert (application.form_id, FORM_CURRENT in application.answers) == (None, False)


def test_a_camera_that_is_missing_or_pulled_leaves_the_other_ways_and_comes_back(
    person: FlaskClient, source: VirtualCamera
):
    source.show("unplugged")
    page = person.get("/form_qr/").text
    assert WORDS["form_qr.note_camera_missing"] in page
    assert WORDS["form_qr.button_type"] in page
    assert person.get("/form_qr/frame.jpg?after=99999").status_code == 204
    assert scan(person, FORM_ID, FORM_ID).status_code == 303
    person.get("/form_qr/")
    source.show("form")
    assert until_read(person, 30.0)["is_read"]


def test_frames_are_never_written_to_disk(person: FlaskClient, tmp_path: Path):
    person.get("/form_qr/")
    until_read(person)
    assert person.get("/form_qr/frame.jpg?after=0").data[:2] == b"\xff\xd8"
    starts = {path.read_bytes()[:3] for path in tmp_path.rglob("*") if path.is_file()}
    assert b"\xff\xd8\xff" not in starts
    assert b"\x89PN" not in starts


def test_nobody_at_the_screen_sees_nothing_of_the_camera(app: Flask):
    stranger = app.test_client()
    for address in ("/form_qr/", "/form_qr/frame.jpg", "/form_qr/guide.json", "/form_qr/check"):
        assert stranger.get(address).status_code == 404


def test_a_wiped_screen_leaves_neither_a_reading_nor_the_camera_taken(person: FlaskClient, parts: Services) -> None:
    """2026-11: what the form camera had read for somebody stayed in memory and kept the camera from the desk."""
    person.get("/form_qr/")
    until_read(person)
    uid = application_of(person, parts).uid
    assert station_of(parts).is_busy_for("somebody at the desk")
    person.post("/applicant/finish")
    assert station_of(parts).current(uid) is None
    assert not station_of(parts).is_busy_for("somebody at the desk")


def test_a_number_keyed_or_scanned_lets_the_camera_go(person: FlaskClient, parts: Services) -> None:
    person.get("/form_qr/")
    uid = application_of(person, parts).uid
    assert scan(person, FORM_ID).headers["Location"] == "/form_qr/check"
    assert station_of(parts).current(uid) is None
    person.post("/applicant/finish")
    assert uid not in parts.live["form_pending"]
