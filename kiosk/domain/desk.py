"""The live board: who stands where, for how long, and who comes first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationState

_A = ApplicationState
GROUPS: tuple[tuple[str, tuple[ApplicationState, ...]], ...] = (
    ("waiting", (_A.SUBMITTED,)),
    ("checked", (_A.IDENTITY_CHECKED,)),
    ("at_screen", (_A.DRAFT, _A.RETURNED)),
    ("done", (_A.ACCEPTED,)),
    ("ended", (_A.WITHDRAWN, _A.REJECTED)),
)
"""The parts of the board, what staff have to do first."""

_NEWEST_FIRST = frozenset({"done", "ended"})
AT_WORK = tuple(state for key, states in GROUPS if key not in _NEWEST_FIRST for state in states)
OVER = tuple(states for key, states in GROUPS if key in _NEWEST_FIRST)
MOST_ROWS = 40
"""Rows shown per group; the rest is counted and found by search."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board; ``minutes`` since it last changed hands, ``photo`` is the verdict or empty."""

    uid: str
    call_number: str
    state: ApplicationState
    step: str
    minutes: int
    photo: str
    help_wanted: bool
    claimed_by: str
    language: str


@dataclass(frozen=True, slots=True)
class Group:
    """One part of the board; ``many`` counts all, ``rows`` holds the first of them."""

    key: str
    many: int
    rows: tuple[Row, ...]


def board(
    applications: Sequence[Application],
    counts: Mapping[ApplicationState, int],
    photos: Mapping[str, str],
    steps: Mapping[str, str],
    now: datetime,
) -> tuple[Group, ...]:
    """The whole board. Raised hands come first, then who has waited longest; what is over, newest first.

    ``applications`` need hold only the rows to show, ``counts`` all; ``photos`` maps uid → verdict, ``steps`` uid →
    the screen of those at the applicant screen.
    """
    return tuple(
        Group(key, sum(counts[state] for state in states), _rows(key, states, applications, photos, steps, now))
        for key, states in GROUPS
    )


def _rows(
    key: str,
    states: Sequence[ApplicationState],
    applications: Iterable[Application],
    photos: Mapping[str, str],
    steps: Mapping[str, str],
    now: datetime,
) -> tuple[Row, ...]:
    mine = [each for each in applications if each.state in states]
    mine.sort(key=lambda each: _since(each, key), reverse=key in _NEWEST_FIRST)
    mine.sort(key=lambda each: not each.help_wanted)
    return tuple(_row(each, key, photos, steps, now) for each in mine[:MOST_ROWS])


def _since(application: Application, group: str) -> str:
    """When the person came into this part of the board."""
    if group == "waiting":
        return application.submitted_at or application.updated_at
    return application.started_at if group == "at_screen" else application.updated_at


def _row(
    application: Application, group: str, photos: Mapping[str, str], steps: Mapping[str, str], now: datetime
) -> Row:
    waited = now - datetime.fromisoformat(_since(application, group))
    return Row(
        uid=application.uid,
        call_number=application.call_number,
        state=application.state,
        step=steps.get(application.uid, ""),
        minutes=max(0, int(waited.total_seconds() // 60)),
        photo=photos.get(application.uid, ""),
        help_wanted=application.help_wanted,
        claimed_by=application.claimed_by or "",
        language=application.language,
    )
