"""What axe finds on a page. Only what is wrong leaves the page: all that was looked at takes longer than looking."""

from collections.abc import Sequence
from typing import NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
_ASK = """(rules) => axe.run({ runOnly: rules, resultTypes: ["violations"] }).then(({ passes, violations }) => [
  passes.length, violations.map(({ id, nodes: [first] }) => [id, first.target.join(" "), first.html.slice(0, 120)])])"""


class Barrier(NamedTuple):
    """A rule that is broken, and the first place on the page where it is."""

    rule: str
    target: str
    html: str


def barriers(page: Page, rules: Sequence[str] = WCAG) -> list[Barrier]:
    """What breaks rules with one of these tags on the page before us."""
    page.evaluate(f"{AXE_SCRIPT};null")
    passed, broken = page.evaluate(_ASK, list(rules))
    assert passed, "axe looked at nothing"
    return [Barrier(*each) for each in broken]
