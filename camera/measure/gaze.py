"""Where the eyes look: the irises found as dark discs in the eye openings, seen from the turned head."""

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.measure.eyes import eyes_open
from camera.regions import LEFT_EYE, LEFT_EYE_CORNERS, LEFT_IRIS, RIGHT_EYE, RIGHT_EYE_CORNERS, RIGHT_IRIS
from camera.view import FaceView

EYES = ((LEFT_EYE_CORNERS, LEFT_EYE, LEFT_IRIS, -1), (RIGHT_EYE_CORNERS, RIGHT_EYE, RIGHT_IRIS, 1))
STRIP, EYE_WIDTH = (64, 40), 52.0
"""An eye is looked at level, in a strip of this size (width, height), its corners this many pixels apart."""
IRIS = 10
"""Radius of the iris in the strip: 11.7 mm across in an eye about 30 mm wide."""
REACH, CONVERGED = 18, 4
"""Farthest offset looked at in strip pixels; irises of eyes that look here lie this far outward of the middle,
since the inner corner is drawn out to the tear duct."""
PIXELS_SHARE = 0.8
"""Weight of the discs found in the pixels against the mesh's own irises: of a known shift the discs show nine tenths in
any eye, the mesh two thirds in a wide and less than a fifth in a narrow or laughing one."""
PER_DEGREE = 0.004
"""Offset (of eye width) that eyes looking at the camera have per degree of the head's yaw, the other way: an eyeball
of 12 mm in an eye 30 mm wide would give 0.007, of which the mesh's flattened turn leaves about this."""
LEAST_OPEN = 0.02
"""Lid gap (EyesOpen) below which an eye looks nowhere."""
LEAST_OPENING, LEAST_STEP = 30, 0.15
"""Strip pixels of an opening, and darkness of the discs (both eyes added), below which an eye is not seen."""
BLOWN, BLOWN_SHARE = 235, 0.12
"""Luma of a reflection, and the share of an opening it may take: a catchlight is smaller."""

_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * IRIS + 1, 2 * IRIS + 1)).astype(np.float32)


def gaze(view: FaceView, yaw: float | None) -> float | None:
    """Mean offset of both irises from where they would be if the person looked at the camera, over eye width.

    > 0 towards the right of the picture; ``yaw`` in degrees as camera.pose names it. None where no iris
    is seen: closed, behind dark glasses or hair, under a reflection.
    """
    found = _by_pixels(view) if eyes_open(view) >= LEAST_OPEN else None
    if found is None:
        return None
    return PIXELS_SHARE * found + (1 - PIXELS_SHARE) * _by_mesh(view) + PER_DEGREE * (yaw or 0.0)


def _by_mesh(view: FaceView) -> float:
    offsets = []
    for (a, b), _, iris, _ in EYES:
        along = view.points[b] - view.points[a]
        middle = (view.points[a] + view.points[b]) / 2
        offsets.append(float(np.dot(view.points[iris] - middle, along)) / max(float(np.dot(along, along)), 1e-6))
    return float(np.mean(offsets))


def _by_pixels(view: FaceView) -> float | None:
    """The common offset at which both openings hold the darkest disc against the rest; None where an eye is unseen."""
    total: NDArray[np.float32] = np.zeros(2 * REACH + 1, np.float32)
    for corners, eye, _, outward in EYES:
        row = _darkness(view, corners, eye)
        if row is None:
            return None
        first = STRIP[0] // 2 + outward * CONVERGED - REACH
        total += row[first : first + total.size]
    return (_peak(total) - REACH) / EYE_WIDTH if total.max() >= LEAST_STEP else None


def _iris_dark(view: FaceView) -> NDArray[np.uint8]:
    """The red of the chip, in which lids and sclera are light and every iris dark; a flash-lit red pupil held down."""
    red, green = view.image[:, :, 2], view.image[:, :, 1]
    return np.minimum(red, cv2.convertScaleAbs(green, alpha=2).astype(np.uint8, copy=False))


def _darkness(view: FaceView, corners: tuple[int, int], eye: tuple[int, ...]) -> NDArray[np.float32] | None:
    """For a disc at every column of the strip: how much darker it is than the rest of the opening, relative."""
    a, b = view.points[corners[0]], view.points[corners[1]]
    away = view.points[list(eye)] - (a + b) / 2
    across = b - a
    width = float(np.hypot(across[0], across[1]))
    if width < 1:
        return None
    x, y = across / width
    matrix = np.array([[x, y], [-y, x]]) * (EYE_WIDTH / width)
    shift = np.array(STRIP) / 2 - matrix @ ((a + b) / 2)
    strip = cv2.warpAffine(_iris_dark(view), np.column_stack([matrix, shift]), STRIP, borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(strip, (0, 0), 1.5).astype(np.float32)
    opening = np.zeros(STRIP[::-1], np.uint8)
    cv2.fillPoly(opening, [np.round(away @ matrix.T + np.array(STRIP) / 2).astype(np.int32)], 1)
    return _disc_against_rest(soft, opening.astype(np.float32))


def _disc_against_rest(strip: NDArray[np.float32], opening: NDArray[np.float32]) -> NDArray[np.float32] | None:
    size = float(opening.sum())
    if size < LEAST_OPENING:
        return None
    if float((strip * opening >= BLOWN).sum()) > BLOWN_SHARE * size:
        return None
    row = round(float(np.nonzero(opening)[0].mean()))
    light, count = (cv2.filter2D(each, cv2.CV_32F, _DISC, borderType=cv2.BORDER_CONSTANT)[row]
                    for each in (strip * opening, opening))  # fmt: skip
    whole = float((strip * opening).sum())
    inside, rest = light / np.maximum(count, 1), (whole - light) / np.maximum(size - count, 1)
    step = (rest - inside) / max(whole / size, 8.0)
    return np.where((count < IRIS) | (size - count < IRIS), -0.5, step).astype(np.float32)


def _peak(values: NDArray[np.float32]) -> float:
    """Position of the greatest value, between samples by the parabola through its neighbours."""
    at = int(values.argmax())
    if not 0 < at < values.size - 1:
        return float(at)
    before, here, after = (float(v) for v in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return at + 0.5 * (before - after) / bend if bend < 0 else float(at)
