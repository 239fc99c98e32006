"""A returned person goes on at the applicant screen: offered by staff, taken once, soon, and by nobody else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.test import Client

from kiosk.actions import resume
from kiosk.actions.window import close_window, pause_window, resume_window
from kiosk.app import create_site
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_OPERATOR
from kiosk.texts import catalogue, translator
from tests.builders import AT, FORM_ID
from tests.desk_navigator import Browser, Desk
from tests.page_words import numbers_in, words_of

_A = ApplicationState
WORDS = catalogue("ja")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


@pytest.fixture
def screen(desk: Desk) -> Client:
    return Client(create_site(desk.settings, desk.services))


def token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return found.group(1)


def take(screen: Client, call_number: str) -> int:
    page = screen.get("/resume/").text if screen.get("/resume/").status_code == 200 else screen.get("/").text
    return screen.post("/resume/", data={"csrf_token": token(page), "call_number": call_number}).status_code


def offered(desk: Desk) -> tuple[Browser, str, str]:
    staff, person = desk.signed_in(), desk.applicant()
    staff.see("/queue/")
    staff.press(f"/queue/{person.uid}/return", reason="photo", words="帽子を取って", version=person.version)
    assert staff.press(f"/queue/{person.uid}/resume").status_code == 303
    return staff, person.uid, person.call_number


def test_person_goes_on_and_hands_in_again(desk: Desk, screen: Client) -> None:
    staff, uid, number = offered(desk)
    assert 'id="resume"' in screen.get("/").text
    for page in (screen.get("/").text, screen.get("/resume/").text):
        assert number not in numbers_in(words_of(page))
        assert "帽子を取って" not in page
        assert "見本 花子" not in page
    assert take(screen, number) == 303
    page = screen.get("/resume/mend").text
    assert "写真を撮り直して" in page
    assert "帽子を取って" in page
    assert "見本 花子" not in page
    review = screen.get("/applicant/review")
    assert review.status_code == 200
    assert "見本 花子" in review.text
    screen.post("/applicant/submit", data={"csrf_token": token(review.text)})
    assert desk.store.applications.get(uid).state is _A.SUBMITTED
    assert number in staff.see("/queue/")
    assert [e.event for e in desk.services.kiosk_store.audit.list(uid)][-2:] == ["resume_offered", "resumed"]


@pytest.mark.parametrize(
    ("reason", "page"),
    [("photo", "/photo/"), ("form", "/form_qr/"), ("answers", "/applicant/next"), ("other", "/applicant/next")],
)
def test_person_goes_on_where_something_is_to_be_mended(desk: Desk, screen: Client, reason: str, page: str) -> None:
    staff, person = desk.signed_in(), desk.applicant()
    staff.see("/queue/")
    staff.press(f"/queue/{person.uid}/return", reason=reason, words="ここを直す", version=person.version)
    staff.press(f"/queue/{person.uid}/resume")
    asked = screen.get("/resume/").text
    answer = screen.post("/resume/", data={"csrf_token": token(asked), "call_number": person.call_number})
    assert answer.location == "/resume/mend"
    assert f'href="{page}"' in screen.get("/resume/mend").text
    review = screen.get("/applicant/review").text
    assert WORDS[f"resume.mend_{reason}"] in review
    assert "ここを直す" in review


def test_review_asks_for_a_new_photo_until_there_is_one(desk: Desk, screen: Client) -> None:
    _, uid, number = offered(desk)
    take(screen, number)
    assert WORDS["resume.mend_photo"] in screen.get("/applicant/review").text
    desk.clock.tick(60)
    old = desk.store.photos.get(uid)
    assert old is not None
    desk.store.photos.save(uid, replace(old, taken_at=desk.clock.now().isoformat(timespec="milliseconds")))
    assert WORDS["resume.mend_photo"] not in screen.get("/applicant/review").text


def test_offer_speaks_the_language_of_the_person_it_is_for(desk: Desk, screen: Client) -> None:
    staff, person = desk.signed_in(), desk.applicant()
    desk.store.applications.set_language(person.uid, "pt", AT)
    staff.see("/queue/")
    staff.press(f"/queue/{person.uid}/return", reason="photo", words="", version=person.version)
    staff.press(f"/queue/{person.uid}/resume")
    start = screen.get("/").text
    assert translator("pt")("resume.button_resume") in start
    assert translator("pt")("resume.title_number") in screen.get("/resume/").text
    screen.post("/applicant/finish", data={"csrf_token": token(start)})
    assert '<html lang="ja"' in screen.get("/").text, "not for the next person"


def test_start_page_learns_of_an_offer_and_of_its_end_and_of_a_window_that_closes(desk: Desk, screen: Client) -> None:
    def shown() -> str:
        found = re.search(r'data-mark="([^"]*)"', screen.get("/").text)
        assert found
        return found.group(1)

    def now() -> str:
        return str(screen.get("/resume/mark.json").get_json()["mark"])

    before = shown()
    assert now() == before
    _, _, number = offered(desk)
    assert now() != before
    assert number not in now()
    assert now() == shown()
    desk.clock.tick(181)
    assert now() == before
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    assert now() != before


def test_a_pause_lets_nobody_begin_and_everybody_finish(desk: Desk, screen: Client) -> None:
    """2026-11: a pause changed nothing at the applicant screen, where people were to be asked to wait."""
    on_the_way, mark = Client(create_site(desk.settings, desk.services)), "/resume/mark.json"
    on_the_way.post("/applicant/consent", data={"csrf_token": token(on_the_way.get("/applicant/consent").text)})
    before = screen.get(mark).get_json()
    pause_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    assert screen.get(mark).get_json() != before
    assert WORDS["applicant.title_not_open"] in screen.get("/").text
    page = screen.get("/applicant/consent").text
    assert WORDS["applicant.title_not_open"] in page
    assert screen.post("/applicant/consent", data={"csrf_token": token(page)}).location == "/"
    assert len(desk.store.applications.list()) == 1
    assert on_the_way.get("/applicant/next").location == "/form_qr/"
    resume_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    assert screen.get(mark).get_json() == before


def test_offer_is_taken_once(desk: Desk, screen: Client) -> None:
    _, _, number = offered(desk)
    assert take(screen, number) == 303
    other = Client(create_site(desk.settings, desk.services))
    assert take(other, number) == 404
    assert number not in numbers_in(words_of(other.get("/").text))


def wrong_number(number: str) -> str:
    return "100" if number != "100" else "101"


def test_another_number_opens_nothing_and_the_third_one_withdraws_the_offer(desk: Desk, screen: Client) -> None:
    """2026-11: the number stood on the start page, and whoever tapped there saw the application."""
    _, _, number = offered(desk)
    for _ in range(2):
        assert take(screen, wrong_number(number)) == 303
        page = screen.get("/resume/")
        assert page.status_code == 422
        assert WORDS["resume.error_number"] in page.text
        assert screen.get("/applicant/review").status_code == 303
    assert take(screen, wrong_number(number)) == 404
    assert take(screen, number) == 404
    assert 'id="resume"' not in screen.get("/").text


@pytest.mark.parametrize("form", ["{}", " {} ", "wide"])
def test_a_number_is_taken_however_it_was_keyed(desk: Desk, screen: Client, form: str) -> None:
    _, _, number = offered(desk)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    assert take(screen, wide if form == "wide" else form.format(number)) == 303
    assert screen.get("/resume/mend").status_code == 200


def test_who_has_nothing_to_mend_goes_on_at_once(desk: Desk, screen: Client) -> None:
    uid, number = wiped_draft(desk, screen)
    desk.signed_in().see(f"/queue/{uid}")
    resume.offer(desk.services, uid, REHEARSAL_OPERATOR)
    assert take(screen, number) == 303
    assert screen.get("/resume/mend").location == "/applicant/next"
    assert Client(create_site(desk.settings, desk.services)).get("/resume/mend").location == "/"


def test_offer_stands_for_minutes_only(desk: Desk, screen: Client) -> None:
    _, _, number = offered(desk)
    desk.clock.tick(181)
    assert take(screen, number) == 404


def test_without_an_offer_no_call_number_opens_anything(desk: Desk, screen: Client) -> None:
    person = desk.applicant(_A.RETURNED)
    assert take(screen, person.call_number) == 404
    assert screen.get("/applicant/review").status_code == 303


def test_what_was_handed_in_is_not_offered(desk: Desk) -> None:
    staff, person = desk.signed_in(), desk.applicant()
    staff.see("/queue/")
    assert staff.press(f"/queue/{person.uid}/resume").status_code == 409


def wiped_draft(desk: Desk, screen: Client) -> tuple[str, str]:
    """Somebody consents, begins, answers one question and walks off: the screen wipes itself."""
    screen.post("/applicant/consent", data={"csrf_token": token(screen.get("/applicant/consent").text)})
    (draft,) = desk.store.applications.list()
    desk.store.applications.set_form_id(draft.uid, FORM_ID, AT)
    page = screen.get("/applicant/question/application_kind").text
    answered = {"csrf_token": token(page), "answer": "first"}
    assert screen.post("/applicant/question/application_kind", data=answered).status_code == 303
    assert screen.post("/applicant/finish", data={"csrf_token": token(page)}).location == "/"
    assert screen.get("/applicant/next").location == "/"
    return draft.uid, draft.call_number


@pytest.mark.parametrize("by", ["call number", "last four digits of the form"])
def test_draft_wiped_from_the_screen_is_brought_back_by_staff(desk: Desk, screen: Client, by: str) -> None:
    uid, number = wiped_draft(desk, screen)
    staff = desk.signed_in()
    found = staff.see(f"/queue/find?wanted={number if by == 'call number' else FORM_ID[-4:]}")
    assert f"/desk/queue/{uid}" in found
    assert f"/queue/{uid}/resume" in staff.see(f"/queue/{uid}")
    assert staff.press(f"/queue/{uid}/resume").status_code == 303
    assert take(screen, number) == 303
    assert screen.get("/applicant/next").location == "/applicant/question/municipality"
    assert desk.store.applications.get(uid).answers == {"application_kind": "first"}


def test_without_consent_there_is_nothing_to_bring_back(desk: Desk, screen: Client) -> None:
    page = screen.get("/applicant/consent").text
    screen.post("/applicant/finish", data={"csrf_token": token(page)})
    assert desk.store.applications.list() == []
