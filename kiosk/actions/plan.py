"""Planning a day by discrete-event simulation: groups of people wait for a station, then for one of the staff."""

from bisect import bisect_left
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from math import ceil
from random import Random

import simpy

from kiosk.domain.plan import Choice, DayOfWaiting, Visits, judge

MOST_PEOPLE = 10_000
HOURS = (0.5, 24.0)
_AMPLE = 4
"""Nobody waits long for the staff when they are so many times those who could just do the work."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked, what came of it, and everything looked at on the way."""

    people: int
    hours: float
    answer: Choice
    """The fewest stations and staff that are enough; of given stations the best, when no staff makes them enough."""
    advised: Choice | None
    """The answer, or where the given stations are not enough what would be; None when nothing is."""
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    """Minutes: when somebody comes, at the station, with somebody of the staff beside there, at the desk."""

    comes: float
    station: float
    help: float
    desk: float


@dataclass(slots=True)
class _Seen:
    """What is noted of one day while it goes on."""

    waits: list[tuple[float, float]] = field(default_factory=list)
    longest_queue: int = 0
    stations_used: float = 0.0
    staff_used: float = 0.0


def plan_day(people: int, hours: float, visits: Visits, stations: int | None = None) -> Plan:
    """Find the fewest stations and staff together for ``people`` in ``hours``; with ``stations`` the fewest staff.

    The same question gets the same answer: chance begins anew from the same seeds, and every choice meets the same
    people.
    """
    search = _Search(people, hours, visits)
    answer = search.fewest_staff(stations) if stations else search.fewest()
    return Plan(people, hours, answer, answer if answer.enough else search.advice(), search.choices)


class _Search:
    """Choices of stations and staff, each simulated once."""

    def __init__(self, people: int, hours: float, visits: Visits) -> None:
        self._people, self._hours, self._visits = people, hours, visits
        days = range(visits.days(people))
        self._days = [_draw(people, hours, visits, Random(seed)) for seed in days]  # noqa: S311 -- simulated people
        self._looked: dict[tuple[int, int], Choice] = {}
        self._least_staff = self._least(visits.staff_minutes)
        self._ample_staff = self._least_staff * _AMPLE

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All that were looked at, fewest stations and staff first."""
        return tuple(self._looked[each] for each in sorted(self._looked))

    def fewest(self) -> Choice:
        """The fewest stations and staff together; of equal sums the one with fewer stations."""
        least = self._least(self._visits.station_minutes)
        best = self.fewest_staff(_fewest(least, self._people, lambda many: self._look(many, self._ample_staff).enough))
        if not best.enough:
            return best
        least_staff = self.fewest_staff(self._people).staff
        stations = best.stations + 1
        while stations + least_staff < best.stations + best.staff:
            if self._look(stations, best.stations + best.staff - stations - 1).enough:
                best = self.fewest_staff(stations)
            stations += 1
        return best

    def fewest_staff(self, stations: int) -> Choice:
        """The fewest staff for so many stations; where no staff is enough, what ample staff come to."""
        best = self._look(stations, self._ample_staff)
        if not best.enough:
            return best
        fewest = _fewest(self._least_staff, self._ample_staff, lambda staff: self._look(stations, staff).enough)
        return self._look(stations, fewest)

    def advice(self) -> Choice | None:
        """What is enough, freely chosen, if anything is."""
        found = self.fewest()
        return found if found.enough else None

    def _look(self, stations: int, staff: int) -> Choice:
        if (stations, staff) not in self._looked:
            days = [_simulate(day, self._hours, stations, staff) for day in self._days]
            self._looked[stations, staff] = judge(stations, staff, days, self._visits)
        return self._looked[stations, staff]

    def _least(self, minutes: float) -> int:
        """So many could do it if none ever waited."""
        time = self._hours * 60 + self._visits.goal_over
        return min(self._people, max(1, ceil(self._people * minutes / time)))


def _fewest(least: int, most: int, is_enough: Callable[[int], bool]) -> int:
    """The smallest number that is enough, by growing steps and then between the last two; ``most`` when none is."""
    tried, step = least, 1
    while tried < most and not is_enough(tried):
        least, tried, step = tried + 1, min(most, tried + step), step * 2
    return bisect_left(range(tried + 1), True, lo=least, hi=tried, key=is_enough)


def _draw(people: int, hours: float, visits: Visits, chance: Random) -> list[_Person]:
    groups = 1 + max(0, int((hours * 60 - visits.last_before_end) // visits.slot_minutes))
    return [_person(number * groups // people * visits.slot_minutes, visits, chance) for number in range(people)]


def _person(called: float, visits: Visits, chance: Random) -> _Person:
    def minutes(of: tuple[float, float, float], share: float = 1.0) -> float:
        least, usual, most = of
        drawn = chance.triangular(least, most, usual)
        return drawn if chance.random() < share else 0.0

    return _Person(
        comes=max(0.0, called + minutes(visits.around)),
        station=minutes(visits.station) + minutes(visits.photo_again, visits.photo_again_share),
        help=minutes(visits.help, visits.help_share),
        desk=minutes(visits.desk),
    )


def _simulate(day: list[_Person], hours: float, stations: int, staff: int) -> DayOfWaiting:
    world, seen = simpy.Environment(), _Seen()
    places, hands = simpy.Resource(world, stations), simpy.Resource(world, staff)
    for person in day:
        world.process(_visit(world, person, places, hands, seen))
    world.run()
    span = (world.now - min(person.comes for person in day)) or 1.0
    return DayOfWaiting(
        waits=seen.waits,
        longest_queue=seen.longest_queue,
        over=max(0.0, world.now - hours * 60),
        stations_busy=seen.stations_used / (span * stations),
        staff_busy=seen.staff_used / (span * staff),
    )


def _visit(
    world: simpy.Environment, person: _Person, places: simpy.Resource, hands: simpy.Resource, seen: _Seen
) -> Generator[simpy.Event]:
    yield world.timeout(person.comes)
    with places.request() as place:
        seen.longest_queue = max(seen.longest_queue, len(places.queue) + len(hands.queue))
        yield place
        taken = world.now
        waited = (yield from _with_staff(world, person.help, hands, seen)) if person.help else 0.0
        yield world.timeout(person.station)
        seen.stations_used += world.now - taken
    waited += yield from _with_staff(world, person.desk, hands, seen)
    seen.waits.append((taken - person.comes, waited))


def _with_staff(
    world: simpy.Environment, minutes: float, hands: simpy.Resource, seen: _Seen
) -> Generator[simpy.Event, None, float]:
    """Wait for one of the staff and take their time; gives the minutes waited."""
    came = world.now
    with hands.request() as hand:
        seen.longest_queue = max(seen.longest_queue, len(hands.queue))
        yield hand
        waited = world.now - came
        yield world.timeout(minutes)
    seen.staff_used += minutes
    return waited
