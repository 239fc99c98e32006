"""The live guide before the shutter: one steady instruction at a time, then countdown and burst; time is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal, TypeVar

from kiosk.domain.photo import Verdict
from kiosk.domain.photo_limits import GuideTimes

Phase = Literal["looking", "holding", "countdown", "burst", "checking"]
Colour = Literal["neutral", "red", "amber", "green"]

HOLD_STILL, LOOK_HERE = "hold_still", "look_here"

USEFUL_FIRST = (
    "no_face", "several_faces", "face_cropped", "face_small", "resolution_low", "too_dark", "head_turned",
    "head_tilted", "mask", "sunglasses", "eyes_closed", "hair_over_eyes", "blurred",
)  # fmt: skip
"""What to say first while the person can still move; other reasons follow in the order of the verdict."""

STALE_STEADIES = 3
"""An instruction that has not been true for so many times ``steady_seconds`` is changed in any case."""

GRACE_SECONDS = 0.25
"""A hold survives a slip this short (a blink, one bad frame)."""

Shot = TypeVar("Shot")


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the screen shows now: a reason key or HOLD_STILL / LOOK_HERE, the oval's colour, and how far along."""

    phase: Phase
    instruction: str
    colour: Colour
    countdown: int | None
    progress: float


CHECKING = Guidance("checking", "checking", "neutral", None, 1.0)
"""Shown from the burst until it is judged."""


@dataclass(frozen=True, slots=True)
class ShotQuality:
    """What decides between frames of a burst: greater sharpness and open eyes are better, smaller turn is better."""

    sharpness: float | None
    eyes_open: float | None
    turn_deg: float | None


class PhotoGuide:
    """Feed it a verdict per live frame; it says what to show and when the burst is due. Keeps no pictures."""

    def __init__(self, times: GuideTimes | None = None) -> None:
        self._times = times or GuideTimes()
        self.restart()

    def restart(self) -> None:
        """Begin again, for a retake or the next person."""
        self._shown, self._shown_since = "no_face", float("-inf")
        self._wanted, self._wanted_since = "no_face", float("-inf")
        self._still_true_at = float("-inf")
        self._good_since: float | None = None
        self._slipped_at: float | None = None
        self._warned_since: float | None = None
        self._countdown_from: float | None = None
        self._warnings_pass = False

    def pass_warnings(self) -> None:
        """Staff let warnings pass: they are treated like no warning until the next restart."""
        self._warnings_pass = True

    def feed(self, verdict: Verdict, now: float) -> Guidance:
        """Take one frame's verdict at ``now`` (monotonic seconds); returns what to show."""
        instruction = self._steady(_most_useful(verdict), now)
        self._note_warning(verdict, now)
        holding = self._held(verdict, now)
        if self._countdown_from is not None:
            return self._counting(verdict, instruction, now)
        if holding is None:
            return Guidance("looking", instruction, _colour(verdict), None, 0.0)
        waits = verdict.verdict == "warn" and not self._warnings_pass
        needed = self._times.warning_hold_seconds if waits else self._times.hold_seconds
        if holding >= needed:
            self._countdown_from = now
            return self._counting(verdict, instruction, now)
        shown = instruction if verdict.verdict == "warn" else HOLD_STILL
        return Guidance("holding", shown, _colour(verdict), None, min(1.0, holding / needed))

    def _steady(self, wanted: str, now: float) -> str:
        """The instruction to show: a new one must persist, and the old one be read, before it is changed.

        One that nothing has asked for any more gives way also to others that take turns, lest it stay for ever.
        """
        if wanted != self._wanted:
            self._wanted, self._wanted_since = wanted, now
        if wanted == self._shown:
            self._still_true_at = now
            return self._shown
        persisted = now - self._wanted_since >= self._times.steady_seconds / 2
        outdated = now - self._still_true_at >= STALE_STEADIES * self._times.steady_seconds
        read = now - self._shown_since >= self._times.steady_seconds
        if read and (persisted or outdated):
            self._shown, self._shown_since, self._still_true_at = wanted, now, now
        return self._shown

    def _note_warning(self, verdict: Verdict, now: float) -> None:
        if verdict.verdict == "pass":
            return
        if verdict.verdict == "fail":
            self._warned_since = None
        elif self._warned_since is None:
            self._warned_since = now

    def _held(self, verdict: Verdict, now: float) -> float | None:
        """Seconds for which the shutter condition has held, or None when it does not."""
        if self._acceptable(verdict, now):
            self._slipped_at = None
            if self._good_since is None:
                self._good_since = now
            return now - self._good_since
        if self._good_since is None:
            return None
        if self._slipped_at is None:
            self._slipped_at = now
        if now - self._slipped_at > GRACE_SECONDS:
            self._good_since = self._slipped_at = None
        return None if self._good_since is None else now - self._good_since

    def _acceptable(self, verdict: Verdict, now: float) -> bool:
        if verdict.verdict == "pass" or (verdict.verdict == "warn" and self._warnings_pass):
            return True
        waited = self._warned_since is not None and now - self._warned_since >= self._times.warning_seconds
        return verdict.verdict == "warn" and waited

    def _counting(self, verdict: Verdict, instruction: str, now: float) -> Guidance:
        start = self._countdown_from if self._countdown_from is not None else now
        if self._good_since is None:
            self._countdown_from = None
            return Guidance("looking", instruction, _colour(verdict), None, 0.0)
        left = self._times.countdown_seconds - (now - start)
        if left <= 0:
            return Guidance("burst", LOOK_HERE, "green", 0, 1.0)
        return Guidance("countdown", LOOK_HERE, "green", ceil(left), 1 - left / self._times.countdown_seconds)


def _most_useful(verdict: Verdict) -> str:
    hard = verdict.hard_reasons if verdict.verdict == "fail" else ()
    pool = hard or verdict.reasons
    if "no_face" in pool:  # of a face that is not found, the light says more
        return next((r for r in ("too_dark", "too_bright") if r in verdict.hard_reasons), "no_face")
    first = next((r for r in USEFUL_FIRST if r in pool), None)
    return first or (pool[0] if pool else HOLD_STILL)


def _colour(verdict: Verdict) -> Colour:
    if "no_face" in verdict.reasons:
        return "neutral"
    colours: dict[str, Colour] = {"fail": "red", "warn": "amber", "pass": "green"}
    return colours[verdict.verdict]


def best_of(burst: Sequence[Shot], quality: Callable[[Shot], ShotQuality]) -> Shot | None:
    """The frame of a burst to keep: eyes open first, then sharpness less what a turned head costs; None when empty."""
    if not burst:
        return None
    measured = [(shot, quality(shot)) for shot in burst]
    widest = max((q.eyes_open or 0.0 for _, q in measured), default=0.0)
    sharpest = max((q.sharpness or 0.0 for _, q in measured), default=0.0)
    return max(measured, key=lambda pair: _worth(pair[1], widest, sharpest))[0]


def _worth(quality: ShotQuality, widest: float, sharpest: float) -> float:
    eyes = min(1.0, (quality.eyes_open or 0.0) / (0.8 * widest)) if widest else 0.0
    sharp = (quality.sharpness or 0.0) / sharpest if sharpest else 0.0
    turn = min(1.0, (quality.turn_deg if quality.turn_deg is not None else 20.0) / 20)
    return 2 * eyes + sharp - 0.5 * turn
