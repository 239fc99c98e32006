"""Judging: the limits file itself, severities, order of reasons, exceptions, a municipality's changes."""

from importlib.resources import files

import pytest

from kiosk.domain.photo import REASONS, Measured, PhotoLimits, judge, load_limits

SHIPPED = (files("kiosk") / "rules" / "photo.toml").read_text(encoding="utf-8")


@pytest.fixture
def limits() -> PhotoLimits:
    return load_limits(SHIPPED)


def measured(**values: float | None) -> list[Measured]:
    return [Measured(name, value, "") for name, value in values.items()]


def test_a_good_face_passes(limits: PhotoLimits) -> None:
    verdict = judge(measured(SingleFacePresent=1, HeadPoseYaw=0.5, EyesOpen=0.06), limits)
    assert (verdict.verdict, verdict.reasons) == ("pass", ())


def test_reasons_come_worst_first_whatever_the_order_measured(limits: PhotoLimits) -> None:
    verdict = judge(measured(RedEye=99, SingleFacePresent=2, HeadPoseYaw=-90), limits)
    assert verdict.reasons == ("several_faces", "head_turned", "red_eye")
    assert verdict.verdict == "fail"
    assert verdict.hard_reasons == ("several_faces", "head_turned")


def test_a_warning_alone_does_not_fail(limits: PhotoLimits) -> None:
    verdict = judge(measured(SingleFacePresent=1, RedEye=99), limits)
    assert (verdict.verdict, verdict.reasons) == ("warn", ("red_eye",))


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_was_not_measured_is_not_judged(limits: PhotoLimits, value: float | None) -> None:
    judged = judge(measured(HeadPoseYaw=value), limits).measures[0]
    assert (judged.status, judged.value) == ("not_measured", None)


@pytest.mark.parametrize("name", sorted(load_limits(SHIPPED).exceptions.named))
def test_an_exception_switches_exactly_what_it_excuses(limits: PhotoLimits, name: str) -> None:
    far = measured(**dict.fromkeys(limits.measures, 1e6)) + measured(**dict.fromkeys(limits.measures, -1e6))
    without = {m.name for m in judge(far, limits).measures if m.reason}
    left = {m.name for m in judge(far, limits, exceptions=frozenset({name})).measures if m.reason}
    assert without - left == limits.exceptions.named[name] != set()


def test_every_reason_in_the_file_is_known_and_every_measured_reason_is_used(limits: PhotoLimits) -> None:
    used = {r for m in limits.measures.values() for r in (m.reason_low, m.reason_high) if r}
    assert used <= set(REASONS)
    assert set(REASONS) - used == {"file_format", "resolution_low"}


def test_extra_reasons_join_in_their_place(limits: PhotoLimits) -> None:
    verdict = judge(measured(RedEye=99), limits, extra_reasons=("resolution_low",))
    assert (verdict.verdict, verdict.reasons) == ("fail", ("resolution_low", "red_eye"))
    assert judge([], limits, extra_reasons={"face_cropped": "warn"}).verdict == "warn"
    with pytest.raises(ValueError, match="unknown reason"):
        judge([], limits, extra_reasons=("ugly",))


def test_a_municipality_changes_one_value_and_the_version_shows_it() -> None:
    own = load_limits(SHIPPED, 'version = "yokohama-1"\n[measures.HeadPoseYaw]\nfail_max = 7\n')
    assert own.measures["HeadPoseYaw"].fail_max == 7
    assert own.measures["HeadPoseYaw"].fail_min == load_limits(SHIPPED).measures["HeadPoseYaw"].fail_min
    assert own.version.endswith("+yokohama-1")


@pytest.mark.parametrize(
    "overrides",
    [
        "[measures.Beauty]\nwarn_min = 1",
        "[measures.RedEye]\nwarn = 1",
        "[measures.RedEye]\nwarn_max = true",
        '[measures.RedEye]\nreason = "ugly"',
        "[guide]\nhurry = 1",
        "colour = 1",
        '[exceptions.hijab]\nexcuses = ["Everything"]',
    ],
)
def test_an_unknown_key_is_refused(overrides: str) -> None:
    with pytest.raises(ValueError, match=r"unknown|not a number"):
        load_limits(SHIPPED, overrides)


def test_an_unknown_exception_is_refused(limits: PhotoLimits) -> None:
    with pytest.raises(ValueError, match="unknown photo exception"):
        judge([], limits, exceptions=frozenset({"because"}))
