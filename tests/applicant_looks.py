"""What a look at a page finds wrong with it: text cut off or covered, targets too small or one over the other, words in
no language or in the wrong one, kanji without a reading, something needed below the window and nothing that says so.

The looking is done in the page, by applicant_looks.js beside this file.
"""

from pathlib import Path

from playwright.sync_api import Page

from tests.axe import barriers

_TALLEST = 10_000  # pixels; no screen goes on for so long
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOKS = Path(__file__).with_suffix(".js").read_text("utf-8").strip()
_CODE = "\n".join(line for line in _LOOKS.splitlines() if not line.startswith("//"))


def what_does_not_fit(page: Page) -> list[str]:
    """Cut, covered and crowded things, small targets, and a page that goes on below without saying so."""
    return _asked(page, "fits") + _asked(page, "below")


def does_not_fit_with(page: Page, selector: str, texts: list[str]) -> list[str]:
    """What does not fit while the element says each of these texts (HTML) in turn; nothing where there are none."""
    found: list[str] = page.evaluate(f"([where, texts]) => {_CODE}.withEach(where, texts)", [selector, texts])
    return found


def what_axe_finds(page: Page) -> list[str]:
    """What axe finds on the whole page: what lies below the window is brought into it first."""
    size = page.viewport_size
    assert size
    height = size["height"]
    while (below := page.evaluate("document.documentElement.scrollHeight - innerHeight")) > 0 and height < _TALLEST:
        height += below  # again, since a window grown higher than wide is laid out as such
        page.set_viewport_size({"width": size["width"], "height": height})
    found = barriers(page, AXE_RULES)
    page.set_viewport_size(size)
    return [f"axe {each.rule}: {each.html}" for each in found]


def what_is_misread(page: Page) -> list[str]:
    """Text marked as another language than it is, in a font of another language, or kanji without a reading."""
    return _asked(page, "words")


def out_of_reach(page: Page) -> list[str]:
    """Targets in the window above its lower half (portrait) or its lower two thirds (landscape)."""
    return _asked(page, "reach")


def _asked(page: Page, question: str) -> list[str]:
    found: list[str] = page.evaluate(f"{_CODE}.{question}()")
    return found
