"""Judging a face photo: measured values against one versioned table of limits. Measuring is done elsewhere."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from kiosk.domain.photo_limits import Exceptions, Limit, PhotoLimits, limits_from

Status = Literal["pass", "warn", "fail", "not_measured"]

REASONS = (
    "no_face", "several_faces", "file_format", "resolution_low", "face_small", "face_cropped", "head_turned",
    "head_tilted", "eyes_closed", "sunglasses", "mask", "hair_over_eyes", "head_covering", "blurred", "too_dark",
    "too_bright", "light_uneven", "mouth_open", "glasses_glare", "gaze_away", "background_busy",
    "background_shadow", "colour_cast", "red_eye", "smile",
)  # fmt: skip
"""Every reason a photo can be warned or refused for, worst first."""

HARD = frozenset(REASONS[:4])
"""Reasons that fail a photo even when they come from outside the measures (the file itself)."""

_BADNESS: dict[Status, int] = {"not_measured": 0, "pass": 0, "warn": 1, "fail": 2}


@dataclass(frozen=True, slots=True)
class Measured:
    """A named value as it was measured; None where it could not be."""

    name: str
    value: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class JudgedMeasure:
    """A measured value with the limit it was held against; ``reason`` is set when it does not pass."""

    name: str
    value: float | None
    unit: str
    limit_min: float | None
    limit_max: float | None
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one photo; ``reasons`` are keys of REASONS, worst first, hard ones and warnings alike."""

    verdict: Literal["pass", "warn", "fail"]
    reasons: tuple[str, ...]
    measures: tuple[JudgedMeasure, ...]

    @property
    def hard_reasons(self) -> tuple[str, ...]:
        """Only the reasons that fail the photo, worst first."""
        failed = {m.reason for m in self.measures if m.status == "fail"}
        return tuple(r for r in self.reasons if r in failed)


def load_limits(toml_text: str, overrides: str | None = None) -> PhotoLimits:
    """Read the limits file and a municipality's overriding part; raises ValueError for a key it does not know."""
    return limits_from(tomllib.loads(toml_text), tomllib.loads(overrides) if overrides else {}, REASONS)


def judge(
    measures: Sequence[Measured],
    limits: PhotoLimits,
    *,
    exceptions: frozenset[str] = frozenset(),
    extra_reasons: Mapping[str, Literal["warn", "fail"]] | Iterable[str] = (),
) -> Verdict:
    """Hold every measure against its limit.

    ``exceptions`` are names granted by staff; each switches exactly the checks it excuses to at most a pass.
    ``extra_reasons`` come from outside the measures (file rules, crop plan): a mapping reason → status, or plain
    reasons, of which those in HARD fail and the others warn.
    """
    excused = limits.exceptions.excused(exceptions)
    judged = tuple(_judge_one(m, limits.measures.get(m.name), m.name in excused) for m in measures)
    found: dict[str, Status] = _extra(extra_reasons)
    for measure in judged:
        if measure.reason and _BADNESS[measure.status] > _BADNESS[found.get(measure.reason, "pass")]:
            found[measure.reason] = measure.status
    reasons = tuple(r for r in REASONS if r in found)
    worst = max((_BADNESS[status] for status in found.values()), default=0)
    return Verdict(("pass", "warn", "fail")[worst], reasons, judged)


def _extra(reasons: Mapping[str, Literal["warn", "fail"]] | Iterable[str]) -> dict[str, Status]:
    given: dict[str, Status] = (
        dict(reasons) if isinstance(reasons, Mapping) else {r: "fail" if r in HARD else "warn" for r in reasons}
    )
    unknown = sorted(set(given) - set(REASONS))
    if unknown:
        raise ValueError(f"unknown reason: {', '.join(unknown)}")
    return given


def _judge_one(measured: Measured, limit: Limit | None, excused: bool) -> JudgedMeasure:
    value = measured.value if measured.value is not None and isfinite(measured.value) else None
    if limit is None:
        status: Status = "not_measured" if value is None else "pass"
        return JudgedMeasure(measured.name, value, measured.unit, None, None, status, None)
    status, reason = ("not_measured", None) if value is None else _held_against(value, limit)
    if excused and status in ("warn", "fail"):
        status, reason = "pass", None
    return JudgedMeasure(measured.name, value, measured.unit, *limit.shown, status, reason)


def _held_against(value: float, limit: Limit) -> tuple[Status, str | None]:
    steps: tuple[tuple[Status, float | None, float | None], ...] = (
        ("fail", limit.fail_min, limit.fail_max),
        ("warn", limit.warn_min, limit.warn_max),
    )
    for status, low, high in steps:
        if low is not None and value < low:
            return status, limit.reason_low
        if high is not None and value > high:
            return status, limit.reason_high
    return "pass", None


__all__ = [
    "HARD", "REASONS", "Exceptions", "JudgedMeasure", "Limit", "Measured", "PhotoLimits", "Status", "Verdict", "judge",
    "load_limits",
]  # fmt: skip
