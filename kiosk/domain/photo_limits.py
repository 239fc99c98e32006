"""The table of limits for face photos: its shape, and reading it with a municipality's changes on top."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_LIMIT_KEYS = {"warn_min", "warn_max", "fail_min", "fail_max", "reason", "reason_low", "reason_high"}
_TOP_KEYS = {"version", "measures", "exceptions", "guide", "person"}
_GUIDE_KEYS = {"hold_seconds", "warning_seconds", "warning_hold_seconds", "steady_seconds", "countdown_seconds"}


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of one measure: outside ``warn`` it is named, outside ``fail`` the photo is refused."""

    warn_min: float | None = None
    warn_max: float | None = None
    fail_min: float | None = None
    fail_max: float | None = None
    reason_low: str = ""
    reason_high: str = ""

    @property
    def shown(self) -> tuple[float | None, float | None]:
        """The bounds within which the measure passes (min, max)."""
        low = self.warn_min if self.warn_min is not None else self.fail_min
        high = self.warn_max if self.warn_max is not None else self.fail_max
        return low, high


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Named exceptions that staff can grant, each with the measures it excuses."""

    named: Mapping[str, frozenset[str]]

    def excused(self, granted: Iterable[str]) -> frozenset[str]:
        """The measures excused by the granted names; raises ValueError for a name not in the table."""
        granted = tuple(granted)
        unknown = sorted(set(granted) - set(self.named))
        if unknown:
            raise ValueError(f"unknown photo exception: {', '.join(unknown)}")
        return frozenset().union(*(self.named[name] for name in granted))


@dataclass(frozen=True, slots=True)
class GuideTimes:
    """Seconds of the live guidance."""

    hold_seconds: float = 0.7
    warning_seconds: float = 6.0
    warning_hold_seconds: float = 2.0
    steady_seconds: float = 0.5
    countdown_seconds: float = 3.0


@dataclass(frozen=True, slots=True)
class PersonLimits:
    """Likeness (cosine) of two faces: from ``same_from`` on the same person, below ``other_below`` another one."""

    same_from: float = 0.58
    other_below: float = 0.363


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """One version of the limits; ``version`` is kept with every judged photo."""

    version: str
    measures: Mapping[str, Limit]
    exceptions: Exceptions
    guide: GuideTimes = field(default_factory=GuideTimes)
    person: PersonLimits = field(default_factory=PersonLimits)


def limits_from(table: Mapping[str, Any], overrides: Mapping[str, Any], reasons: tuple[str, ...]) -> PhotoLimits:
    """The limits of a parsed table with overriding values on top; raises ValueError for what it does not know."""
    merged = _merged(table, overrides, known=table.get("measures", {}))
    _only(merged, _TOP_KEYS, "photo limits")
    _only(merged.get("guide", {}), _GUIDE_KEYS, "guide")
    measures = {name: _limit(name, entry, reasons) for name, entry in merged.get("measures", {}).items()}
    named = {name: _excuses(name, entry, measures) for name, entry in merged.get("exceptions", {}).items()}
    if not isinstance(merged.get("version"), str) or not merged["version"]:
        raise ValueError("photo limits need a version")
    times = GuideTimes(**{key: _number("guide", value) for key, value in merged.get("guide", {}).items()})
    _only(merged.get("person", {}), {"same_from", "other_below"}, "person")
    person = PersonLimits(**{key: _number("person", value) for key, value in merged.get("person", {}).items()})
    return PhotoLimits(merged["version"], measures, Exceptions(named), times, person)


def _merged(table: Mapping[str, Any], overrides: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    _only(overrides, _TOP_KEYS, "overriding photo limits")
    _only(overrides.get("measures", {}), set(known), "overriding photo limits")
    result = {**table}
    for part, value in overrides.items():
        if part == "version":
            result[part] = f"{table.get('version', '')}+{value}"
        else:
            base = table.get(part, {})
            result[part] = {**base, **{k: _deep(base.get(k), v) for k, v in value.items()}}
    return result


def _deep(base: object, over: object) -> object:
    return {**base, **over} if isinstance(base, Mapping) and isinstance(over, Mapping) else over


def _limit(name: str, entry: Mapping[str, Any], reasons: tuple[str, ...]) -> Limit:
    _only(entry, _LIMIT_KEYS, name)
    low, high = entry.get("reason_low", entry.get("reason", "")), entry.get("reason_high", entry.get("reason", ""))
    bounds = {k: _number(name, v) for k, v in entry.items() if k.startswith(("warn_", "fail_"))}
    for side, reason in (("min", low), ("max", high)):
        if (f"warn_{side}" in bounds or f"fail_{side}" in bounds) and reason not in reasons:
            raise ValueError(f"{name}: unknown reason {reason!r}")
    return Limit(**bounds, reason_low=low, reason_high=high)


def _excuses(name: str, entry: Mapping[str, Any], measures: Mapping[str, Limit]) -> frozenset[str]:
    _only(entry, {"excuses"}, name)
    excused = frozenset(entry.get("excuses", ()))
    _only(dict.fromkeys(excused), set(measures), name)
    return excused


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{where}: not a number: {value!r}")
    return float(value)


def _only(entry: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    unknown = sorted(set(entry) - set(allowed))
    if unknown:
        raise ValueError(f"{where}: unknown key {', '.join(unknown)}")
