"""Things taken from a person: which are still with us, what a new check changes, what an envelope number may be."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

WITH_US = frozenset({"taken", "in_envelope"})
AT_OFFICE = "handed_over"
LOSS_REPORT = "loss_report"
"""Taken in place of a card that the person reports lost."""
MOST_OF_ONE = 9
_ENVELOPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")


class LedgerLine(Protocol):
    """What these rules need of one line of the ledger."""

    @property
    def id(self) -> int:
        """The line's number."""

    @property
    def item(self) -> str:
        """What it is, a key of the papers in identity.toml, or LOSS_REPORT."""

    @property
    def count(self) -> int:
        """How many of them."""

    @property
    def state(self) -> str:
        """Where it is."""


Line = TypeVar("Line", bound=LedgerLine)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A thing nobody has settled: in no envelope, or, of an application going nowhere, in one or with the office."""

    uid: str
    call_number: str
    item: str
    count: int
    envelope: str | None
    at_office: bool = False


@dataclass(frozen=True, slots=True)
class LedgerChanges:
    """What has to happen so that the ledger says what was agreed: items to take with counts, lines to give back."""

    take: tuple[tuple[str, int], ...]
    give_back: tuple[int, ...]


def with_us(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of things that have neither gone to the office nor back to the person."""
    return tuple(line for line in lines if line.state in WITH_US)


def not_back(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of things that the person has not got back: with us, or with the office."""
    return tuple(line for line in lines if line.state in WITH_US or line.state == AT_OFFICE)


def changes(lines: Iterable[LedgerLine], wanted: Mapping[str, int]) -> LedgerChanges:
    """What to take and what to give back so that exactly ``wanted``, item by count, is with us or with the office.

    More of an item is one line more; of an item that becomes fewer every line goes back and the rest is taken anew.
    What the office has stays there; only its own button brings it back.
    """
    lines = tuple(lines)
    held, away = with_us(lines), _counts(line for line in lines if line.state == AT_OFFICE)
    have, here = _counts(held), {item: max(0, count - away[item]) for item, count in wanted.items()}
    too_many = {item for item, count in have.items() if count > here.get(item, 0)}
    missing = {item: count if item in too_many else count - have[item] for item, count in here.items()}
    return LedgerChanges(
        tuple((item, count) for item, count in missing.items() if count > 0),
        tuple(line.id for line in held if line.item in too_many),
    )


def _counts(lines: Iterable[LedgerLine]) -> Counter[str]:
    found = Counter[str]()
    for line in lines:
        found[line.item] += line.count
    return found


def is_envelope_number(text: str) -> bool:
    """Whether ``text`` can be an envelope number: up to 20 letters, digits and hyphens, and not twelve digits."""
    digits = text.replace("-", "")
    return bool(_ENVELOPE.fullmatch(text)) and not (digits.isdigit() and len(digits) >= 12)
