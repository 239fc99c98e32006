"""Dates a person keys: by era or western year, checked to the day; month or day of birth may be unknown ("00")."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.domain.ages import AgeRules
from kiosk.domain.eras import WESTERN, Era
from kiosk.domain.errors import AnswerRefused

_OLD_CALENDAR_UNTIL = 1873
FIRST_YEAR_WORDS = frozenset({"元", "元年"})


@dataclass(frozen=True, slots=True)
class KeyedDate:
    """What stood in the four fields, as text; never in an error or a log."""

    era: str
    year: str
    month: str
    day: str

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> "KeyedDate":
        """The fields ``era``, ``year``, ``month`` and ``day`` of a form."""
        return cls(*(str(fields.get(name, "")).strip() for name in ("era", "year", "month", "day")))


def read_birth_date(item: str, keyed: KeyedDate, eras: Sequence[Era], today: date, rules: AgeRules) -> str:
    """``YYYY-MM-DD``, with 00 for unknown month or day; refuses what is no date, the future and the far past.

    A date of an era has to lie in that era to the day.
    """
    year, month, day = _numbers(item, keyed, eras)
    text = f"{year:04d}-{month:02d}-{day:02d}"
    latest = _last_possible(item, year, month, day)
    earliest = _first_possible(year, month, day)
    if earliest > today:
        raise AnswerRefused(item, "applicant.error_date_future")
    if year < today.year - rules.oldest_years:
        raise AnswerRefused(item, "applicant.error_date_too_old")
    era = _era(keyed.era, eras)
    if era and not (era.first <= latest and (era.last is None or earliest <= era.last)):
        raise AnswerRefused(item, "applicant.error_date_not_in_era")
    return text


def read_card_date(item: str, keyed: KeyedDate, eras: Sequence[Era], today: date, rules: AgeRules) -> str:
    """``YYYY-MM-DD`` of a card's last day: a whole date within living memory and not beyond the next decades."""
    year, month, day = _numbers(item, keyed, eras)
    if not (month and day):
        raise AnswerRefused(item, "applicant.error_date_none")
    expiry = _last_possible(item, year, month, day)
    if abs(expiry.year - today.year) > rules.card_years:
        raise AnswerRefused(item, "applicant.error_card_date")
    return expiry.isoformat()


def last_possible(text: str) -> date:
    """The latest date a stored ``YYYY-MM-DD`` can mean, so that an unknown day never makes a person older."""
    return _last_possible("", *(int(part) for part in text.split("-")))


def is_partly_unknown(text: str) -> bool:
    """Whether month or day of a stored date are unknown, which needs staff approval."""
    return "-00" in text


def _numbers(item: str, keyed: KeyedDate, eras: Sequence[Era]) -> tuple[int, int, int]:
    if not (keyed.year and keyed.month and keyed.day):
        raise AnswerRefused(item, "applicant.error_date_incomplete")
    year = 1 if keyed.year in FIRST_YEAR_WORDS else _number(item, keyed.year)
    era = _era(keyed.era, eras)
    if keyed.era != WESTERN and era is None:
        raise AnswerRefused(item, "applicant.error_date_no_era")
    if era and not era.holds_year(year):
        raise AnswerRefused(item, "applicant.error_date_not_in_era")
    western = era.western_year(year) if era else year
    if western < _OLD_CALENDAR_UNTIL:
        raise AnswerRefused(item, "applicant.error_date_too_old")
    return western, _number(item, keyed.month), _number(item, keyed.day)


def _era(key: str, eras: Sequence[Era]) -> Era | None:
    return next((era for era in eras if era.key == key), None)


def _number(item: str, text: str) -> int:
    digits = unicodedata.normalize("NFKC", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        raise AnswerRefused(item, "applicant.error_date_none")
    return int(digits)


def _first_possible(year: int, month: int, day: int) -> date:
    return date(year, month or 1, day or 1)


def _last_possible(item: str, year: int, month: int, day: int) -> date:
    """The date, or the last one of its month or year; raises AnswerRefused when there is none, as for 30 February."""
    try:
        if day and not month:
            raise ValueError("a day without its month")
        if day:
            return date(year, month, day)
        ends = date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
        return date.fromordinal(ends.toordinal() - 1)
    except ValueError:
        raise AnswerRefused(item, "applicant.error_date_none") from None
