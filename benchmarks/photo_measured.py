"""Measures variants of the portraits in MADOGUCHI_PHOTOS, bit by bit, and keeps the values (never a picture)."""

import json
import os
import time
import zlib
from collections.abc import Iterable
from math import sqrt
from pathlib import Path

import cv2
import numpy as np
from face_warp import Portrait
from photo_variants import Maker, Subject, as_it_is

from camera.face import FaceAnalyser
from camera.segment import PersonSegmenter
from camera.types import Image
from camera.view import view_of
from camera.virtual_person import PersonScene, Pose
from kiosk.actions.photo_check import packaged_rules
from kiosk.actions.photo_shot import live_verdict
from kiosk.domain.photo import Measured, PhotoLimits, Verdict, judge
from kiosk.domain.photo_file import limits_of

ROOT = Path(__file__).resolve().parent.parent
NOT_PORTRAITS = ("derived-", "two-", "cropped-", "hat-", "teeth-busy", "busybg-")
FRAMELESS = "no lawful frame"
"""Kept beside the measures: 1 when no frame around the head lies in the picture."""

TRULY: dict[str, set[str]] = {
    "shipped": {"smile"},
    "eyesnarrow-01": {"head_turned", "background_busy"},
    "frontal-flag-01": {"head_turned", "background_busy"},
    "frontal-flag-03": {"background_busy", "smile"},
    "frontal-flag-05": {"head_tilted", "smile"},
    "frontal-flag-07": {"background_busy", "smile"},
    "frontal-flag-09": {"background_busy", "smile"},
    "frontal-plain-01": {"smile"},
    "frontal-plain-03": {"head_tilted", "smile"},
    "frontal-plain-05": {"head_turned", "head_tilted", "gaze_away", "smile"},
    "frontal-plain-07": set(),
    "frontal-teeth-01": {"background_busy", "smile"},
    "glasses-01": {"head_turned"},
    "glasses-03": {"light_uneven", "background_busy", "smile"},
    "smallface-01": {"face_small", "head_turned", "head_tilted", "background_busy"},
}
"""What is really there in each portrait, by looking: a head turned by more than 12 or held tilted by more than 7
degrees, teeth or a plain smile, a flag, a painting or a room behind, one half of the face in shade."""
MADE_AWAY = {
    "plain_wall": {"background_busy", "background_shadow"}, "slight_turn": {"head_turned", "head_tilted"},
}  # fmt: skip
"""What a good kind takes away from the portrait."""
MADE_SO = {"webcam": {"resolution_low", "face_small"}}
"""What a good kind gives it: 96 pixels between the eyes are too few for a lawful photo."""

Values = dict[str, float | None]
Rows = dict[str, dict[str, Values]]
"""Kind → "portrait--draw" → measured values."""


def portraits() -> dict[str, Image]:
    """The photos that can be varied, by name, and the portrait that the program ships."""
    folder = Path(os.environ.get("MADOGUCHI_PHOTOS", ROOT.parent / "shared" / "data" / "photos"))
    found = {"shipped": PersonScene().posed(Pose())[:, 500:1700].copy()}
    for path in sorted(folder.glob("*.jpg")):
        if not path.name.startswith(NOT_PORTRAITS):
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            found[path.stem] = image[: image.shape[1]].astype(np.uint8) if image is not None else image
    return found


def subject(image: Image, segmenter: PersonSegmenter) -> Subject:
    """A portrait with its person mask brought back to the picture's pixels."""
    portrait = Portrait(image)
    view = view_of(image, portrait.mesh)
    assert view is not None
    chip = cv2.resize(segmenter.person(view.image), (512, 512))
    back = cv2.invertAffineTransform(view.matrix)
    size = (image.shape[1], image.shape[0])
    person = cv2.warpAffine(chip, back, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Subject(portrait, np.clip((person - 0.3) / 0.4, 0, 1).astype(float))


def measured(
    kinds: Iterable[tuple[str, Maker]], limits: PhotoLimits, draws: int, kept: Path | None, seconds: float
) -> tuple[Rows, bool]:
    """Values of every variant of every portrait, those in ``kept`` not taken again; False when time ran out."""
    rows: Rows = json.loads(kept.read_text()) if kept and kept.exists() else {}
    analyser, segmenter, end = FaceAnalyser(), PersonSegmenter(), time.monotonic() + seconds
    kinds, whole = list(kinds), True
    for name, image in portraits().items():
        left = [(kind, make, draw) for kind, make in kinds for draw in range(1 if make is as_it_is else draws)
                if f"{name}--{draw}" not in rows.setdefault(kind, {})]  # fmt: skip
        who = subject(image, segmenter) if left and time.monotonic() < end else None
        for kind, make, draw in left:
            if who is None or time.monotonic() > end:
                whole = False
                break
            rng = np.random.default_rng(zlib.crc32(f"{kind}{name}{draw}".encode()))
            rows[kind][f"{name}--{draw}"] = values_of(make(who, rng), analyser, limits)
    if kept:
        kept.write_text(json.dumps(rows))
    return rows, whole


def values_of(picture: Image, analyser: FaceAnalyser, limits: PhotoLimits) -> Values:
    """Every measure of one picture, those of the frame around the head too."""
    findings = analyser.analyse(picture, live=False)
    verdict = live_verdict(findings, limits, packaged_rules())
    frameless = findings.head is not None and not any(m.name == "CropWidth" and m.value for m in verdict.measures)
    return {m.name: m.value for m in verdict.measures} | {FRAMELESS: float(frameless)}


def verdict_of(values: Values, limits: PhotoLimits) -> Verdict:
    """One variant's verdict."""
    frame = limits_of(packaged_rules())
    held = PhotoLimits(limits.version, {**limits.measures, **frame}, limits.exceptions)
    extra = {"face_cropped": "fail"} if values.get(FRAMELESS) else {}
    return judge([Measured(name, value, "") for name, value in values.items()], held, extra_reasons=extra)


def falsely_warned(kind: str, key: str, reasons: Iterable[str]) -> set[str]:
    """The reasons of a good variant that the portrait does not give."""
    make = kind.split()[0]
    really = TRULY[key.split("--")[0]] - MADE_AWAY.get(make, set()) | MADE_SO.get(make, set())
    return set(reasons) - really


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
