"""The head cut out upright at one fixed scale, so that every measure looks at the same pixels once."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.landmarks import Mesh
from camera.regions import CHIN, FACE_OVAL, LEFT_IRIS, RIGHT_IRIS, Mask, Points, polygon
from camera.segment import Probability
from camera.types import Image

SIDE = 512
UNIT = 132.0
"""Chip pixels from the middle of the eyes to the chin; the yardstick of every measure."""
EYE_X, EYE_Y = SIDE / 2, 0.53 * SIDE
"""Where the middle of the eyes lies in the chip: hair above, shoulders below."""
CLOSE_UNIT = 264.0
"""The same yardstick in the close picture, at most: twice the chip's, since the chip is too small to show a slight blur
of a large photo; a smaller face is looked at in its own pixels, so that none are made up."""


@dataclass(frozen=True)
class CloseView:
    """The face alone (BGR, any shape), not turned, with its mesh; ``unit``: its pixels from the eyes to the chin."""

    image: Image
    points: Points
    unit: float


@dataclass(frozen=True)
class FaceView:
    """The upright chip (512 x 512 BGR) with its mesh; ``scale`` is chip pixels per source pixel.

    ``inside`` is 255 where the chip shows source pixels and 0 where it lies beyond the picture's edge.
    ``person`` is the 256 x 256 segmentation of the chip, or None until it was made.
    """

    image: Image
    mesh: Mesh
    points: Points
    inside: Mask
    matrix: NDArray[np.float64]
    scale: float
    source: Image
    person: Probability | None = None

    @cached_property
    def close(self) -> CloseView | None:
        """The face in the picture's own pixels, made smaller where it is larger than CLOSE_UNIT; None outside it."""
        return _close_view(self.source, self.mesh.points[:, :2], UNIT / self.scale)

    @cached_property
    def half(self) -> Image:
        """The chip at half size (256 x 256 BGR)."""
        half = cv2.resize(self.image, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA)
        return half.astype(np.uint8, copy=False)

    @cached_property
    def half_grey(self) -> NDArray[np.uint8]:
        """Luma of the chip at half size."""
        return cv2.cvtColor(self.half, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)

    @cached_property
    def _regions(self) -> dict[tuple[bool, tuple[int, ...]], Mask]:
        return {}

    @cached_property
    def lab(self) -> NDArray[np.float32]:
        """CIE L*a*b* of the chip at half size (256 x 256): L 0–100, a and b around 0."""
        scaled = self.half.astype(np.float32) / np.float32(255)
        return cv2.cvtColor(scaled, cv2.COLOR_BGR2LAB).astype(np.float32, copy=False)

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """Luma of the chip, 8 bit."""
        return cv2.cvtColor(self.image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)

    @cached_property
    def half_points(self) -> Points:
        """The mesh in pixels of the half-size pictures (``lab``, ``person``)."""
        return (self.points / 2).astype(np.float32)

    def region(self, indices: tuple[int, ...]) -> Mask:
        """Mask of a mesh polygon on the full chip."""
        return self._region(indices, half=False)

    def half_region(self, indices: tuple[int, ...]) -> Mask:
        """Mask of a mesh polygon on the half-size pictures."""
        return self._region(indices, half=True)

    def _region(self, indices: tuple[int, ...], *, half: bool) -> Mask:
        if (half, indices) not in self._regions:
            points, side = (self.half_points, SIDE // 2) if half else (self.points, SIDE)
            mask = polygon(points, indices, (side, side))
            mask.flags.writeable = False  # shared between measures
            self._regions[half, indices] = mask
        return self._regions[half, indices]

    def with_person(self, person: Probability | None) -> "FaceView":
        """The same view with its segmentation."""
        return replace(self, person=person)

    def to_source(self, x: float, y: float) -> tuple[float, float]:
        """A chip position in source pixels."""
        back = cv2.invertAffineTransform(self.matrix)
        found = back[:, :2] @ np.array([x, y]) + back[:, 2]
        return float(found[0]), float(found[1])


def view_of(image: Image, mesh: Mesh) -> FaceView | None:
    """Cut the chip out of the picture by its mesh; None when the mesh is degenerate."""
    left, right = mesh.points[LEFT_IRIS, :2], mesh.points[RIGHT_IRIS, :2]
    middle = ((left + right) / 2).astype(np.float32)
    axis = mesh.points[CHIN, :2] - middle
    unit = float(np.hypot(*axis))
    roll = float(np.arctan2(right[1] - left[1], right[0] - left[0]))
    if not np.isfinite(unit) or unit < 4:
        return None
    source, shrunk = _shrunk(image, UNIT / unit)
    matrix = _upright(middle, roll, UNIT / unit)
    chip = cv2.warpAffine(
        source, _after(matrix, shrunk), (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    points = (mesh.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    return FaceView(chip.astype(np.uint8, copy=False), mesh, points, _inside(image, matrix), matrix, UNIT / unit, image)


def _close_view(image: Image, points: Points, unit: float) -> CloseView | None:
    oval, margin = points[list(FACE_OVAL)], 0.1 * unit
    height, width = image.shape[:2]
    low = np.clip(np.floor(oval.min(axis=0) - margin), 0, (width, height)).astype(int)
    high = np.clip(np.ceil(oval.max(axis=0) + margin), 0, (width, height)).astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    scale = min(1.0, CLOSE_UNIT / unit)
    if min(part.shape[:2]) * scale < 8:
        return None
    if scale < 1:
        size = (round(part.shape[1] * scale), round(part.shape[0] * scale))
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    moved = ((points - low + 0.5) * scale - 0.5).astype(np.float32)
    return CloseView(part, moved, unit * scale)


def _upright(middle: Points, roll: float, scale: float) -> NDArray[np.float64]:
    cos, sin = scale * np.cos(roll), scale * np.sin(roll)
    x, y = float(middle[0]), float(middle[1])
    return np.array([[cos, sin, EYE_X - cos * x - sin * y], [-sin, cos, EYE_Y + sin * x - cos * y]])


def _shrunk(image: Image, scale: float) -> tuple[Image, float]:
    """The picture made smaller by a whole factor before warping, so that fine detail does not alias."""
    factor = int(1 / scale) if scale < 0.5 else 1
    if factor == 1:
        return image, 1.0
    height, width = image.shape[:2]
    size = (max(1, width // factor), max(1, height // factor))
    small = cv2.resize(image[: size[1] * factor, : size[0] * factor], size, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False), 1 / factor


def _after(matrix: NDArray[np.float64], shrunk: float) -> NDArray[np.float64]:
    """The same map for a picture already shrunk about its corner (pixel centres kept)."""
    moved = matrix.copy()
    moved[:, :2] /= shrunk
    moved[:, 2] += matrix[:, :2].sum(axis=1) * (0.5 / shrunk - 0.5)
    return moved


def _inside(image: Image, matrix: NDArray[np.float64]) -> Mask:
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    mapped = corners @ matrix[:, :2].T + matrix[:, 2]
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(mask, np.clip(np.round(mapped), -30000, 30000).astype(np.int32), 255)
    return mask
