"""The desk in a real browser: by keyboard alone, without a console error, without a barrier axe can find."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from waitress.server import create_server
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from kiosk.domain.states import ApplicationState
from tests.builders import FORM_ID
from tests.desk_navigator import ANSWERS, PASSPHRASE, Desk, a_photo
from tests.desk_pages import all_pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
_A = ApplicationState
ASSESS_SECONDS: list[float] = []
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def slow_to_assess(app: Callable[..., object]) -> Callable[..., object]:
    """The same app, which takes its time over an identity check while ``ASSESS_SECONDS`` holds a number."""

    def answer(environ: dict[str, object], start: object) -> object:
        if str(environ["PATH_INFO"]).endswith("/assess") and ASSESS_SECONDS:
            time.sleep(ASSESS_SECONDS[0])
        return app(environ, start)

    return answer


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    both = DispatcherMiddleware(NotFound(), {"/desk": desk.app})
    server = create_server(slow_to_assess(both), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if "127.0.0.1" not in request.url else None)
    page.set_default_timeout(30000)
    page.goto(f"http://127.0.0.1:{server.effective_port}/desk/")
    yield page
    context.close()
    server.close()
    thread.join(10)
    assert problems == []


def sign_in(page: Page, name: str = "demo") -> None:
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("#board")


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the element has the focus; fails when the keyboard cannot get there."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def choose(page: Page, selector: str, downs: int) -> None:
    """Choose in a select with the arrow key, waiting each time for the form to come back."""
    tab_to(page, selector)
    for _ in range(downs):
        with page.expect_response(lambda response: response.url.endswith("/assess")):
            page.keyboard.press("ArrowDown")
        page.wait_for_timeout(150)


def tick(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_response(lambda response: response.url.endswith("/assess")):
        page.keyboard.press("Space")
    page.wait_for_timeout(150)


def test_sign_in_to_receipt_by_keyboard_alone(desk: Desk, page: Page) -> None:
    person = desk.applicant()
    sign_in(page)
    tab_to(page, f"#row-{person.uid}")
    page.keyboard.press("Enter")
    page.wait_for_selector(".beside")
    tab_to(page, "#check")
    page.keyboard.press("Enter")
    page.wait_for_selector("#identity-form")
    choose(page, "#document-0-kind", 1)
    for name in ("in_date", "name"):
        tick(page, f"#document-0-{name}")
    choose(page, "#document-0-birth_date", 1)
    choose(page, "#document-0-address", 1)
    tick(page, "#document-0-face")
    choose(page, "#document-1-kind", 3)
    for name in ("in_date", "name"):
        tick(page, f"#document-1-{name}")
    choose(page, "#document-1-birth_date", 1)
    tick(page, "#document-1-face")
    for paper in ("pin_request_sheet", "notification_card", "juki_card"):
        tab_to(page, f"input[name=paper-{paper}]")
        with page.expect_response(lambda response: response.url.endswith("/assess")):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    page.evaluate("document.querySelector('.skip').focus()")
    tab_to(page, "input[name=face]")
    with page.expect_response(lambda response: response.url.endswith("/assess")):
        page.keyboard.press("ArrowDown")
    page.wait_for_selector("#record")
    assert "POST" in page.inner_text(".verdict")
    tab_to(page, "#record")
    page.keyboard.press("Enter")
    page.wait_for_selector("#accept")
    tab_to(page, "#envelope")
    page.keyboard.type("E-1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".receipt")
    assert desk.store.applications.get(person.uid).state is _A.ACCEPTED


@pytest.fixture
def a_slow_server() -> Iterator[None]:
    ASSESS_SECONDS.append(1.2)
    yield
    ASSESS_SECONDS.clear()


@pytest.mark.usefixtures("a_slow_server")
def test_answers_given_faster_than_the_server_are_all_kept(desk: Desk, page: Page) -> None:
    """A choice made while the answer to the one before was on its way used to be put back."""
    person = desk.applicant()
    sign_in(page)
    page.goto(page.url.split("/desk/")[0] + f"/desk/identity/{person.uid}")
    page.check("#face-same")
    page.select_option("#document-0-kind", "driving_licence")
    for name in ("in_date", "name", "face"):
        page.check(f"#document-0-{name}")
    page.wait_for_timeout(600)
    page.select_option("#document-0-birth_date", "agrees")
    page.select_option("#document-0-address", "agrees")
    page.select_option("#document-1-kind", "employee_card")
    page.wait_for_timeout(900)
    for name in ("in_date", "name"):
        page.check(f"#document-1-{name}")
    page.select_option("#document-1-birth_date", "agrees")
    for paper in ("pin_request_sheet-here", "notification_card-never_had", "juki_card-never_had"):
        page.check(f"#paper-{paper}")
    page.fill("#words", "名札あり")
    page.wait_for_selector("#verdict .verdict-POST")
    assert "数えます" in page.inner_text("#document-1-mark")
    assert page.input_value("#document-0-kind") == "driving_licence"
    assert page.is_checked("#face-same")
    page.click("#record")
    page.wait_for_selector("#accept")
    kept = desk.store.identity.get(person.uid)
    assert kept is not None
    assert (kept.result, kept.documents) == ("POST", ("driving_licence", "employee_card"))
    assert kept.notes["words"] == "名札あり"


@pytest.mark.usefixtures("a_slow_server")
def test_nothing_is_recorded_while_the_result_on_screen_is_being_worked_out_anew(desk: Desk, page: Page) -> None:
    person = desk.applicant()
    sign_in(page)
    desk.signed_in().check(person)
    page.goto(page.url.split("/desk/")[0] + f"/desk/identity/{person.uid}")
    page.check("#paper-pin_request_sheet-missing")
    page.select_option("#document-0-address", "differs")
    assert page.is_disabled("#record")
    page.wait_for_selector("#verdict .verdict-open")
    page.wait_for_selector("#deed:not([disabled])", state="attached")
    assert page.input_value("#document-0-address") == "differs"


def test_row_asks_what_its_kind_of_document_shows(desk: Desk, page: Page) -> None:
    person = desk.applicant()
    sign_in(page)
    page.goto(page.url.split("/desk/")[0] + f"/desk/identity/{person.uid}")
    shown = [each for each in range(5) if page.is_visible(f"#document-{each}-kind")]
    assert shown == [0, 1]
    assert not page.is_visible("#document-0-name")
    page.select_option("#document-1-kind", "bank_book")
    assert page.is_visible("#document-2-kind")
    assert not page.is_visible("#document-3-kind")
    assert page.is_visible("#document-1-name")
    assert not page.is_visible("#document-1-face")
    page.select_option("#document-1-kind", "driving_licence")
    assert page.is_visible("#document-1-face")


def test_board_shows_a_change_within_a_second_and_keeps_the_focus(desk: Desk, page: Page) -> None:
    person = desk.applicant()
    sign_in(page)
    tab_to(page, f"#row-{person.uid}")
    late = desk.applicant()
    page.wait_for_selector(f"#row-{late.uid}", timeout=5000)
    assert page.evaluate("document.activeElement.id") == f"row-{person.uid}"


SIZES = ({"width": 1366, "height": 768}, {"width": 1080, "height": 1920})


def test_no_barrier_on_any_page_in_either_size(desk: Desk, page: Page) -> None:
    """Axe finds nothing on any page of the desk, and nothing stands beside what the screen shows."""
    found = {"sign-in": barriers(page)}
    pages = dict(all_pages(desk))
    sign_in(page)
    base = page.url.split("/desk/")[0] + "/desk"
    for name, path in pages.items():
        page.goto(base + path)
        for summary in page.query_selector_all("main details:not([open]) > summary"):
            summary.click()
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        found[name] = barriers(page)
    assert {name: each for name, each in found.items() if each} == {}
    assert len(found) > 20


def barriers(page: Page) -> list[tuple[str, object]]:
    """What axe finds on the page before us."""
    result = Axe().run(page, options=WCAG).response
    assert result["passes"]
    return [(each["id"], each["nodes"][0]["target"]) for each in result["violations"]]


def test_supervisors_forms_have_no_barrier_either(desk: Desk, page: Page) -> None:
    sign_in(page, "demo-supervisor")
    page.goto(page.url.split("/desk/")[0] + "/desk/windows")
    assert page.is_visible("input[name=company]")
    assert barriers(page) == []


def press(page: Page, selector: str) -> None:
    """Go to a button or link by keyboard and press it; the page that follows is there afterwards."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_application_begun_at_the_desk_by_keyboard_alone(desk: Desk, page: Page) -> None:
    sign_in(page)
    press(page, "#begin-for")
    tab_to(page, "#consent")
    page.keyboard.press("Space")
    press(page, "#begin")
    page.keyboard.type(FORM_ID)  # the field has the focus when the page comes
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("#whole") == "1234-5678-9012-3456-7890-123"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    (draft,) = desk.store.applications.list()
    desk.store.photos.save(draft.uid, a_photo())
    while "/question/" in page.url:
        answer_by_keyboard(page, page.url.rsplit("/", 1)[1])
    press(page, "#submit-here")
    handed_in = desk.store.applications.get(draft.uid)
    assert handed_in.state is _A.SUBMITTED
    assert dict(handed_in.answers) == {**ANSWERS, "form_current": "yes"}
    press(page, "#check")
    assert page.is_visible("#document-0-kind")


def answer_by_keyboard(page: Page, key: str) -> None:
    if key == "birth_date":
        tab_to(page, "select[name=era]")
        page.keyboard.press("End")
        for part, digits in (("year", "1986"), ("month", "5"), ("day", "14")):
            tab_to(page, f"input[name={part}]")
            page.keyboard.type(digits)
    elif page.query_selector("input[name=answer]"):
        tab_to(page, "input[name=answer]")
        page.keyboard.insert_text(ANSWERS[key])
    else:
        return press(page, f"#pick-{ANSWERS[key]}")
    return press(page, "#next")
