"""Reading aloud in a real browser: what each screen asks for in each language, and that no answer is among it."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response
from waitress import create_server

from kiosk.actions.speech import for_voice
from kiosk.app import APPLICANT_SCREENS, create_app
from kiosk.clock import RandomIds
from kiosk.fakes import FixedClock, ToneSpeaker
from kiosk.settings import load_settings
from kiosk.texts import languages, translator
from kiosk.wiring import Cameras, Services
from tests.builders import AT, FORM_ID, NoCamera, a_rehearsal_vault, a_window
from tests.servers import close

pytestmark = pytest.mark.browser
NAME = "ぬくみず　ゑみり"


@dataclass
class Screen:
    """A page before a kiosk whose voices are tones."""

    page: Page
    url: str
    speaker: ToneSpeaker
    services: Services

    def tap(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).first.tap()

    def heard(self, *wanted: str, language: str) -> None:
        """Wait until all these were said in this language."""
        for _ in range(150):
            said = {words for voice, words in self.speaker.said if voice == language}
            if set(wanted) <= said:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError((set(wanted) - said, self.speaker.said))

    def begin(self, language: str) -> None:
        self.page.goto(f"{self.url}/")
        self.tap("[name=display][value=speech]")
        self.tap(f".choice[value='{language}']")
        self.tap("footer .primary")
        (draft,) = self.services.window_store().applications.list()
        self.services.window_store().applications.set_form_id(draft.uid, FORM_ID, AT)


@pytest.fixture
def screen(browser: Browser, tmp_path: Path) -> Iterator[Screen]:
    vault = a_rehearsal_vault(tmp_path)
    a_window(vault)
    speaker = ToneSpeaker()
    services = Services(
        load_settings(), FixedClock(), RandomIds(), vault, Cameras(NoCamera(), NoCamera()), speaker=speaker
    )
    app = create_app("applicant", APPLICANT_SCREENS, services.settings, services)
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    yield Screen(context.new_page(), f"http://127.0.0.1:{server.effective_port}", speaker, services)
    context.close()
    close(server)
    thread.join(5)
    services.stop()


def lines(page: Page, selector: str) -> list[str]:
    """Words as they are meant to be heard: without readings, and without Japanese terms beside a translation."""
    return [
        " ".join(text.split())
        for text in page.locator(selector).evaluate_all(
            """(found) => found.filter((each) => each.checkVisibility()).map((each) => {
                 const copy = each.cloneNode(true);
                 copy.querySelectorAll("rt, rp").forEach((reading) => reading.remove());
                 return copy.textContent;
               })"""
        )
    ]


def is_silence(answer: Response) -> bool:
    """Whether the kiosk had no voice for a line; a camera that has no new picture answers 204 too."""
    return answer.status == 204 and answer.url.endswith("/speech/line")


@pytest.mark.parametrize("language", languages())
def test_every_line_of_a_screen_is_said_in_its_language_and_no_answer_ever(screen: Screen, language: str) -> None:
    refused: list[str] = []
    page = screen.page
    page.on("response", lambda r: refused.append(r.request.post_data or "") if is_silence(r) else None)
    screen.begin(language)
    for key in ("application_kind", "birth_date"):
        page.goto(f"{screen.url}/applicant/question/{key}")
        page.locator("#ask").tap()  # a page reached without a touch has no sound before the first one
        wanted = lines(page, "#ask, #help, .choice, legend, .pick > span, footer .button")
        screen.heard(*(for_voice(language, each) for each in wanted), language=language)
    page.goto(f"{screen.url}/applicant/question/contact_name")
    page.locator("#field").fill(f"{NAME}😀")
    screen.tap("footer .primary")
    (error,) = lines(page, "#error")
    screen.heard(for_voice(language, error), language=language)
    said = [words for _, words in screen.speaker.said]
    assert all(part not in words for words in said for part in (NAME, "😀", FORM_ID[-4:]))
    assert refused == []


@pytest.mark.parametrize(
    ("address", "words", "first", "then"),
    [
        ("/form_qr/", "#guide", "form_qr.help_none", "form_qr.help_closer"),
        ("/photo/", "#words", "photo.help_no_face", "photo.help_head_turned"),
    ],
)
@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_each_new_instruction_of_a_live_guide_is_said(
    screen: Screen, language: str, address: str, words: str, first: str, then: str
) -> None:
    t = translator(language)
    screen.begin(language)
    screen.page.route("**/guide.json*", lambda route: route.abort())  # only what is said here changes the words
    screen.page.goto(f"{screen.url}{address}")
    screen.page.locator("h1, .stage").last.tap()
    spoken = [for_voice(language, plain(t(key))) for key in (first, then)]
    screen.heard(spoken[0], language=language)
    screen.page.evaluate(
        "([place, html]) => { document.querySelector(place).innerHTML = html; }", [words, str(t(then))]
    )
    screen.heard(spoken[1], language=language)


def plain(text: str) -> str:
    """A text as it is meant to be heard."""
    return " ".join(re.sub(r"<(rt|rp)>.*?</\1>|<[^>]+>", "", str(text)).split())


def test_leaving_a_page_ends_what_is_being_said(screen: Screen) -> None:
    screen.begin("ja")
    page = screen.page
    page.goto(f"{screen.url}/applicant/question/birth_date")
    page.locator("#ask").tap()
    wanted = lines(page, "#ask, footer .button")
    screen.heard(for_voice("ja", wanted[0]), language="ja")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.wait_for_timeout(1500)  # the line that was being made
    said = len(screen.speaker.said)
    page.wait_for_timeout(1500)
    assert len(screen.speaker.said) == said
    assert for_voice("ja", wanted[-1]) not in [words for _, words in screen.speaker.said]
