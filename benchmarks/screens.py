"""Pictures of every applicant screen, in every language at two sizes, to be looked at; and what is wrong by itself.

uv run python benchmarks/screens.py OUT [--languages ja,en] [--sizes 1366x768,1080x1920]
                                        [--displays normal,contrast,large,contrast+large,low] [--check] [--only photo]

Writes OUT/<language>-<display>-<size>/<screen>.png with one contact sheet beside each folder, and prints for each
screen what does not fit, what is marked as the wrong language, kanji without a reading (やさしい日本語), with ``low``
what is out of reach, and with ``--check`` what axe finds by WCAG 2.2 AA. ``--check`` with all displays is the whole
product; tests/screens/test_access_browser.py takes every screen with every language and every display once.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from kiosk.texts import languages
from tests.applicant_looks import out_of_reach, what_axe_finds, what_does_not_fit, what_is_misread
from tests.applicant_screens import SCREENS, Screens, running_screens
from tests.conftest import CHROMIUM_FLAGS


def what_is_wrong(page: Page, display: str, *, with_axe: bool) -> list[str]:
    """Everything found on one screen."""
    found = what_does_not_fit(page) + what_is_misread(page)
    if "low" in display:
        found += out_of_reach(page)
    if with_axe:
        found += what_axe_finds(page)
    return found


def take_all(screens: Screens, folder: Path, display: str, only: str, *, with_axe: bool) -> None:
    """Pictures of all screens as the people at them have them now, and what is wrong with each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, screen in enumerate(SCREENS):
        if only not in screen.name:
            continue
        page = screens.show(screen)
        name = screen.name.replace(" ", "-").replace(",", "")
        page.screenshot(path=folder / f"{number:02d}-{name}.png")
        for each in what_is_wrong(page, display, with_axe=with_axe):
            print(f"{folder.name} {screen.name}: {each}", flush=True)
    contact_sheet(folder)


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


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--languages", default=",".join(languages()))
    parser.add_argument("--sizes", default="1366x768,1080x1920")
    parser.add_argument("--displays", default="normal")
    parser.add_argument("--only", default="", help="screens whose name holds this")
    parser.add_argument("--check", action="store_true", help="ask axe as well")
    return parser.parse_args()


def main() -> None:
    """All languages at all sizes in all displays, on a kiosk of its own."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright, running_screens(Path(data)) as screens:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        screens.meet(browser)
        for size in asked.sizes.split(","):
            screens.turn(*(int(each) for each in size.split("x")))
            for language in asked.languages.split(","):
                for display in asked.displays.split(","):
                    screens.speak(language, display.replace("normal", "").replace("+", " "))
                    folder = asked.out / f"{language}-{display}-{size}"
                    take_all(screens, folder, display, asked.only, with_axe=asked.check)
        browser.close()


if __name__ == "__main__":
    main()
