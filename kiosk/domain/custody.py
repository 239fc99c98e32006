"""Things taken from a person: which are still with us, what a new check changes, what an envelope number may be."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

WITH_US = frozenset({"taken", "in_envelope"})
_ENVELOPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")


class LedgerLine(Protocol):
    """What these rules need of one line of the ledger."""

    @property
    def id(self) -> int:
        """The line's number."""

    @property
    def item(self) -> str:
        """What it is, a key of the papers in identity.toml."""

    @property
    def state(self) -> str:
        """Where it is."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A thing nobody has settled: in no envelope, or in the envelope of an application that goes nowhere."""

    uid: str
    call_number: str
    item: str
    count: int
    envelope: str | None


@dataclass(frozen=True, slots=True)
class LedgerChanges:
    """What has to happen so that the ledger says what was agreed: items to take, lines to give back."""

    take: tuple[str, ...]
    give_back: tuple[int, ...]


def with_us(lines: Iterable[LedgerLine]) -> tuple[LedgerLine, ...]:
    """The lines of things that have neither gone to the office nor back to the person."""
    return tuple(line for line in lines if line.state in WITH_US)


def changes(lines: Iterable[LedgerLine], wanted: Collection[str]) -> LedgerChanges:
    """What to take and what to give back so that exactly ``wanted`` is with us."""
    held = with_us(lines)
    have = {line.item for line in held}
    take = tuple(item for item in dict.fromkeys(wanted) if item not in have)
    return LedgerChanges(take, tuple(line.id for line in held if line.item not in wanted))


def is_envelope_number(text: str) -> bool:
    """Whether ``text`` can be an envelope number: up to 20 letters, digits and hyphens, and not twelve digits."""
    digits = text.replace("-", "")
    return bool(_ENVELOPE.fullmatch(text)) and not (digits.isdigit() and len(digits) >= 12)
