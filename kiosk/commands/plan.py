"""``kiosk plan``: how many stations and staff a day takes, by simulation."""

import sys
from math import floor, isnan
from pathlib import Path
from typing import Any

import click

from kiosk.actions.plan import HOURS, MOST_PEOPLE, Plan, plan_day
from kiosk.commands.answer import json_line, language, words
from kiosk.commands.own_rules import visit_rules_in
from kiosk.commands.people import plain_errors, settings_of
from kiosk.domain.plan import Choice, Visits
from kiosk.texts import Translate, translator


class _Hours(click.FloatRange):
    """Click lets ``nan`` pass between any two limits, and speaks of a float range to who writes 3:30."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            is_number = not isnan(float(value))
        except ValueError:
            is_number = False
        return super().convert(value, param, ctx) if is_number else self.fail(words("plan.error_hours"), param, ctx)


@click.command()
@click.option("--people", required=True, type=click.IntRange(1, MOST_PEOPLE), help="how many come")
@click.option("--hours", required=True, type=_Hours(*HOURS), help="how long the window is open")
@click.option("--stations", type=click.IntRange(1, MOST_PEOPLE), help="applicant screens; found unless given")
@click.option("--json", "as_json", is_flag=True, help="one object")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="kiosk.toml")
@plain_errors
def plan(people: int, hours: float, stations: int | None, as_json: bool, config: Path | None) -> None:
    """Simulate a day: stations and staff for so many people, and how long they wait; exit 1 when that is not enough."""
    visits = _visits(config)
    found = plan_day(people, hours, visits, stations)
    click.echo(json_line(_as_dict(found)) if as_json else _in_words(found, visits, translator(language())))
    sys.exit(0 if found.answer.enough else 1)


def _visits(config: Path | None) -> Visits:
    """The municipality's minutes; a file that cannot be used is wrong usage."""
    folder = settings_of(config).rules
    return Visits.from_rules(visit_rules_in(Path(folder) if folder else None))


def _as_dict(found: Plan) -> dict[str, Any]:
    advised = found.advised
    return {
        "people": found.people,
        "hours": found.hours,
        **_choice(found.answer),
        "advised": {"stations": advised.stations, "staff": advised.staff} if advised else None,
        "choices": [_choice(each) for each in found.choices],
    }


def _choice(each: Choice) -> dict[str, Any]:
    return {
        "stations": each.stations,
        "staff": each.staff,
        "enough": each.enough,
        "days": each.days,
        "days_enough": round(each.days_enough, 3),
        "wait_minutes": {
            "median": round(each.wait_median, 1),
            "p90": round(each.wait_p90, 1),
            "longest": round(each.wait_longest, 1),
            "p90_station": round(each.station_wait_p90, 1),
            "p90_staff": round(each.desk_wait_p90, 1),
        },
        "longest_queue": each.longest_queue,
        "over_minutes": {"median": round(each.over_median, 1), "p95": round(each.over_p95, 1)},
        "busy": {"stations": round(each.stations_busy, 2), "staff": round(each.staff_busy, 2)},
    }


def _in_words(found: Plan, visits: Visits, t: Translate) -> str:
    lines = [t("plan.note_asked", people=found.people, hours=f"{found.hours:g}", days=found.answer.days)]
    goal = {"share": round(visits.goal_days * 100), "wait": f"{visits.goal_wait:g}", "over": f"{visits.goal_over:g}"}
    lines += [t("plan.note_goal", **goal), *(_line(each, t) for each in _worth_saying(found))]
    if not found.answer.enough:
        lines.append(t("plan.note_not_enough", stations=found.answer.stations))
    lines += _advice(found.advised, t)
    return "\n".join([*lines, t("plan.note_assumed")])


def _advice(advised: Choice | None, t: Translate) -> list[str]:
    if advised is None:
        return [t("plan.note_nothing_enough")]
    enough = t("plan.note_enough", stations=advised.stations, staff=advised.staff)
    return [enough] if advised.staff > 1 else [enough, t("plan.note_two")]


def _worth_saying(found: Plan) -> list[Choice]:
    """The answer, what is advised instead, and what was looked at with just fewer of either; ``--json`` gives all."""
    best = found.advised or found.answer
    fewer = [each for each in found.choices if each.stations < best.stations and not each.enough]
    short = [each for each in found.choices if each.stations == best.stations and each.staff < best.staff]
    said = {(each.stations, each.staff) for each in (*fewer[-1:], *short[-1:], best, found.answer)}
    return [each for each in found.choices if (each.stations, each.staff) in said]


def _line(each: Choice, t: Translate) -> str:
    return t(
        "plan.note_choice_enough" if each.enough else "plan.note_choice_short",
        stations=each.stations,
        staff=each.staff,
        share=floor(each.days_enough * 100),
        median=round(each.wait_median),
        p90=round(each.wait_p90),
        longest=round(each.wait_longest),
        queue=round(each.longest_queue),
        over=round(each.over_p95),
        station_busy=round(each.stations_busy * 100),
        staff_busy=round(each.staff_busy * 100),
    )
