"""Walks the whole way by touch in a real browser, as a person and as staff do. Says what it saw go wrong."""

import re
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
_KEYBOARD = {"　": "{space}", " ": "{space}", "\u3099": "゛", "\u309a": "゜"}
_HAND_SECONDS = 2.0  # the virtual camera's form comes up from below for so long
_PHOTO_WAIT = 120_000  # milliseconds; the person of the virtual camera walks in, turns, holds still, comes again
_CODES = {":": "Semicolon", "/": "Slash", ".": "Period", "-": "Minus", "?": "Slash", "=": "Equal"}
_SHIFTED = ":?"
_SCANNER_STEP = 0.004  # seconds between two keys of a scanner


_TELL = """
document.addEventListener("DOMContentLoaded", () => {
  const flash = document.getElementById("flash");
  const tell = (kind, seen) => window.kioskSeen({kind, path: location.pathname, ...seen});
  const watch = new MutationObserver(() => flash.hidden || tell("flash", {at: Date.now()}));
  if (flash) watch.observe(flash, {attributes: true});
  const pictures = [...document.images].map((each) => each.decode().catch(() => {}));
  Promise.all(pictures).then(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    const [way] = performance.getEntriesByType("navigation");
    tell("page", {at: performance.timeOrigin, answered: way.responseStart, ready: performance.now()});
  })));
});
"""
"""Each page says when the way to it began (ms since 1970); when it was answered, and painted with its pictures (ms)."""


def scan(page: Page, keys: str) -> None:
    """Press keys as a scanner with US layout does, 4 ms apart by their own time however slow this machine is."""
    devtools = page.context.new_cdp_session(page)
    began = time.time()
    for number, key in enumerate([*keys, "Enter"]):
        kind = "Digit" if key.isdigit() else "Key" if key.isalpha() else ""
        code = "Enter" if key == "Enter" else _CODES.get(key, f"{kind}{key.upper()}")
        for event in ("keyDown", "keyUp"):
            devtools.send(
                "Input.dispatchKeyEvent",
                {
                    "type": event,
                    "code": code,
                    "key": key,
                    "modifiers": 8 if key in _SHIFTED else 0,
                    "timestamp": began + number * _SCANNER_STEP,
                    **({"text": "\r" if key == "Enter" else key} if event == "keyDown" else {}),
                },
            )


@dataclass(frozen=True, slots=True)
class Wait:
    """The machine's share at one place: where it led to, and the seconds until it was ready there."""

    where: str
    seconds: float


@dataclass
class Visit:
    """One browser window, watched: console errors, foreign requests and policy violations are written down."""

    context: BrowserContext
    url: str
    page: Page = field(init=False)
    complaints: list[str] = field(default_factory=list)
    touches: int = 0
    seen_by_page: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.expose_binding("kioskSeen", lambda _, seen: self.seen_by_page.append(seen))
        self.page.add_init_script(_TELL)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def tap(self, selector: str, timeout: float = 30_000) -> None:
        """Tap the first visible match and wait until the next page stands, each within ``timeout`` milliseconds."""
        with self.page.expect_navigation(timeout=timeout):
            self.press(selector, timeout)

    def press(self, selector: str, timeout: float = 30_000) -> None:
        """Tap the first visible match, which stays on this page."""
        self.page.locator(selector).locator("visible=true").first.tap(timeout=timeout)
        self.touches += 1

    def waits(self) -> list[Wait]:
        """The machine's share: each page from the touch on, the form from being held up, the photo from the shutter."""
        found: list[Wait] = []
        before: dict[str, Any] = {}
        flash = 0.0
        for seen in self.seen_by_page:
            if seen["kind"] == "flash":
                flash = flash or seen["at"]
                continue
            if seen["path"] == "/form_qr/check" and before.get("path") == "/form_qr/":
                held_up = before["at"] + before["answered"] + _HAND_SECONDS * 1000
                found.append(Wait("form", max(seen["at"] + seen["ready"] - held_up, 0.0) / 1000))
            elif seen["path"] == "/photo/shots" and flash:
                found.append(Wait("photo", (seen["at"] + seen["ready"] - flash) / 1000))
            elif before:
                found.append(Wait(seen["path"], seen["ready"] / 1000))
            before, flash = seen, 0.0
        return found


@dataclass
class ApplicantVisit(Visit):
    """An applicant at the first screen of the kiosk; ``by_touch`` types on the keys on screen, else into the field."""

    by_touch: bool = False
    offered: dict[str, list[str]] = field(default_factory=dict)

    def begin(self, language: str = "ja") -> None:
        """Language, purpose of use, consent."""
        self.page.goto(f"{self.url}/")
        self.tap(f".choice[value='{language}']")
        self.tap("footer .primary")

    def show_form(self, *, is_current: bool = True) -> None:
        """Hold the form up until it is read, and say whether it is current."""
        self.page.wait_for_url("**/form_qr/check", timeout=30_000)
        self.tap(f"button[name=answer][value={'yes' if is_current else 'no'}]")

    def answer_until(self, stop: str, answers: Mapping[str, str] = FIRST_CARD) -> list[str]:
        """Answer question after question until the address holds ``stop``; returns the keys asked."""
        asked: list[str] = []
        while stop not in self.page.url:
            assert "/applicant/question/" in self.page.url, self.page.url
            asked.append(self.page.url.rsplit("/", 1)[1])
            assert len(asked) < 40, asked
            choices = self.page.locator("button.choice").all()
            self.offered[asked[-1]] = [choice.get_attribute("value") or "" for choice in choices]
            self._answer(answers[asked[-1]])
        return asked

    def _answer(self, value: str) -> None:
        if self.page.locator("button.choice").count():
            self.tap(f"button.choice[value='{value}']")
        elif self.page.locator("input[name=year]").count():
            self._date(*value.split())
        elif value == "":
            self.tap("footer .secondary[name=skip]")
        else:
            self.type(value)
            self.tap("footer .primary")

    def type(self, text: str) -> None:
        """Type into the field of this page."""
        if not self.by_touch:
            self.page.locator("#field").fill(text)
        elif self.page.locator(".keypad").count():
            self.key_in(text)
        else:
            self._on_the_keyboard(text)

    def key_in(self, digits: str) -> None:
        """Touch the digits on the keypad."""
        for digit in digits:
            self.press(f".keypad [data-key='{digit}']")

    def _on_the_keyboard(self, text: str) -> None:
        """Touch the keys of the keyboard on screen; a voiced kana is its plain one and the mark for it."""
        has_kana = any("HIRAGANA" in unicodedata.name(mark, "") for mark in text)
        wanted = "{hiragana}" if has_kana else "{latin}"
        if self.page.locator(f"#keyboard [data-skbtn='{wanted}']").count():
            self.press(f"#keyboard [data-skbtn='{wanted}']")
        for mark in unicodedata.normalize("NFD", text):
            if mark.isupper():
                self.press("#keyboard [data-skbtn='{shift}']")
            self.press(f'#keyboard [data-skbtn="{_KEYBOARD.get(mark, mark)}"]')

    def _date(self, era: str, *parts: str) -> None:
        eras = f"label.pick:has(input[value={_ERAS[era]}])"
        if self.page.locator(eras).count():
            self.press(eras)
        for name, digits in zip(("year", "month", "day"), parts, strict=True):
            if self.by_touch:
                if not self.page.locator(f"input.active[name={name}]").count():  # a full field hands on to the next one
                    self.press(f"input[name={name}]")
                self.key_in(digits)
                continue
            self.page.locator(f"input[name={name}]").tap()
            self.page.locator(f"input[name={name}]").fill(digits)
        self.tap("footer .primary")

    def take_photo(self) -> None:
        """Stand before the camera until it fires by itself, and use the shot."""
        self.page.wait_for_url("**/photo/shots*", timeout=_PHOTO_WAIT)
        self.tap("footer .primary")

    def take_photo_now(self) -> None:
        """Wait until the guide is content with what it sees, press the button for a photo, use the shot."""
        for _ in range(4):
            self.page.locator("#oval:is([data-colour=green], [data-colour=amber])").wait_for(timeout=_PHOTO_WAIT)
            self.press("#trigger button")
            self.page.wait_for_url("**/photo/shots*", timeout=_PHOTO_WAIT)
            if self.page.locator("footer input[name=shot]").count():
                break
            self.tap("footer .button")  # eyes shut in that moment: once more
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
            if self.page.locator(f"#document-{row}-{tick}").is_visible():
                self._change(f"#document-{row}-{tick}", "check")
        for line in ("birth_date", "address"):
            if self.page.locator(f"#document-{row}-{line}").is_visible() and (row, line) != (1, "address"):
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
