"""One venue session: what it is and what its fields may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NewType

from kiosk.domain.errors import AnswerRefused
from kiosk.domain.states import WindowState

WindowId = NewType("WindowId", str)
"""Names the window's file and its batches: date and four random letters, nothing about the company."""

MOST_PEOPLE = 10_000
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
    """What is agreed with the company before a window can be made."""

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
