"""Hats and other head coverings: weak by these means, so it is only ever a hint for staff to look."""

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.measure.covering import Skin
from camera.regions import FACE_OVAL, FOREHEAD, FOREHEAD_TOP, LEFT_BROW, LEFT_CHEEK, RIGHT_BROW, RIGHT_CHEEK
from camera.view import UNIT, FaceView

USUAL_SKIN = np.array([130.0, 160.0, 210.0])
"""Skin (BGR) that the face's own is brought to, so that coloured light does not colour the hair."""
NEUTRAL_CHROMA, RED_HAIR_CHROMA = 13.0, 36.0
HAIR_HUES, RED_HUES = (40.0, 100.0), (15.0, 40.0)
"""CIE hue angles: hair is brown to blond, or red if not too strongly coloured, or of no colour."""


def head_covering(view: FaceView, skin: Skin) -> float | None:
    """0 to 1: a covered forehead with a straight edge, a wide brim or a colour that hair does not have."""
    above = _above(view)
    forehead = view.half_region(FOREHEAD)
    share = skin.other_share(forehead)
    if above is None or share is None:
        return None
    covered = _ramp(share, 0.6, 0.95)
    odd = max(_odd_colour(view, above), _odd_colour(view, forehead > 0))
    signs = (_ramp(_brim_edge(view, skin), 0.22, 0.45), _ramp(_width(view), 1.8, 2.3), odd)
    return max(covered * max(signs), 0.8 * _odd_colour(view, above))


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))


def _above(view: FaceView) -> NDArray[np.bool_] | None:
    """The person above the forehead, face left out; half size."""
    if view.person is None:
        return None
    rows = np.arange(view.person.shape[0])[:, None] < view.half_points[FOREHEAD_TOP, 1] - 4
    above: NDArray[np.bool_] = (view.person > 0.7) & rows & (view.half_region(FACE_OVAL) == 0)
    above &= view.inside[::2, ::2] > 0
    return above if np.count_nonzero(above) > 150 else None


def _odd_colour(view: FaceView, where: NDArray[np.bool_]) -> float:
    """How far the region's colour is from any that hair has, in the light that makes this skin usual; 0 to 1."""
    cheeks = (view.half_region(LEFT_CHEEK) | view.half_region(RIGHT_CHEEK)) > 0
    if not where.any() or not cheeks.any():
        return 0.0
    own = np.maximum(np.median(view.half[cheeks], axis=0), 8.0)
    gain = USUAL_SKIN / own
    colour = np.clip(np.median(view.half[where], axis=0) * gain / gain.mean() ** 0.5, 0, 255).astype(np.float32)
    _, a, b = cv2.cvtColor(colour[None, None] / np.float32(255), cv2.COLOR_BGR2LAB)[0, 0]
    chroma, hue = float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)))
    if HAIR_HUES[0] <= hue <= HAIR_HUES[1]:
        return 0.0
    return _ramp(chroma, *((RED_HAIR_CHROMA, 46.0) if RED_HUES[0] <= hue < RED_HUES[1] else (NEUTRAL_CHROMA, 26.0)))


def _brim_edge(view: FaceView, skin: Skin) -> float:
    """The strongest straight level edge between hairline and brows: mean step in log light over the face's width."""
    light = cv2.GaussianBlur(skin.light, (0, 0), 1.5)
    unit = UNIT / 2
    brows = float(view.half_points[list(LEFT_BROW + RIGHT_BROW), 1].mean())
    top = max(0, int(view.half_points[FOREHEAD_TOP, 1] - 0.35 * unit))
    left, right = int(max(0, view.half_points[54, 0])), int(view.half_points[284, 0]) + 1
    band = (light[2:] - light[:-2])[top : max(top, int(brows - 3)), left:right]
    return float(np.abs(band.mean(axis=1)).max()) if band.size else 0.0


def _width(view: FaceView) -> float:
    """The widest row of the person above the brows, over the face's width."""
    assert view.person is not None  # noqa: S101 - _above has made sure
    brows = int(view.half_points[list(LEFT_BROW + RIGHT_BROW), 1].mean())
    top = max(0, int(view.half_points[FOREHEAD_TOP, 1] - 0.3 * UNIT))
    rows = (view.person[top : max(top, brows)] > 0.7).sum(axis=1)
    face = float(np.ptp(view.half_points[list(FACE_OVAL), 0]))
    return float(rows.max()) / max(face, 1.0) if rows.size else 0.0
