"""Reading aloud in a real browser: what each screen asks for in each language, and that no answer is among it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Page
from waitress import create_server

from kiosk.actions.speech import for_voice
from kiosk.app import create_app
from kiosk.clock import RandomIds
from kiosk.fakes import FixedClock, ToneSpeaker
from kiosk.settings import load_settings
from kiosk.texts import languages
from kiosk.wiring import Cameras, Services
from tests.builders import AT, FORM_ID, a_rehearsal_vault, a_window

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
    services = Services(load_settings(), FixedClock(), RandomIds(), vault, cast(Cameras, None), speaker=speaker)
    app = create_app("applicant", ("applicant", "speech"), services.settings, services)
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    yield Screen(context.new_page(), f"http://127.0.0.1:{server.effective_port}", speaker, services)
    context.close()
    server.close()
    thread.join(5)
    vault.lock()


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


@pytest.mark.parametrize("language", languages())
def test_every_line_of_a_screen_is_said_in_its_language_and_no_answer_ever(screen: Screen, language: str) -> None:
    refused: list[str] = []
    page = screen.page
    page.on("response", lambda r: refused.append(r.request.post_data or "") if r.status == 204 else None)
    screen.begin(language)
    for key in ("application_kind", "birth_date"):
        page.goto(f"{screen.url}/applicant/question/{key}")
        page.locator("#ask").tap()  # a page reached without a touch has no sound before the first one
        wanted = lines(page, "#ask, #help, .choice, legend, .pick span, footer .button")
        screen.heard(*(for_voice(language, each) for each in wanted), language=language)
    page.goto(f"{screen.url}/applicant/question/contact_name")
    page.locator("#field").fill(f"{NAME}😀")
    screen.tap("footer .primary")
    (error,) = lines(page, "#error")
    screen.heard(for_voice(language, error), language=language)
    said = [words for _, words in screen.speaker.said]
    assert all(part not in words for words in said for part in (NAME, "😀", FORM_ID[-4:]))
    assert refused == []
