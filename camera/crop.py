"""From a head to the photo's frame: where to cut, and the cut itself. Crop, rotate and scale down; nothing else."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.types import Crop, Head, Image, Point

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Geometry:
    """The frame's proportions; shares are of the frame's height, ``centre`` of its width. Sizes in pixels."""

    head: tuple[float, float, float] = (32 / 45, 34 / 45, 36 / 45)
    """Crown to chin: least, wanted, most."""
    gap: tuple[float, float, float] = (2 / 45, 4 / 45, 6 / 45)
    """Frame's top to crown: least, wanted, most."""
    centre: float = 2 / 35
    """How far the face may be off the middle."""
    ratio: tuple[int, int] = (7, 9)
    least: tuple[int, int] = (480, 617)
    most: tuple[int, int] = (1050, 1350)
    level_within_deg: float = 3.0
    """Eyes may stay this far from level before the turn is given up further (the roll measure then says so)."""
    turn_from_deg: float = 1.0
    """A smaller roll is within the error of the measurement: pixels are then not resampled."""
    stretch: float = 2.5
    """How many tolerances off a frame is still proposed (with a warning) when none within them exists."""
    gap_at_least: float = 0.0
    """Less above the crown than this, and the head counts as cut off."""
    below_at_least: float = 1 / 45
    """Less below the chin than this, and the head counts as cut off."""


GUIDE = Geometry()


@dataclass(frozen=True, slots=True)
class CropPlan:
    """A frame and how the head sits in it. ``fits``: within all tolerances; ``large_enough``: of legal size."""

    crop: Crop
    head_share: float
    gap_share: float
    off_centre: float
    """Of the frame's width; positive when the face is right of the middle."""
    fits: bool
    large_enough: bool


def plan_crop(
    head: Head, width: int, height: int, geometry: Geometry = GUIDE, *, finished: bool = False
) -> CropPlan | None:
    """The best frame for this head in a picture of that size, or None when no acceptable frame lies inside it.

    A ``finished`` picture, already 7:9, is kept whole where its head sits well, or where a cut would be too small.
    """
    whole = _whole(head, width, height, geometry) if finished else None
    if whole and whole.fits:
        return whole
    best = _best_turn(head, width, height, geometry)
    if whole and not (best and best.fits and best.large_enough):
        return whole
    return best


def _best_turn(head: Head, width: int, height: int, geometry: Geometry) -> CropPlan | None:
    """The first turn with a frame that is right in every way, else the best of what all turns give."""
    found: list[CropPlan] = []
    for angle in _turns(head.roll_deg, geometry):
        plan = _best(head, angle, width, height, geometry)
        if plan and plan.fits and plan.large_enough:
            return plan
        found += [plan] if plan else []
    return max(found, key=lambda plan: _worth(plan, geometry), default=None)


def _worth(plan: CropPlan, geometry: Geometry) -> tuple[bool, bool, float]:
    """Of plans within the tolerances the first (most level) wins; of others the one least off."""
    return plan.fits, plan.large_enough, 0.0 if plan.fits else -_misfit(plan, geometry)


def render_crop(image: Image, crop: Crop, geometry: Geometry = GUIDE) -> Image:
    """The crop's pixels, turned about the picture's centre and scaled down to the largest photo; never up."""
    cut = (
        _turned(image, crop)
        if crop.rotation_deg
        else image[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    )
    scale = min(1.0, geometry.most[0] / crop.width, geometry.most[1] / crop.height)
    if scale < 1.0:
        size = (round(crop.width * scale), round(crop.height * scale))
        cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return np.ascontiguousarray(cut)


def _turned(image: Image, crop: Crop) -> Image:
    matrix = _rotation(crop.rotation_deg, image.shape[1], image.shape[0])
    matrix[:, 2] -= (crop.x, crop.y)
    size = (crop.width, crop.height)
    turned = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return turned.astype(np.uint8, copy=False)


def _rotation(degrees: float, width: int, height: int) -> Floats:
    """Counter-clockwise as seen, about the picture's centre, for coordinates of pixel centres."""
    return np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0), dtype=np.float64)


def _turns(roll_deg: float, geometry: Geometry) -> tuple[float, ...]:
    """The full turn that levels the eyes, then less and less of it, for pictures that have no room for more."""
    full, level = abs(roll_deg), geometry.level_within_deg
    wanted = (full, full - level, full / 2, 0.0)
    turns = [turn if turn >= geometry.turn_from_deg else 0.0 for turn in wanted]
    return tuple(dict.fromkeys(float(round(np.copysign(turn, roll_deg), 2)) + 0.0 for turn in turns))


@dataclass(frozen=True, slots=True)
class _Place:
    """The head in the turned picture."""

    crown: float
    chin: float
    middle: float


def _placed(head: Head, matrix: Floats) -> _Place:
    def moved(point: Point) -> Floats:
        return np.asarray(matrix @ np.array([point[0], point[1], 1.0]))

    eyes = (moved(head.left_eye) + moved(head.right_eye)) / 2
    chin = moved(head.chin)
    return _Place(float(moved(head.crown)[1]), float(chin[1]), float(eyes[0] + chin[0]) / 2)


def _whole(head: Head, width: int, height: int, geometry: Geometry) -> CropPlan | None:
    across, up = geometry.ratio
    if abs(width - height * across / up) > 1.0:
        return None
    place = _placed(head, _rotation(0.0, width, height))
    plan = _plan((0, 0, width, height), 0.0, place, geometry)
    holds = bool(_holds_head(np.array(plan.head_share), np.array(plan.gap_share), geometry))
    return plan if holds and plan.large_enough and _misfit(plan, geometry) <= geometry.stretch else None


def _best(head: Head, degrees: float, width: int, height: int, geometry: Geometry) -> CropPlan | None:
    """The frame nearest to the wanted one: within tolerances and large enough, else the first such thing given up."""
    matrix = _rotation(degrees, width, height)
    place = _placed(head, matrix)
    if place.chin - place.crown < 1.0:
        return None
    boxes, misfits = _candidates(place, geometry)
    inside = _inside(boxes, matrix, width, height)
    legal = (boxes[:, 2] >= geometry.least[0]) & (boxes[:, 3] >= geometry.least[1])
    worst, total = misfits.max(axis=1), (misfits**2).sum(axis=1)
    within = worst <= 1.0 + 1e-9
    for allowed in (inside & within & legal, inside & within, inside & legal, inside):
        if allowed.any():
            x, y, w, h = (int(v) for v in boxes[np.flatnonzero(allowed)[np.argmin(total[allowed])]])
            return _plan((x, y, w, h), degrees, place, geometry)
    return None


def _candidates(place: _Place, geometry: Geometry) -> tuple[Floats, Floats]:
    """Whole-pixel frames of the exact ratio around the wanted one, and how far each is off, 1.0 being the tolerance."""
    reach = geometry.stretch
    steps = np.linspace(-reach, reach, 21)
    across, up = geometry.ratio
    head, gap = geometry.head, geometry.gap
    heights = (place.chin - place.crown) / np.maximum(_stepped(head, steps), 0.3)
    units = np.unique(np.round(heights / up)).clip(1)
    unit, above, aside = (grid.ravel() for grid in np.meshgrid(units, _stepped(gap, steps), steps * geometry.centre))
    w, h = unit * across, unit * up
    x, y = np.round(place.middle - w / 2 - aside * w), np.round(place.crown - above * h)
    boxes = np.stack([x, y, w, h], axis=1)
    shares = ((place.chin - place.crown) / h, (place.crown - y) / h, (place.middle - x - w / 2) / w)
    misfits = np.stack([_off(shares[0], head), _off(shares[1], gap), np.abs(shares[2]) / geometry.centre], axis=1)
    keep = (misfits <= reach).all(axis=1) & _holds_head(shares[0], shares[1], geometry)
    return boxes[keep], misfits[keep]


def _holds_head(head_share: Floats, gap_share: Floats, geometry: Geometry) -> NDArray[np.bool_]:
    below = 1.0 - head_share - gap_share
    return np.asarray((gap_share >= geometry.gap_at_least) & (below >= geometry.below_at_least))


def _stepped(band: tuple[float, float, float], steps: Floats) -> Floats:
    least, wanted, most = band
    return wanted + np.where(steps < 0, (wanted - least) * steps, (most - wanted) * steps)


def _off(share: Floats, band: tuple[float, float, float]) -> Floats:
    least, wanted, most = band
    return np.where(share < wanted, (wanted - share) / (wanted - least), (share - wanted) / (most - wanted))


def _inside(boxes: Floats, matrix: Floats, width: int, height: int) -> NDArray[np.bool_]:
    """Which frames hold only pixels of the picture: on the canvas, and not in a corner that the turn left empty."""
    x, y, w, h = boxes.T
    result = (x >= 0) & (y >= 0) & (x + w <= width) & (y + h <= height)
    back = np.asarray(cv2.invertAffineTransform(matrix))
    for across, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
        corner = np.stack([x + across * (w - 1), y + down * (h - 1), np.ones_like(x)])
        source = back @ corner
        result &= (source > -0.5).all(axis=0) & (source[0] < width - 0.5) & (source[1] < height - 0.5)
    return np.asarray(result)


def _plan(box: tuple[int, int, int, int], degrees: float, place: _Place, geometry: Geometry) -> CropPlan:
    x, y, w, h = box
    plan = CropPlan(
        Crop(x, y, w, h, degrees),
        head_share=(place.chin - place.crown) / h,
        gap_share=(place.crown - y) / h,
        off_centre=(place.middle - x - w / 2) / w,
        fits=False,
        large_enough=w >= geometry.least[0] and h >= geometry.least[1],
    )
    return plan if _misfit(plan, geometry) > 1.0 + 1e-9 else _fitting(plan)


def _fitting(plan: CropPlan) -> CropPlan:
    shares = (plan.head_share, plan.gap_share, plan.off_centre)
    return CropPlan(plan.crop, *shares, fits=True, large_enough=plan.large_enough)


def _misfit(plan: CropPlan, geometry: Geometry) -> float:
    offs = (_off(np.array(plan.head_share), geometry.head), _off(np.array(plan.gap_share), geometry.gap))
    return max(*(float(off) for off in offs), abs(plan.off_centre) / geometry.centre)
