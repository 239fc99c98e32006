"""Light on the face: evenness, too little, too much."""

import cv2
import numpy as np

from camera.regions import (
    CHIN_PATCH,
    FACE_OVAL,
    FOREHEAD,
    LEFT_CHEEK,
    LEFT_EYE,
    LIPS,
    RIGHT_CHEEK,
    RIGHT_EYE,
    UNDER_LEFT_EYE,
    UNDER_RIGHT_EYE,
    Mask,
)
from camera.types import Image
from camera.view import FaceView

DARK, BRIGHT = 25, 247
"""8-bit luma at and beyond which detail is lost (the bounds of ISO/IEC 29794-5)."""
LINEAR = ((np.arange(256) / 255) ** 2.2).astype(np.float32)
MORE_THAN_CHEEK = 0.3
"""Stops by which the skin under the eyes may differ more than the cheeks: beyond that it is covered, not shaded."""
LEAST_LIGHT = 0.001
"""Linear light of each 8-bit level, and the least of it that is told from black."""


def skin_mask(view: FaceView) -> Mask:
    """The face outline inside the picture, without eyes and lips; half size."""
    mask = view.half_region(FACE_OVAL).copy()
    for hole in (LEFT_EYE, RIGHT_EYE, LIPS):
        mask &= ~view.half_region(hole)
    return mask & view.inside[::2, ::2]


def illumination_uniformity(view: FaceView) -> float | None:
    """Light on the darker half of the face over that on the lighter half, 0 to 1, in linear light.

    The skin under the eyes counts twice, the cheeks once: it faces the camera as flatly on both sides, whereas cheeks
    that curve away are unlike in good studio light too, and a little turned head shows one of them more.
    """
    under, cheek = _stops(view, UNDER_LEFT_EYE, UNDER_RIGHT_EYE), _stops(view, LEFT_CHEEK, RIGHT_CHEEK)
    if under is None or cheek is None:
        return None
    under = min(under, cheek + MORE_THAN_CHEEK) if cheek >= 0 else max(under, cheek - MORE_THAN_CHEEK)
    return float(2 ** -abs((2 * under + cheek) / 3))


def _stops(view: FaceView, left: tuple[int, ...], right: tuple[int, ...]) -> float | None:
    """How many stops (factors of two) more light falls on the left patch than on the right one; medians."""
    inside = view.inside[::2, ::2]
    sides = [LINEAR[view.half_grey[(view.half_region(patch) & inside) > 0]] for patch in (left, right)]
    if not all(side.size for side in sides):
        return None
    left_light, right_light = (max(float(np.median(side)), LEAST_LIGHT) for side in sides)
    return float(np.log2(left_light / right_light))


def under_exposure(view: FaceView) -> float | None:
    """Share of skin pixels darker than DARK."""
    skin = view.half_grey[skin_mask(view) > 0]
    return float(np.mean(skin < DARK)) if skin.size else None


def over_exposure(view: FaceView) -> float | None:
    """Share of skin pixels lighter than BRIGHT."""
    skin = view.half_grey[skin_mask(view) > 0]
    return float(np.mean(skin > BRIGHT)) if skin.size else None


def luminance(view: FaceView) -> float | None:
    """The light part of the face (90th percentile of luma, 0 to 1): a lit face of any skin tone has highlights."""
    patches = view.half_region(FOREHEAD) | view.half_region(LEFT_CHEEK) | view.half_region(RIGHT_CHEEK)
    skin = view.half_grey[(patches | view.half_region(CHIN_PATCH)) > 0]
    return float(np.percentile(skin, 90)) / 255 if skin.size else None


def picture_light(image: Image) -> dict[str, float | None]:
    """The same shares for a whole picture in which no face was found."""
    luma = cv2.cvtColor(image[::4, ::4], cv2.COLOR_BGR2GRAY)
    return {"UnderExposure": float(np.mean(luma < DARK)), "OverExposure": float(np.mean(luma > BRIGHT))}
