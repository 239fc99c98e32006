"""Light on the face: evenness, too little, too much."""

import cv2
import numpy as np

from camera.regions import CHIN_PATCH, FACE_OVAL, FOREHEAD, LEFT_CHEEK, LEFT_EYE, LIPS, RIGHT_CHEEK, RIGHT_EYE, Mask
from camera.types import Image
from camera.view import FaceView

DARK, BRIGHT = 25, 247
"""8-bit luma at and beyond which detail is lost (the bounds of ISO/IEC 29794-5)."""


def skin_mask(view: FaceView) -> Mask:
    """The face outline inside the picture, without eyes and lips; half size."""
    mask = view.half_region(FACE_OVAL).copy()
    for hole in (LEFT_EYE, RIGHT_EYE, LIPS):
        mask &= ~view.half_region(hole)
    return mask & view.inside[::2, ::2]


def illumination_uniformity(view: FaceView) -> float | None:
    """The darker cheek's mean light over the lighter one's, 0 to 1."""
    luma = view.half_grey
    left, right = (cv2.mean(luma, view.half_region(cheek))[0] for cheek in (LEFT_CHEEK, RIGHT_CHEEK))
    return float(min(left, right) / max(left, right)) if max(left, right) >= 1 else None


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
