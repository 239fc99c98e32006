"""The shared photos: every defect kind is named by its own reason, compliant portraits are not refused.

Limits are not set by these files (docs/photo-checks.md); this only holds what was reached.
"""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from camera.face import FaceAnalyser
from kiosk.domain.photo import Measured, Verdict, judge, load_limits
from kiosk.rules import rules_text

pytestmark = pytest.mark.photos

REASON_OF_KIND = {
    "busybg": "background_busy", "cropped": "face_cropped", "hat": "head_covering", "mouthopen": "mouth_open",
    "smallface": "face_small", "two": "several_faces", "frontal-teeth": "smile", "derived-bluecast": "colour_cast",
    "derived-dark": "too_dark", "derived-fringe-painted": "hair_over_eyes", "derived-gaussblur3": "blurred",
    "derived-glare-painted": "glasses_glare", "derived-hat-painted": "head_covering", "derived-mask-painted": "mask",
    "derived-motionblur15": "blurred", "derived-overexposed": "too_bright", "derived-redeye-painted": "red_eye",
    "derived-roll8": "head_tilted", "derived-roll20": "head_tilted", "derived-sideshadow": "light_uneven",
    "derived-sunglasses-painted": "sunglasses", "derived-warmcast": "colour_cast",
}  # fmt: skip
COMPLIANT = ("frontal-flag", "frontal-plain", "frontal-teeth", "glasses", "eyesnarrow")
TURNED = "frontal-plain-05"
"""Named frontal, but the head is turned by about 30 degrees."""


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


def judged(analyser: FaceAnalyser, path: Path) -> Verdict:
    image = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)
    measures = analyser.analyse(image, live=False).measurements
    return judge([Measured(m.name, m.value, m.unit) for m in measures], load_limits(rules_text("photo")))


def kind_of(path: Path) -> str:
    return re.sub(r"-\d+$", "", path.stem)


@pytest.mark.parametrize(("kind", "reason"), REASON_OF_KIND.items())
def test_each_defect_is_named_by_its_reason(analyser: FaceAnalyser, photos: Path, kind: str, reason: str) -> None:
    files = [path for path in sorted(photos.iterdir()) if kind_of(path) == kind]
    assert files
    for path in files:
        assert reason in judged(analyser, path).reasons, path.name


def test_compliant_portraits_are_not_refused(analyser: FaceAnalyser, photos: Path) -> None:
    files = [p for p in sorted(photos.iterdir()) if kind_of(p) in COMPLIANT]
    assert len(files) >= 10
    refused = {p.name: v.hard_reasons for p in files if (v := judged(analyser, p)).verdict == "fail"}
    assert refused == {}


def test_nobody_is_warned_of_things_that_are_not_there(analyser: FaceAnalyser, photos: Path) -> None:
    never = {"mask", "sunglasses", "hair_over_eyes", "head_covering", "eyes_closed", "blurred", "too_dark", "red_eye"}
    files = [p for p in sorted(photos.iterdir()) if kind_of(p) in COMPLIANT]
    assert {p.name: found for p in files if (found := never & set(judged(analyser, p).reasons))} == {}


MISLEADING = {
    "derived-glare-painted": {"hair_over_eyes", "sunglasses", "gaze_away"},
    "derived-fringe-painted": {"sunglasses", "mask"},
    "derived-redeye-painted": {"gaze_away", "hair_over_eyes"},
    "derived-sunglasses-painted": {"mask", "eyes_closed"},
}
"""What must not be said of a photo whose defect is another one: it would send the person the wrong way."""


@pytest.mark.parametrize(("name", "wrong"), MISLEADING.items())
def test_one_defect_is_not_taken_for_another(analyser: FaceAnalyser, photos: Path, name: str, wrong: set[str]) -> None:
    assert wrong & set(judged(analyser, photos / f"{name}.jpg").reasons) == set()


def test_skin_of_any_tone_in_white_light_has_no_colour_cast(analyser: FaceAnalyser, photos: Path) -> None:
    files = [path for path in sorted(photos.iterdir()) if kind_of(path) in COMPLIANT]
    assert [path.name for path in files if "colour_cast" in judged(analyser, path).reasons] == []


def test_a_turned_head_is_named_though_its_name_says_frontal(analyser: FaceAnalyser, photos: Path) -> None:
    assert "head_turned" in judged(analyser, photos / f"{TURNED}.jpg").reasons


def test_folds_of_a_flag_are_no_second_person(analyser: FaceAnalyser, photos: Path) -> None:
    image = np.asarray(cv2.imread(str(photos / "frontal-teeth-01.jpg"), cv2.IMREAD_COLOR), np.uint8)
    found = analyser.analyse(np.ascontiguousarray(image[: image.shape[1], ::-1]), live=False)
    assert found.value("SingleFacePresent") == 1
