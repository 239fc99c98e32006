"""Walks the whole way by touch in a real browser, as a person and as staff do. Says what it saw go wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

FIRST_CARD: Mapping[str, str] = {
    "application_kind": "first",
    "municipality": "host",
    "contact_name": "みほん　はなこ",
    "mail": "hanako@example.jp",
    "birth_date": "昭和 61 5 14",
    "applying_as": "self",
    "certificates": "both",
    "braille": "no",
    "photo_exception": "none",
    "forwarding": "no",
    "moving": "no",
    "post_phone": "",
}
_ERAS = {"令和": "reiwa", "平成": "heisei", "昭和": "showa", "大正": "taisho", "西暦": "western"}
_PHOTO_WAIT = 45_000  # milliseconds; the person of the virtual camera walks in, turns and holds still first


@dataclass
class Visit:
    """One browser window, watched: console errors, foreign requests and policy violations are written down."""

    context: BrowserContext
    url: str
    page: Page = field(init=False)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def tap(self, selector: str) -> None:
        """Tap the first visible match and wait until the next page stands."""
        with self.page.expect_navigation():
            self.page.locator(selector).locator("visible=true").first.tap()


@dataclass
class ApplicantVisit(Visit):
    """An applicant at the first screen of the kiosk."""

    def begin(self, language: str = "ja") -> None:
        """Language, purpose of use, consent."""
        self.page.goto(f"{self.url}/")
        self.tap(f".choice[value='{language}']")
        self.tap("footer .primary")

    def show_form(self) -> None:
        """Hold the form up until it is read, and say that it is current."""
        self.page.wait_for_url("**/form_qr/check", timeout=30_000)
        self.tap("button[name=answer][value=yes]")

    def answer_until(self, stop: str, answers: Mapping[str, str] = FIRST_CARD) -> list[str]:
        """Answer question after question until the address holds ``stop``; returns the keys asked."""
        asked: list[str] = []
        while stop not in self.page.url:
            assert "/applicant/question/" in self.page.url, self.page.url
            asked.append(self.page.url.rsplit("/", 1)[1])
            assert len(asked) < 40, asked
            self._answer(answers[asked[-1]])
        return asked

    def _answer(self, value: str) -> None:
        if self.page.locator("button.choice").count():
            self.tap(f"button.choice[value='{value}']")
        elif self.page.locator("input[name=year]").count():
            self._date(*value.split())
        elif value == "":
            self.tap("footer .secondary[name=answer]")
        else:
            self.page.locator("#field").fill(value)
            self.tap("footer .primary")

    def _date(self, era: str, *parts: str) -> None:
        eras = self.page.locator(f"label.pick:has(input[value={_ERAS[era]}])")
        if eras.count():
            eras.tap()
        for name, digits in zip(("year", "month", "day"), parts, strict=True):
            self.page.locator(f"input[name={name}]").tap()
            self.page.locator(f"input[name={name}]").fill(digits)
        self.tap("footer .primary")

    def take_photo(self) -> None:
        """Stand before the camera until it fires by itself, and use the shot."""
        self.page.wait_for_url("**/photo/shots*", timeout=_PHOTO_WAIT)
        self.tap("footer .primary")

    def submit(self) -> str:
        """Review, submit; the call number on the slip."""
        expect(self.page).to_have_url(re.compile("/applicant/review"))
        self.tap("footer .primary")
        return self.page.locator(".call strong").inner_text()

    def walk(self, language: str = "ja", answers: Mapping[str, str] = FIRST_CARD) -> str:
        """The whole way; the call number."""
        self.begin(language)
        self.show_form()
        self.answer_until("/photo/", answers)
        self.take_photo()
        self.answer_until("/applicant/review", answers)
        return self.submit()


@dataclass
class DeskVisit(Visit):
    """A member of staff at the desk."""

    def sign_in(self, name: str, passphrase: str) -> None:
        """Sign in with a passphrase."""
        self.page.goto(f"{self.url}/desk/")
        self.page.locator("input[name=name]").fill(name)
        self.page.locator("input[name=passphrase]").fill(passphrase)
        self.tap("main button.primary")

    def open_call(self, call_number: str) -> None:
        """Open one application from the board."""
        self.page.goto(f"{self.url}/desk/queue/find?wanted={call_number}")
        expect(self.page.locator(".call").first).to_have_text(call_number)

    def claim(self) -> None:
        """Claim the application where the desk asks for it."""
        button = self.page.locator("#claim").locator("visible=true")
        if button.count():
            self.tap("#claim")

    def check_identity(self) -> None:
        """A driver's licence and an employee card, in date and agreeing; the face compared; papers here."""
        self.tap("#check")
        self._document(0, "driving_licence", ("in_date", "name", "face"))
        self._document(1, "employee_card", ("in_date", "name"))
        for paper, state in (
            ("pin_request_sheet", "here"),
            ("notification_card", "never_had"),
            ("juki_card", "never_had"),
        ):
            self._change(f"#paper-{paper}-{state}", "check")
        self._change("#face-same", "check")
        expect(self.page.locator("#record")).to_be_visible()
        self.tap("#record")

    def _document(self, row: int, kind: str, ticks: tuple[str, ...]) -> None:
        self._change(f"#document-{row}-kind", "select", kind)
        for tick in ticks:
            if self.page.locator(f"#document-{row}-{tick}").count():
                self._change(f"#document-{row}-{tick}", "check")
        for line in ("birth_date", "address"):
            if self.page.locator(f"#document-{row}-{line}").count() and (row, line) != (1, "address"):
                self._change(f"#document-{row}-{line}", "select", "agrees")

    def _change(self, selector: str, how: str, value: str = "") -> None:
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            if how == "check":
                self.page.locator(selector).check()
            else:
                self.page.locator(selector).select_option(value)
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)

    def accept(self, envelope: str = "A-1") -> None:
        """Accept, with the envelope the papers went into."""
        if self.page.locator("#envelope").count():
            self.page.locator("#envelope").fill(envelope)
        self.tap("#accept")

    def close_and_seal(self, window: str, second: str, passphrase: str, own_passphrase: str) -> str:
        """Close the window, balance, seal with a second person; the name of the file."""
        self.page.goto(f"{self.url}/desk/batch/{window}")
        self.tap("#close")
        if self.page.locator("input[name=passphrase]").count():
            self.page.locator("input[name=passphrase]").fill(own_passphrase)
            self.tap("main form .primary")
        expect(self.page.locator("#adds-up")).to_be_visible()
        self.page.locator("input[name=second_name]").locator("visible=true").fill(second)
        self.page.locator("#seal input[name=second_passphrase]").fill(passphrase)
        self.tap("#seal button.primary")
        sealed = self.page.get_by_text(re.compile(r"REHEARSAL-[\w.-]+\.mab")).first
        expect(sealed).to_be_visible(timeout=30_000)
        found = re.search(r"REHEARSAL-[\w.-]+\.mab", self.page.locator("main").inner_text())
        assert found
        return found.group()
