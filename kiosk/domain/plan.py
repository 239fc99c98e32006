"""Planning a day: what a visit takes, what counts as enough, and what simulated days came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Self

Minutes = tuple[float, float, float]
"""Least, usual and most minutes of something."""


class PlanRulesWrong(ValueError):
    """An entry of plan.toml cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Visits:
    """What plan.toml says of a visit and of what is enough; minutes, and shares of people or days from 0 to 1."""

    slot_minutes: float
    around: Minutes
    last_before_end: float
    station: Minutes
    photo_again_share: float
    photo_again: Minutes
    help_share: float
    help: Minutes
    desk: Minutes
    goal_days: float
    goal_wait: float
    goal_over: float
    simulated_people: int
    least_days: int
    most_days: int

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:
        """The entries of plan.toml, checked; raises PlanRulesWrong."""
        entries = _Entries(rules)
        return cls(
            slot_minutes=entries.number("arrivals.slot_minutes", above=0),
            around=entries.minutes("arrivals.around", least=None),
            last_before_end=entries.number("arrivals.last_before_end"),
            station=entries.minutes("station.minutes"),
            photo_again_share=entries.share("station.photo_again_share"),
            photo_again=entries.minutes("station.photo_again_minutes"),
            help_share=entries.share("station.help_share"),
            help=entries.minutes("station.help_minutes"),
            desk=entries.minutes("desk.minutes"),
            goal_days=entries.share("goal.days"),
            goal_wait=entries.number("goal.wait_minutes"),
            goal_over=entries.number("goal.over_minutes"),
            simulated_people=int(entries.number("simulation.people", above=0)),
            least_days=int(entries.number("simulation.least_days", above=0)),
            most_days=int(entries.number("simulation.most_days", above=0)),
        )

    @property
    def station_minutes(self) -> float:
        """What one person holds a station for, on average."""
        again, beside = self.photo_again_share * mean(self.photo_again), self.help_share * mean(self.help)
        return mean(self.station) + again + beside

    @property
    def staff_minutes(self) -> float:
        """What one person takes of the staff's time, on average."""
        return mean(self.desk) + self.help_share * mean(self.help)

    def days(self, people: int) -> int:
        """How many days are simulated for one choice."""
        return max(self.least_days, min(self.most_days, self.simulated_people // people))


def mean(minutes: Minutes) -> float:
    """Of a triangular distribution."""
    return sum(minutes) / 3


class _Entries:
    """Numbers of a TOML table by dotted name, each refused by that name."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._rules = rules

    def number(self, name: str, *, above: float | None = None) -> float:
        found = self._found(name)
        if not _is_number(found) or found < 0 or (above is not None and found <= above):
            raise PlanRulesWrong(f"{name} is no number that can be used")
        return float(found)

    def share(self, name: str) -> float:
        found = self.number(name)
        if found > 1:
            raise PlanRulesWrong(f"{name} is a share, from 0 to 1")
        return found

    def minutes(self, name: str, *, least: float | None = 0) -> Minutes:
        found = self._found(name)
        if not isinstance(found, list) or len(found) != 3 or not all(map(_is_number, found)):
            raise PlanRulesWrong(f"{name} is three numbers, least, usual and most")
        low, usual, most = map(float, found)
        if not low <= usual <= most or (least is not None and low < least):
            raise PlanRulesWrong(f"{name} is not in order, least, usual and most")
        return low, usual, most

    def _found(self, name: str) -> Any:
        table, _, key = name.partition(".")
        try:
            return self._rules[table][key]
        except (KeyError, TypeError):
            raise PlanRulesWrong(f"{name} is missing") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


@dataclass(frozen=True, slots=True)
class DayOfWaiting:
    """One simulated day."""

    waits: Sequence[tuple[float, float]]
    """Each person's minutes of waiting, for a station and for the staff."""
    longest_queue: int
    over: float
    """Minutes after the window's end when the last person was done, 0 when before."""
    stations_busy: float
    staff_busy: float
    """Shares, from 0 to 1, of the time from the first arrival to the last person done."""

    def is_enough(self, visits: Visits) -> bool:
        """Whether nine of ten people waited no longer, and the last was done no later, than plan.toml wants."""
        return share_of(list(map(sum, self.waits)), 90) <= visits.goal_wait and self.over <= visits.goal_over


@dataclass(frozen=True, slots=True)
class Choice:
    """What so many stations and staff came to over all simulated days; minutes."""

    stations: int
    staff: int
    days: int
    days_enough: float
    """The share of days on which it was enough."""
    enough: bool
    wait_median: float
    wait_p90: float
    wait_longest: float
    station_wait_p90: float
    desk_wait_p90: float
    longest_queue: float
    over_median: float
    over_p95: float
    stations_busy: float
    staff_busy: float


def judge(stations: int, staff: int, days: Sequence[DayOfWaiting], visits: Visits) -> Choice:
    """Sum up simulated days; waits are those of all people of all days, queues and overtime those of the days."""
    at_station, at_desk = zip(*(each for day in days for each in day.waits), strict=True)
    waits = list(map(sum, zip(at_station, at_desk, strict=True)))
    over = [day.over for day in days]
    good = sum(day.is_enough(visits) for day in days) / len(days)
    return Choice(
        stations=stations,
        staff=staff,
        days=len(days),
        days_enough=good,
        enough=good >= visits.goal_days,
        wait_median=median(waits),
        wait_p90=share_of(waits, 90),
        wait_longest=max(waits),
        station_wait_p90=share_of(at_station, 90),
        desk_wait_p90=share_of(at_desk, 90),
        longest_queue=median(day.longest_queue for day in days),
        over_median=median(over),
        over_p95=share_of(over, 95),
        stations_busy=median(day.stations_busy for day in days),
        staff_busy=median(day.staff_busy for day in days),
    )


def share_of(values: Sequence[float], percent: int) -> float:
    """The value that ``percent`` of a hundred do not exceed, between two of them by proportion."""
    return values[0] if len(values) == 1 else quantiles(values, n=100, method="inclusive")[percent - 1]
