"""Natural colour of skin and eyes."""

import numpy as np
from numpy.typing import NDArray

from camera.regions import LEFT_CHEEK, LEFT_EYE, RIGHT_CHEEK, RIGHT_EYE
from camera.view import FaceView

A_RANGE, B_RANGE = (5.0, 25.0), (5.0, 35.0)
"""CIE a* and b* that skin of any tone has in neutral light (the bounds of ISO/IEC 29794-5)."""

GREY_CHROMA = 1.0
"""CIE a* or b* that nearly no pixel of the cheeks exceeds in a picture without colour; skin in any cast does."""


def natural_colour(view: FaceView) -> float | None:
    """Distance in the a*, b* plane from the range of natural skin; 0 inside it."""
    cheeks = (view.half_region(LEFT_CHEEK) | view.half_region(RIGHT_CHEEK)) & view.inside[::2, ::2]
    skin = view.lab[cheeks > 0]
    if not skin.size or _is_grey(skin):
        return None
    a, b = (float(v) for v in np.median(skin[:, 1:], axis=0))
    return float(np.hypot(_beyond(a, A_RANGE), _beyond(b, B_RANGE)))


def _is_grey(skin: NDArray[np.float32]) -> bool:
    """Whether the picture has no colour at all: a photo in grey is lawful and shows no cast."""
    return float(np.percentile(np.abs(skin[:, 1:]), 95)) < GREY_CHROMA


def eye_white(view: FaceView) -> float | None:
    """CIE b* of the lightest quarter of the eye openings: the white of an eye turns blue in blue light only."""
    eyes = (view.half_region(LEFT_EYE) | view.half_region(RIGHT_EYE)) & view.inside[::2, ::2]
    inside = view.lab[eyes > 0]
    if inside.shape[0] < 20:
        return None
    return float(np.median(inside[inside[:, 0] >= np.percentile(inside[:, 0], 75), 2]))


def _beyond(value: float, bounds: tuple[float, float]) -> float:
    return max(0.0, bounds[0] - value, value - bounds[1])
