"""The analyser: nobody, one, two, in the dark, anywhere in the frame; and damaged models."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from camera.errors import ModelDamaged
from camera.face import UNITS, FaceAnalyser
from camera.models import MODELS_DIR, YUNET
from camera.types import Image
from camera.virtual_person import PersonScene, Pose


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.mark.parametrize("live", [True, False])
def test_an_empty_wall_holds_no_face_and_says_so(analyser: FaceAnalyser, live: bool) -> None:
    found = analyser.analyse(np.full((720, 1280, 3), 200, np.uint8), live=live)
    assert found.faces == ()
    assert found.head is None
    assert found.value("SingleFacePresent") == 0
    assert [m.name for m in found.measurements] == list(UNITS)


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3), (16, 16)])
def test_any_size_of_picture_is_measured_without_error(analyser: FaceAnalyser, size: tuple[int, int]) -> None:
    found = analyser.analyse(np.zeros((*size, 3), np.uint8), live=False)
    assert (found.height, found.width) == size


def test_a_changed_model_file_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODELS_DIR, tmp_path / "models")
    damaged = tmp_path / "models" / YUNET
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00")
    with pytest.raises(ModelDamaged, match="not the one on record"):
        FaceAnalyser(tmp_path / "models")


def test_a_missing_model_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="missing"):
        FaceAnalyser(tmp_path)


@pytest.fixture(scope="module")
def person() -> Image:
    return PersonScene((1280, 720)).posed(Pose())


@pytest.mark.parametrize("live", [True, False])
def test_a_second_person_is_counted(analyser: FaceAnalyser, person: Image, live: bool) -> None:
    analyser.forget()
    two = np.hstack([person, person[:, ::-1]]).astype(np.uint8)
    assert analyser.analyse(two, live=live).value("SingleFacePresent") == 2


def test_a_second_person_who_comes_in_later_is_seen_within_six_frames(analyser: FaceAnalyser, person: Image) -> None:
    analyser.forget()
    alone = np.hstack([person, np.full_like(person, 220)])
    two = np.hstack([person, person[:, ::-1]])
    assert [analyser.analyse(alone, live=True).value("SingleFacePresent") for _ in range(4)] == [1] * 4
    assert 2 in [analyser.analyse(two, live=True).value("SingleFacePresent") for _ in range(6)]


def test_a_face_in_a_dark_room_is_found_and_its_darkness_measured(analyser: FaceAnalyser, person: Image) -> None:
    dark = analyser.analyse((person * 0.1).astype(np.uint8), live=False)
    light = analyser.analyse(person, live=False)
    assert dark.value("SingleFacePresent") == 1
    assert (dark.value("Luminance") or 0) < 0.15 < (light.value("Luminance") or 0)


@pytest.mark.parametrize(("dx", "dy"), [(-700, 0), (300, 0), (0, 150), (-300, -60)])
def test_the_head_is_followed_over_the_frame(analyser: FaceAnalyser, person: Image, dx: int, dy: int) -> None:
    """A wheelchair user, a child, a tall person: the place in the frame changes nothing but the place."""
    analyser.forget()
    here = analyser.analyse(person, live=True).head
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    moved = cv2.warpAffine(person, move, (1280, 720), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    for _ in range(7):
        there = analyser.analyse(moved, live=True).head
    assert here is not None
    assert there is not None
    assert there.chin == pytest.approx((here.chin[0] + dx, here.chin[1] + dy), abs=4)


def test_the_crown_is_the_top_of_the_hair(analyser: FaceAnalyser) -> None:
    """The wall is light and the hair is not: the first dark row in the head's columns is the truth."""
    picture = PersonScene((1920, 1080)).posed(Pose())
    head = analyser.analyse(picture, live=False).head
    assert head is not None
    column = slice(int(head.crown[0]) - 60, int(head.crown[0]) + 60)
    top = int(np.flatnonzero((picture[:, column].mean(axis=2) < 170).mean(axis=1) > 0.2)[0])
    tall = head.chin[1] - head.crown[1]
    assert head.crown[1] == pytest.approx(top, abs=0.025 * tall)
