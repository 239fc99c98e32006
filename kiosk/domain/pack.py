"""What is handed out before a window: what poster, flyer and checklist say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

LONGEST_ADDRESS = 120
"""Longer ones make a code that old phones do not read from a wall."""


class PackRulesWrong(ValueError):
    """An entry of pack.toml cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is to be done by a day."""

    title: str
    by: date
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything on the papers; ``documents`` is the key of the rule's sentence, ``pages`` addresses by language."""

    company: str
    place: str
    day: date
    day_in_era: str
    head_count: int
    languages: tuple[str, ...]
    municipality: str
    municipality_kana: str
    phone: str
    pages: Mapping[str, str]
    documents: str
    is_posted: bool
    takes_other_cities: bool
    weeks: tuple[int, int]
    staff: tuple[str, ...]
    stages: tuple[Stage, ...]
    is_rehearsal: bool

    def page(self, language: str) -> str:
        """The address of the page in a language, or the Japanese one."""
        return self.pages.get(language) or self.pages["ja"]


def pages_from(rules: Mapping[str, Any]) -> dict[str, str]:
    """The addresses of pack.toml by language; raises PackRulesWrong."""
    pages = rules.get("page")
    if not isinstance(pages, dict) or "ja" not in pages:
        raise PackRulesWrong("page.ja is missing")
    for language, address in pages.items():
        if not _is_address(address):
            raise PackRulesWrong(f"page.{language} is no address that begins with https:// or http://")
    return dict(pages)


def _is_address(address: object) -> bool:
    if not isinstance(address, str) or len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)


def stages_from(rules: Mapping[str, Any], day: date) -> tuple[Stage, ...]:
    """The checklist of pack.toml with its days, earliest first; raises PackRulesWrong."""
    rows = rules.get("checklist", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PackRulesWrong("checklist is no list of tables")
    return tuple(sorted((_stage(row, day) for row in rows), key=lambda each: each.by))


def _stage(row: Mapping[str, Any], day: date) -> Stage:
    title, items = row.get("title"), row.get("items")
    if not isinstance(title, str) or not _are_texts(items):
        raise PackRulesWrong("each checklist needs a title and items, all of them texts")
    days = row.get("days")
    if not isinstance(days, int) or isinstance(days, bool):
        raise PackRulesWrong(f"checklist {title}: days is no whole number")
    try:
        return Stage(title, day + timedelta(days=days), tuple(items or ()))
    except OverflowError:
        raise PackRulesWrong(f"checklist {title}: days is too large") from None


def _are_texts(items: object) -> bool:
    return isinstance(items, Sequence) and not isinstance(items, str) and all(isinstance(each, str) for each in items)
