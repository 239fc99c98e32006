"""What a batch is: the balance at close, the file's name, the order of rows, the manifest."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kiosk.domain.states import GOING, ApplicationState

FORMAT = "mab"
VERSION = 1
SUFFIX = ".mab"
REHEARSAL_PREFIX = "REHEARSAL-"
KINDS = ("photos", "under_1", "paper_form", "photo_missing")
"""What a row is counted as: exactly one of these."""
_ODD = re.compile(r"[^\w.-]+|^[.-]+")
_LONGEST_PART = 60
_S = ApplicationState
_DECIDED = (_S.WITHDRAWN, _S.REJECTED)
_LEFT = (_S.SUBMITTED, _S.IDENTITY_CHECKED, _S.RETURNED)


@dataclass(frozen=True, slots=True)
class Difference:
    """One equation that does not add up; ``key`` names its text and its way out, calls are the slips to look for."""

    key: str
    expected: int
    found: int
    call_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One application as the balance sees it."""

    call_number: str
    state: ApplicationState
    has_photo: bool
    is_under_one: bool
    is_on_paper: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """The numbers of a closed window; in order when ``differences`` is empty."""

    started: int
    abandoned: int
    submitted: int
    accepted: int
    withdrawn: int
    rejected: int
    to_seal: int
    photos: int
    under_1: int
    paper_form: int
    custody_open: int
    differences: tuple[Difference, ...] = field(default=())

    @property
    def adds_up(self) -> bool:
        """Whether every equation holds."""
        return not self.differences


def balance(lines: Sequence[Line], custody_open: Iterable[str]) -> Balance:
    """Count one window's applications; ``custody_open`` are the call numbers of items still open in the ledger."""
    open_items = tuple(custody_open)
    states = [line.state for line in lines]
    drafts = _calls(lines, lambda line: line.state is _S.DRAFT)
    left = _calls(lines, lambda line: line.state in _LEFT)
    going = [line for line in lines if line.state is _S.ACCEPTED]
    bare = _calls(going, lambda line: _kind(line) == "photo_missing")
    abandoned = states.count(_S.ABANDONED)
    submitted = len(lines) - abandoned - len(drafts)
    kinds = [_kind(line) for line in going]
    found = (
        Difference("drafts_left", len(lines), submitted + abandoned, drafts),
        Difference("undecided_left", submitted, submitted - len(left), left),
        Difference("photo_missing", len(going), len(going) - len(bare), bare),
        Difference("custody_open", 0, len(open_items), open_items),
    )
    return Balance(
        started=len(lines),
        abandoned=abandoned,
        submitted=submitted,
        accepted=sum(state in GOING for state in states),
        withdrawn=states.count(_S.WITHDRAWN),
        rejected=states.count(_S.REJECTED),
        to_seal=len(going),
        photos=kinds.count("photos"),
        under_1=kinds.count("under_1"),
        paper_form=kinds.count("paper_form"),
        custody_open=len(open_items),
        differences=tuple(each for each in found if each.expected != each.found),
    )


def _calls(lines: Iterable[Line], wanted: Callable[[Line], bool]) -> tuple[str, ...]:
    return tuple(sorted(line.call_number for line in lines if wanted(line)))


def _kind(line: Line) -> str:
    return row_kind(has_photo=line.has_photo, is_under_one=line.is_under_one, is_on_paper=line.is_on_paper)


def row_kind(*, has_photo: bool, is_under_one: bool, is_on_paper: bool) -> str:
    """Which count of the manifest one row belongs to: each row belongs to exactly one."""
    if has_photo:
        return "photos"
    if is_under_one:
        return "under_1"
    return "paper_form" if is_on_paper else "photo_missing"


def file_name(municipality: str, window: str, seq: int, *, rehearsal: bool) -> str:
    """``<municipality>-<window>-<seq>.mab``, REHEARSAL- before it in practice; marks no file name may hold become _."""
    parts = (_ODD.sub("_", part)[:_LONGEST_PART] for part in (municipality, window))
    return marked(f"{'-'.join(parts)}-{seq}{SUFFIX}", rehearsal=rehearsal)


def marked(name: str, *, rehearsal: bool) -> str:
    """A file's name, REHEARSAL- before it where what is in it is practice."""
    return REHEARSAL_PREFIX + name if rehearsal else name


def in_sealed_order(rows: Iterable[tuple[str, str]], host: str, shuffle: Callable[[list[str]], None]) -> list[str]:
    """Uids of ``(uid, municipality)`` rows: the host city first, then city by city, shuffled inside each."""
    groups: dict[str, list[str]] = {}
    for uid, municipality in rows:
        groups.setdefault(municipality, []).append(uid)
    ordered: list[str] = []
    for municipality in sorted(groups, key=lambda name: (name != host, name)):
        shuffle(groups[municipality])
        ordered += groups[municipality]
    return ordered


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside the archive: its name, its size in bytes, its SHA-256 in lower-case hexadecimal."""

    name: str
    size: int
    sha256: str


def superseded(
    earlier: Iterable[tuple[str, int, ApplicationState]], going: Container[str], batch_ids: Mapping[int, str], seq: int
) -> tuple[dict[str, Any], ...]:
    """What batch ``seq`` changes in earlier ones, by their sequence; empty for an ordinary batch.

    ``earlier`` are ``(uid, a sequence it lay in, state now)``, one for each sequence: those ``going`` into this batch
    come again (``replaced``), ended ones no longer apply (``withdrawn``).
    """
    found: dict[int, dict[str, list[str]]] = {}
    for uid, its_seq, state in sorted(earlier):
        kind = "replaced" if uid in going else "withdrawn" if state in _DECIDED else None
        if kind and its_seq < seq:
            found.setdefault(its_seq, {"replaced": [], "withdrawn": []})[kind].append(uid)
    return tuple({"batch_id": batch_ids.get(each, ""), "seq": each, **found[each]} for each in sorted(found))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the batch says of itself, signed by the device, first in the archive; docs/batch-format.md says each."""

    batch_id: str
    rehearsal: bool
    window: Mapping[str, Any]
    seq: int
    supersedes: tuple[Mapping[str, Any], ...]
    sealed_at: str
    sealed_by: tuple[str, ...]
    counts: Mapping[str, int]
    balance: Mapping[str, Any]
    profile: str
    members: tuple[Member, ...]
    audit_head: str
    software: str
    device_key: str

    def as_object(self) -> dict[str, Any]:
        """The JSON object that is canonicalised and signed."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "batch_id": self.batch_id,
            "rehearsal": self.rehearsal,
            "window": dict(self.window),
            "seq": self.seq,
            "supersedes": [dict(each) for each in self.supersedes],
            "sealed_at": self.sealed_at,
            "sealed_by": list(self.sealed_by),
            "counts": dict(self.counts),
            "balance": dict(self.balance),
            "profile": self.profile,
            "members": [{"name": m.name, "size": m.size, "sha256": m.sha256} for m in self.members],
            "audit_head": self.audit_head,
            "software": self.software,
            "device_key": self.device_key,
        }
