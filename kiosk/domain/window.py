"""One venue session: what it is and what its fields may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NewType

from kiosk.domain.errors import AnswerRefused, NotAssigned
from kiosk.domain.free_text import refuse_unkeepable
from kiosk.domain.staff import Account, Role
from kiosk.domain.states import WindowState

WindowId = NewType("WindowId", str)
"""Names the window's file and its batches: date and four random letters, nothing about the company."""

MOST_PEOPLE = 10_000
CONTACT_MAIL = ("applicant", "municipal", "none")
OTHER_CITIES = ("accepted", "not_accepted")
_CHOICES = {"contact_mail": CONTACT_MAIL, "other_cities": OTHER_CITIES}
_LISTS = ("languages", "staff")
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Window:
    """A venue session; ``held_on`` is an ISO date, times are ISO 8601 with offset."""

    id: WindowId
    state: WindowState
    municipality: str
    company: str
    place: str
    held_on: str
    head_count: int
    rehearsal: bool
    created_at: str
    updated_at: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lets_begin(self) -> bool:
        """Whether somebody new may begin; in a pause those on their way finish."""
        return self.state is WindowState.OPEN


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What is agreed with the company before a window can be made.

    ``options`` may hold ``preset`` (identity.toml), ``languages`` (codes, the first is the default), ``contact_mail``,
    ``other_cities`` and ``staff`` (names of accounts); what is missing is as the installation has it.
    """

    municipality: str
    company: str
    place: str
    held_on: date
    head_count: int
    rehearsal: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


def check_plan(plan: WindowPlan) -> None:
    """Raise AnswerRefused, naming the item, when a plan cannot be a window."""
    for item in ("municipality", "company", "place"):
        text = getattr(plan, item)
        if not text.strip() or len(text) > _LONGEST_TEXT or not text.isprintable():
            raise AnswerRefused(item, "window.error_text")
    if not 1 <= plan.head_count <= MOST_PEOPLE:
        raise AnswerRefused("head_count", "window.error_head_count")
    _check_options(plan.options)


def kept_reason(reason: str | None) -> str | None:
    """A reason as it may stay in kiosk.db, which outlives the window; None when there is none. Raises AnswerRefused."""
    words = (reason or "").strip()
    refuse_unkeepable("reason", words)
    if len(words) > _LONGEST_TEXT:
        raise AnswerRefused("reason", "window.error_reason_long")
    return words or None


def _check_options(options: Mapping[str, Any]) -> None:
    unknown = set(options) - {"preset", *_CHOICES, *_LISTS}
    if unknown:
        raise AnswerRefused(sorted(unknown)[0], "window.error_option")
    for item, known in _CHOICES.items():
        if options.get(item, known[0]) not in known:
            raise AnswerRefused(item, "window.error_option")
    for item in _LISTS:
        if not all(isinstance(each, str) and each for each in options.get(item, ["-"])):
            raise AnswerRefused(item, "window.error_option")


AT_WORK_TOO = ("head_count", "staff")
"""What may still be changed while applicants are coming; everything else of a plan is settled when a window opens."""


def replanned(window: Window, plan: WindowPlan, *, is_open: bool) -> WindowPlan:
    """``plan`` as far as it may be taken over; the day stays, as the id is made of it, and so does rehearsal."""
    options = dict(plan.options)
    if is_open:
        options = {key: value for key, value in window.options.items() if key not in AT_WORK_TOO}
        options |= {key: plan.options[key] for key in AT_WORK_TOO if key in plan.options}
    return WindowPlan(
        municipality=window.municipality,
        company=window.company if is_open else plan.company,
        place=window.place if is_open else plan.place,
        held_on=date.fromisoformat(window.held_on),
        head_count=plan.head_count,
        rehearsal=window.rehearsal,
        options=options,
    )


def differing(window: Window, plan: WindowPlan) -> tuple[str, ...]:
    """The names of what a plan changes in a window, never the values."""
    fields = [item for item in ("company", "place", "head_count") if getattr(window, item) != getattr(plan, item)]
    keys = {*window.options, *plan.options}
    return (*fields, *sorted(key for key in keys if window.options.get(key) != plan.options.get(key)))


def is_assigned(window: Window, account: Account) -> bool:
    """Whether the account works here: everybody where nobody is listed, supervisors always."""
    listed = window.options.get("staff", ())
    return not listed or account.name in listed or account.role is Role.SUPERVISOR


def require_assigned(window: Window, account: Account) -> None:
    """Raise NotAssigned unless the account works at this window."""
    if not is_assigned(window, account):
        raise NotAssigned("this account does not work at this window")
