"""Every applicant screen for everybody: what axe finds, what fits, what is in reach; the way by keyboard alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from markupsafe import escape
from playwright.sync_api import Browser, Page, expect

from kiosk.domain.states import ApplicationState
from kiosk.texts import catalogue, languages, translator
from tests.applicant_looks import (
    does_not_fit_with,
    out_of_reach,
    what_axe_finds,
    what_does_not_fit,
    what_is_misread,
)
from tests.applicant_screens import SCREENS, Screens, running_screens

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LANGUAGES = ("ja", "ja-easy", "en", "zh-Hans", "ko", "es", "pt")
DISPLAYS = ("", "contrast", "large", "contrast large")
SIZES = {"landscape": (1366, 768), "portrait": (1080, 1920)}
AT_REST = (*(f"form_qr.help_{each}" for each in ("type", "current", "old_form", "no_form")), "photo.help_shot")
"""Texts that belong to no live guide."""
LIVE = {"photo guide": ("#words", "photo.help_"), "form camera": ("#guide", "form_qr.help_")}
"""Screens whose one line of words changes while they are looked at: which element, and which texts."""


@pytest.fixture(scope="module")
def screens(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    with running_screens(tmp_path_factory.mktemp("screens")) as screens:
        screens.meet(browser)
        yield screens
        for page in screens.pages.values():
            page.context.close()


def live_words(screen: str, language: str) -> tuple[str, list[str]]:
    """Where a screen's changing line stands and everything it may say; nothing for a screen at rest."""
    where, start = LIVE.get(screen, ("", "nothing"))
    keys = [key for key in catalogue("ja") if key.startswith(start) and not key.startswith(AT_REST)]
    return where, [str(escape(translator(language)(key))) for key in keys]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_is_for_everybody(screens: Screens, language: str) -> None:
    """Each language meets a quarter of the screens in each display, so that over all each screen meets each display.

    So does axe in normal and high contrast, by the first four languages; benchmarks/screens.py asks it in all of them.
    """
    wrong = {}
    turn = LANGUAGES.index(language)
    for at, display in enumerate(DISPLAYS):
        screens.turn(*tuple(SIZES.values())[(turn + at) % 2])
        screens.speak(language, display)
        asks_axe = turn < len(DISPLAYS) and "large" not in display
        for screen in SCREENS[(at - turn) % len(DISPLAYS) :: len(DISPLAYS)]:
            page = screens.show(screen)
            found = what_does_not_fit(page) + what_is_misread(page) + (what_axe_finds(page) if asks_axe else [])
            found += does_not_fit_with(page, *live_words(screen.name, language))
            if found:
                wrong[f"{screen.name} ({display})"] = found
    assert wrong == {}


@pytest.mark.parametrize("size", SIZES)
def test_lower_down_brings_every_control_into_reach(screens: Screens, size: str) -> None:
    wrong = {}
    screens.turn(*SIZES[size])
    for at, language in enumerate(LANGUAGES):
        screens.speak(language, "low")
        for screen in SCREENS[at :: len(LANGUAGES)]:
            page = screens.show(screen)
            found = out_of_reach(page) + what_does_not_fit(page)
            if found:
                wrong[f"{screen.name} ({language})"] = found
    assert wrong == {}


def test_what_one_person_chose_is_gone_for_the_next(screens: Screens) -> None:
    screens.turn(*SIZES["landscape"])
    page = screens.show(next(screen for screen in SCREENS if screen.name == "consent"))
    screens.speak("en", "contrast large low speech")
    page.reload()
    chosen = ("app-applicant", "contrast", "large", "low", "speech")
    assert page.evaluate("document.documentElement.className.trim().split(/\\s+/)") == list(chosen)
    screens.post("stranger", "/applicant/finish", {})
    page.goto(f"{screens.url}/")
    assert page.evaluate("document.documentElement.className.trim()") == "app-applicant"
    assert page.evaluate("document.documentElement.dataset.language") == "ja"
    assert page.locator(".displays [aria-pressed=true]").count() == 0
    screens.forget_display("stranger")


@dataclass
class Keys:
    """Somebody with a keyboard and no pointer."""

    page: Page

    def to(self, selector: str) -> None:
        """Tab until the wanted control has the focus; wherever the focus is, it shows and nothing lies over it."""
        for _ in range(140):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                assert self.page.evaluate(_FOCUS_SHOWS), selector
                return
        raise AssertionError(f"{selector} cannot be reached at {self.page.url}")

    def press(self, selector: str, key: str = "Enter") -> None:
        """Go to a control and press a key that leads to the next page."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def has(self, selector: str) -> bool:
        """Whether the focus is there."""
        return bool(self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector))


_FOCUS_SHOWS = """() => {
  const here = document.activeElement;
  const ringed = here.matches(".pick input") ? here.nextElementSibling : here;
  const box = ringed.getBoundingClientRect();
  const on_top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return getComputedStyle(ringed).outlineWidth === "4px" && ringed.parentElement.contains(on_top);
}"""
ANSWERS = {
    "application_kind": "first", "municipality": "host", "applying_as": "self", "certificates": "both", "braille": "no",
    "photo_exception": "none", "forwarding": "no", "moving": "no",
}  # fmt: skip


def test_whole_way_by_keyboard_alone(screens: Screens, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    keys = Keys(page)
    page.goto(f"{screens.url}/")
    keys.press(".choice[value=ja]")
    keys.to(".skip")
    keys.press(".actions .primary")
    form_by_keypad(keys)
    answer_until(keys, "/photo/")
    photo_by_keyboard(screens, keys)
    answer_until(keys, "/applicant/review")
    keys.press("a[href='/applicant/question/mail']")
    page.keyboard.type("x", delay=200)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.press(".actions .primary", "Space")
    expect(page.locator(".call strong")).to_be_visible()
    handed_in = screens.services.window_store().applications.list([ApplicationState.SUBMITTED])
    assert "taro@example.jpx" in {each.answers["mail"] for each in handed_in}
    keys.press(".actions .primary")
    assert page.url == f"{screens.url}/"
    context.close()


def form_by_keypad(keys: Keys) -> None:
    """The form's number on the keypad on screen, twice; Space on its keys keeps the focus where it is."""
    keys.press("a[href='/form_qr/type']")
    for _ in range(2):
        keys.to(".keypad [data-key='4']")
        for _ in range(23):
            keys.page.keyboard.press("Space", delay=90)  # faster is a scanner's pace
        assert keys.has(".keypad [data-key='4']"), "a key that was pressed keeps the focus"
        expect(keys.page.locator("#entry")).to_have_value("4" * 23)
        keys.press(".actions .primary")
    keys.press("button[name=answer][value=yes]")


def answer_until(keys: Keys, stop: str) -> None:
    """Each question by keys alone: a choice by Tab and Enter, eras by arrows, fields by typing."""
    page = keys.page
    while stop not in page.url:
        key = page.url.rsplit("/", 1)[-1]
        if key in ANSWERS:
            keys.press(f".choice[value='{ANSWERS[key]}']", "Space" if key == "braille" else "Enter")
            continue
        if key == "birth_date":
            keys.to("[name=era]")
            for _ in range(2):
                page.keyboard.press("ArrowRight")
            assert keys.has("[name=era][value=showa]"), "arrows stay among the eras"
            keys.to("[name=year]")
        words = {"birth_date": "600401", "contact_name": "Taro", "mail": "taro@example.jp"}[key]
        page.keyboard.type(words, delay=100)  # a person's pace: faster is a scanner's
        with page.expect_navigation():
            page.keyboard.press("Enter")


def photo_by_keyboard(screens: Screens, keys: Keys) -> None:
    """Nobody there: refused and taken anew; then somebody; the focus stays while the guide talks."""
    page = keys.page
    for scene, then in (("nobody", ".actions .primary"), ("person", ".actions button.primary")):
        screens.camera.scene = scene
        keys.to("#trigger button")
        page.wait_for_timeout(1_000)
        assert keys.has("#trigger button"), "what the guide says takes the focus from nobody"
        if "/photo/shots" not in page.url:
            page.keyboard.press("Enter")
        page.wait_for_url("**/photo/shots*", timeout=30_000)
        keys.press(then)
    screens.camera.scene = "nobody"


def test_answer_to_are_you_there_gives_the_focus_back(screens: Screens) -> None:
    screens.pages["draft"].clock.install()
    page = screens.show(next(screen for screen in SCREENS if screen.name == "ask moving"))
    keys = Keys(page)
    keys.to(".choice[value=yes]")
    page.clock.fast_forward(screens.services.settings.idle_seconds * 1000)
    assert keys.has("#idle-stay")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#idle, body').id || document.activeElement.tagName") in (
        "idle",
        "BODY",
    ), "what lies below the question cannot be reached"
    keys.to("#idle-stay")
    page.keyboard.press("Enter")
    assert keys.has(".choice[value=yes]")


def test_more_below_leads_there_and_goes_away_at_the_end(screens: Screens) -> None:
    screens.turn(*SIZES["landscape"])
    screens.speak("ja", "")
    page = screens.show(next(screen for screen in SCREENS if screen.name == "review"))
    more = page.locator("#more")
    for _ in range(12):
        if not more.is_visible():
            break
        more.tap()
        page.wait_for_timeout(500)
    expect(more).not_to_be_visible()
    last = page.locator(".lines .change .button").last
    assert page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 8")
    expect(last).to_be_in_viewport()


def test_every_catalogue_is_among_the_languages_met() -> None:
    assert set(LANGUAGES) == set(languages())
