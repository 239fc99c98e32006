"""A symbol laid flat: the picture resampled to ``FINE`` samples a module, the light on it, and its pose made finer.

Dark is +1 and light is -1 in all models; a flat picture has ``BORDER`` modules of quiet zone on every side.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.qr_grid import Grey, Grid

FINE = 4
"""Samples along a module."""
BORDER = 3
"""Modules of the quiet zone that are looked at on each side."""
Flat = NDArray[np.float32]
Kernel = NDArray[np.float32]
Mask = NDArray[np.bool_]

_MOST_SAMPLES = 4000
_LEAST_CONTRAST = -4.0
_LARGEST_STEP = 0.6
_SATURATED = 252
_FEWEST_SAMPLES = 200
_CONTENT = 0.15
"""How much a saturated sample that the model is brighter than still holds the light where it is."""


@dataclass(frozen=True, slots=True)
class Light:
    """Brightness as ``contrast`` (negative) times the model plus ``offset``, smooth surfaces; and the noise."""

    contrast: Flat
    offset: Flat
    spread: float

    def taken_off(self, flat: Flat) -> Flat:
        """The picture as it would be in even light: about +1 where dark, -1 where light."""
        return np.clip((flat - self.offset) / np.minimum(self.contrast, _LEAST_CONTRAST), -2.5, 2.5).astype(np.float32)

    def shown(self, seen: Flat) -> Flat:
        """The model ``seen`` in this light, brighter than any picture where it is too bright."""
        return self.contrast * seen + self.offset

    def explained(self, flat: Flat, seen: Flat, mask: Mask) -> float:
        """The share of the picture's variance that model and light together explain, 0 where contrast is reversed."""
        tells = mask & ~_as_bright_as_can_be(flat, self.shown(seen))
        if tells.sum() < _FEWEST_SAMPLES:
            return 0.0
        signal = (self.contrast * seen)[tells]
        left = (flat - self.offset)[tells] - signal
        total = float(signal.var() + left.var())
        return 1 - float(left.var()) / total if total > 0 and np.median(self.contrast[tells]) < 0 else 0.0


def saturated(flat: Flat) -> Mask:
    """Where the picture is as bright as it can be, so that the scene may be brighter still."""
    return flat >= _SATURATED


def _as_bright_as_can_be(flat: Flat, model: Flat) -> Mask:
    """Where the model asks for more brightness than a picture can show, and the picture shows all it can."""
    return saturated(flat) & (model > flat)


def lay_flat(grey: Grey, corners: Grid, side: int) -> Flat:
    """The symbol with these corners, resampled; beyond the picture its edge goes on."""
    size = (side + 2 * BORDER) * FINE
    middle = 0.5 / FINE - BORDER
    to_modules = np.array([[1 / FINE, 0, middle], [0, 1 / FINE, middle], [0, 0, 1]])
    matrix = _to_picture(corners, side) @ to_modules
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(grey, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )


def enlarged(modules: Grid) -> Flat:
    """Every module as a square of samples."""
    return np.kron(modules, np.ones((FINE, FINE), np.float32)).astype(np.float32)


def blurred(flat: Flat, kernel: Kernel) -> Flat:
    """A flat model as a camera with this blur sees it."""
    return np.asarray(cv2.filter2D(flat, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def gaussian(along: float, across: float, angle: float) -> Kernel:
    """A Gaussian blur with these two sigmas in modules, its first axis turned by ``angle`` radians."""
    reach = max(2, int(np.ceil(3 * max(along, across) * FINE)))
    places = np.arange(-reach, reach + 1) / FINE
    x, y = np.meshgrid(places, places)
    first, second = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    values = np.exp(-0.5 * ((first / along) ** 2 + (second / across) ** 2))
    return np.asarray(values / values.sum(), np.float32)


def light_on(flat: Flat, seen: Flat, mask: Mask, degree: int = 2, rounds: int = 5) -> Light:
    """The light that makes the model ``seen`` most like the picture over ``mask``; outliers count little.

    Saturated samples ask only that the model be at least as bright. ``degree`` is that of the offset's surface.
    """
    offsets, contrasts = _surfaces(len(flat), degree), _surfaces(len(flat), 1)
    at = _some_of(mask)
    columns = np.hstack([offsets[at], contrasts[at] * seen.ravel()[at, None]])
    found = flat.ravel()[at]
    wanted, weight, spread = found, np.ones(len(at), np.float32), 1.0
    shares = np.zeros(columns.shape[1], np.float32)
    for _ in range(rounds):
        weighed = columns * weight[:, None]
        shares = _solved(weighed.T @ weighed, weighed.T @ (wanted * weight))
        model = columns @ shares
        content = _as_bright_as_can_be(found, model)
        wanted = np.where(content, model, found)
        left = wanted - model
        spread = _spread(left[~content])
        weight = np.where(content, _CONTENT, 1 / np.sqrt(1 + (left / (2 * spread)) ** 2)).astype(np.float32)
    split = offsets.shape[1]
    offset, contrast = offsets @ shares[:split], contrasts @ shares[split:]
    return Light(contrast.reshape(flat.shape), offset.reshape(flat.shape), spread)


def _spread(left: Flat) -> float:
    return 1.48 * float(np.median(np.abs(left))) + 1e-3 if left.size else 1.0


def moved_corners(grey: Grey, corners: Grid, side: int, seen: Flat, mask: Mask, way: tuple[int, int]) -> Grid:
    """The corners moved, by Gauss and Newton, to where the picture is most like the model ``seen``.

    ``way`` is how many steps, and the degree of the light's offset.
    """
    steps, degree = way
    at = _some_of(mask)
    shares = _corner_shares(side)[:, at]
    for _ in range(steps):
        flat = lay_flat(grey, corners, side)
        light = light_on(flat, seen, mask, degree, rounds=3)
        model = light.shown(seen)
        left = (model - flat).ravel()[at]
        slopes = [cv2.Sobel(model, cv2.CV_32F, *axis, scale=FINE / 8).ravel()[at] for axis in ((1, 0), (0, 1))]
        columns = np.vstack([share * slope for slope in slopes for share in shares])
        weight = 1 / np.sqrt(1 + (left / (2.5 * light.spread)) ** 2)
        weight[_as_bright_as_can_be(flat, model).ravel()[at]] = 0
        columns, left = columns * weight, left * weight
        step = np.clip(_solved(columns @ columns.T, columns @ left).reshape(2, 4).T, -_LARGEST_STEP, _LARGEST_STEP)
        moved = (_square(side) + step)[None].astype(np.float64)
        corners = cv2.perspectiveTransform(moved, _to_picture(corners, side))[0].astype(np.float32)
        if np.abs(step).max() < 0.02:
            break
    return corners


def _solved(matrix: Flat, values: Flat) -> Flat:
    """The least-squares solution of normal equations, held back a little where they say nothing."""
    held = 1e-4 * float(np.trace(matrix)) / len(matrix) + 1e-6
    return np.linalg.solve(matrix + held * np.eye(len(matrix)), values).astype(np.float32)


def _some_of(mask: Mask) -> NDArray[np.intp]:
    at = np.flatnonzero(mask)
    return at[:: max(1, len(at) // _MOST_SAMPLES)]


def _square(side: int) -> Grid:
    return np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)


def _to_picture(corners: Grid, side: int) -> NDArray[np.float64]:
    return np.asarray(cv2.getPerspectiveTransform(_square(side), corners.astype(np.float32)), np.float64)


@cache
def _surfaces(size: int, degree: int) -> Flat:
    """The polynomials in two variables up to ``degree``, one column each."""
    x, y = np.meshgrid(*[np.linspace(-1, 1, size)] * 2)
    columns = [(x**i * y**j).ravel() for i in range(degree + 1) for j in range(degree + 1 - i)]
    return np.stack(columns, 1).astype(np.float32)


@cache
def _corner_shares(side: int) -> Flat:
    """How far each sample goes along with each of the four corners."""
    places = ((np.arange((side + 2 * BORDER) * FINE) + 0.5) / FINE - BORDER) / side
    x, y = (each.ravel() for each in np.meshgrid(places, places))
    return np.stack([(1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y]).astype(np.float32)
