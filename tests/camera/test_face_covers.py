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


def dressed(portrait: Image, eyes, cloth: tuple[int, int, int], *, scarf: bool) -> Image:  # type: ignore[no-untyped-def]
    """The portrait in a smooth cloth: as a cap down to the brows, or around the whole face and over the neck."""
    (lx, ly), (rx, _) = eyes
    x, apart = (lx + rx) // 2, rx - lx
    worn = portrait.copy()
    if scarf:
        cv2.ellipse(worn, (x, ly + apart // 3), (round(2.0 * apart), round(2.2 * apart)), 0, 0, 360, cloth, -1)
        cv2.rectangle(worn, (x - 2 * apart, ly + 2 * apart), (x + 2 * apart, worn.shape[0]), cloth, -1)
        face = np.zeros(portrait.shape[:2], np.uint8)
        cv2.ellipse(face, (x, ly + round(0.4 * apart)), (round(1.05 * apart), round(1.45 * apart)), 0, 0, 360, 1, -1)
        worn[face > 0] = portrait[face > 0]
    else:
        size = (round(1.5 * apart), round(1.5 * apart))
        cv2.ellipse(worn, (x, ly - round(0.5 * apart)), size, 0, 180, 360, cloth, -1)
    return worn


@pytest.mark.parametrize("cloth", [(110, 110, 112), (25, 25, 25), (60, 170, 230), (205, 205, 205)])
def test_a_cloth_around_the_face_is_a_head_covering_in_any_colour(
    analyser: FaceAnalyser, portrait: Image, eyes, cloth: tuple[int, int, int]
) -> None:
    assert "head_covering" in reasons(analyser, dressed(portrait, eyes, cloth, scarf=True))


@pytest.mark.parametrize("cloth", [(110, 110, 112), (190, 170, 240), (60, 170, 230), (120, 30, 30)])
def test_a_smooth_cap_unlike_the_hair_beside_the_face_is_a_head_covering(
    analyser: FaceAnalyser, portrait: Image, eyes, cloth: tuple[int, int, int]
) -> None:
    assert "head_covering" in reasons(analyser, dressed(portrait, eyes, cloth, scarf=False))


def test_hair_is_no_head_covering_and_no_colour_at_all_is_no_cast(analyser: FaceAnalyser, portrait: Image) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR).astype(np.uint8)
    assert "head_covering" not in reasons(analyser, portrait)
    assert not {"head_covering", "colour_cast"} & reasons(analyser, grey)


def test_a_thin_bright_streak_over_an_eye_is_glare(analyser: FaceAnalyser, portrait: Image, eyes) -> None:
    (lx, ly), (rx, _) = eyes
    streaked, reach = portrait.copy(), (rx - lx) // 5
    cv2.line(streaked, (lx - reach, ly + reach // 2), (lx + reach, ly - reach // 2), (255, 255, 255), reach // 2)
    assert "glasses_glare" in reasons(analyser, streaked)
    assert "glasses_glare" not in reasons(analyser, portrait)
