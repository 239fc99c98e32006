"""Where a QR that no reader locates may lie: three blurred finders at a right angle, then all its known patterns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.qr_grid import SIDES, Grey, Grid, fitted, likeness, rings, sampled
from camera.types import Box, Point

LEAST_FIT = 0.3
"""Correlation of the known patterns below which there is no use in going on."""
Vector = NDArray[np.float64]
Peak = tuple[float, Vector]

_PITCHES = (0.72, 0.85, 1.0, 1.15)
"""Module sizes tried, as shares of the size the patch would have with 33 modules a side."""
_LEAST_PITCH = 1.1
_LEAST_LIKENESS = 0.25
_MOST_FINDERS = 7
_MOST_TRIPLES = 5
_FITS_TRIED = 8
_MARGIN = 0.45
_SMALL_PLACE = 90


@dataclass(frozen=True, slots=True)
class Pose:
    """A QR's modules a side and its corners in the picture (4 x 2, clockwise from its own top left); ``fit`` to 1."""

    fit: float
    side: int
    corners: Grid


@dataclass(frozen=True, slots=True)
class _Triple:
    """The middle of the top left finder pattern, and the ways from it to the two others."""

    worth: float
    start: Vector
    across: Vector
    down: Vector

    def corners(self, side: int) -> Grid:
        """Where the corners of a symbol with this many modules would be, seen without perspective."""
        across, down = self.across / (side - 7), self.down / (side - 7)
        first = self.start - 3.5 * (across + down)
        four = [first, first + side * across, first + side * (across + down), first + side * down]
        return np.array(four, np.float32)

    def is_near(self, other: "_Triple") -> bool:
        """Whether both say the same to a few pixels."""
        mine, others = (np.concatenate([each.start, each.across, each.down]) for each in (self, other))
        return bool(np.abs(mine - others).max() < 7)


def poses_in(grey: Grey, place: Box) -> list[Pose]:
    """The likely poses of a QR in ``place``, best first."""
    return _best_fits(grey, [(side, each.corners(side)) for each in _triples_in(grey, place) for side in SIDES])


def poses_near(grey: Grey, corners: tuple[Point, Point, Point, Point]) -> list[Pose]:
    """The likely poses of a QR that was located with about these corners, best first."""
    return _best_fits(grey, [(side, np.array(corners, np.float32)) for side in SIDES])


def _best_fits(grey: Grey, starts: Iterable[tuple[int, Grid]]) -> list[Pose]:
    calm = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.7), np.uint8)
    likeliest = sorted(starts, key=lambda start: -likeness(sampled(calm, start[1], start[0])))
    poses = []
    for side, start in likeliest[:_FITS_TRIED]:
        fit, corners, _ = fitted(calm, start, side)
        poses.append(Pose(fit, side, corners))
    return sorted((pose for pose in poses if pose.fit >= LEAST_FIT), key=lambda pose: -pose.fit)


def _triples_in(grey: Grey, place: Box) -> list[_Triple]:
    """The best triples of finder patterns, in pixels of the whole picture."""
    margin = _MARGIN * max(place.width, place.height)
    left, top = max(0, int(place.x - margin)), max(0, int(place.y - margin))
    crop = grey[top : int(place.y + place.height + margin), left : int(place.x + place.width + margin)]
    zoom = 2 if place.width <= _SMALL_PLACE else 1
    large = cv2.resize(crop, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    pitch = zoom * float(np.sqrt(place.width * place.height)) / SIDES[0]
    found = (each for share in _PITCHES for each in _triples(_finders(large, share * pitch), share * pitch))
    best: list[_Triple] = []
    for triple in sorted(found, key=lambda each: -each.worth):
        if len(best) < _MOST_TRIPLES and not any(triple.is_near(other) for other in best):
            best.append(triple)
    offset = (zoom - 1) / 2  # a pixel's middle, not its edge, is where its coordinates point
    corner = np.array([left, top], float)
    return [
        _Triple(each.worth, (each.start - offset) / zoom + corner, each.across / zoom, each.down / zoom)
        for each in best
    ]


def _finders(picture: Grid, pitch: float) -> list[Peak]:
    """The places that look most like a finder pattern of this module size."""
    template = _blurred_finder(round(pitch, 1))
    if pitch < _LEAST_PITCH or min(picture.shape) < len(template) + 4:
        return []
    alike = cv2.matchTemplate(picture, template, cv2.TM_CCOEFF_NORMED)
    away, half = int(4 * pitch), len(template) // 2
    peaks: list[Peak] = []
    for _ in range(_MOST_FINDERS):
        _, best, _, (x, y) = cv2.minMaxLoc(alike)
        if best < _LEAST_LIKENESS:
            break
        peaks.append((best, np.array([x + half, y + half], float)))
        alike[max(0, y - away) : y + away + 1, max(0, x - away) : x + away + 1] = -1
    return peaks


def _triples(peaks: list[Peak], pitch: float) -> Iterator[_Triple]:
    """Three finder patterns at about a right angle, about as far apart as their size demands, clockwise."""
    for (one, start), (two, right), (three, below) in permutations(peaks, 3):
        across, down = right - start, below - start
        long, high = float(np.hypot(*across)), float(np.hypot(*down))
        turned = across[0] * down[1] - across[1] * down[0]
        modules = (long + high) / 2 / pitch
        is_square = turned > 0.9 * long * high and 0.7 < long / high < 1.43
        if is_square and 17 < modules < 40:
            yield _Triple(one + two + three - abs(modules - (SIDES[0] - 7)) / 50, start, across, down)


@cache
def _blurred_finder(pitch: float) -> Grid:
    """A finder pattern with its light rim, blurred and turned to all sides, so that one template serves them all."""
    sharp = -np.kron(rings(4), np.ones((8, 8), np.float32))
    middle = (len(sharp) - 1) / 2
    turned = [
        cv2.warpAffine(sharp, cv2.getRotationMatrix2D((middle, middle), angle, 1), sharp.shape, borderValue=1)
        for angle in range(0, 90, 15)
    ]
    soft = cv2.GaussianBlur(np.mean(turned, axis=0), (0, 0), 4.0)
    size = max(7, round(9 * pitch) | 1)
    return cv2.resize(soft, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
