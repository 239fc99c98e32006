"""The applicant's screens in a real browser: touch, keyboard alone, idle, languages, contrast, large text."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from waitress import create_server

from kiosk.app import create_app
from kiosk.clock import RandomIds
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationState
from kiosk.fakes import FixedClock
from kiosk.settings import load_settings
from kiosk.store.photos import StoredPhoto
from kiosk.texts import languages
from kiosk.wiring import Cameras, Services
from tests.applicant_looks import AXE_RULES
from tests.axe import barriers
from tests.builders import AT, FORM_ID, a_rehearsal_vault, a_window
from tests.servers import close

pytestmark = pytest.mark.browser
SIZES = {"landscape": {"width": 1366, "height": 768}, "portrait": {"width": 1080, "height": 1920}}
ALL_LANGUAGES = ("ja", "ja-easy", "en", "zh-Hans", "ko", "es", "pt")
CHOICES = {
    "application_kind": "renewal", "driving_licence": "yes", "licence_way": "number", "old_card": "hand_in",
    "municipality": "host", "applying_as": "self", "certificates": "both", "braille": "no", "photo_exception": "none",
    "forwarding": "no", "moving": "no",
}  # fmt: skip
TYPED = {"licence_number": "1234567890", "contact_name": "みほん　たろう", "mail": "taro@example.jp"}
DATES = {"card_expiry": "20261231", "birth_date": "600401"}


@dataclass
class Kiosk:
    """A running applicant app on a real store, and the browser in front of it."""

    url: str
    services: Services
    complaints: list[str] = field(default_factory=list)

    @property
    def application(self) -> Application:
        return self.services.window_store().applications.list()[-1]

    def watch(self, context: BrowserContext) -> Page:
        """A page whose console errors and foreign requests are written down."""
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "422" not in message.text:
            self.complaints.append(f"{message.text} {message.location.get('url')}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(request.url)

    def read_form(self) -> None:
        """What the form screen does: tie a form to the draft."""
        self.services.window_store().applications.set_form_id(self.application.uid, FORM_ID, AT)

    def take_photo(self) -> None:
        """What the photo screen does: keep a photo."""
        jpeg = b"a picture"
        photo = StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 600, 771, "pass", (), AT)
        self.services.window_store().photos.save(self.application.uid, photo)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    vault = a_rehearsal_vault(tmp_path)
    a_window(vault)
    settings = load_settings(languages=",".join(ALL_LANGUAGES))
    services = Services(settings, FixedClock(), RandomIds(), vault, cast(Cameras, None))
    app = create_app("applicant", ("applicant",), settings, services)
    for other_screen in ("form_qr", "photo"):  # these have tests of their own; here their deed is done beside them
        app.add_url_rule(f"/{other_screen}/", other_screen, lambda: '<link rel="icon" href="data:,">')
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    started = Kiosk(f"http://127.0.0.1:{server.effective_port}", services)
    yield started
    close(server)
    thread.join(5)
    vault.lock()
    assert started.complaints == []


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, kiosk: Kiosk) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES[request.param], has_touch=True)
    yield kiosk.watch(context)
    context.close()


@pytest.fixture
def wide(browser: Browser, kiosk: Kiosk) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES["landscape"], has_touch=True)
    yield kiosk.watch(context)
    context.close()


def go(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).tap()


def begin(page: Page, kiosk: Kiosk, language: str = "ja") -> None:
    """From the start page to the first question."""
    page.goto(f"{kiosk.url}/")
    go(page, f".choice[value='{language}']")
    consent(page, kiosk)


def consent(page: Page, kiosk: Kiosk) -> None:
    """Consent, and a form."""
    go(page, ".actions .primary")
    kiosk.read_form()
    page.goto(f"{kiosk.url}/applicant/next")


def key_of(page: Page) -> str:
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def assert_everything_is_in_reach(page: Page) -> None:
    """The main buttons are inside the window without scrolling, nothing runs out of it sideways, targets are large."""
    window = page.viewport_size
    assert window is not None
    for button in page.locator(".actions .button:not([hidden])").all():
        box = button.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= window["height"], page.url
        assert box["height"] >= 64, page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    small = page.evaluate(
        """[...document.querySelectorAll("button, a.button, input:not([type=hidden]):not([type=radio])")]
           .filter((each) => each.checkVisibility() && each.closest("dialog:not([open])") === null)
           .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect().height])
           .filter(([, height]) => height < 63.5)"""
    )
    assert small == [], page.url
    tiny = page.evaluate(
        """[...document.querySelectorAll("main *, header *, footer *")]
           .filter((each) => each.checkVisibility() && !each.matches("rt, rp, rt *")
               && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
           .map((each) => [each.outerHTML.slice(0, 80), parseFloat(getComputedStyle(each).fontSize)])
           .filter(([, size]) => size < 20)"""
    )
    assert tiny == [], page.url


def answer_by_touch(page: Page) -> None:
    key = key_of(page)
    if key in CHOICES:
        go(page, f".choice[value='{CHOICES[key]}']")
        return
    if key == "birth_date":
        page.locator(".pick", has=page.locator("[value=showa]")).tap()
    if key in DATES or key == "licence_number":
        for digit in DATES.get(key) or TYPED[key]:
            page.locator(f".keypad [data-key='{digit}']").tap()
    else:
        page.locator("#field").fill(TYPED[key])
    go(page, ".actions .primary")


def walk(page: Page, kiosk: Kiosk) -> None:
    """Answer everything by touch until the review."""
    for _ in range(40):
        if key_of(page) == "photo":
            kiosk.take_photo()
            page.goto(f"{kiosk.url}/applicant/next")
        if key_of(page) == "review":
            return
        assert_everything_is_in_reach(page)
        answer_by_touch(page)
    raise AssertionError("the questions never end")


def test_whole_way_by_touch(page: Page, kiosk: Kiosk) -> None:
    begin(page, kiosk)
    walk(page, kiosk)
    assert_everything_is_in_reach(page)
    go(page, ".actions .primary")
    assert_everything_is_in_reach(page)
    application = kiosk.application
    assert application.state is ApplicationState.SUBMITTED
    assert application.answers == CHOICES | TYPED | {"card_expiry": "2026-12-31", "birth_date": "1985-04-01"}
    expect(page.locator(".call strong")).to_have_text(application.call_number)
    go(page, ".actions .primary")
    page.go_back()
    expect(page.locator("main")).not_to_contain_text(application.call_number)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_whole_way_by_keyboard_alone(wide: Page, kiosk: Kiosk) -> None:
    begin(wide, kiosk)
    for _ in range(40):
        if key_of(wide) == "photo":
            kiosk.take_photo()
            wide.goto(f"{kiosk.url}/applicant/next")
        key = key_of(wide)
        if key == "review":
            break
        answer_by_keyboard(wide, key)
    reach(wide, ".actions .primary")
    with wide.expect_navigation():
        wide.keyboard.press("Enter")
    assert kiosk.application.state is ApplicationState.SUBMITTED


def answer_by_keyboard(page: Page, key: str) -> None:
    if key in CHOICES:
        reach(page, f".choice[value='{CHOICES[key]}']")
    elif key == "birth_date":
        page.locator("[name=era]").first.focus()
        for _ in range(10):
            if page.locator("[name=era][value=showa]").is_checked():
                break
            page.keyboard.press("ArrowRight")
        page.locator("[name=year]").focus()
        page.keyboard.type(DATES[key])
    else:
        page.keyboard.type(DATES.get(key) or TYPED[key])
    with page.expect_navigation():
        page.keyboard.press("Enter")


def reach(page: Page, selector: str) -> None:
    """Tab until the wanted control has the focus, and see that the focus shows and is not covered."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert outline == "4px"
            return
    raise AssertionError(f"{selector} cannot be reached")


def test_on_screen_kana_are_voiced_made_small_and_removed(wide: Page, kiosk: Kiosk) -> None:
    begin(wide, kiosk)
    wide.goto(f"{kiosk.url}/applicant/question/contact_name")
    kana = ("か", "゛", "は", "゜", "き", "ゆ", "小", "{space}", "{katakana}", "ヤ", "{delete}", "マ")
    for key in (*kana, "{latin}", "a", "{shift}", "B"):
        wide.locator(f"#keyboard [data-skbtn='{key}']").tap()
    expect(wide.locator("#field")).to_have_value("がぱきゅ　マaB")


def test_on_screen_key_works_from_the_keyboard_too(wide: Page, kiosk: Kiosk) -> None:
    begin(wide, kiosk)
    wide.goto(f"{kiosk.url}/applicant/question/contact_name")
    wide.locator("#keyboard [data-skbtn='あ']").focus()
    wide.keyboard.press("Enter")
    wide.keyboard.press("Space")
    expect(wide.locator("#field")).to_have_value("ああ")


def test_key_types_at_the_caret(wide: Page, kiosk: Kiosk) -> None:
    begin(wide, kiosk)
    wide.goto(f"{kiosk.url}/applicant/question/mail")
    wide.locator("#field").fill("taro.example")
    wide.evaluate("document.getElementById('field').setSelectionRange(4, 5)")
    wide.locator("#keyboard [data-skbtn='@']").tap()
    wide.locator("#keyboard [data-skbtn='x']").tap()
    expect(wide.locator("#field")).to_have_value("taro@xexample")


def test_language_takes_one_touch_and_keeps_what_is_typed(wide: Page, kiosk: Kiosk) -> None:
    begin(wide, kiosk)
    wide.goto(f"{kiosk.url}/applicant/question/contact_name")
    for language in ALL_LANGUAGES:
        wide.locator("#field").fill(f"まだ{language}")
        go(wide, f".languages [value='{language}']")
        expect(wide.locator("#field")).to_have_value(f"まだ{language}")
        assert wide.evaluate("document.documentElement.lang") == language.replace("ja-easy", "ja")


def test_idle_screen_asks_then_wipes_and_keeps_the_draft(wide: Page, kiosk: Kiosk) -> None:
    wide.clock.install()
    begin(wide, kiosk)
    wide.clock.run_for(59_000)
    expect(wide.locator("#idle")).not_to_be_visible()
    wide.clock.run_for(2_000)
    expect(wide.locator("#idle")).to_be_visible()
    expect(wide.locator("#idle-stay")).to_be_focused()
    wide.locator("#idle-stay").tap()
    expect(wide.locator("#idle")).not_to_be_visible()
    wide.clock.run_for(61_000)
    expect(wide.locator("#idle")).to_be_visible()
    with wide.expect_navigation():
        wide.clock.run_for(21_000)
    assert wide.url == f"{kiosk.url}/"
    assert kiosk.application.state is ApplicationState.DRAFT
    wide.goto(f"{kiosk.url}/applicant/next")
    assert wide.url == f"{kiosk.url}/"


def test_what_lies_before_the_camera_does_not_keep_an_abandoned_screen_for_ever(wide: Page, kiosk: Kiosk) -> None:
    """2026-11: a wrong code left in view, or the next person's face, put the question off without end."""
    wide.clock.install()
    begin(wide, kiosk)
    something_in_view = "document.dispatchEvent(new Event('kiosk:presence'))"
    for _ in range(6):
        wide.clock.run_for(45_000)
        wide.evaluate(something_in_view)
    expect(wide.locator("#idle")).not_to_be_visible()
    for _ in range(3):
        wide.clock.run_for(25_000)
        wide.evaluate(something_in_view)
    wide.clock.run_for(20_000)  # asked a minute after what counted last, and wiped twenty seconds later
    expect(wide.locator("#idle")).to_be_visible()


def test_idle_on_a_stop_page_is_counted_by_its_reason(wide: Page, kiosk: Kiosk) -> None:
    wide.clock.install()
    begin(wide, kiosk)
    go(wide, ".choice[value=certificate_only]")
    assert key_of(wide) == "stop"
    wide.clock.run_for(61_000)
    with wide.expect_navigation():
        wide.clock.run_for(21_000)
    assert wide.url == f"{kiosk.url}/"
    application = kiosk.application
    assert application.state is ApplicationState.ABANDONED
    moves = kiosk.services.window_store().applications.history(application.uid)
    assert [move.reason for move in moves] == ["certificate_only"]


@pytest.mark.parametrize(
    ("keyed", "parts"), [("60514", ("60", "5", "14")), ("600514", ("60", "05", "14")), ("601105", ("60", "11", "05"))]
)
def test_month_of_one_digit_hands_on_to_the_day(wide: Page, kiosk: Kiosk, keyed: str, parts: tuple[str, ...]) -> None:
    begin(wide, kiosk)
    wide.goto(f"{kiosk.url}/applicant/question/birth_date")
    wide.locator(".pick", has=wide.locator("[value=showa]")).tap()
    for digit in keyed:
        wide.locator(f".keypad [data-key='{digit}']").tap()
    for name, digits in zip(("year", "month", "day"), parts, strict=True):
        expect(wide.locator(f"[name={name}]")).to_have_value(digits)


def test_start_page_does_not_wipe_itself(wide: Page, kiosk: Kiosk) -> None:
    wide.clock.install()
    wide.goto(f"{kiosk.url}/")
    wide.clock.run_for(300_000)
    expect(wide.locator("#idle")).not_to_be_visible()


def test_double_tap_on_a_choice_answers_one_question(wide: Page, kiosk: Kiosk) -> None:
    begin(wide, kiosk)
    asked = wide.url
    wide.locator(".choice[value=first]").dblclick()
    expect(wide).not_to_have_url(asked)  # by asking again: of two taps the second may cut the first one's way short
    expect(wide.locator("#ask")).to_be_visible()
    assert kiosk.application.answers == {"application_kind": "first"}


@pytest.mark.parametrize(
    ("language", "display"),
    [("ko", ""), ("pt", "contrast"), ("ja", "large"), ("es", "large")],
)
def test_axe_finds_nothing(wide: Page, kiosk: Kiosk, language: str, display: str) -> None:
    """Where tests/screens/test_access_browser.py does not ask it of every screen."""
    wide.goto(f"{kiosk.url}/")
    look(wide)
    go(wide, f".choice[value='{language}']")
    if display:
        go(wide, f"[name=display][value={display}]")
    look(wide)
    consent(wide, kiosk)
    for key in ("application_kind", "birth_date", "contact_name", "mail"):
        wide.goto(f"{kiosk.url}/applicant/question/{key}")
        look(wide)
    go(wide, ".actions .primary")
    look(wide)


def look(page: Page) -> None:
    assert barriers(page, AXE_RULES) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_every_catalogue_is_among_the_languages_walked() -> None:
    assert set(ALL_LANGUAGES) == set(languages())


def test_ending_of_a_mail_address_is_one_key_after_the_at_sign(page: Page, kiosk: Kiosk) -> None:
    begin(page, kiosk)
    page.goto(f"{kiosk.url}/applicant/question/mail")
    key = "#keyboard [data-skbtn='{}']".format
    expect(page.locator(key("gmail.com"))).to_have_count(0)
    for mark in ("a", "7", "@", "docomo.ne.jp"):
        page.locator(key(mark)).tap()
    expect(page.locator("#field")).to_have_value("a7@docomo.ne.jp")
    too_wide = "(keys) => keys.filter((key) => key.scrollWidth > key.clientWidth + 1).map((key) => key.textContent)"
    assert page.locator("#keyboard .hg-button").evaluate_all(too_wide) == []
    page.locator(key("{digits}")).tap()
    page.locator(key("1")).tap()
    expect(page.locator("#field")).to_have_value("a7@docomo.ne.jp1")
    page.locator("#field").fill("a@")
    page.locator(key("{delete}")).tap()
    expect(page.locator("#field")).to_have_value("a")
    page.locator(key("@")).tap()
    page.locator(key("{delete}")).tap()
    expect(page.locator(key("7"))).to_be_visible()
