"""The day in numbers: how photos came out at the first try, how long people took, how many came when. No names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any, Protocol

from kiosk.domain.states import ApplicationEvent, ApplicationState

_E = ApplicationEvent
STRETCHES: tuple[tuple[str, ApplicationEvent | None, ApplicationEvent], ...] = (
    ("entry", None, _E.SUBMIT),
    ("check", _E.SUBMIT, _E.CHECK_IDENTITY),
    ("accept", _E.CHECK_IDENTITY, _E.ACCEPT),
)
"""Stretches of the way: from one event (None: the start) to the next."""


class Moved(Protocol):
    """What these numbers need of one move."""

    @property
    def at(self) -> str:
        """When, ISO 8601."""

    @property
    def event(self) -> ApplicationEvent:
        """What happened."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long one stretch took, in minutes; ``slow`` is the 90th percentile, both None without anybody."""

    key: str
    people: int
    median: float | None
    slow: float | None


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day: who began, handed in, was accepted."""

    hour: int
    started: int
    submitted: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Day:
    """All numbers of one window; ``first_tries`` people took a photo, ``first_passes`` needed one try only."""

    counts: Mapping[ApplicationState, int]
    first_tries: int
    first_passes: int
    reasons: tuple[tuple[str, int], ...]
    stretches: tuple[Stretch, ...]
    hours: tuple[Hour, ...]
    turned_away: Mapping[str, int]

    @property
    def first_pass_percent(self) -> float | None:
        """Share of people whose first photo could be used, in percent; None without a photo."""
        return 100 * self.first_passes / self.first_tries if self.first_tries else None

    @property
    def started(self) -> int:
        """Everybody who began."""
        return sum(self.counts.values())


def day(
    counts: Mapping[ApplicationState, int],
    started: Mapping[str, str],
    moves: Mapping[str, Sequence[Moved]],
    attempts: Iterable[Mapping[str, Any]],
    turned_away: Mapping[str, int],
) -> Day:
    """The numbers of a window; ``started`` maps uid → time, ``moves`` uid → its moves in order."""
    first = _first_attempts(attempts)
    failed = Counter(reason for each in first if each["verdict"] == "fail" for reason in each["reasons"])
    return Day(
        counts=counts,
        first_tries=len(first),
        first_passes=sum(each["verdict"] != "fail" for each in first),
        reasons=tuple(failed.most_common()),
        stretches=tuple(_stretch(key, since, until, started, moves) for key, since, until in STRETCHES),
        hours=_hours(started, moves),
        turned_away=turned_away,
    )


def _first_attempts(attempts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    first: dict[str, Mapping[str, Any]] = {}
    for each in attempts:
        first.setdefault(each["uid"], each)
    return list(first.values())


def _stretch(
    key: str,
    since: ApplicationEvent | None,
    until: ApplicationEvent,
    started: Mapping[str, str],
    moves: Mapping[str, Sequence[Moved]],
) -> Stretch:
    minutes = sorted(
        _minutes(begin, end)
        for uid, at in started.items()
        if (end := _first(moves.get(uid, ()), until)) and (begin := _first(moves.get(uid, ()), since) if since else at)
    )
    if not minutes:
        return Stretch(key, 0, None, None)
    return Stretch(key, len(minutes), median(minutes), minutes[min(len(minutes) - 1, int(len(minutes) * 0.9))])


def _first(moves: Sequence[Moved], event: ApplicationEvent) -> str | None:
    return next((move.at for move in moves if move.event is event), None)


def _minutes(begin: str, end: str) -> float:
    """Minutes between two times, never below 0 although the clock may have been set back."""
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
    return max(0.0, seconds / 60)


def _hours(started: Mapping[str, str], moves: Mapping[str, Sequence[Moved]]) -> tuple[Hour, ...]:
    flow: dict[str, Counter[int]] = defaultdict(Counter)
    flow["started"].update(_hour(at) for at in started.values())
    for each in moves.values():
        for key, event in (("submitted", _E.SUBMIT), ("accepted", _E.ACCEPT)):
            at = _first(each, event)
            if at:
                flow[key][_hour(at)] += 1
    seen = [hour for counter in flow.values() for hour in counter]
    if not seen:
        return ()
    span = range(min(seen), max(seen) + 1)
    return tuple(Hour(h, flow["started"][h], flow["submitted"][h], flow["accepted"][h]) for h in span)


def _hour(at: str) -> int:
    return datetime.fromisoformat(at).hour


def times_set_back(times: Iterable[str]) -> int:
    """How often, in the order things were written, the clock went backwards."""
    stamps = [datetime.fromisoformat(at) for at in times]
    return sum(later < earlier for earlier, later in pairwise(stamps))
