"""Japanese eras to the day: 昭和64年1月7日 is a date, 昭和64年1月8日 is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

WESTERN = "western"


@dataclass(frozen=True, slots=True)
class Era:
    """One era with its first and last day; the present one has no last day."""

    key: str
    name: str
    first: date
    last: date | None

    def western_year(self, year: int) -> int:
        """The Gregorian year of the era's ``year`` (1 = 元年)."""
        return self.first.year + year - 1

    def holds(self, day: date) -> bool:
        """Whether ``day`` lies in this era."""
        return self.first <= day and (self.last is None or day <= self.last)

    def holds_year(self, year: int) -> bool:
        """Whether the era has a year ``year`` at all (1 = 元年)."""
        return year >= 1 and (self.last is None or self.western_year(year) <= self.last.year)


def eras_from(table: Mapping[str, Any]) -> tuple[Era, ...]:
    """The eras of kiosk/rules/eras.toml, newest first."""
    rows = table["era"]
    return tuple(Era(row["key"], row["name"], row["effective_from"], row.get("effective_to")) for row in rows)


def era_of(day: date, eras: Sequence[Era]) -> tuple[Era, int] | None:
    """The era ``day`` lies in and its year there, or None before the first one known."""
    for era in eras:
        if era.holds(day):
            return era, day.year - era.first.year + 1
    return None


def in_era(day: date, eras: Sequence[Era]) -> str:
    """``day`` as 令和8年11月24日; as 西暦 when no era is known for it."""
    found = era_of(day, eras)
    if not found:
        return f"{day.year}年{day.month}月{day.day}日"
    era, year = found
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
