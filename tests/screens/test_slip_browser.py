"""The call slip on paper, as Chromium prints it: one page with the number and a code that reads as the number."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect
from waitress import create_server

from camera.qr import as_grey, first_pass
from kiosk.app import create_app
from kiosk.domain.states import ApplicationState
from kiosk.store.window_file import WindowStore
from kiosk.wiring import Services
from tests.builders import an_application, make_services
from tests.servers import close

pytestmark = pytest.mark.browser
PAPERS = {"roll": {"width": "80mm", "height": "110mm"}, "A4": {"format": "A4"}}


@pytest.fixture
def parts(tmp_path: Path) -> Services:
    return make_services(tmp_path)


@pytest.fixture
def page(browser: Browser, parts: Services) -> Iterator[Page]:
    app = create_app("applicant", ("applicant", "form_qr", "photo", "speech"), parts.settings, parts)
    server = create_server(app, host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    client = app.test_client()
    with client.session_transaction() as session:
        session["uid"] = an_application(parts.window_store(), ApplicationState.SUBMITTED).uid
    cookie = client.get_cookie("madoguchi_applicant")
    assert cookie is not None
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    url = f"http://127.0.0.1:{server.effective_port}"
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/applicant/submitted")
    yield page
    context.close()
    close(server)


def call_number(store: WindowStore) -> str:
    return store.applications.list()[0].call_number


@pytest.mark.parametrize("paper", PAPERS)
def test_the_slip_is_one_page_with_number_and_code(page: Page, parts: Services, paper: str) -> None:
    number = call_number(parts.window_store())
    document = pypdfium2.PdfDocument(page.pdf(**PAPERS[paper]))  # type: ignore[arg-type]
    assert len(document) == 1
    words = document[0].get_textpage().get_text_range()
    assert number in words
    assert "終わる" not in words
    image = np.ascontiguousarray(document[0].render(scale=3).to_numpy()[:, :, :3])
    assert first_pass(as_grey(image)).texts == (number,)


def test_printing_is_offered_only_where_there_is_a_printer(page: Page, parts: Services) -> None:
    expect(page.locator("#print")).to_have_count(0)
    parts.installed = replace(parts.installed, print_slip=True)
    page.reload()
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.locator("#print").tap()
    expect(page).to_have_title("printed")
