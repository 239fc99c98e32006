"""The shipped portrait with things drawn over it: each is named for what it is, and not for another."""

import cv2
import numpy as np
import pytest

from camera.face import FaceAnalyser
from camera.types import Image
from camera.virtual_person import PersonScene, Pose
from kiosk.domain.photo import Measured, judge, load_limits
from kiosk.rules import rules_text

LIMITS = load_limits(rules_text("photo"))


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="module")
def portrait() -> Image:
    return PersonScene().posed(Pose())[:, 500:1700].copy()


@pytest.fixture(scope="module")
def eyes(analyser: FaceAnalyser, portrait: Image) -> tuple[tuple[int, int], tuple[int, int]]:
    head = analyser.analyse(portrait, live=False).head
    assert head is not None
    return ((round(head.left_eye[0]), round(head.left_eye[1])), (round(head.right_eye[0]), round(head.right_eye[1])))


def reasons(analyser: FaceAnalyser, image: Image) -> set[str]:
    found = analyser.analyse(image, live=False).measurements
    return set(judge([Measured(m.name, m.value, m.unit) for m in found], LIMITS).reasons)


def test_a_closed_fringe_over_the_eyes_is_hair_and_not_glasses(analyser: FaceAnalyser, portrait: Image, eyes) -> None:
    (left, y), (right, _) = eyes
    apart = right - left
    covered = portrait.copy()
    for x in range(left - int(0.55 * apart), right + int(0.55 * apart), max(1, apart // 25)):
        cv2.line(covered, (x, y - int(1.3 * apart)), (x, y + int(0.15 * apart)), (25, 30, 39), max(2, apart // 20))
    found = reasons(analyser, covered)
    assert "hair_over_eyes" in found
    assert "sunglasses" not in found


@pytest.mark.parametrize("tint", [(16, 16, 18), (25, 40, 60)])
def test_dark_glasses_are_glasses_and_not_hair(analyser: FaceAnalyser, portrait: Image, eyes, tint) -> None:
    apart = eyes[1][0] - eyes[0][0]
    covered = portrait.copy()
    for eye in eyes:
        cv2.ellipse(covered, eye, (int(0.37 * apart), int(0.26 * apart)), 0, 0, 360, tint, -1)
    cv2.line(covered, *eyes, tint, max(2, apart // 20))
    found = reasons(analyser, covered)
    assert "sunglasses" in found
    assert "hair_over_eyes" not in found


@pytest.mark.parametrize("size", [1.0, 2.0])
def test_a_slight_blur_is_seen_in_a_small_and_in_a_large_photo(
    analyser: FaceAnalyser, portrait: Image, size: float
) -> None:
    large = np.asarray(cv2.resize(portrait, None, fx=size, fy=size, interpolation=cv2.INTER_AREA), np.uint8)
    assert "blurred" in reasons(analyser, np.asarray(cv2.GaussianBlur(large, (0, 0), 3 * size), np.uint8))
    assert size > 1 or "blurred" not in reasons(analyser, large)


def test_a_smear_of_a_few_pixels_is_seen_though_the_other_direction_is_sharp(
    analyser: FaceAnalyser, portrait: Image
) -> None:
    smeared = cv2.blur(portrait, (15, 1))
    assert "blurred" in reasons(analyser, np.asarray(smeared, np.uint8))
