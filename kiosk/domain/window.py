"""One venue session: what it is and what its fields may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NewType

from kiosk.domain.errors import AnswerRefused, NotAssigned
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


def require_assigned(window: Window, account: Account) -> None:
    """Raise NotAssigned unless the account works here: everybody where nobody is listed, supervisors always."""
    listed = window.options.get("staff", ())
    if listed and account.name not in listed and account.role is not Role.SUPERVISOR:
        raise NotAssigned("this account does not work at this window")
