"""The copy for the screen is small and never changes the frame."""

import cv2
import numpy as np

from camera.live import live_copy, live_jpeg


def test_a_large_frame_is_scaled_to_the_live_height() -> None:
    frame = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)
    before = frame.copy()
    picture = cv2.imdecode(np.frombuffer(live_jpeg(frame), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (720, 1280, 3)
    assert np.array_equal(frame, before)


def test_a_small_frame_is_shown_as_it_is_without_a_copy() -> None:
    frame = np.zeros((480, 640, 3), np.uint8)
    assert live_copy(frame) is frame
