"""Ten people who have never seen the screen, each with what is different about them. All data is invented."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from kiosk.store.vault import Vault
from tests.conftest import Demo
from tests.visit import FIRST_CARD, ApplicantVisit, scan

NO_FORM_DIGITS, RIGHT_FORM_DIGITS = "90817263544536271809123", "55443322110099887766123"
LICENCE_NUMBER = "123412341234567"
ADULT = {key: value for key, value in FIRST_CARD.items() if key != "post_phone"}


@dataclass
class Visitor:
    """One person: what they answer, how they come by a form, and what was seen on the way."""

    name: str
    today: date
    language: str = "ja"
    answers: dict[str, str] = field(default_factory=lambda: dict(ADULT))
    asked: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def answer(self, visit: ApplicantVisit, stop: str) -> None:
        """Answer what is asked until ``stop``."""
        self.asked += visit.answer_until(stop, self.answers)

    def shows_form(self, visit: ApplicantVisit) -> None:
        """The form is held up and is current."""
        visit.show_form()

    def takes_photo(self, visit: ApplicantVisit) -> None:
        """The photo is taken by the button for it."""
        visit.take_photo_now()

    def walk(self, visit: ApplicantVisit) -> str:
        """The whole way; the call number."""
        visit.begin(self.language)
        self.shows_form(visit)
        self.answer(visit, "/photo/")
        self.takes_photo(visit)
        self.answer(visit, "/applicant/review")
        self.seen.append(visit.page.locator("main").inner_text())
        return visit.submit()


class FirstCard(Visitor):
    """Waits for the camera to fire by itself."""

    def takes_photo(self, visit: ApplicantVisit) -> None:
        visit.take_photo()


class WithoutPhoto(Visitor):
    """A baby: no photo step."""

    def walk(self, visit: ApplicantVisit) -> str:
        visit.begin(self.language)
        self.shows_form(visit)
        self.answer(visit, "/applicant/review")
        self.seen.append(visit.page.locator("main").inner_text())
        return visit.submit()


_BEFORE_NO_CAMERA = """
document.addEventListener("DOMContentLoaded", () => document.getElementById("take")?.remove());
"""
"""The demo's camera holds a good form up all the time; without this form on the page nothing is taken from it."""


def go_to_the_keypad(visit: ApplicantVisit) -> None:
    """Nothing held up to the camera: the button for keying the number."""
    if "/form_qr/type" not in visit.page.url:
        visit.tap("footer .primary[href*=type]")


class WrongForm(Visitor):
    """Scans a code of something else, then the form of somebody who was here, then the right one."""

    used: str = ""

    def walk(self, visit: ApplicantVisit) -> str:
        visit.page.add_init_script(_BEFORE_NO_CAMERA)
        return super().walk(visit)

    def shows_form(self, visit: ApplicantVisit) -> None:
        for payload in ("https://example.jp/menu/2026", self.used):
            go_to_the_keypad(visit)
            scan(visit.page, payload)
            visit.page.wait_for_url("**/form_qr/")
            self.seen.append(visit.page.locator("#error").inner_text())
        go_to_the_keypad(visit)
        scan(visit.page, RIGHT_FORM_DIGITS)
        visit.show_form()


class OldAddress(Visitor):
    """The form shows an old address and cannot be used: goes on by hand."""

    def shows_form(self, visit: ApplicantVisit) -> None:
        visit.show_form(is_current=False)
        self.seen.append(visit.page.locator("main").inner_text())
        visit.tap("footer .primary")


class NoCode(Visitor):
    """The form has no code that can be read: keys its number twice."""

    def walk(self, visit: ApplicantVisit) -> str:
        visit.page.add_init_script(_BEFORE_NO_CAMERA)
        return super().walk(visit)

    def shows_form(self, visit: ApplicantVisit) -> None:
        visit.tap("footer .primary[href*=type]")
        for _ in range(2):
            visit.key_in(NO_FORM_DIGITS)
            visit.tap("footer .primary")
        visit.tap("button[name=answer][value=yes]")


class OtherLanguage(Visitor):
    """Begins in Japanese and changes in the middle of typing a name."""

    def answer(self, visit: ApplicantVisit, stop: str) -> None:
        if "contact_name" not in self.asked:
            super().answer(visit, "/contact_name")
            visit.type("みほん")
            visit.tap(".languages button[value=ko]")
            self.seen.append(visit.page.locator("#field").input_value())
            visit.tap("footer .primary")
            self.asked.append("contact_name")
            self.answers["contact_name"] = "みほん"
        super().answer(visit, stop)


def _date(day: date) -> str:
    return f"西暦 {day.year} {day.month:02d} {day.day:02d}"


def _child(born: date) -> dict[str, str]:
    of_child = {
        "birth_date": _date(born),
        "representative_present": "yes",
        "representative_name": "みほん　はは",
        "representative_relation": "mother",
        "certificates": "authentication_only",
    }
    return ADULT | {"contact_name": "みほん　こ"} | of_child


def _renewal(today: date) -> dict[str, str]:
    return ADULT | {
        "application_kind": "renewal",
        "card_expiry": _date(today + timedelta(days=40)),
        "driving_licence": "no",
        "old_card": "hand_in",
    }


def ten_visitors(today: date) -> list[Visitor]:
    """The ten, in the order they come; the form of the first one is shown again by the seventh."""
    nine_years, eight_months = today - timedelta(days=9 * 365 + 100), today - timedelta(days=245)
    licence = {"driving_licence": "yes", "licence_way": "number", "licence_number": LICENCE_NUMBER}
    foreign = {"contact_name": "Sample Ana", "birth_date": "西暦 1985 04 00"}
    elsewhere = {"municipality": "other", "other_municipality": "となりまち"}
    return [
        FirstCard("first card", today),
        Visitor("renewal with a licence on the card", today, answers=_renewal(today) | licence),
        Visitor("child of 9 with mother", today, answers=_child(nine_years)),
        WithoutPhoto("baby of 8 months", today, answers=_child(eight_months)),
        Visitor("limited stay, day of birth unknown", today, "en", answers=_renewal(today) | foreign),
        Visitor("resident of another city", today, answers=ADULT | elsewhere),
        WrongForm("wrong forms first", today),
        OldAddress("old address on the form", today),
        OtherLanguage("another language", today),
        NoCode("form without a code", today),
    ]


def come(browser: Browser, demo: Demo, visitor: Visitor) -> tuple[ApplicantVisit, str]:
    """One person's way in a browser profile of their own; the call number."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    visit = ApplicantVisit(context, demo.url, by_touch=True)
    if isinstance(visitor, WrongForm):
        visitor.used = _a_used_form(demo.data)
    call_number = visitor.walk(visit)
    context.close()
    return visit, call_number


def _a_used_form(data: Path) -> str:
    vault = Vault(data)
    (window,) = vault.kiosk_store.windows.list()
    used = next(each.form_id for each in vault.window_store(window.id).applications.list() if each.form_id)
    vault.lock()
    return used
