"""The desk in a real browser: by keyboard alone, without a console error, without a barrier axe can find."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page
from waitress.server import create_server
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_SUPERVISOR
from tests.axe import barriers
from tests.builders import FORM_ID
from tests.desk_navigator import ANSWERS, PASSPHRASE, Desk, a_photo
from tests.desk_screens import Screen, operators_screens, supervisors_screens
from tests.servers import close

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
_A = ApplicationState
ASSESS_SECONDS: list[float] = []
FOCUS_RING = 6
"""Pixels the ring of kiosk.css takes around a field: its width and its distance."""


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


def is_problem(message: ConsoleMessage) -> bool:
    """A page that says why something was refused has a status of 4xx, which the browser notes as an error."""
    return message.type in ("error", "warning") and "status of 4" not in message.text


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    both = DispatcherMiddleware(NotFound(), {"/desk": desk.app})
    server = create_server(slow_to_assess(both), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if is_problem(message) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if "127.0.0.1" not in request.url else None)
    page.set_default_timeout(30000)
    page.goto(f"http://127.0.0.1:{server.effective_port}/desk/")
    yield page
    context.close()
    close(server)
    thread.join(10)
    assert problems == []


def sign_in(page: Page, name: str = "demo") -> None:
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector(".bar")


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
SEND = """([to, fields]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: to });
  for (const [name, value] of Object.entries({ ...fields, csrf_token: document.body.dataset.csrf }))
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(form);
  form.submit();
}"""
TABS = 8
"""How often Tab is pressed before the page is asked where it came to."""
REACHABLE = """() => {
  const shown = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(
    (each) => !each.disabled && each.type !== "hidden" && each.checkVisibility({ visibilityProperty: true }));
  shown.forEach((each, at) => { each.dataset.at = at; });
  const group = (each) => (each.type === "radio" ? each.name : "");
  window.reached = new Set();
  document.addEventListener("focusin", (event) => window.reached.add(event.target.dataset.at));
  document.activeElement.blur();
  return shown.map((each) => [each.dataset.at, group(each), each.outerHTML.slice(0, 90)]);
}"""


def show(page: Page, screen: Screen) -> None:
    """Bring a screen up with everything on it unfolded."""
    base = "/".join(page.url.split("/")[:3]) + "/desk"
    if screen.to:
        with page.expect_navigation():
            page.evaluate(SEND, ["/desk" + screen.to, dict(screen.fields)])
    if screen.path:
        page.goto(base + screen.path)
    page.wait_for_selector("[aria-busy]", state="detached")
    for summary in page.query_selector_all("main details:not([open]) > summary"):
        summary.click()


def out_of_reach(page: Page) -> list[str]:
    """What Tab does not come to; of a group of radio buttons it comes to one."""
    shown = page.evaluate(REACHABLE)
    left = left_out(shown, set())
    for _ in range(len(shown) * 3 // TABS + 2):  # a date field is three stops
        for _ in range(TABS):
            page.keyboard.press("Tab")
        left = left_out(shown, set(page.evaluate("[...window.reached]")))
        if not left:
            break
    return left


def left_out(shown: list[tuple[str, str, str]], reached: set[str | None]) -> list[str]:
    """What was not come to yet; one of a group is enough."""
    groups = {group for at, group, _ in shown if group and at in reached}
    return [html for at, group, html in shown if at not in reached and group not in groups]


def look_at_all(page: Page, screens: Iterable[Screen]) -> tuple[int, dict[str, object]]:
    """Look at each screen in both sizes; how many there were, and what stands in somebody's way, by screen.

    Axe, which takes longest, is asked in one size, turn about.
    """
    many, found = 0, {}
    for screen in screens:
        show(page, screen)
        for turn, size in enumerate(SIZES):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            width = page.evaluate("document.documentElement.scrollWidth")
            found[screen.name, size["width"]] = ["wider"] if width > size["width"] else []
            if turn == many % len(SIZES):
                found[screen.name, size["width"]] += barriers(page)
        found[screen.name, "keyboard"] = out_of_reach(page)
        many += 1
    return many, {" ".join(map(str, name)): each for name, each in found.items() if each}


def test_no_barrier_on_any_screen_of_an_operator_and_the_keyboard_reaches_all_of_it(desk: Desk, page: Page) -> None:
    """Axe finds nothing, in neither size is anything wider than the screen, Tab comes to every control."""
    assert barriers(page) == []
    sign_in(page)
    many, found = look_at_all(page, operators_screens(desk))
    assert found == {}
    assert many > 50


def test_no_barrier_from_planning_to_erasing_a_window(desk: Desk, page: Page, tmp_path: Path) -> None:
    sign_in(page, REHEARSAL_SUPERVISOR)
    many, found = look_at_all(page, supervisors_screens(desk, tmp_path))
    assert found == {}
    assert many > 15


def test_no_barrier_at_the_door_in_any_of_its_moods(desk: Desk, page: Page) -> None:
    door = page.url
    for name, passphrase in (("demo", "wrong words"), ("nobody", "wrong words")) + (("demo", "wrong words"),) * 4:
        page.goto(door)
        page.fill("#name", name)
        page.fill("#passphrase", passphrase)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert barriers(page) == []
        assert out_of_reach(page) == []
    assert page.is_visible("[role=alert]")
    assert min(room_above_fields(page)) >= FOCUS_RING, "the ring of a focused field covers its label"
    page.goto(door + ("&" if "?" in door else "?") + "ended=yes")
    assert page.is_visible("[role=status]")
    assert barriers(page) == []


def room_above_fields(page: Page) -> list[float]:
    """Pixels between each label of the door and the field below it."""
    gaps: list[float] = page.evaluate("""() => [...document.querySelectorAll(".sign-in label")].map((label) => {
        const field = document.getElementById(label.htmlFor);
        return field.getBoundingClientRect().top - label.getBoundingClientRect().bottom;
    })""")
    assert len(gaps) == 2
    return gaps


def test_one_tick_takes_all_who_are_ready(desk: Desk, page: Page) -> None:
    staff = desk.signed_in()
    people = [desk.applicant() for _ in range(3)]
    for person in people:
        staff.check(person)
    sign_in(page)
    page.goto(page.url.split("/desk/")[0] + "/desk/queue/ready")
    page.check("#tick-all")
    for at, person in enumerate(people):
        assert page.is_checked(f"#tick-{person.uid}")
        page.fill(f"#envelope-{person.uid}", f"E-{at}")
    press(page, "#accept-all")
    assert {desk.store.applications.get(each.uid).state for each in people} == {_A.ACCEPTED}


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
