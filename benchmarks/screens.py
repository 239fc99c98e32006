"""Pictures of every applicant screen, in every language at two sizes, to be looked at; and what does not fit by itself.

uv run python benchmarks/screens.py OUT [--languages ja,en] [--sizes 1366x768,1080x1920]

Writes OUT/<language>-<size>/<screen>.png and one contact sheet per language and size, and prints each screen whose
text is cut off or whose page is taller than the window.
"""

import argparse
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from waitress import create_server

sys.path.insert(0, str(Path(__file__).parent.parent))

from kiosk.app import create_app
from kiosk.fakes import FixedClock
from kiosk.settings import load_settings
from kiosk.store.photos import StoredPhoto
from kiosk.texts import languages
from kiosk.wiring import Services, make_services
from tests.builders import AT, a_rehearsal_vault, a_window
from tests.conftest import CHROMIUM_FLAGS

EVERYTHING = {
    "application_kind": "renewal", "card_expiry": "2026-12-31", "driving_licence": "yes", "licence_way": "number",
    "licence_number": "1234567890", "old_card": "hand_in", "municipality": "other", "other_municipality": "みほん市",
    "contact_name": "髙﨑　みほん", "mail": "hanako@example.jp", "birth_date": "2017-05-05",
    "representative_present": "yes", "representative_name": "みほん　はは", "representative_relation": "mother",
    "certificates": "authentication_only", "braille": "no", "photo_exception": "medical",
    "photo_exception_reason": "めの　けが", "forwarding": "no", "moving": "no",
}  # fmt: skip
STOPS = {
    "certificate_only": {"application_kind": "certificate_only"},
    "too_early": {"card_expiry": "2028-01-01"},
    "licence": {"licence_way": "stop"},
}
_CUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((each) => each.checkVisibility() && !each.matches(".hidden, input, rt, canvas, svg *")
      && each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 2
      && getComputedStyle(each).display !== "inline" && !each.querySelector("ruby"))
  .map((each) => `${each.tagName.toLowerCase()}.${each.className}`)"""
_TALL = "() => document.documentElement.scrollHeight - innerHeight"


@dataclass
class Album:
    """The pictures of one language and size."""

    page: Page
    services: Services
    url: str
    folder: Path

    def take(self, name: str, address: str | None = None) -> None:
        """Go to ``address``, take the picture, say what does not fit."""
        if address:
            self.page.goto(f"{self.url}{address}")
        self.page.screenshot(path=self.folder / f"{name}.png")
        cut, over = self.page.evaluate(_CUT), self.page.evaluate(_TALL)
        if cut or over > 0:
            told = [f"cut {each}" for each in cut] + ([f"{over} px below"] if over > 0 else [])
            print(self.folder.name, name, ", ".join(told))

    def tap(self, selector: str) -> None:
        """Tap and wait for the next page."""
        with self.page.expect_navigation():
            self.page.locator(selector).locator("visible=true").first.tap()

    def set(self, **answers: str) -> None:
        """Answer beside the screen."""
        store = self.services.window_store()
        store.applications.save_answers(store.applications.list()[-1].uid, answers, AT)

    def all(self, language: str) -> None:
        """The whole way."""
        self.take("00-start", "/")
        self.tap(f".choice[value='{language}']")
        self.take("01-consent")
        self.tap("footer .primary")
        self.form()
        self.questions()
        self.ends()

    def form(self) -> None:
        """The form screens."""
        self.take("02-form", "/form_qr/")
        self.take("03-form-type", "/form_qr/type")
        for digit in "123":
            self.page.locator(f".keypad [data-key='{digit}']").tap()
        self.tap("footer .primary")
        self.take("04-form-type-error")
        self.take("05-form-without", "/form_qr/without")
        self.take("06-form-old", "/form_qr/without?reason=old")
        store = self.services.window_store().applications
        store.set_form_id(store.list()[-1].uid, f"{len(store.list()):023d}", AT)
        self.take("07-form-check", "/form_qr/check")

    def questions(self) -> None:
        """Every question, those of grown-ups as well, and errors."""
        self.set(**EVERYTHING)
        keys = [*EVERYTHING, "applying_as"]
        for number, key in enumerate(keys, 10):
            if key == "applying_as":
                self.set(birth_date="1985-04-01")
            self.take(f"{number}-{key}", f"/applicant/question/{key}")
        for key in ("contact_name", "mail", "birth_date"):
            self.page.goto(f"{self.url}/applicant/question/{key}")
            field = self.page.locator("#field, input[name=month]").first
            field.fill("99" if key == "birth_date" else "a\u202eb")
            self.tap("footer .primary")
            self.take(f"40-error-{key}")

    def ends(self) -> None:
        """Photo, stops, review, slip, idle."""
        self.take("50-photo", "/photo/")
        for name, answers in STOPS.items():
            self.set(**answers)
            self.take(f"51-stop-{name}", "/applicant/stop")
            self.set(**EVERYTHING)
        store = self.services.window_store()
        uid = store.applications.list()[-1].uid
        store.photos.save(uid, StoredPhoto(b"x", sha256(b"x").hexdigest(), 600, 771, "pass", (), AT))
        self.take("60-review", "/applicant/review")
        self.page.evaluate("document.getElementById('idle').showModal()")
        self.take("61-idle")
        self.page.goto(f"{self.url}/applicant/review")
        self.tap("footer .primary")
        self.take("62-submitted")
        self.take("63-error", "/no-such-page")
        self.page.goto(f"{self.url}/applicant/submitted")
        self.tap("footer .primary")


def contact_sheet(folder: Path) -> None:
    """All pictures of a folder on one sheet beside it."""
    pictures = [Image.open(path).convert("RGB") for path in sorted(folder.glob("*.png"))]
    width = 480
    height = round(pictures[0].height * width / pictures[0].width)
    across = 6 if height < width else 9
    sheet = Image.new("RGB", (across * width, -(-len(pictures) // across) * height), "white")
    for at, picture in enumerate(pictures):
        sheet.paste(picture.resize((width, height)), (at % across * width, at // across * height))
    sheet.save(folder.with_suffix(".jpg"), quality=85)


def visit(browser: Browser, services: Services, url: str, out: Path, language: str, size: str) -> None:
    """One language at one size."""
    width, height = (int(each) for each in size.split("x"))
    folder = out / f"{language}-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True)
    Album(context.new_page(), services, url, folder).all(language)
    context.close()
    contact_sheet(folder)


def main() -> None:
    """All languages at all sizes, on a kiosk of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--languages", default=",".join(languages()))
    parser.add_argument("--sizes", default="1366x768,1080x1920")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        vault = a_rehearsal_vault(Path(data))
        a_window(vault)
        settings = load_settings(camera_face="virtual:nobody")
        services = make_services(settings, vault, clock=FixedClock())
        services.cameras.virtual = ()
        app = create_app("applicant", ("applicant", "form_qr", "photo"), settings, services)
        server = create_server(app, host="127.0.0.1", port=0, threads=12)
        threading.Thread(target=server.run, daemon=True).start()
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        for language in arguments.languages.split(","):
            for size in arguments.sizes.split(","):
                visit(browser, services, f"http://127.0.0.1:{server.effective_port}", arguments.out, language, size)
        browser.close()
        server.close()
        services.stop()


if __name__ == "__main__":
    main()
