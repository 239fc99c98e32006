"""The rules for the photo as a file, and the frame's limits, stand in one table and are applied as it says."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.domain.photo import PhotoLimits, Verdict, judge, load_limits
from kiosk.domain.photo_file import (
    FileFacts,
    Framing,
    PhotoFileRules,
    file_measures,
    frame_measures,
    limits_of,
    photo_file_rules,
)
from kiosk.rules import load_rules

GOOD = FileFacts("JPEG", "RGB", 200_000, 700, 900)
WELL_FRAMED = Framing(700, 900, 34 / 45, 4 / 45, 0.0)


@pytest.fixture
def rules() -> PhotoFileRules:
    return photo_file_rules(load_rules("photo_file"))


def verdict_on(rules: PhotoFileRules, facts: FileFacts | None = GOOD, framing: Framing | None = WELL_FRAMED) -> Verdict:
    empty = load_limits('version = "none"\n')
    limits = PhotoLimits("test", limits_of(rules), empty.exceptions)
    return judge((*file_measures(facts, rules), *frame_measures(framing)), limits)


def test_a_lawful_file_well_framed_passes(rules: PhotoFileRules) -> None:
    assert verdict_on(rules).verdict == "pass"


@pytest.mark.parametrize(
    ("change", "verdict", "reasons"),
    [
        ({"format": "PNG"}, "fail", ("file_format",)),
        ({"mode": "L"}, "fail", ("file_format",)),
        ({"mode": "CMYK"}, "fail", ("file_format",)),
        ({"bytes": 20_479}, "fail", ("file_format",)),
        ({"bytes": 20_480}, "pass", ()),
        ({"bytes": 7_000_000}, "pass", ()),
        ({"bytes": 7_000_001}, "fail", ("file_format",)),
        ({"width": 479}, "fail", ("resolution_low",)),
        ({"width": 480, "height": 480}, "pass", ()),
        ({"width": 6000, "height": 6000}, "pass", ()),
        ({"height": 6001}, "fail", ("file_format",)),
    ],
)
def test_each_file_rule_holds_to_the_last_unit(
    rules: PhotoFileRules, change: dict[str, Any], verdict: str, reasons: tuple[str, ...]
) -> None:
    judged = verdict_on(rules, replace(GOOD, **change))
    assert (judged.verdict, judged.reasons) == (verdict, reasons)


@pytest.mark.parametrize(
    ("change", "verdict", "reasons"),
    [
        ({"width": 479}, "fail", ("resolution_low",)),
        ({"height": 616}, "fail", ("resolution_low",)),
        ({"width": 480, "height": 617}, "pass", ()),
        ({"head_share": 32 / 45}, "pass", ()),
        ({"head_share": 36 / 45}, "pass", ()),
        ({"head_share": 0.67}, "warn", ("face_small",)),
        ({"head_share": 0.84}, "warn", ("face_cropped",)),
        ({"gap_share": 2 / 45}, "pass", ()),
        ({"gap_share": 0.01}, "pass", ()),
        ({"gap_share": 0.008}, "warn", ("face_cropped",)),
        ({"off_centre": -2 / 35}, "pass", ()),
        ({"off_centre": 0.06}, "warn", ("face_cropped",)),
    ],
)
def test_each_tolerance_of_the_frame_holds(
    rules: PhotoFileRules, change: dict[str, Any], verdict: str, reasons: tuple[str, ...]
) -> None:
    judged = verdict_on(rules, framing=replace(WELL_FRAMED, **change))
    assert (judged.verdict, judged.reasons) == (verdict, reasons)


def test_what_was_not_made_is_not_measured(rules: PhotoFileRules) -> None:
    judged = verdict_on(rules, None, None)
    assert {measure.status for measure in judged.measures} == {"not_measured"}
    assert len(judged.measures) == 9


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [("file", "bytes", [1]), ("file", "formats", 5), ("frame", "head_mm", [34, 32, 36]), ("frame", "centre_mm", None)],
)
def test_a_table_of_another_form_is_refused(part: str, key: str, value: object) -> None:
    table = load_rules("photo_file")
    table[part][key] = value
    with pytest.raises(ValueError, match="photo file rules"):
        photo_file_rules(table)


def test_a_table_that_lacks_a_rule_is_refused() -> None:
    table = load_rules("photo_file")
    del table["frame"]["gap_mm"]
    with pytest.raises(ValueError, match="gap_mm"):
        photo_file_rules(table)
