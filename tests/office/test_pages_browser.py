"""The office's page in a real browser: without a barrier axe can find, without a console error, copying one by one."""

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from camera.virtual import VirtualCamera
from kiosk.office.intake import take_in
from tests.axe import barriers
from tests.office.places import NAME, Kiosk, Place, corrected
from tests.office.test_pages import NAMED, PASSPHRASE, Desk
from tests.servers import close

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def filled(place: Place, tmp_path: Path) -> Place:
    """A batch, its correction, and a file in quarantine."""
    frame = VirtualCamera("person").picture("person", 0.0)
    place.kiosk = Kiosk(tmp_path / "pictured", jpeg=cv2.imencode(".jpg", frame)[1].tobytes())
    for file in corrected(place.kiosk):
        take_in(place.office(), file)
    return place


@pytest.fixture
def page(filled: Place, browser: Browser) -> Iterator[Page]:
    desk = Desk(filled)
    desk.app.config["WTF_CSRF_ENABLED"] = True
    server = create_server(desk.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="ja-JP")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if "127.0.0.1" not in request.url else None)
    page.goto(f"http://127.0.0.1:{server.effective_port}/")
    yield page
    context.close()
    close(server)
    thread.join(10)
    assert problems == []


def test_filing_by_keyboard_and_copy_buttons_and_no_barrier_on_any_page(page: Page, filled: Place) -> None:
    found = {"sign-in": barriers(page)}
    page.keyboard.type("佐藤")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("table.list")
    found["batches"] = barriers(page)
    page.click("tbody tr:last-child .deeds a >> nth=0")
    page.wait_for_selector("form.export")
    found["batch"] = barriers(page)
    filled.rows(NAMED.replace("contact_name", "braille"), '"𠮷"', filled.kiosk.uids[2])
    page.select_option("#profile", "cp932")
    page.click("form.export button")
    page.wait_for_selector("td:has-text('U+20BB7')")
    found["export"] = barriers(page)
    with page.expect_download() as table:
        page.click("button[value=table]")
    assert "〓" in Path(table.value.path()).read_bytes().decode("cp932")
    page.click("form.export a")
    page.wait_for_selector("#profile")
    page.click("tr:has(.state) td:last-child a")
    page.click("#claim")
    page.wait_for_selector("#file")
    for what, value in (("連絡用のお名前", NAME), ("生年月日", "1980-02-29"), ("メール", "taro@example.jp")):
        page.click(f'button[aria-label^="{what}"][aria-label$="をコピー"]')
        page.wait_for_selector("#said:has-text('コピーしました')")
        assert page.evaluate("navigator.clipboard.readText()") == value
    with page.expect_download() as saved:
        page.click(".face figcaption a")
    assert Path(saved.value.path()).read_bytes() == filled.kiosk.jpeg
    found["application"] = barriers(page)
    page.click("#file")
    page.wait_for_selector("#finish")
    page.click("#return-deed summary")
    page.click("#return-deed button")
    page.wait_for_selector(".state-returned")
    found["returned one"] = barriers(page)
    for name, link in (("returned", "戻ってきた申請"), ("quarantine", "受け取らなかったファイル")):
        page.click(f"nav a:has-text('{link}')")
        page.wait_for_selector("table.list")
        found[name] = barriers(page)
    assert {name: barrier for name, barrier in found.items() if barrier} == {}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
