"""The wrong-person guard: which applicants of a window have faces alike. In memory only, gone with the window's key.

It works only when the installation switched it on. That the shots of one application show two persons is written down
in any case (store/photo_grants.py), without anything about the faces.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

from kiosk.ports import Features


@dataclass(slots=True)
class _Seen:
    features: dict[str, Features] = field(default_factory=dict, repr=False)
    alike: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class PhotoGuard:
    """Remembers the accepted faces of each window until ``forget``; safe to use from several threads."""

    def __init__(self, same_from: float, *, is_on: bool) -> None:
        self._same_from = same_from
        self._is_on = is_on
        self._lock = threading.Lock()
        self._windows: dict[str, _Seen] = {}

    def accepted(self, window_id: str, uid: str, features: Features | None) -> None:
        """An application's photo was accepted; its face is held against those of the others, if the guard is on."""
        if not self._is_on:
            return
        with self._lock:
            seen = self._windows.setdefault(window_id, _Seen())
            _part(seen, uid)
            if features is not None:
                self._compare(seen, uid, features)

    def alike(self, window_id: str, uid: str) -> frozenset[str]:
        """The other applications of the window whose photo shows, as it seems, the same person."""
        with self._lock:
            seen = self._windows.get(window_id)
            return frozenset(seen.alike.get(uid, ())) if seen else frozenset()

    def forget(self, window_id: str) -> None:
        """Drop everything about a window."""
        with self._lock:
            self._windows.pop(window_id, None)

    @property
    def faces_held(self) -> int:
        """How many faces are in memory."""
        with self._lock:
            return sum(len(seen.features) for seen in self._windows.values())

    def _compare(self, seen: _Seen, uid: str, features: Features) -> None:
        for other, face in seen.features.items():
            if features.likeness(face) >= self._same_from:
                seen.alike[uid].add(other)
                seen.alike[other].add(uid)
        seen.features[uid] = features


def _part(seen: _Seen, uid: str) -> None:
    """Take an application's earlier photo out."""
    seen.features.pop(uid, None)
    for other in seen.alike.pop(uid, ()):
        seen.alike[other].discard(uid)
