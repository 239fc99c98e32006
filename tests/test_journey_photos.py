"""The same way with real portraits as the camera's input, on what ``kiosk serve`` starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from kiosk.texts import catalogue
from tests.builders import a_rehearsal_vault, a_window
from tests.conftest import Demo, running
from tests.visit import ApplicantVisit

pytestmark = [pytest.mark.browser, pytest.mark.photos, pytest.mark.timeout(300)]
WIDE = {"width": 1366, "height": 768}


@contextmanager
def serving(folder: Path, picture: Path) -> Iterator[Demo]:
    """``kiosk serve`` with a picture before the face camera and the practice form before the other one."""
    data = folder / "data"
    vault = a_rehearsal_vault(data)
    a_window(vault)
    vault.lock()
    config = folder / "kiosk.toml"
    config.write_text(f'port = 0\ncamera_face = "picture:{picture}"\ncamera_form = "virtual:form"\n', "utf-8")
    with running("serve", "--config", str(config), data=data) as kiosk:
        yield kiosk


@pytest.mark.parametrize("name", ["frontal-plain-07.jpg", "frontal-flag-07.jpg"])
def test_a_compliant_portrait_gets_a_call_number(browser: Browser, photos: Path, tmp_path: Path, name: str) -> None:
    with serving(tmp_path, photos / name) as kiosk:
        visit = ApplicantVisit(browser.new_context(viewport=WIDE, has_touch=True), kiosk.url)
        assert visit.walk().isdigit()
        assert visit.complaints == []


def test_two_people_are_told_so_and_nothing_fires(browser: Browser, photos: Path, tmp_path: Path) -> None:
    with serving(tmp_path, photos / "two-01.jpg") as kiosk:
        visit = ApplicantVisit(browser.new_context(viewport=WIDE, has_touch=True), kiosk.url)
        visit.begin()
        visit.show_form()
        visit.answer_until("/photo/")
        words = catalogue("ja")["photo.help_several_faces"]
        expect(visit.page.locator("#words")).to_have_text(words, timeout=30_000)
        visit.page.wait_for_timeout(5_000)
        assert visit.page.url.endswith("/photo/")
        assert visit.complaints == []
