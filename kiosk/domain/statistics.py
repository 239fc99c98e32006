"""The day in numbers: how photos came out at the first try, how long people took, how many came when. No names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

from kiosk.domain.states import ApplicationEvent, ApplicationState

_E = ApplicationEvent
STRETCHES: tuple[tuple[str, ApplicationEvent | None, ApplicationEvent], ...] = (
    ("entry", None, _E.SUBMIT),
    ("check", _E.SUBMIT, _E.CHECK_IDENTITY),
    ("accept", _E.CHECK_IDENTITY, _E.ACCEPT),
)
"""Stretches of the way: from one event (None: the start) to the next."""

EVENTS = (_E.SUBMIT, _E.CHECK_IDENTITY, _E.ACCEPT)
"""The events whose first time for each person these numbers are made of."""

Firsts = Mapping[str, Mapping[ApplicationEvent, str]]
"""uid → event → when it first happened."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long one stretch took, in minutes (the photo: seconds); ``slow`` is the 90th percentile; None for nobody."""

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
    """All numbers of one window; ``first_tries`` people took a photo, ``first_passes`` needed one try only.

    ``photo_seconds`` run from the beginning of the photo step to the shot that was accepted, the last one of each.
    """

    counts: Mapping[ApplicationState, int]
    first_tries: int
    first_passes: int
    reasons: tuple[tuple[str, int], ...]
    stretches: tuple[Stretch, ...]
    hours: tuple[Hour, ...]
    turned_away: Mapping[str, int]
    photo_seconds: Stretch

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
    firsts: Firsts,
    attempts: Iterable[Mapping[str, Any]],
    turned_away: Mapping[str, int],
) -> Day:
    """The numbers of a window; ``started`` maps uid → time."""
    attempts = list(attempts)
    first = _first_attempts(attempts)
    accepted = {each["uid"]: float(each["seconds"]) for each in attempts if each["accepted"]}
    failed = Counter(reason for each in first if each["verdict"] == "fail" for reason in each["reasons"])
    return Day(
        counts=counts,
        first_tries=len(first),
        first_passes=sum(each["verdict"] != "fail" for each in first),
        reasons=tuple(failed.most_common()),
        stretches=tuple(_stretch(key, since, until, started, firsts) for key, since, until in STRETCHES),
        hours=_hours(started, firsts),
        turned_away=turned_away,
        photo_seconds=_spread("photo", sorted(accepted.values())),
    )


def _first_attempts(attempts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    first: dict[str, Mapping[str, Any]] = {}
    for each in attempts:
        first.setdefault(each["uid"], each)
    return list(first.values())


def _stretch(
    key: str, since: ApplicationEvent | None, until: ApplicationEvent, started: Mapping[str, str], firsts: Firsts
) -> Stretch:
    begins = ((uid, firsts.get(uid, {}).get(since) if since else at) for uid, at in started.items())
    ends = ((begin, firsts.get(uid, {}).get(until)) for uid, begin in begins)
    minutes = sorted(_minutes(begin, end) for begin, end in ends if begin and end)
    return _spread(key, minutes)


def _spread(key: str, values: Sequence[float]) -> Stretch:
    """The middle and the 90th percentile of sorted values."""
    if not values:
        return Stretch(key, 0, None, None)
    return Stretch(key, len(values), median(values), values[min(len(values) - 1, int(len(values) * 0.9))])


def _minutes(begin: str, end: str) -> float:
    """Minutes between two times, never below 0 although the clock may have been set back."""
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
    return max(0.0, seconds / 60)


def _hours(started: Mapping[str, str], firsts: Firsts) -> tuple[Hour, ...]:
    flow: dict[str, Counter[int]] = defaultdict(Counter)
    flow["started"].update(_hour(at) for at in started.values())
    for key, event in (("submitted", _E.SUBMIT), ("accepted", _E.ACCEPT)):
        flow[key].update(_hour(each[event]) for each in firsts.values() if event in each)
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
