"""What remains of an erased window: who erased it when and on what ground, numbers and hashes, no personal data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True)
class Erasure:
    """The decision to erase and its facts, noted before the key goes, so that a cut-off erasing can go on.

    ``ended`` counts applications by the state they ended in; ``batches`` hold seq, file, sha256, applications and
    acknowledged_at; ``files`` are what is removed here, ``tombstones`` the SHA-256 over all tombstones' hashes.
    ``copies_cleaned`` and ``copies_missed`` are the folders of second copies, noted once the key is gone.
    """

    window_id: str
    municipality: str
    held_on: str
    rehearsal: bool
    by: str
    second: str
    is_acknowledged: bool
    at: str
    ended: Mapping[str, int]
    photos: int
    batches: tuple[Mapping[str, Any], ...]
    files: tuple[str, ...]
    tombstones: str
    copies_cleaned: tuple[str, ...] = ()
    copies_missed: tuple[str, ...] = ()

    @property
    def applications(self) -> int:
        """How many applications it is about."""
        return sum(self.ended.values())

    def as_text(self) -> str:
        """As JSON, for kiosk.db."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Erasure":
        """The inverse of ``as_text``."""
        found = json.loads(text)
        lists = ("batches", "files", "copies_cleaned", "copies_missed")
        return cls(**{**found, **{name: tuple(found.get(name, ())) for name in lists}})


def tombstone_hash(uid: str, call_number: str, moves: Iterable[tuple[str, str, str, str]]) -> str:
    """SHA-256 over an application's course: time, event, state before and after of each move.

    What a person entered is left out on purpose: a hash of a name and a birth date can be guessed.
    """
    return sha256(json.dumps([uid, call_number, [list(move) for move in moves]]).encode()).hexdigest()


def hash_of_all(hashes: Iterable[str]) -> str:
    """One hash for all tombstones of a window, in the order of their hashes."""
    return sha256("\n".join(sorted(hashes)).encode()).hexdigest()
