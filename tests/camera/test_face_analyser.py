"""The analyser on pictures that hold no face, and on damaged models."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from camera.errors import ModelDamaged
from camera.face import UNITS, FaceAnalyser
from camera.models import MODELS_DIR, YUNET


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
