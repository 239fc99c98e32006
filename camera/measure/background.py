"""What is behind the person inside the printed frame: evenness, shadow, objects."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.measure.geometry import FRAME_RATIO, HEAD_SHARE, TOP_SHARE
from camera.regions import CHIN, Mask
from camera.view import EYE_X, FaceView

LEAST_SHARE = 0.02
"""With less background than this share of the frame (a close crop, big hair) nothing is said about it."""
OBJECT_EDGE = 6.0
"""Change of L*, a* or b* per half-size chip pixel that a plain wall does not have."""


@dataclass(frozen=True, slots=True)
class Background:
    """Values of one picture's background; None where too little of it is seen."""

    uniformity: float | None = None
    shadow: float | None = None
    objects: float | None = None


def background(view: FaceView, crown_y: float) -> Background:
    """Measure the background; ``crown_y`` is the crown's row in the chip."""
    behind = _behind(view, crown_y)
    if behind is None:
        return Background()
    lab = cv2.GaussianBlur(view.lab, (0, 0), 1.0)
    edges = _edges(lab)
    inner = cv2.erode(behind, np.ones((3, 3), np.uint8)) > 0
    if not inner.any():
        return Background()
    spread = float(np.sqrt(lab[inner].var(axis=0).sum()))
    return Background(spread, _shadow(view, lab[:, :, 0], behind), float(np.mean(edges[inner] > OBJECT_EDGE)))


def _behind(view: FaceView, crown_y: float) -> Mask | None:
    """Half-size mask of the background inside the printed frame, clear of the person's soft edge."""
    if view.person is None:
        return None
    top, bottom, left, right = (round(v / 2) for v in _frame(view, crown_y))
    frame = np.zeros(view.person.shape, np.uint8)
    frame[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 255
    frame &= view.inside[::2, ::2]
    person = cv2.dilate((view.person > 0.1).astype(np.uint8), np.ones((7, 7), np.uint8))
    behind = frame & np.where(person > 0, 0, 255).astype(np.uint8)
    return behind if np.count_nonzero(behind) > LEAST_SHARE * max(1, np.count_nonzero(frame)) else None


def _frame(view: FaceView, crown_y: float) -> tuple[float, float, float, float]:
    chin_y = float(view.points[CHIN, 1])
    height = max(chin_y - crown_y, 1.0) / HEAD_SHARE
    top = crown_y - TOP_SHARE * height
    half = height * FRAME_RATIO / 2
    return top, top + height, EYE_X - half, EYE_X + half


def _edges(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Greatest change per pixel over the three channels."""
    steps = [_slope(lab[:, :, channel]) for channel in range(3)]
    strongest: NDArray[np.float32] = np.maximum(np.maximum(steps[0], steps[1]), steps[2])
    return strongest


def _slope(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    across = cv2.Sobel(plane, cv2.CV_32F, 1, 0, scale=1 / 8)
    return np.hypot(across, cv2.Sobel(plane, cv2.CV_32F, 0, 1, scale=1 / 8)).astype(np.float32, copy=False)


def _shadow(view: FaceView, light: NDArray[np.float32], behind: Mask) -> float | None:
    """How much darker (L*) the background is close to the head than farther out at the same side; the worse side."""
    assert view.person is not None  # noqa: S101 - _behind has made sure
    away = cv2.distanceTransform((view.person <= 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    columns = np.arange(light.shape[1])[None, :] < EYE_X / 2
    worst: float | None = None
    for side in (columns, ~columns):
        near = light[(behind > 0) & side & (away < 16)]
        far = light[(behind > 0) & side & (away > 26)]
        if near.size > 60 and far.size > 60:
            value = float(np.median(far) - np.percentile(near, 25))
            worst = value if worst is None else max(worst, value)
    return worst
