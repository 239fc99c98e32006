"""Simulated days: what is right whatever the minutes are, and the answer of queueing theory where there is one."""

from dataclasses import replace

import pytest

from kiosk.actions.plan import plan_day
from kiosk.domain.plan import Visits
from kiosk.rules import load_rules

VISITS = replace(Visits.from_rules(load_rules("plan")), simulated_people=1_500, least_days=4)
EXACT = replace(
    VISITS, around=(0, 0, 0), station=(4, 4, 4), desk=(4, 4, 4), help_share=0.0, photo_again_share=0.0,
    slot_minutes=4.0, last_before_end=4.0,
)  # fmt: skip
"""One person every four minutes and four minutes each: nobody ever waits at one station with one of the staff."""


def test_people_who_come_one_by_one_in_time_do_not_wait() -> None:
    found = plan_day(15, 1, EXACT).answer
    assert (found.stations, found.staff, found.wait_longest) == (1, 1, 0.0)
    assert found.over_median == 4.0, "the last comes four minutes before the end and takes four at each place"


def test_a_group_waits_as_long_as_those_before_it_take() -> None:
    together = replace(EXACT, slot_minutes=60.0, goal_wait=999.0, goal_over=999.0)
    found = plan_day(5, 1, together, stations=1).answer
    assert (found.staff, found.wait_longest, found.wait_median) == (1, 16.0, 8.0)
    assert found.longest_queue == 4


def test_somebody_helped_at_the_station_holds_both() -> None:
    helped = replace(EXACT, help_share=1.0, help=(10, 10, 10), slot_minutes=60.0, goal_wait=999.0, goal_over=999.0)
    found = plan_day(1, 1, helped).answer
    assert found.stations_busy == pytest.approx(14 / 18)
    assert found.staff_busy == pytest.approx(14 / 18)


def test_a_photo_taken_again_makes_the_visit_longer() -> None:
    again = replace(EXACT, photo_again_share=1.0, photo_again=(2, 2, 2), goal_over=999.0)
    assert plan_day(1, 1, again).answer.stations_busy == pytest.approx(6 / 10)


def test_the_same_question_gets_the_same_answer() -> None:
    assert plan_day(60, 3, VISITS) == plan_day(60, 3, VISITS)


def test_one_less_of_either_would_not_be_enough() -> None:
    found = plan_day(120, 6, VISITS).answer
    assert found.enough
    assert not plan_day(120, 6, VISITS, stations=found.stations - 1).answer.enough
    fewer = [each for each in plan_day(120, 6, VISITS, found.stations).choices if each.staff < found.staff]
    assert not any(each.enough for each in fewer)


def test_eleven_stations_took_seventeen_staff_where_twelve_take_eleven() -> None:
    found = plan_day(250, 3, Visits.from_rules(load_rules("plan")))
    assert found.answer.stations + found.answer.staff < 11 + 17
    assert all(each.stations + each.staff >= 23 for each in found.choices if each.enough)


def test_more_people_never_take_fewer_hands() -> None:
    answers = [plan_day(many, 4, VISITS).answer for many in (10, 80, 240)]
    hands = [(each.stations, each.staff) for each in answers]
    assert hands == sorted(hands)


def test_too_few_stations_are_said_with_what_would_be_enough() -> None:
    found = plan_day(120, 6, VISITS, stations=1)
    assert not found.answer.enough
    assert found.advised
    assert found.advised.stations > 1


def test_where_nothing_is_enough_nothing_is_advised() -> None:
    slow = replace(VISITS, desk=(300, 300, 300))
    found = plan_day(3, 0.5, slow)
    assert (found.answer.enough, found.advised) == (False, None)


def test_waiting_for_one_desk_is_as_long_as_theory_says() -> None:
    """Pollaczek and Khinchine: who comes by chance to a desk of load rho and fixed time s waits rho s / 2 (1 - rho)."""
    hours, minutes, many = 200.0, 6.0, 1_400
    by_chance = replace(
        EXACT, slot_minutes=hours * 60 / many, around=(0.0, 0.0, 600.0), station=(0, 0, 0), desk=(minutes,) * 3,
        goal_wait=9e9, goal_over=9e9, least_days=3,
    )  # fmt: skip
    found = plan_day(many, hours, by_chance, stations=many).choices[0]
    load = minutes * many / (hours * 60)
    mean_wait = load * minutes / (2 * (1 - load))
    assert found.staff == 1
    assert found.staff_busy == pytest.approx(load, abs=0.06)
    assert found.wait_median < mean_wait < found.wait_p90
