"""Scanner and keypad in a real Chromium against the running demo: keys that no test client can press."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kiosk.texts import catalogue
from tests.conftest import Demo
from tests.visit import scan

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FORM_ID, KEYED_TWICE, KEYED_ONCE = (f"{first}2345678901234567890123" for first in "123")
URL = f"https://net.kojinbango-card.go.jp/form?id={FORM_ID}"
MY_NUMBER = "123456789018"
WORDS = catalogue("ja")


@pytest.fixture
def page(browser: Browser, shared_demo: Demo) -> Iterator[Page]:
    demo = shared_demo
    context = browser.new_context(base_url=demo.url, viewport={"width": 1366, "height": 768}, has_touch=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: request.url.startswith(demo.url.rstrip("/")) or problems.append(request.url))
    page.route("**/form_qr/guide.json*", lambda route: route.abort())  # the form before the demo's camera is nobody's
    page.goto("/")
    page.locator("main button").first.click()
    page.locator(".button.primary, .choice").first.click()
    page.wait_for_url(re.compile("/form_qr/"))
    page.goto("/form_qr/type")
    yield page
    assert [each for each in problems if not each.startswith("blob:")] == []
    context.close()


def test_a_scanner_is_heard_at_any_focus_and_leaves_no_trace_in_the_field(page: Page):
    entry = page.locator("#entry")
    entry.press_sequentially("456", delay=200)
    assert entry.input_value() == "456", "a person's own typing stays"
    page.locator(".actions a.button.secondary").focus()
    scan(page, URL)
    page.wait_for_url(re.compile("/form_qr/check"))
    expect(page.locator(".form-id")).to_have_text("••••-••••-••••-••••-•••0-123")


def test_a_scanned_twelve_digit_number_is_refused_in_words_that_stay(page: Page):
    page.locator("#entry").focus()
    scan(page, MY_NUMBER)
    expect(page.locator("#error")).to_have_text(WORDS["form_qr.error_my_number"])
    time.sleep(2)
    expect(page.locator("#error")).to_be_visible()
    assert MY_NUMBER not in page.content()


def test_the_number_is_keyed_twice_on_the_keypad(page: Page):
    for title in ("title_type", "title_type_again"):
        expect(page.locator("#ask")).to_have_text(WORDS[f"form_qr.{title}"])
        page.wait_for_load_state()  # before its styles are there, a page has its words
        last_key = page.locator('[data-key="clear"]')
        place = last_key.bounding_box()
        for digit in KEYED_TWICE:
            page.locator(f'[data-key="{digit}"]').tap()
        expect(page.locator(".groups")).to_have_text("2234 5678 9012 3456 7890 123")
        assert last_key.bounding_box() == place, "the keys stay where they are"
        page.locator(".actions .button.primary").tap()
    page.wait_for_url(re.compile("/form_qr/check"))
    page.locator(".choice").first.tap()
    page.wait_for_url(re.compile("/applicant/question/"))


def test_enter_took_the_first_number_unchecked(page: Page):
    for number, title in (("1" * 23, "title_type"), ("2" * 23, "title_type_again")):
        expect(page.locator("#ask")).to_have_text(WORDS[f"form_qr.{title}"])
        page.locator("#entry").press_sequentially(number, delay=150)  # slower than a scanner
        page.keyboard.press("Enter")
    differ = WORDS["form_qr.error_entries_differ"].format(groups="と".join("123456"))
    expect(page.locator("#error")).to_have_text(differ)


def test_staff_compare_a_number_keyed_once_by_a_button_of_its_own(page: Page):
    page.locator("#entry").press_sequentially(KEYED_ONCE, delay=150)
    page.keyboard.press("Enter")
    page.locator(".actions [name=compare]").tap()
    page.wait_for_url(re.compile("/form_qr/check"))
