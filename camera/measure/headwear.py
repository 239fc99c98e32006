"""Hats and other head coverings: weak by these means, so it is only ever a hint for staff to look."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.measure.covering import CHROMA_STEP, LIGHT_STEP, Skin, logs
from camera.regions import (
    CHIN,
    FACE_OVAL,
    FACE_SIDES,
    FOREHEAD,
    FOREHEAD_TOP,
    LEFT_BROW,
    LEFT_CHEEK,
    NOSE_BRIDGE,
    NOSE_TIP,
    RIGHT_BROW,
    RIGHT_CHEEK,
)
from camera.view import EYE_X, UNIT, FaceView

USUAL_SKIN = np.array([130.0, 160.0, 210.0])
"""Skin (BGR) that the face's own is brought to, so that coloured light does not colour the hair."""
NEUTRAL_CHROMA, RED_HAIR_CHROMA = 13.0, 36.0
HAIR_HUES, RED_HUES = (40.0, 100.0), (15.0, 40.0)
"""CIE hue angles: hair is brown to blond, or red if not too strongly coloured, or of no colour."""
HALF = UNIT / 2
"""Pixels from the eyes to the chin at half size."""
LEAST_PIXELS = 60
"""Half-size pixels of a part of the head below which it is not seen."""

Logs = NDArray[np.float32]


def head_covering(view: FaceView, skin: Skin) -> float | None:
    """0 to 1: what covers the forehead has a straight edge, a wide brim or a colour that hair does not have, or is
    smooth and unlike the hair beside the face; or one cloth lies over the hair, beside the face and on the neck."""
    above = _above(view)
    forehead = view.half_region(FOREHEAD)
    share = skin.other_share(forehead)
    if above is None or share is None:
        return None
    covered = _ramp(share, 0.6, 0.95)
    odd = max(_odd_colour(view, above), _odd_colour(view, forehead > 0))
    signs = (_ramp(_brim_edge(view, skin), 0.22, 0.45), _ramp(_width(view), 1.8, 2.3), odd)
    hat = max(covered * max(signs), 0.8 * _odd_colour(view, above), _ramp(_brim_edge(view, skin, 0.12), 0.5, 0.7))
    around = _around(view)
    return max(hat, _ramp(share, 0.5, 0.85) * around.unlike_the_hair(), around.one_cloth())


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


def _brim_edge(view: FaceView, skin: Skin, clear: float = 0.0) -> float:
    """The strongest straight level edge between hairline and brows: mean step in log light over the face's width.

    ``clear``: so far above the brows (of eyes to chin) it must lie, where no frame of dark glasses does.
    """
    light = cv2.GaussianBlur(skin.light, (0, 0), 1.5)
    top = max(0, int(view.half_points[FOREHEAD_TOP, 1] - 0.35 * HALF))
    left, right = int(max(0, view.half_points[54, 0])), int(view.half_points[284, 0]) + 1
    band = (light[2:] - light[:-2])[top : max(top, int(_brow_row(view) - max(3, clear * HALF))), left:right]
    return float(np.abs(band.mean(axis=1)).max()) if band.size else 0.0


def _width(view: FaceView) -> float:
    """The widest row of the person above the brows, over the face's width."""
    assert view.person is not None  # noqa: S101 - _above has made sure
    brows = int(_brow_row(view))
    top = max(0, int(view.half_points[FOREHEAD_TOP, 1] - 0.3 * UNIT))
    rows = (view.person[top : max(top, brows)] > 0.7).sum(axis=1)
    face = float(np.ptp(view.half_points[list(FACE_OVAL), 0]))
    return float(rows.max()) / max(face, 1.0) if rows.size else 0.0


def _brow_row(view: FaceView) -> float:
    return float(view.half_points[list(LEFT_BROW + RIGHT_BROW), 1].mean())


@dataclass(frozen=True, slots=True)
class _Around:
    """Median log colours of what is on the head, left and right of the face, and on the neck (None: not seen), and of
    the skin; ``fine`` is the fine detail on the head, which strands of hair have and cloth has not."""

    top: Logs | None
    left: Logs | None
    right: Logs | None
    neck: Logs | None
    skin: tuple[Logs, ...]
    fine: float

    def unlike_the_hair(self) -> float:
        """0 to 1: smooth, no skin, and of another colour than the hair on both sides of the face."""
        beside = [_apart(self.top, side) for side in (self.left, self.right) if side is not None]
        if self.top is None or not beside:
            return 0.0
        unlike = min(float(np.hypot(0.4 * light, chroma)) for light, chroma in beside)
        smooth = 1 - _ramp(self.fine, 0.10, 0.16)
        return smooth * _ramp(unlike, 0.28, 0.44) * _ramp(self._unlike_skin(self.top), 0.9, 1.2)

    def one_cloth(self) -> float:
        """0 to 1: the same thing, no skin, on the head, on both sides of the face and on the neck."""
        if self.top is None or self.left is None or self.right is None or self.neck is None:
            return 0.0
        steps = [_apart(self.top, part) for part in (self.left, self.right, self.neck)]
        chroma, light = max(c for _, c in steps), max(abs(step) for step, _ in steps)
        same = (1 - _ramp(chroma, 0.1, 0.2)) * (1 - _ramp(light, 0.35, 0.7))
        return same * _ramp(self._unlike_skin(self.neck), 1.0, 1.3)

    def _unlike_skin(self, part: Logs) -> float:
        """How far from all that is known as skin, 1 being where skin ends."""
        steps = [_apart(part, skin) for skin in self.skin]
        return min((max(abs(light) / LIGHT_STEP, chroma / CHROMA_STEP) for light, chroma in steps), default=0.0)


def _apart(one: Logs | None, other: Logs | None) -> tuple[float, float]:
    """Log-light (signed) and log-colour distance of two medians."""
    if one is None or other is None:
        return 0.0, 0.0
    away = one - other
    light = float(away.mean())
    return light, float(np.sqrt(max(float(away @ away) - 3 * light * light, 0.0)))


def _around(view: FaceView) -> _Around:
    assert view.person is not None  # noqa: S101 - _above has made sure
    colours, points = logs(view), view.half_points
    rows, columns = np.arange(colours.shape[0])[:, None], np.arange(colours.shape[1])[None, :]
    face = cv2.dilate(view.half_region(FACE_OVAL), np.ones((5, 5), np.uint8)) > 0
    person = (view.person > 0.7) & (view.inside[::2, ::2] > 0) & ~face
    forehead, chin = float(points[FOREHEAD_TOP, 1]), points[CHIN]
    top = person & (rows < forehead - 3) & (rows > forehead - 0.45 * HALF) & (abs(columns - EYE_X / 2) < 0.4 * HALF)
    beside = person & (rows > _brow_row(view)) & (rows < points[NOSE_TIP, 1])
    left, right = (float(points[side, 0]) for side in FACE_SIDES)
    low = (rows > chin[1] + 0.18 * HALF) & (rows < chin[1] + 0.5 * HALF) & (abs(columns - chin[0]) < 0.3 * HALF)
    cheeks, bridge = view.half_region(LEFT_CHEEK) | view.half_region(RIGHT_CHEEK), view.half_region(NOSE_BRIDGE)
    skin = tuple(patch for where in (cheeks > 0, bridge > 0) if (patch := _median(colours, where)) is not None)
    return _Around(
        _median(colours, top), _median(colours, beside & (columns < left)),
        _median(colours, beside & (columns > right)), _median(colours, person & low), skin, _fine_detail(colours, top),
    )  # fmt: skip


def _median(colours: Logs, where: NDArray[np.bool_]) -> Logs | None:
    inside = colours[where]
    return np.asarray(np.median(inside, axis=0), np.float32) if len(inside) > LEAST_PIXELS else None


def _fine_detail(colours: Logs, where: NDArray[np.bool_]) -> float:
    if np.count_nonzero(where) <= LEAST_PIXELS:
        return 0.0
    light = cv2.transform(colours, np.full((1, 3), 1 / 3))
    return float(np.std((light - cv2.GaussianBlur(light, (0, 0), 3.0))[where]))
