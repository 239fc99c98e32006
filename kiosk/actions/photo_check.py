"""Judging one picture: what the models see, the rules, and the photo that would go onto the card."""

import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import camera
from camera.crop import CropPlan, Geometry, plan_crop, render_crop
from camera.errors import PictureError
from camera.jpeg import JpegLimits, write_jpeg
from camera.picture import Picture, read_picture_file
from camera.types import Crop, FaceFindings
from kiosk.domain.photo import JudgedMeasure, Measured, PhotoLimits, judge
from kiosk.domain.photo_file import (
    FileFacts,
    Framing,
    PhotoFileRules,
    file_measures,
    frame_measures,
    limits_of,
    photo_file_rules,
)
from kiosk.ports import Analyser
from kiosk.rules import load_rules

PORTRAIT = Path(camera.__file__).parent / "assets" / "person.png"


@dataclass(frozen=True, slots=True)
class PhotoCheck:
    """The judgement of one picture; ``jpeg`` is what a card application would carry, None on ``fail``."""

    verdict: Literal["pass", "warn", "fail"]
    reasons: tuple[str, ...]
    measures: tuple[JudgedMeasure, ...]
    crop: Crop | None
    jpeg: bytes | None
    width: int
    height: int
    ms: float


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo as written, and the facts of its file."""

    jpeg: bytes
    facts: FileFacts


@cache
def packaged_rules() -> PhotoFileRules:
    """The photo file rules that come with the program."""
    return photo_file_rules(load_rules("photo_file"))


def photo_rules(override_dir: Path | None) -> PhotoFileRules:
    """The photo file rules in force here: the municipality's own file where it has one."""
    return photo_file_rules(load_rules("photo_file", override_dir)) if override_dir else packaged_rules()


def warm_up(analyser: Analyser) -> None:
    """Run the models once on the portrait that comes with the program, so that the first person does not wait."""
    analyser.analyse(read_picture_file(PORTRAIT).image, live=False)


def check_picture(
    picture: Picture,
    analyser: Analyser,
    limits: PhotoLimits,
    *,
    as_camera: bool,
    exceptions: frozenset[str] = frozenset(),
    rules: PhotoFileRules | None = None,
) -> PhotoCheck:
    """Judge a picture as a finished file, or ``as_camera``: as one frame, of which only the photo made is a file.

    ``exceptions`` are names that staff granted. Deterministic: the same picture always gives the same answer.
    """
    started = time.perf_counter()
    rules = rules or packaged_rules()
    findings = analyser.analyse(picture.image, live=False)
    return judge_findings(
        picture, findings, limits, as_camera=as_camera, exceptions=exceptions, rules=rules, started=started
    )


def judge_findings(
    picture: Picture,
    findings: FaceFindings,
    limits: PhotoLimits,
    *,
    as_camera: bool,
    exceptions: frozenset[str],
    rules: PhotoFileRules,
    started: float,
) -> PhotoCheck:
    """The same for a picture already measured; ``started`` is when the work on it began (perf_counter)."""
    plan = _plan(findings, geometry_of(rules), finished=not as_camera)
    photo = _photo(picture, plan, rules) if plan and plan.large_enough else None
    facts = (photo.facts if photo else None) if as_camera else _facts(picture)
    measures = (
        *(Measured(m.name, m.value, m.unit) for m in findings.measurements),
        *file_measures(facts, rules),
        *frame_measures(_framing(plan)),
    )
    all_limits = replace(limits, measures={**limits.measures, **limits_of(rules)})
    extra = _beside_measures(findings, plan, photo)
    verdict = judge(measures, all_limits, exceptions=exceptions, extra_reasons=extra)
    kept = photo if photo and verdict.verdict != "fail" else None
    return PhotoCheck(
        verdict.verdict, verdict.reasons, verdict.measures, plan.crop if plan else None,
        kept.jpeg if kept else None, kept.facts.width if kept else 0, kept.facts.height if kept else 0,
        (time.perf_counter() - started) * 1000,
    )  # fmt: skip


def is_finished_photo(picture: Picture, rules: PhotoFileRules | None = None) -> bool:
    """Whether a picture file is already a photo in the frame's ratio and of legal format and size."""
    rules = rules or packaged_rules()
    geometry = geometry_of(rules)
    across, up = geometry.ratio
    upright_rgb = picture.orientation == 1 and picture.source_format in rules.formats and picture.mode in rules.modes
    large_enough = picture.width >= geometry.least[0] and picture.height >= geometry.least[1]
    return upright_rgb and large_enough and abs(picture.width - picture.height * across / up) <= 1.0


def geometry_of(rules: PhotoFileRules) -> Geometry:
    """The printed millimetres as proportions of the frame."""
    frame = rules.frame
    head, gap = (tuple(mm / frame.height_mm for mm in band) for band in (frame.head_mm, frame.gap_mm))
    return Geometry(
        head=(head[0], head[1], head[2]), gap=(gap[0], gap[1], gap[2]), centre=frame.centre_mm / frame.width_mm,
        least=frame.least_px, most=frame.most_px, gap_at_least=-frame.crown_error_mm / frame.height_mm,
    )  # fmt: skip


def _plan(findings: FaceFindings, geometry: Geometry, *, finished: bool) -> CropPlan | None:
    if findings.head is None:
        return None
    return plan_crop(findings.head, findings.width, findings.height, geometry, finished=finished)


def _photo(picture: Picture, plan: CropPlan, rules: PhotoFileRules) -> _Photo | None:
    """The photo file; None for a picture so plain that no lawful file can be made of it."""
    image = render_crop(picture.image, plan.crop, geometry_of(rules))
    try:
        jpeg = write_jpeg(image, JpegLimits(rules.least_bytes, rules.most_bytes, rules.qualities))
    except PictureError:
        return None
    height, width = image.shape[:2]
    return _Photo(jpeg, FileFacts("JPEG", "RGB", len(jpeg), width, height))


def _beside_measures(
    findings: FaceFindings, plan: CropPlan | None, photo: _Photo | None
) -> dict[str, Literal["warn", "fail"]]:
    """What no measure says: a head that no frame holds, and a picture no file can be made of."""
    if findings.head is not None and plan is None:
        return {"face_cropped": "fail"}
    if plan and plan.large_enough and photo is None:
        return {"file_format": "fail"}
    return {}


def _facts(picture: Picture) -> FileFacts:
    return FileFacts(picture.source_format, picture.mode, picture.bytes, picture.width, picture.height)


def _framing(plan: CropPlan | None) -> Framing | None:
    if plan is None:
        return None
    return Framing(plan.crop.width, plan.crop.height, plan.head_share, plan.gap_share, plan.off_centre)
