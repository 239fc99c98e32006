"""The applicant's screens on the real store: nothing lost, nothing twice, bad input answered with words."""

import logging
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kiosk.actions.applicant import submit
from kiosk.actions.window import close_window
from kiosk.app import create_app
from kiosk.clock import RandomIds
from kiosk.domain.errors import NotAllowedNow, StorageFull
from kiosk.domain.my_number import check_digit
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.domain.window import Window
from kiosk.fakes import FixedClock
from kiosk.rules import rules_text
from kiosk.settings import load_settings
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import REHEARSAL_OPERATOR
from kiosk.store.window_file import WindowStore
from kiosk.texts import translator
from kiosk.wiring import Cameras, Services
from tests.builders import AT, FORM_ID, a_rehearsal_vault, a_window

MY_NUMBER = "12345678901" + str(check_digit("12345678901"))
ADULT = {
    "application_kind": "first", "municipality": "host", "contact_name": "みほん　たろう", "mail": "taro@example.jp",
    "applying_as": "self", "certificates": "both", "braille": "no", "photo_exception": "none", "forwarding": "no",
    "moving": "no",
}  # fmt: skip
NO_CAMERAS = cast(Cameras, None)
"""These screens use none."""
BORN = {"era": "showa", "year": "60", "month": "4", "day": "1"}


@dataclass
class Visitor:
    """A person at the screen: taps, and reads where that led."""

    app: Flask
    services: Services
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.app.test_client()

    @property
    def store(self) -> WindowStore:
        return self.services.window_store()

    @property
    def application(self) -> Application:
        with self.browser.session_transaction() as session:
            return self.store.applications.get(session["uid"])

    def tap(self, address: str, **fields: str) -> TestResponse:
        return self.browser.post(address, data=fields)

    def see(self, address: str) -> TestResponse:
        return self.browser.get(address)

    def refused(self, key: str, raw: str) -> TestResponse:
        """Answer what cannot be kept; the page that asks again."""
        answer = self.tap(f"/applicant/question/{key}", answer=raw)
        assert (answer.status_code, answer.location) == (303, f"/applicant/question/{key}")
        assert raw not in answer.text
        return self.see(answer.location)

    def begin(self) -> None:
        self.see("/applicant/consent")
        self.tap("/applicant/consent")
        self.store.applications.set_form_id(self.application.uid, FORM_ID, AT)

    def next(self) -> str:
        return self.see("/applicant/next").location

    def answer_all(self, answers: dict[str, str], born: dict[str, str]) -> None:
        """Answer what is asked until the review or the photo comes."""
        for _ in range(40):
            key = self.next().rsplit("/", 1)[-1]
            if "/question/" not in self.next():
                return
            fields = born if key == "birth_date" else {"answer": answers[key]}
            done = self.tap(f"/applicant/question/{key}", **fields)
            assert done.status_code == 303, (key, done.status_code)
        raise AssertionError("the questions never end")

    def take_photo(self) -> None:
        jpeg = b"a picture"
        photo = StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 600, 771, "pass", (), AT)
        self.store.photos.save(self.application.uid, photo)


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    vault = a_rehearsal_vault(tmp_path)
    a_window(vault)
    settings = load_settings()
    services = Services(settings, FixedClock(), RandomIds(), vault, NO_CAMERAS)
    app = create_app("applicant", ("applicant", "form_qr", "photo"), settings, services)
    app.config["WTF_CSRF_ENABLED"] = False
    yield Visitor(app, services)
    vault.lock()


def ready_to_submit(visitor: Visitor) -> None:
    visitor.begin()
    visitor.answer_all(ADULT, BORN)
    visitor.take_photo()
    visitor.answer_all(ADULT, BORN)
    assert visitor.next() == "/applicant/review"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_while_no_window_is_open_the_screen_says_so_and_begins_nothing(visitor: Visitor, language: str) -> None:
    t = translator(language)
    visitor.tap("/applicant/language", language=language, back="/applicant/consent")
    visitor.see("/applicant/consent")
    window = visitor.services.current_window()
    assert window is not None
    close_window(visitor.services.vault, visitor.services.clock, window.id, REHEARSAL_OPERATOR)
    assert t("applicant.title_not_open") in visitor.see("/").text
    assert visitor.tap("/applicant/consent").location == "/applicant/consent"
    assert t("applicant.title_not_open") in visitor.see("/applicant/consent").text


def test_window_closed_in_the_middle_is_named_as_the_reason(visitor: Visitor) -> None:
    visitor.begin()
    page = visitor.next()
    window = visitor.services.current_window()
    assert window is not None
    close_window(visitor.services.vault, visitor.services.clock, window.id, REHEARSAL_OPERATOR)
    for address in (page, "/applicant/review", "/form_qr/", "/photo/"):
        assert translator("ja")("errors.error_no_open_window") in visitor.see(address).text, address
    assert visitor.see("/").status_code == 200


def test_every_page_of_the_way_asked_what_staff_had_corrected(visitor: Visitor) -> None:
    """Each question did so twice, and looked for the photo twice, though no answer of this person is in doubt."""
    visitor.begin()
    visitor.answer_all(ADULT, BORN)
    asked: list[str] = []
    connection = visitor.store.file.tables.conn
    connection.set_trace_callback(asked.append)
    for address in ("/applicant/next", "/applicant/question/braille", "/applicant/review"):
        visitor.see(address)
        assert not [each for each in asked if " from changes" in each], address
        assert len([each for each in asked if " from photos" in each]) == 1, address
        asked.clear()
    connection.set_trace_callback(None)


def test_whole_way_ends_with_a_number_and_a_clean_screen(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    assert visitor.tap("/applicant/submit").location == "/applicant/submitted"
    application = visitor.application
    assert application.state is ApplicationState.SUBMITTED
    assert application.answers == ADULT | {"birth_date": "1985-04-01"}
    assert application.call_number in visitor.see("/applicant/submitted").text
    assert visitor.see("/applicant/slip.png").data.startswith(b"\x89PNG")
    visitor.tap("/applicant/finish")
    with visitor.browser.session_transaction() as session:
        assert dict(session) == {}
    for address in ("submitted", "review", "slip.png", "question/contact_name", "stop", "next", "before/photo"):
        assert visitor.see(f"/applicant/{address}").location == "/"


def test_double_tap_on_consent_begins_one_application(visitor: Visitor) -> None:
    visitor.see("/applicant/consent")
    for _ in range(3):
        assert visitor.tap("/applicant/consent").location == "/applicant/next"
    assert len(visitor.store.applications.list()) == 1


def test_consent_is_kept_with_its_time_and_nothing_before_it(visitor: Visitor) -> None:
    visitor.see("/")
    visitor.see("/applicant/consent")
    assert visitor.store.applications.list() == []
    visitor.tap("/applicant/consent")
    assert visitor.application.consented_at == visitor.services.clock.now().isoformat(timespec="milliseconds")


def test_double_tap_on_submit_ends_at_the_same_slip(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    first = visitor.tap("/applicant/submit")
    second = visitor.tap("/applicant/submit")
    assert first.location == second.location == "/applicant/submitted"
    moves = visitor.store.applications.history(visitor.application.uid)
    assert [move.event for move in moves] == [ApplicationEvent.SUBMIT]


def test_an_answer_changed_at_the_moment_of_handing_in_left_questions_open(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    uid, applications = visitor.application.uid, visitor.store.applications
    with ThreadPoolExecutor() as other_tab:
        with visitor.store.write():
            applications.save_answers(uid, {"application_kind": "renewal"}, AT)
            handed_in = other_tab.submit(submit, visitor.services, uid)
            time.sleep(0.3)
        assert isinstance(handed_in.exception(), NotAllowedNow)
    assert applications.get(uid).state is ApplicationState.DRAFT


def test_submit_before_everything_is_answered_changes_nothing(visitor: Visitor) -> None:
    visitor.begin()
    assert visitor.tap("/applicant/submit").status_code == 409
    assert visitor.application.state is ApplicationState.DRAFT


def test_handed_in_answers_cannot_be_changed_any_more(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    visitor.tap("/applicant/submit")
    assert visitor.tap("/applicant/question/braille", answer="yes").status_code == 409
    assert visitor.application.answers["braille"] == "no"
    assert visitor.see("/applicant/question/braille").location == "/applicant/submitted"


def test_same_answer_twice_is_the_same_answer(visitor: Visitor) -> None:
    visitor.begin()
    for _ in range(2):
        assert visitor.tap("/applicant/question/application_kind", answer="first").status_code == 303
    assert visitor.application.answers == {"application_kind": "first"}


def test_change_from_the_review_comes_back_to_it(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    assert visitor.tap("/applicant/question/braille", answer="yes").location == "/applicant/review"


def test_every_line_of_the_review_can_be_changed(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    page = visitor.see("/applicant/review").text
    for key in (*ADULT, "birth_date"):
        assert f'href="/applicant/question/{key}"' in page
    assert 'href="/photo/"' in page
    assert 'href="/form_qr/"' in page
    assert FORM_ID not in page


def test_answers_that_no_longer_apply_are_not_handed_in(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    visitor.tap("/applicant/question/birth_date", era="western", year="2026", month="3", day="24")
    child = {"representative_present": "yes", "representative_name": "みほん", "representative_relation": "mother"}
    visitor.answer_all(ADULT | child | {"certificates": "none"}, BORN)
    visitor.tap("/applicant/submit")
    application = visitor.application
    assert application.state is ApplicationState.SUBMITTED
    assert not {"applying_as", "photo_exception"} & set(application.answers)
    assert visitor.store.photos.get(application.uid) is None


@pytest.mark.parametrize(
    ("key", "raw", "words"),
    [
        ("contact_name", "太郎😀", "絵文字"),
        ("contact_name", "a\u202eb", "向き"),
        ("contact_name", "a" * 10_000, "60文字"),
        ("contact_name", "a\x07b", "見えない文字"),
        ("mail", "taro", "メールアドレス"),
        ("mail", "taro@", "メールアドレス"),
        ("mail", "taro@localhost", "メールアドレス"),
        ("mail", "a..b@example.jp", "メールアドレス"),
    ],
)
def test_bad_input_gets_words_and_stays_to_be_mended(visitor: Visitor, key: str, raw: str, words: str) -> None:
    visitor.begin()
    answer = visitor.refused(key, raw)
    assert words in answer.text
    assert raw in answer.text
    assert key not in visitor.application.answers


@pytest.mark.parametrize("key", ["contact_name", "mail"])
def test_my_number_is_neither_kept_nor_shown_again(
    visitor: Visitor, key: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    visitor.begin()
    with caplog.at_level(logging.DEBUG):
        answer = visitor.refused(key, f"{MY_NUMBER}@example.jp")
    assert "マイナンバー" in answer.text
    assert MY_NUMBER not in answer.text + caplog.text
    assert MY_NUMBER not in str(answer.headers)
    assert all(MY_NUMBER.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_name_is_stored_exactly_as_typed_and_shown_harmlessly(visitor: Visitor) -> None:
    visitor.begin()
    name = "=渡\U000e0101か\u3099<b>'\"&"
    visitor.tap("/applicant/question/contact_name", answer=name)
    assert visitor.application.answers["contact_name"] == name
    page = visitor.see("/applicant/question/contact_name").text
    assert "<b>'" not in page
    assert "&lt;b&gt;" in page


def test_certificate_alone_is_stopped_and_counted(visitor: Visitor) -> None:
    visitor.begin()
    visitor.tap("/applicant/question/application_kind", answer="certificate_only")
    assert visitor.next() == "/applicant/stop"
    assert "電子証明書" in visitor.see("/applicant/stop").text
    uid = visitor.application.uid
    visitor.tap("/applicant/end")
    assert visitor.store.applications.get(uid).state is ApplicationState.ABANDONED
    assert [move.reason for move in visitor.store.applications.history(uid)] == ["certificate_only"]


def test_who_was_stopped_here_left_name_form_and_photo_behind(visitor: Visitor) -> None:
    ready_to_submit(visitor)
    visitor.tap("/applicant/question/application_kind", answer="certificate_only")
    uid = visitor.application.uid
    visitor.tap("/applicant/end")
    ended = visitor.store.applications.get(uid)
    assert (ended.form_id, ended.answers, visitor.store.photos.has(uid)) == (None, {}, False)
    assert visitor.store.applications.history(uid)[-1].reason == "certificate_only"


def test_resident_of_another_city_is_told_at_the_question_where_only_the_own_are_taken(visitor: Visitor) -> None:
    visitor.begin()
    visitor.tap("/applicant/question/application_kind", answer="first")
    visitor.tap("/applicant/question/municipality", answer="other")
    assert visitor.next() == "/applicant/question/other_municipality"
    visitor.services.installed = replace(visitor.services.installed, other_cities="not_accepted")
    assert visitor.next() == "/applicant/stop"
    page = visitor.see("/applicant/stop").text
    assert "デモ市に住民登録のある方だけです" in page
    assert "/applicant/question/municipality" in page
    visitor.tap("/applicant/question/municipality", answer="host")
    assert visitor.next() == "/applicant/question/contact_name"


def test_end_wipes_the_screen_even_while_locked(visitor: Visitor) -> None:
    visitor.begin()
    visitor.tap("/applicant/question/application_kind", answer="certificate_only")
    visitor.services.vault.lock()
    assert visitor.tap("/applicant/end").location == "/"
    with visitor.browser.session_transaction() as session:
        assert dict(session) == {}


def test_stop_for_the_licence_can_be_taken_back(visitor: Visitor) -> None:
    visitor.begin()
    for key, value in (("application_kind", "renewal"), ("driving_licence", "yes"), ("licence_way", "stop")):
        visitor.tap(f"/applicant/question/{key}", answer=value)
    assert visitor.next() == "/applicant/stop"
    visitor.tap("/applicant/question/licence_way", answer="without")
    assert visitor.next() != "/applicant/stop"


def test_language_changes_at_any_step_and_keeps_what_is_typed(visitor: Visitor) -> None:
    visitor.begin()
    switched = visitor.tap("/applicant/question/contact_name", answer="まだ", language="en")
    assert switched.status_code == 303
    page = visitor.see(switched.location)
    assert "Enter your name" in page.text
    assert 'value="まだ"' in page.text
    assert '<html lang="en"' in page.text
    assert visitor.application.language == "en"
    assert "contact_name" not in visitor.application.answers


def test_language_from_the_header_comes_back_to_the_same_page(visitor: Visitor) -> None:
    visitor.begin()
    assert visitor.tap("/applicant/language", language="en", back="/applicant/stop").location == "/applicant/stop"
    for foreign in ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert visitor.tap("/applicant/language", language="ja", back=foreign).location == "/"


def test_unknown_language_changes_nothing(visitor: Visitor) -> None:
    visitor.tap("/applicant/language", language="../../etc", back="/")
    assert '<html lang="ja"' in visitor.see("/").text


def test_display_switches_are_reset_for_the_next_person(visitor: Visitor) -> None:
    visitor.tap("/applicant/display", display="contrast", back="/applicant/consent")
    assert re.search(r'<html [^>]*class="[^"]*contrast', visitor.see("/applicant/consent").text)
    visitor.tap("/applicant/finish")
    assert not re.search(r'<html [^>]*class="[^"]*contrast', visitor.see("/applicant/consent").text)


def test_notice_names_every_item_and_what_is_never_asked(visitor: Visitor) -> None:
    page = visitor.see("/applicant/consent").text
    for words in ("暗証番号", "口座番号", "申請書ID", "生年月日", "マイナ免許証", "顔写真"):
        assert words in page
    assert "電話番号" not in page


def test_pages_are_never_stored_by_the_browser(visitor: Visitor) -> None:
    visitor.begin()
    for address in ("/", "/applicant/consent", "/applicant/question/contact_name", "/applicant/next"):
        assert visitor.see(address).headers["Cache-Control"] == "no-store"


def test_reload_shows_what_was_answered(visitor: Visitor) -> None:
    visitor.begin()
    visitor.tap("/applicant/question/birth_date", **BORN)
    page = visitor.see("/applicant/question/birth_date").text
    assert 'value="1985"' in page
    assert re.search(r'value="western" checked', page)


def test_leave_out_kept_the_number_that_stood_in_the_field(visitor: Visitor, tmp_path: Path) -> None:
    rules = tmp_path / "own_rules"
    rules.mkdir()
    asked = rules_text("applicant").replace("enabled = false\noptional", "optional")
    (rules / "applicant.toml").write_text(asked, "utf-8")
    visitor.services.installed = replace(visitor.services.installed, rules=str(rules))
    visitor.begin()
    visitor.tap("/applicant/question/phone", answer="0312345678")
    page = visitor.see("/applicant/question/phone").text
    assert re.findall('form="answer"[^>]*', page) == ['form="answer"'], "next alone sends the field, by Enter too"
    assert 'name="skip"' in page
    visitor.tap("/applicant/question/phone", skip="yes")
    assert visitor.application.answers["phone"] == ""


def test_question_that_is_not_asked_leads_on(visitor: Visitor) -> None:
    visitor.begin()
    assert visitor.see("/applicant/question/licence_number").location == "/applicant/next"
    assert visitor.tap("/applicant/question/licence_number", answer="123456789").location == "/applicant/next"
    assert visitor.see("/applicant/question/no_such").location == "/applicant/next"
    assert visitor.application.answers == {}


def test_full_disk_has_words_and_loses_nothing(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.begin()
    visitor.tap("/applicant/question/application_kind", answer="first")

    def full(*_: Any, **__: Any) -> None:
        raise StorageFull("no room on the disk")

    monkeypatch.setattr(visitor.store.applications, "save_answers", full)
    answer = visitor.tap("/applicant/question/municipality", answer="host")
    assert answer.status_code == 507
    assert "係員をお呼びください" in answer.text
    assert visitor.application.answers == {"application_kind": "first"}


def test_locked_kiosk_asks_for_staff(visitor: Visitor) -> None:
    visitor.begin()
    visitor.services.vault.lock()
    answer = visitor.see("/applicant/next")
    assert answer.status_code == 503
    assert "係員をお呼びください" in answer.text


def test_without_an_open_window_nothing_begins(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path)
    settings = load_settings()
    services = Services(settings, FixedClock(), RandomIds(), vault, NO_CAMERAS)
    app = create_app("applicant", ("applicant",), settings, services)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    words = translator("ja")("applicant.title_not_open")
    assert words in browser.get("/").text
    assert words in browser.get("/applicant/consent").text
    assert browser.post("/applicant/consent").status_code == 303
    with browser.session_transaction() as session:
        assert "uid" not in session
    vault.lock()


def test_change_without_the_token_of_the_page_is_refused(visitor: Visitor) -> None:
    visitor.begin()
    visitor.app.config["WTF_CSRF_ENABLED"] = True
    assert visitor.tap("/applicant/question/application_kind", answer="first").status_code == 400
    assert visitor.application.answers == {}


def test_our_own_files_have_an_address_that_changes_with_them_and_are_asked_for_once(visitor: Visitor) -> None:
    page = visitor.see("/").text
    (address,) = re.findall(r'href="(/static/css/kiosk\.css[^"]*)"', page)
    assert re.fullmatch(r"/static/css/kiosk\.css\?v=[0-9a-f]{12}", address)
    for asked, is_kept in ((address, True), ("/static/css/kiosk.css", False)):
        with visitor.see(asked) as file:
            assert ("immutable" in file.headers["Cache-Control"]) is is_kept


def test_a_page_asks_once_which_window_is_at_work(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.begin()
    windows = visitor.services.kiosk_store.windows
    current, looks = windows.current, list[Window | None]()

    def look() -> Window | None:
        looks.append(current())
        return looks[-1]

    monkeypatch.setattr(windows, "current", look)
    visitor.see(visitor.next())
    assert len(looks) == 2, "one for the redirect, one for the page"
    visitor.services.current_window()
    visitor.services.current_window()
    assert len(looks) == 4, "outside of a request every question is a fresh one"
