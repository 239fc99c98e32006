"""Eras, ages and keyed dates, to the day."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.ages import age_on, months_before, rules_on, valid_on
from kiosk.domain.birth_date import KeyedDate, last_possible, read_birth_date, read_card_date
from kiosk.domain.eras import eras_from, in_era
from kiosk.domain.errors import AnswerRefused
from kiosk.rules import load_rules

ERAS = eras_from(load_rules("eras"))
TODAY = date(2026, 11, 24)
AGES = rules_on(TODAY, load_rules("ages"))


def read(era: str, year: str, month: str, day: str) -> str:
    return read_birth_date("birth_date", KeyedDate(era, year, month, day), ERAS, TODAY, AGES)


@pytest.mark.parametrize(
    ("keyed", "stored"),
    [
        (("showa", "64", "1", "7"), "1989-01-07"),
        (("heisei", "1", "1", "8"), "1989-01-08"),
        (("heisei", "元", "12", "31"), "1989-12-31"),
        (("heisei", "31", "4", "30"), "2019-04-30"),
        (("reiwa", "元年", "5", "1"), "2019-05-01"),
        (("taisho", "15", "12", "24"), "1926-12-24"),
        (("showa", "1", "12", "25"), "1926-12-25"),
        (("taisho", "1", "7", "30"), "1912-07-30"),
        (("western", "1985", "04", "01"), "1985-04-01"),
        (("western", "２０００", "２", "２９"), "2000-02-29"),
        (("western", "1960", "00", "00"), "1960-00-00"),
        (("western", "1960", "2", "00"), "1960-02-00"),
        (("showa", "64", "1", "00"), "1989-01-00"),
        (("reiwa", "8", "11", "24"), "2026-11-24"),
    ],
)
def test_date_is_read_to_the_day(keyed: tuple[str, str, str, str], stored: str) -> None:
    assert read(*keyed) == stored


@pytest.mark.parametrize(
    ("keyed", "why"),
    [
        (("showa", "64", "1", "8"), "not_in_era"),
        (("showa", "65", "1", "1"), "not_in_era"),
        (("showa", "0", "1", "1"), "not_in_era"),
        (("showa", "1", "12", "24"), "not_in_era"),
        (("showa", "64", "2", "00"), "not_in_era"),
        (("heisei", "1", "1", "7"), "not_in_era"),
        (("heisei", "31", "5", "1"), "not_in_era"),
        (("reiwa", "1", "4", "30"), "not_in_era"),
        (("taisho", "15", "12", "25"), "not_in_era"),
        (("western", "1999", "2", "30"), "none"),
        (("western", "2001", "2", "29"), "none"),
        (("western", "2000", "13", "1"), "none"),
        (("western", "2000", "00", "5"), "none"),
        (("western", "20x0", "1", "5"), "none"),
        (("western", "2000", "二", "5"), "none"),
        (("western", "2000", "-1", "5"), "none"),
        (("western", "2026", "11", "25"), "future"),
        (("reiwa", "9", "1", "1"), "future"),
        (("western", "9999", "12", "31"), "future"),
        (("western", "1868", "1", "1"), "too_old"),
        (("meiji", "1", "9", "8"), "too_old"),
        (("western", "1895", "12", "31"), "too_old"),
        (("western", "0", "1", "1"), "too_old"),
        (("western", "2000", "", "1"), "incomplete"),
        (("", "60", "1", "1"), "no_era"),
        (("kofun", "60", "1", "1"), "no_era"),
    ],
)
def test_date_that_cannot_be_is_refused_with_its_reason(keyed: tuple[str, str, str, str], why: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        read(*keyed)
    assert refused.value.text_key == f"applicant.error_date_{why}"


@given(st.dates(min_value=date(1897, 1, 1), max_value=TODAY))
def test_every_day_is_read_back_from_its_era(day: date) -> None:
    era = next(era for era in ERAS if era.holds(day))
    keyed = (era.key, str(day.year - era.first.year + 1), str(day.month), str(day.day))
    assert read(*keyed) == day.isoformat()
    assert read("western", *day.isoformat().split("-")) == day.isoformat()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2026, 11, 24), "令和8年11月24日"),
        (date(1867, 1, 1), "1867年1月1日"),
    ],
)
def test_day_is_written_in_its_era(day: date, words: str) -> None:
    assert in_era(day, ERAS) == words


def test_eras_follow_each_other_without_gap_or_overlap() -> None:
    for later, earlier in pairwise(ERAS):
        assert earlier.last is not None
        assert (later.first - earlier.last).days == 1


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2011, 11, 25), date(2026, 11, 24), 15),
        (date(2011, 11, 25), date(2026, 11, 23), 14),
        (date(2012, 2, 29), date(2027, 2, 28), 15),
        (date(2012, 2, 29), date(2027, 2, 27), 14),
        (date(2026, 11, 24), date(2026, 11, 24), 0),
    ],
)
def test_age_is_full_at_the_end_of_the_day_before_the_birthday(born: date, day: date, age: int) -> None:
    assert age_on(day, born, AGES) == age


def test_unknown_parts_mean_the_latest_day_possible() -> None:
    assert last_possible("1960-00-00") == date(1960, 12, 31)
    assert last_possible("1960-02-00") == date(1960, 2, 29)
    assert last_possible("1960-12-00") == date(1960, 12, 31)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)), st.integers(0, 30))
def test_months_before_never_leaves_the_month(day: date, months: int) -> None:
    earlier = months_before(day, months)
    assert (day.year - earlier.year) * 12 + day.month - earlier.month == months
    assert earlier.day <= day.day


def test_no_rule_before_the_first_one() -> None:
    with pytest.raises(LookupError):
        valid_on(date(1900, 1, 1), load_rules("ages")["counting"])


@pytest.mark.parametrize("year", ["1926", "2126", "9999"])
def test_card_date_far_away_is_a_slip_of_the_finger(year: str) -> None:
    with pytest.raises(AnswerRefused, match="error_card_date"):
        read_card_date("card_expiry", KeyedDate("western", year, "1", "1"), ERAS, TODAY, AGES)


def test_card_date_is_whole() -> None:
    assert read_card_date("card_expiry", KeyedDate("western", "2026", "12", "1"), ERAS, TODAY, AGES) == "2026-12-01"
    for month, day in (("00", "00"), ("1", "00"), ("2", "30")):
        with pytest.raises(AnswerRefused, match="error_date_none"):
            read_card_date("card_expiry", KeyedDate("western", "2026", month, day), ERAS, TODAY, AGES)
