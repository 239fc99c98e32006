"""What each named exception is good for: a photo with nothing else wrong, and never one of somebody unseen."""

import pytest

from kiosk.domain.photo import Limit, Measured, judge, load_limits
from kiosk.rules import rules_text

LIMITS = load_limits(rules_text("photo"))
NAMED = (
    "hijab", "turban", "wig", "eye_patch", "bandage", "wheelchair_or_tubes", "infant_lying", "eyes_cannot_open",
    "gaze_not_fixed",
)  # fmt: skip


def beyond(limit: Limit) -> float:
    """A value outside the outermost bound."""
    lows = [bound for bound in (limit.fail_min, limit.warn_min) if bound is not None]
    highs = [bound for bound in (limit.fail_max, limit.warn_max) if bound is not None]
    return min(lows) - 1 if lows else max(highs) + 1


ALL_BAD = [Measured(name, beyond(limit), "") for name, limit in LIMITS.measures.items()]


def test_the_exceptions_are_those_of_the_rules() -> None:
    assert set(LIMITS.exceptions.named) == set(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_an_exception_passes_a_photo_that_has_nothing_else_wrong(name: str) -> None:
    excused = LIMITS.exceptions.named[name]
    bad = [measured for measured in ALL_BAD if measured.name in excused]
    assert judge(bad, LIMITS).verdict != "pass"
    assert judge(bad, LIMITS, exceptions=frozenset({name})).verdict == "pass"


def test_no_exception_excuses_who_is_seen_how_large_how_sharp() -> None:
    never = {"SingleFacePresent", "InterEyeDistance", "CropOfFace", "Sharpness", "MotionBlur", "Luminance"}
    assert {name: never & excused for name, excused in LIMITS.exceptions.named.items() if never & excused} == {}
