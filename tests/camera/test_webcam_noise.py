"""The frozen generator: the figures in docs/form-qr.md hold for exactly these scenes."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np
import pytest

from camera.webcam_noise import (
    FULL_HD,
    HD,
    VERSION,
    blur_sigma,
    draw_clip,
    draw_scene,
    is_held_right,
    is_in_view,
    pixels_per_module,
    render,
)

SCENES_OF_VERSION_1 = "c0bff5ae6bda15c483f143c5fa47867eff774ecd8d5dabc14f3ddf85962939e7"
CLIPS_OF_VERSION_1 = "2b9f75a2f0fa842d88edf85d7cc771eceaa2ed10e59aef2a979a9774258d919b"
THUMBNAILS_OF_VERSION_1 = {
    0: [119, 144, 163, 189, 165, 134, 148, 174, 199, 185, 147, 167, 195, 211, 195, 156, 186, 203, 218, 194],
    1: [154, 161, 143, 102, 116, 160, 164, 88, 67, 86, 153, 129, 91, 73, 69, 114, 106, 118, 74, 105],
    2: [219, 218, 217, 217, 216, 206, 216, 215, 215, 211, 128, 146, 207, 186, 155, 117, 115, 132, 157, 136],
    3: [186, 184, 181, 128, 115, 201, 219, 233, 130, 107, 165, 174, 211, 130, 95, 122, 119, 80, 121, 119],
}


def fingerprint(values: list[Any]) -> str:
    def rounded(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: rounded(each) for key, each in value.items()}
        return round(value, 6) if isinstance(value, float) else value

    return hashlib.sha256(json.dumps([rounded(each) for each in values], sort_keys=True).encode()).hexdigest()


def thumbnail(seed: int) -> list[int]:
    small = cv2.resize(cv2.cvtColor(render(draw_scene(seed), HD), cv2.COLOR_BGR2GRAY), (5, 4), interpolation=3)
    return [int(value) for value in small.ravel()]


def test_the_scenes_of_this_version_never_change():
    assert VERSION == 1
    assert fingerprint([asdict(draw_scene(seed)) for seed in range(200)]) == SCENES_OF_VERSION_1
    assert fingerprint([asdict(scene) for scene in draw_clip(1)]) == CLIPS_OF_VERSION_1


@pytest.mark.parametrize("seed", sorted(THUMBNAILS_OF_VERSION_1))
def test_the_pictures_of_this_version_never_change(seed):
    difference = np.abs(np.subtract(thumbnail(seed), THUMBNAILS_OF_VERSION_1[seed]))
    assert difference.max() <= 2, "processors round differently, by a little"


def test_one_seed_gives_one_frame():
    scene = draw_scene(5)
    assert np.array_equal(render(scene, HD), render(scene, HD))
    assert not np.array_equal(render(scene, HD), render(draw_scene(6), HD))


def test_more_pixels_give_a_larger_code_and_as_much_blur_for_its_size():
    for seed in range(20):
        scene = draw_scene(seed)
        assert pixels_per_module(scene, FULL_HD) == pytest.approx(1.5 * pixels_per_module(scene, HD), rel=1e-6)
        assert blur_sigma(scene, FULL_HD) > blur_sigma(scene, HD)
        assert not is_held_right(scene, HD) or is_in_view(scene, HD)
