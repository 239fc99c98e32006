"""The start page that stands for hours notices by itself what changes behind it."""

import pytest
from playwright.sync_api import Browser, expect

from kiosk.texts import catalogue
from tests.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
WORDS = catalogue("ja")


def test_start_page_says_so_when_the_window_is_closed_behind_it(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{demo.url}/")
    expect(page.locator(".promise")).to_have_count(0)
    window = demo.kiosk("window", "list").stdout.split("\t")[0]
    assert demo.kiosk("window", "close", window).returncode == 0
    expect(page.locator(".promise")).to_contain_text(WORDS["applicant.title_not_open"], timeout=30_000)
    for choice in page.locator(".choice").all():
        expect(choice).to_be_in_viewport(ratio=1)
    assert complaints == []
    context.close()
