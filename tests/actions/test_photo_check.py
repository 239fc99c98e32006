"""One picture, one judgement: face, file and frame together, by the real models."""

import io
import math
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from camera.face import FaceAnalyser
from camera.picture import picture_of_frame, read_picture
from camera.types import Image
from camera.virtual_person import PersonScene, Pose
from kiosk.actions.photo_check import PhotoCheck, check_picture, is_finished_photo
from kiosk.domain.photo import PhotoLimits, load_limits
from kiosk.rules import rules_text


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="module")
def limits() -> PhotoLimits:
    return load_limits(rules_text("photo"))


@pytest.fixture(scope="module")
def frame() -> Image:
    """The demo's person, standing well."""
    return PersonScene((1920, 1080)).posed(Pose())


def moved(image: Image, *, roll: float = 0.0, scale: float = 1.0, shift: tuple[float, float] = (0, 0)) -> Image:
    """The picture turned clockwise by ``roll`` about its middle, scaled and shifted; the wall is carried on."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -roll, scale)
    matrix[:, 2] += shift
    return cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def checked(image: Image, analyser: FaceAnalyser, limits: PhotoLimits, **options: Any) -> PhotoCheck:
    return check_picture(picture_of_frame(image), analyser, limits, as_camera=True, **options)


def values(check: PhotoCheck) -> Mapping[str, float | None]:
    return {measure.name: measure.value for measure in check.measures}


def test_a_frame_of_the_demo_gives_a_lawful_photo(frame: Image, analyser: FaceAnalyser, limits: PhotoLimits) -> None:
    check = checked(frame, analyser, limits)
    assert check.verdict != "fail"
    assert check.jpeg is not None
    photo = read_picture(check.jpeg)
    assert (photo.width, photo.height, photo.source_format, photo.mode) == (check.width, check.height, "JPEG", "RGB")
    assert is_finished_photo(photo)
    assert 20 * 1024 <= len(check.jpeg) <= 7_000_000
    assert values(check)["FileSize"] == len(check.jpeg)


def test_head_in_the_photo_is_of_the_wanted_size(frame: Image, analyser: FaceAnalyser, limits: PhotoLimits) -> None:
    """Measured again in the photo that came out, not only planned."""
    check = checked(frame, analyser, limits)
    assert check.jpeg is not None
    head = analyser.analyse(read_picture(check.jpeg).image, live=False).head
    assert head is not None
    assert abs(head.chin[1] - head.crown[1]) / check.height == pytest.approx(34 / 45, abs=0.03)
    assert (head.left_eye[0] + head.right_eye[0]) / 2 / check.width == pytest.approx(0.5, abs=0.03)
    assert abs(head.roll_deg) < 1.5


@pytest.mark.parametrize("roll", [-7.0, 7.0])
def test_a_tilted_head_comes_out_level(frame: Image, analyser: FaceAnalyser, limits: PhotoLimits, roll: float) -> None:
    before = analyser.analyse(frame, live=False).head
    check = checked(moved(frame, roll=roll, scale=0.95), analyser, limits)
    assert before is not None
    assert check.crop is not None
    assert check.crop.rotation_deg == pytest.approx(roll + before.roll_deg, abs=1.5)


def test_a_small_face_has_no_photo(frame: Image, analyser: FaceAnalyser, limits: PhotoLimits) -> None:
    check = checked(moved(frame, scale=0.5), analyser, limits)
    assert check.verdict == "fail"
    assert "resolution_low" in check.reasons
    assert check.jpeg is None


def test_a_cut_off_face_is_said_to_be_cut_off(frame: Image, analyser: FaceAnalyser, limits: PhotoLimits) -> None:
    head = analyser.analyse(frame, live=False).head
    assert head is not None
    up = -(head.crown[1] + 0.25 * (head.chin[1] - head.crown[1]))
    check = checked(moved(frame, shift=(0, up)), analyser, limits)
    assert check.verdict == "fail"
    assert "face_cropped" in check.reasons


def test_an_exception_by_staff_reaches_the_judgement(frame: Image, analyser: FaceAnalyser, limits: PhotoLimits) -> None:
    tilted = moved(frame, roll=17, scale=0.8)
    without = checked(tilted, analyser, limits)
    granted = checked(tilted, analyser, limits, exceptions=frozenset({"infant_lying"}))
    assert "head_tilted" in without.reasons
    assert "head_tilted" not in granted.reasons


def test_the_same_picture_always_gets_the_same_answer(
    frame: Image, analyser: FaceAnalyser, limits: PhotoLimits
) -> None:
    first, other, again = (checked(image, analyser, limits) for image in (frame, moved(frame, roll=4), frame))
    assert first.jpeg == again.jpeg
    assert first.measures == again.measures
    assert other.measures != first.measures


def test_a_frame_and_its_png_are_judged_alike(frame: Image, analyser: FaceAnalyser, limits: PhotoLimits) -> None:
    out = io.BytesIO()
    Pillow.fromarray(frame[:, :, ::-1]).save(out, "PNG")
    from_file = check_picture(read_picture(out.getvalue()), analyser, limits, as_camera=True)
    from_camera = checked(frame, analyser, limits)
    assert from_file.jpeg == from_camera.jpeg
    assert from_file.measures == from_camera.measures


def sound(check: PhotoCheck) -> None:
    """What holds for any picture at all."""
    assert all(measure.value is None or math.isfinite(measure.value) for measure in check.measures)
    assert (check.verdict == "fail") == (check.jpeg is None)
    assert (check.jpeg is None) or check.crop is not None
    assert (check.verdict == "pass") == (check.reasons == ())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    width=st.integers(1, 400), height=st.integers(1, 400), low=st.integers(0, 255), spread=st.integers(0, 255),
    seed=st.integers(0, 99), as_camera=st.booleans(),
)  # fmt: skip
def test_no_picture_at_all_upsets_the_judgement(
    analyser: FaceAnalyser, limits: PhotoLimits, width: int, height: int, low: int, spread: int, seed: int,
    as_camera: bool,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    noise = (low + rng.integers(0, spread + 1, (height, width, 3))).clip(0, 255).astype(np.uint8)
    sound(check_picture(picture_of_frame(noise), analyser, limits, as_camera=as_camera))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roll=st.floats(-60, 60), scale=st.floats(0.3, 2.5), x=st.floats(-500, 500), y=st.floats(-500, 500),
    gain=st.floats(0, 3), blur=st.integers(0, 12),
)  # fmt: skip
def test_no_view_of_a_face_upsets_the_judgement(
    frame: Image, analyser: FaceAnalyser, limits: PhotoLimits, roll: float, scale: float, x: float, y: float,
    gain: float, blur: int,
) -> None:  # fmt: skip
    picture = moved(frame, roll=roll, scale=scale, shift=(x, y))
    picture = (picture * gain).clip(0, 255).astype(np.uint8)
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), blur).astype(np.uint8)
    sound(checked(picture, analyser, limits))
