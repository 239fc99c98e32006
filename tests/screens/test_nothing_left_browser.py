"""After the slip, the browser's profile on disk holds nothing of the person: searched byte by byte."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import Vault
from tests.conftest import CHROMIUM_FLAGS, Demo
from tests.visit import FIRST_CARD, ApplicantVisit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NAME = "ぬくみず　ゑみり"
WRONG_MAIL = "emiri.nukumizu@"
MAIL = "emiri.nukumizu@example.jp"
PHONE = "09087654321"
KEYED = "73905582164093317752086"
ANSWERS = FIRST_CARD | {"contact_name": NAME, "mail": MAIL, "post_phone": PHONE, "forwarding": "yes"}


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def kept(playwright: Playwright, chromium: str, profile: Path) -> Iterator[BrowserContext]:
    """A browser that keeps its profile on disk, as the one on the applicant's monitor does."""
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium,
        args=CHROMIUM_FLAGS,
        viewport={"width": 1366, "height": 768},
        has_touch=True,
    )
    yield context
    context.close()


class CarefulVisit(ApplicantVisit):
    """Besides the straight way: switches with half an answer, a wrong one, a keyed number with a slip of the finger."""

    def key_a_number(self) -> None:
        """Key a number, key it differently, key it again."""
        self.tap("footer .primary")
        for digits in (KEYED, KEYED[:-1] + "1", KEYED):
            self.page.locator("#entry").fill(digits)
            self.tap("footer .primary")
        self.tap("button[name=answer][value=yes]")

    def _answer(self, value: str) -> None:
        if value == NAME:
            self.page.locator("#field").fill(value)
            self.tap(".languages [value=en]")
            self.tap("[name=display][value=large]")
            self.tap(".languages [value=ja]")
            self.tap("[name=display][value=large]")
        if value == MAIL:
            self.page.locator("#field").fill(WRONG_MAIL)
            self.tap("footer .primary")
            assert self.page.locator("#error").is_visible()
        super()._answer(value)


def test_profile_on_disk_holds_nothing_of_the_person(kept: BrowserContext, profile: Path, demo: Demo) -> None:
    applicant = CarefulVisit(kept, demo.url)
    applicant.page.route("**/form_qr/guide.json*", lambda route: route.abort())  # no form before the camera yet
    applicant.begin()
    applicant.key_a_number()
    applicant.answer_until("/photo/", ANSWERS)
    applicant.take_photo()
    applicant.answer_until("/applicant/review", ANSWERS)
    call_number = applicant.submit()
    applicant.tap("footer .primary")
    assert_back_shows_nothing(applicant.page, demo.url, call_number)
    kept.close()
    wanted = personal_values() | photo_pieces(the_photo(demo.data))
    assert found_in(profile, wanted) == []
    assert found_in(profile, {"canary": b"Chromium"}), "the search finds nothing at all"


def assert_back_shows_nothing(page: Page, url: str, call_number: str) -> None:
    """However often somebody goes back, the start page is all there is."""
    for _ in range(12):
        page.go_back()
        page.wait_for_load_state()
        words = page.locator("body").inner_text() + page.content()
        for value in (NAME, MAIL, WRONG_MAIL, KEYED, KEYED[-4:], PHONE, f">{call_number}<"):
            assert value not in words, (page.url, value)
    page.goto(f"{url}/")


def personal_values() -> dict[str, bytes]:
    """Everything that was typed, as a browser may write it: UTF-8, UTF-16, or escaped in a form body."""
    from urllib.parse import quote, quote_plus

    texts = {"name": NAME, "mail": WRONG_MAIL, "phone": PHONE, "number": KEYED, "part of the name": NAME.split("　")[1]}
    found = {f"{key}, utf-8": text.encode() for key, text in texts.items()}
    found |= {f"{key}, utf-16": text.encode("utf-16-le") for key, text in texts.items()}
    found |= {f"{key}, in a form": quote_plus(text).encode() for key, text in texts.items()}
    return found | {f"{key}, in an address": quote(text).encode() for key, text in texts.items()}


def photo_pieces(photo: StoredPhoto) -> dict[str, bytes]:
    """Five pieces of the accepted photo; any one of them on disk is too much."""
    places = range(1, 6)
    return {f"photo at {n}/6": photo.jpeg[len(photo.jpeg) * n // 6 :][:48] for n in places}


def the_photo(data: Path) -> StoredPhoto:
    vault = Vault(data)
    (window,) = vault.kiosk_store.windows.list()
    store = vault.window_store(window.id)
    (application,) = store.applications.list()
    photo = store.photos.get(application.uid)
    vault.lock()
    assert photo is not None
    assert application.form_id == KEYED
    return photo


def found_in(folder: Path, wanted: dict[str, bytes]) -> list[str]:
    """Which of the wanted bytes are in which file below ``folder``."""
    return [
        f"{name}: {file.relative_to(folder)}"
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
        for name, value in wanted.items()
        if value in file.read_bytes()
    ]
