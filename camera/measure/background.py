"""What is behind the person inside the printed frame: evenness, shadow, objects."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.measure.geometry import FRAME_RATIO, HEAD_SHARE, TOP_SHARE
from camera.regions import CHIN, Mask
from camera.view import EYE_X, SIDE, FaceView

LEAST_SHARE = 0.02
"""With less background than this share of the frame (a close crop, big hair) nothing is said about it."""
PLAIN_SHARE = 0.06
"""With more of the background than this being edges, dark parts are objects and nothing is said about shadows."""
NEAR, FAR = 20, 32
"""Half-size chip pixels from the head's outline: a cast shadow is looked for within NEAR, bare wall beyond FAR."""
SURELY_WALL, SHADOW_OR_WALL = 0.1, 0.75
"""Probability of being the person up to which a place is the wall; the network half takes a hard shadow for hair."""
FALL_OFF = 8.0
"""L* by which bare wall beside the head may differ from all that is seen of it farther out."""
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
    wall = _wall(view, SURELY_WALL)
    if wall is None:
        return Background()
    behind = wall & _frame(view, crown_y)
    inner = cv2.erode(behind, np.ones((3, 3), np.uint8)) > 0
    if np.count_nonzero(inner) < LEAST_SHARE * inner.size:
        return Background()
    lab = cv2.GaussianBlur(view.lab, (0, 0), 1.0).astype(np.float32, copy=False)
    objects = float(np.mean(_edges(lab)[inner] > OBJECT_EDGE))
    plain = objects < PLAIN_SHARE
    return Background(_unevenness(lab, inner), _shadow(view, lab[:, :, 0]) if plain else None, objects)


def _wall(view: FaceView, most: float) -> Mask | None:
    """Half-size mask of what is behind the person: at most so likely person, and clear of the person's soft edge."""
    if view.person is None:
        return None
    person = cv2.dilate((view.person > most).astype(np.uint8), np.ones((7, 7), np.uint8))
    return view.inside[::2, ::2] & np.where(person > 0, 0, 255).astype(np.uint8)


def _frame(view: FaceView, crown_y: float) -> Mask:
    """Half-size mask of the printed frame around this head."""
    chin_y = float(view.points[CHIN, 1])
    height = max(chin_y - crown_y, 1.0) / HEAD_SHARE
    top, half = crown_y - TOP_SHARE * height, height * FRAME_RATIO / 2
    rows, columns = (slice(max(0, round(a / 2)), max(0, round(b / 2))) for a, b in
                     ((top, top + height), (EYE_X - half, EYE_X + half)))  # fmt: skip
    frame = np.zeros((SIDE // 2, SIDE // 2), np.uint8)
    frame[rows, columns] = 255
    return frame


def _unevenness(lab: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """Spread of colour (CIE dE) that is left when light falling off smoothly across the wall is taken away."""
    rows, columns = (axis.astype(np.float32) / 128 - 1 for axis in np.nonzero(where))
    step = max(1, rows.size // 4000)
    rows, columns, colours = rows[::step], columns[::step], lab[where][::step]
    terms = np.column_stack([np.ones_like(rows), rows, columns, rows * columns, rows * rows, columns * columns])
    fit = np.linalg.solve(terms.T @ terms + 1e-3 * np.eye(6, dtype=np.float32), terms.T @ colours)
    smooth = terms @ fit
    return float(np.sqrt(np.mean(((colours - smooth) ** 2).sum(axis=1))))


def _edges(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Greatest change per pixel over the three channels."""
    steps = [_slope(lab[:, :, channel]) for channel in range(3)]
    strongest: NDArray[np.float32] = np.maximum(np.maximum(steps[0], steps[1]), steps[2])
    return strongest


def _slope(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    across = cv2.Sobel(plane, cv2.CV_32F, 1, 0, scale=1 / 8)
    return np.hypot(across, cv2.Sobel(plane, cv2.CV_32F, 0, 1, scale=1 / 8)).astype(np.float32, copy=False)


def _shadow(view: FaceView, light: NDArray[np.float32]) -> float | None:
    """How much darker (L*) the wall beside the head is than the wall farther out leads one to expect; worse side.

    The wall farther out gives a smooth fall-off of light; what that fails to explain there is taken off twice.
    """
    wall = _wall(view, SHADOW_OR_WALL)
    if view.person is None or wall is None:
        return None
    away = cv2.distanceTransform((view.person <= 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    above_chin = (wall > 0) & (np.arange(light.shape[0])[:, None] < view.half_points[CHIN, 1])
    near, far = above_chin & (away < NEAR), above_chin & (away > FAR)
    if np.count_nonzero(far) < 400:
        return None
    terms, seen = _across_and_down(far), light[far]
    fit = np.linalg.solve(terms.T @ terms + 1e-3 * np.eye(4, dtype=np.float32), terms.T @ seen)
    unexplained = float(np.sqrt(np.mean((terms @ fit - seen) ** 2)))
    low, high = np.percentile(seen, (2, 98))
    darker = np.clip(_across_and_down(near) @ fit, low - FALL_OFF, high + FALL_OFF) - light[near]
    left = np.nonzero(near)[1] < EYE_X / 2
    sides = [float(np.percentile(darker[side], 75)) for side in (left, ~left) if np.count_nonzero(side) > 60]
    return max(sides) - 2 * unexplained if sides else None


def _across_and_down(where: NDArray[np.bool_]) -> NDArray[np.float32]:
    down, across = (axis.astype(np.float32) / 128 - 1 for axis in np.nonzero(where))
    return np.column_stack([np.ones_like(across), across, down, across * across])
