"""The desk's door promises: nobody in without a passphrase, nothing taken over, nothing left open."""

import re
from pathlib import Path

import pytest
from werkzeug.test import Client

from kiosk.app import create_site
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.desk_navigator import PASSPHRASE, Desk

PAGES = ["/", "/queue/", "/queue/board", "/queue/find?wanted=100", "/windows", "/idle", "/batch/", "/staff", "/audit"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_for_sign_in(desk: Desk, page: str) -> None:
    browser = desk.browser()
    browser.see(page)
    assert browser.last is not None
    assert browser.last.status_code == 303
    assert browser.last.location.startswith("/desk/sign-in")


def test_photo_and_receipt_are_shown_to_nobody_outside(desk: Desk) -> None:
    person = desk.applicant()
    browser = desk.browser()
    for page in ("photo.jpg", "receipt", "receipt.pdf", ""):
        answer = browser.client.get(f"/desk/queue/{person.uid}/{page}".rstrip("/"))
        assert answer.status_code == 303
        assert b"JFIF" not in answer.data


def test_an_applicant_who_opens_the_desk_sees_a_door_only(desk: Desk) -> None:
    """The applicant's cookie opens nothing at the desk and is not even sent there as the desk's."""
    person = desk.applicant()
    client = Client(create_site(desk.settings, desk.services))
    client.get("/")
    client.get("/applicant/consent")
    answer = client.get(f"/desk/queue/{person.uid}")
    assert answer.status_code == 303
    assert "/desk/sign-in" in answer.location
    assert "見本" not in client.get("/desk/sign-in").get_data(as_text=True)
    applicants_cookie = client.get_cookie("madoguchi_applicant", path="/")
    assert applicants_cookie is not None
    forged = Client(create_site(desk.settings, desk.services))
    forged.set_cookie("madoguchi_desk", applicants_cookie.value, path="/desk")
    assert forged.get("/desk/queue/").status_code == 303


def test_sign_in_shows_the_board_and_the_last_time(desk: Desk) -> None:
    first = desk.signed_in()
    assert "はじめてのサインイン" in first.see("/queue/")
    again = desk.signed_in()
    assert "前回のサインイン: 2026-11-24 10:00" in again.see("/queue/")


@pytest.mark.parametrize(("name", "passphrase"), [(REHEARSAL_OPERATOR, "wrong words here"), ("nobody", PASSPHRASE)])
def test_wrong_name_and_wrong_passphrase_look_alike(desk: Desk, name: str, passphrase: str) -> None:
    browser = desk.browser()
    browser.see("/sign-in")
    answer = browser.press("/sign-in", name=name, passphrase=passphrase)
    assert answer.status_code == 401
    assert "係員名かパスフレーズが違います" in answer.text
    assert passphrase not in answer.text


def test_brute_force_meets_a_growing_wait(desk: Desk) -> None:
    browser = desk.browser()
    browser.see("/sign-in")
    for _ in range(4):
        answer = browser.press("/sign-in", name=REHEARSAL_OPERATOR, passphrase="guess after guess")
    answer = browser.press("/sign-in", name=REHEARSAL_OPERATOR, passphrase=PASSPHRASE)
    assert answer.status_code == 429
    assert re.search(r"10:00:\d\d まで", answer.text)
    desk.clock.tick(3700)
    assert browser.press("/sign-in", name=REHEARSAL_OPERATOR, passphrase=PASSPHRASE).status_code == 303


def test_session_of_before_the_sign_in_is_not_the_one_after(desk: Desk) -> None:
    browser = desk.browser()
    browser.see("/sign-in")
    planted = browser.client.get_cookie("madoguchi_desk", path="/desk")
    browser.sign_in()
    mine = browser.client.get_cookie("madoguchi_desk", path="/desk")
    assert planted is not None
    assert mine is not None
    assert planted.value != mine.value
    thief = desk.browser()
    thief.client.set_cookie("madoguchi_desk", planted.value, path="/desk")
    assert "/sign-in" in (thief.client.get("/desk/queue/").location or "")


def test_sign_out_ends_a_copied_session_as_well(desk: Desk) -> None:
    browser = desk.signed_in()
    cookie = browser.client.get_cookie("madoguchi_desk", path="/desk")
    assert cookie is not None
    browser.see("/windows")
    assert browser.press("/sign-out").status_code == 303
    thief = desk.browser()
    thief.client.set_cookie("madoguchi_desk", cookie.value, path="/desk")
    assert thief.client.get("/desk/queue/").status_code == 303


def test_idle_desk_locks_although_the_board_goes_on_asking(desk: Desk) -> None:
    browser = desk.signed_in()
    for _ in range(10):
        desk.clock.tick(60)
        answer = browser.client.get("/desk/queue/board", headers={"HX-Request": "true", "Sec-Fetch-Mode": "cors"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/desk/sign-in")
    assert browser.client.get("/desk/queue/").status_code == 303


@pytest.mark.parametrize("asked", ["photo-live", "photo-frame.jpg", "form-guide.json", "form-frame.jpg", "photo.jpg"])
def test_an_open_application_does_not_keep_the_desk_awake(desk: Desk, asked: str) -> None:
    """2026-11: its camera panel asked every second, so a desk left at an application never locked."""
    person, browser = desk.applicant(), desk.signed_in()
    for _ in range(10):
        desk.clock.tick(60)
        browser.client.get(f"/desk/queue/{person.uid}/{asked}", headers={"Sec-Fetch-Mode": "no-cors"})
    assert browser.client.get(f"/desk/queue/{person.uid}").status_code == 303


def test_a_touch_keeps_the_desk_awake(desk: Desk) -> None:
    browser = desk.signed_in()
    for _ in range(5):
        desk.clock.tick(9 * 60)
        assert browser.press("/touch").status_code == 204
    assert browser.client.get("/desk/queue/").status_code == 200


def test_after_the_lock_sign_in_leads_back_to_the_same_page(desk: Desk) -> None:
    person = desk.applicant()
    browser = desk.signed_in()
    desk.clock.tick(3600)
    door = browser.client.get(f"/desk/queue/{person.uid}").location
    assert f"back=/queue/{person.uid}" in door.replace("%2F", "/")
    answer = browser.sign_in(back=f"/queue/{person.uid}")
    assert answer.location == f"/desk/queue/{person.uid}"


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(desk: Desk, back: str) -> None:
    assert desk.browser().sign_in(back=back).location == "/desk/"


def test_change_without_the_pages_token_is_refused(desk: Desk) -> None:
    person = desk.applicant()
    browser = desk.signed_in()
    for path in (f"/queue/{person.uid}/claim", f"/queue/{person.uid}/withdraw", "/windows", "/sign-out"):
        assert browser.client.post(f"/desk{path}", data={"version": "1"}).status_code == 400
    assert desk.store.applications.get(person.uid).claimed_by is None


def test_get_changes_nothing(desk: Desk) -> None:
    person = desk.applicant()
    browser = desk.signed_in()
    for path in ("claim", "accept", "withdraw", "reject", "return", "form-id"):
        assert browser.client.get(f"/desk/queue/{person.uid}/{path}").status_code == 405
    assert desk.store.applications.get(person.uid) == person


def test_operator_cannot_plan_a_window_or_reopen(desk: Desk) -> None:
    person = desk.applicant(ApplicationState.ACCEPTED)
    browser = desk.signed_in(REHEARSAL_OPERATOR)
    plan = {"company": "見本", "place": "会議室", "held_on": "2026-12-01", "head_count": "10"}
    assert browser.press("/windows", **plan).status_code == 403
    answer = browser.press(f"/queue/{person.uid}/reopen", reason="misread", version=person.version)
    assert answer.status_code == 403
    assert desk.store.applications.get(person.uid).state is ApplicationState.ACCEPTED


def test_supervisor_plans_pauses_and_resumes(desk: Desk) -> None:
    browser = desk.signed_in(REHEARSAL_SUPERVISOR)
    plan = {"company": "次の会社", "place": "会議室", "held_on": "2026-12-01", "head_count": "10", "preset": "nagoya"}
    assert browser.press("/windows", **plan).status_code == 303
    listed = desk.services.kiosk_store.windows.list()
    assert {each.company: each.options["preset"] for each in listed if each.company == "次の会社"} == {
        "次の会社": "nagoya"
    }
    assert "更新はA1点+暗証番号でも可" in browser.see("/windows").split("次の会社")[1], "what was agreed is in the list"
    assert browser.press(f"/windows/{desk.window.id}/pause").status_code == 303
    assert "休止中" in browser.see("/windows")
    assert browser.press(f"/windows/{desk.window.id}/resume").status_code == 303
    assert browser.press(f"/windows/{desk.window.id}/resume").status_code == 409
    assert browser.press(f"/windows/{desk.window.id}/erase").status_code == 404


@pytest.mark.parametrize("head_count", ["0", "-1", "99999", "many", ""])
def test_plan_with_a_bad_number_is_refused_with_words(desk: Desk, head_count: str) -> None:
    browser = desk.signed_in(REHEARSAL_SUPERVISOR)
    plan = {"company": "見本", "place": "会議室", "held_on": "2026-12-01", "head_count": head_count}
    answer = browser.press("/windows", **plan)
    assert answer.status_code == 422
    assert "予定人数" in answer.text


def test_disabled_account_is_out_at_its_next_tap(desk: Desk) -> None:
    browser = desk.signed_in(REHEARSAL_OPERATOR)
    desk.services.kiosk_store.staff.disable(REHEARSAL_OPERATOR, "2026-11-24T10:00:00.000+09:00")
    assert browser.client.get("/desk/queue/").status_code == 303


def test_other_host_names_are_refused(desk: Desk) -> None:
    assert desk.browser().client.get("/desk/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_pages_are_never_kept_by_the_browser(desk: Desk) -> None:
    person = desk.applicant()
    browser = desk.signed_in()
    for path in ("/queue/", f"/queue/{person.uid}", f"/queue/{person.uid}/photo.jpg", "/sign-in"):
        assert browser.client.get(f"/desk{path}").headers["Cache-Control"] == "no-store"


def test_a_plan_that_is_refused_names_what_is_wrong(desk: Desk) -> None:
    staff = desk.signed_in(REHEARSAL_SUPERVISOR)
    staff.see("/windows")
    plan = {"company": "見本", "place": "見本", "held_on": "2026-11-25", "head_count": "3", "rehearsal": "yes"}
    wrong = {
        "held_on": ("soon", "日"),
        "head_count": ("many", "予定人数"),
        "place": (" ", "会場"),
        "contact_mail": ("x", "連絡用メール"),
    }
    for item, (value, label) in wrong.items():
        answer = staff.press("/windows", **{**plan, item: value})
        assert answer.status_code == 422
        assert f"<b>{label}</b>: " in answer.text


def test_the_idle_lock_says_why_and_leads_back_to_what_was_on_screen(desk: Desk) -> None:
    person, browser = desk.applicant(), desk.signed_in()
    desk.clock.tick(3600)
    page = f"http://127.0.0.1/desk/queue/{person.uid}"
    answer = browser.client.get("/desk/idle", headers={"HX-Request": "true", "HX-Current-URL": page})
    door = answer.headers["HX-Redirect"].removeprefix("/desk")
    assert "しばらく操作がなかったため" in browser.see(door)
    assert f'name="back" value="/queue/{person.uid}"' in browser.see(door)
    assert "しばらく操作がなかったため" not in desk.browser().see("/sign-in"), "a stranger was never in"


@pytest.mark.parametrize("page", ["https://evil.example/x?y", "http://127.0.0.1//evil.example", "/desk/<script>"])
def test_the_idle_lock_leads_nowhere_else(desk: Desk, page: str) -> None:
    browser = desk.signed_in()
    desk.clock.tick(3600)
    answer = browser.client.get("/desk/idle", headers={"HX-Request": "true", "HX-Current-URL": page})
    text = browser.see(answer.headers["HX-Redirect"].removeprefix("/desk"))
    assert re.search(r'name="back" value="(/x)?"', text)


def test_every_refusal_stands_in_the_desks_frame_with_a_way_on(desk: Desk) -> None:
    """Staff are told what to do next, never to call staff."""
    person, staff = desk.applicant(ApplicationState.ACCEPTED), desk.signed_in()
    staff.see("/queue/nobody")
    assert staff.last is not None
    assert (staff.last.status_code, "to-board" in staff.last.text, "go-on" in staff.last.text) == (404, True, True)
    forbidden = staff.press(f"/queue/{person.uid}/reopen", reason="misread", version=person.version)
    assert (forbidden.status_code, f'id="go-back" href="/desk/queue/{person.uid}"' in forbidden.text) == (403, True)
    staff.token = "of a page from before the last sign-in"
    stale = staff.press(f"/queue/{person.uid}/withdraw", version=person.version)
    assert (stale.status_code, "何も変えていません" in stale.text, "go-back" in stale.text) == (400, True, True)
    staff.see("/windows")
    for _ in range(2):
        twice = staff.press(f"/windows/{desk.window.id}/pause")
    assert (twice.status_code, 'id="go-back" href="/desk/windows"' in twice.text) == (409, True)
    for answer in (forbidden, stale, twice):
        assert "係員をお呼びください" not in answer.text
        assert 'class="bar"' in answer.text
    door = desk.browser().press("/sign-in", name="demo", passphrase=PASSPHRASE)
    assert (door.status_code, 'class="bar"' in door.text, 'id="go-on" href="/desk/"' in door.text) == (400, False, True)


def test_an_unexpected_error_tells_staff_how_to_go_on(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    staff, uid = desk.signed_in(), desk.applicant().uid
    with desk.store.write() as database:
        database.conn.execute("drop table photos")
    page = staff.see(f"/queue/{uid}")
    assert staff.last is not None
    assert staff.last.status_code == 500
    assert "受付一覧から開き直してください" in page
    assert "unexpected" in caplog.text
