"""Ages by one dated rule, the expected filing date and the renewal window. No age is written in code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class AgeRules:
    """How ages are counted on one day, and the limits that hold then (years, by key)."""

    day_before: bool
    filing_days: int
    oldest_years: int
    card_years: int
    under: Mapping[str, int]


def rules_on(day: date, table: Mapping[str, Any]) -> AgeRules:
    """The rules of kiosk/rules/ages.toml that hold on ``day``; raises LookupError when none does."""
    counting = valid_on(day, table["counting"])
    under = {row["key"]: int(row["under_age"]) for row in table["limit"] if _holds(row, day)}
    return AgeRules(
        day_before=counting["age_reached"] == "day_before",
        filing_days=int(table["filing"]["days_after_window"]),
        oldest_years=int(table["limits"]["oldest_years"]),
        card_years=int(table["limits"]["card_years"]),
        under=under,
    )


def valid_on(day: date, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The first row whose effective_from and effective_to hold ``day``; raises LookupError when none does."""
    for row in rows:
        if _holds(row, day):
            return row
    raise LookupError(f"no rule holds on {day}")


def _holds(row: Mapping[str, Any], day: date) -> bool:
    last = row.get("effective_to")
    return bool(row["effective_from"] <= day and (last is None or day <= last))


def age_on(day: date, born: date, rules: AgeRules) -> int:
    """Full years of age on ``day``; on 29 February's off years the anniversary is 1 March."""
    reckoned = day + timedelta(days=1) if rules.day_before else day
    return reckoned.year - born.year - ((reckoned.month, reckoned.day) < (born.month, born.day))


def is_under(key: str, day: date, born: date, rules: AgeRules) -> bool:
    """Whether the limit ``key`` (years) is not yet reached on ``day``; False where no such limit holds."""
    return key in rules.under and age_on(day, born, rules) < rules.under[key]


def filing_day(day: date, rules: AgeRules) -> date:
    """When the office is expected to file what is applied for on ``day``."""
    return day + timedelta(days=rules.filing_days)


def months_before(day: date, months: int) -> date:
    """The same day of the month ``months`` earlier, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    first_of_next = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))
