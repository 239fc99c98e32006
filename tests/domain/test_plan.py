"""What plan.toml may say, and when a simulated day was enough."""

from typing import Any

import pytest

from kiosk.domain.plan import DayOfWaiting, PlanRulesWrong, Visits, judge, share_of
from kiosk.rules import load_rules


def rules(name: str = "", value: Any = None) -> dict[str, Any]:
    found = load_rules("plan")
    table, _, key = name.partition(".")
    if name:
        found[table][key] = value
    return found


def day(*waits: tuple[float, float], over: float = 0.0) -> DayOfWaiting:
    return DayOfWaiting(waits, 0, over, 0.5, 0.5)


def test_the_rules_delivered_can_be_used() -> None:
    visits = Visits.from_rules(rules())
    assert visits.station_minutes > visits.station[0]
    assert visits.staff_minutes > visits.desk[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("arrivals.slot_minutes", 0),
        ("arrivals.around", [0, 1]),
        ("station.minutes", [5, 3, 12]),
        ("station.minutes", [-1, 3, 12]),
        ("station.minutes", ["a", "b", "c"]),
        ("station.help_share", 1.5),
        ("desk.minutes", [1, 2, float("inf")]),
        ("goal.wait_minutes", True),
        ("simulation.least_days", -1),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(name: str, value: Any) -> None:
    with pytest.raises(PlanRulesWrong, match=name.replace(".", r"\.")):
        Visits.from_rules(rules(name, value))


def test_a_missing_entry_is_named() -> None:
    without = rules()
    del without["desk"]
    with pytest.raises(PlanRulesWrong, match=r"desk\.minutes is missing"):
        Visits.from_rules(without)


def test_a_short_day_is_simulated_more_often_than_a_long_one() -> None:
    visits = Visits.from_rules(rules())
    assert visits.days(1) == visits.most_days
    assert visits.days(10_000) == visits.least_days


def test_waiting_counts_in_all_and_not_at_each_queue() -> None:
    visits = Visits.from_rules(rules())
    half = visits.goal_wait * 0.6
    assert day((half, 0.0)).is_enough(visits)
    assert not day((half, half)).is_enough(visits)


def test_a_window_that_ends_too_late_is_not_enough() -> None:
    visits = Visits.from_rules(rules())
    assert not day((0.0, 0.0), over=visits.goal_over + 1).is_enough(visits)


def test_one_bad_day_in_twenty_is_let_pass_and_two_are_not() -> None:
    visits = Visits.from_rules(rules())
    good, bad = day((0.0, 0.0)), day((99.0, 0.0))
    assert judge(1, 1, [good] * 19 + [bad], visits).enough
    assert not judge(1, 1, [good] * 18 + [bad] * 2, visits).enough


def test_the_sums_are_those_of_all_people() -> None:
    found = judge(2, 3, [day((0, 0), (2, 1)), day((4, 3), (8, 5), over=4.0)], Visits.from_rules(rules()))
    assert (found.stations, found.staff, found.days) == (2, 3, 2)
    assert found.wait_median == 5.0
    assert found.wait_longest == 13
    assert found.over_median == 2.0


def test_shares_lie_between_values() -> None:
    assert share_of([7.0], 90) == 7.0
    assert share_of([float(each) for each in range(101)], 90) == pytest.approx(90.0)
