"""Undoing a known blur module by module, and measuring the blur once most modules are known."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.qr_flat import FINE, Flat, Kernel, Mask, blurred, enlarged
from camera.qr_grid import Grid
from camera.qr_settle import settled

SMOOTHING = 0.01
"""How much a module's doubt is preferred to an answer that the picture barely supports."""
_STEPS, _STEPS_AGAIN = 50, 16
_TIMES_IN_GLARE, _TIMES_SETTLED = 4, 3
_BRIGHT_SHARE = 0.01
"""Share of samples too bright to tell from which on they are minded."""
_NEIGHBOURS = 7
"""Modules to each side whose blur may reach a module."""
_REACH, _PITCH = 3, FINE // 2
"""The measured blur is a sum of small hats: so many to each side, so many samples apart."""
_WIDTH = _REACH * _PITCH + FINE + 1
_TRUST_IN_GUESS = 0.02


@dataclass(frozen=True, slots=True)
class Solution:
    """Each module, +1 surely dark to -1 surely light: solved between bounds, and settled to dark or light.

    ``trust`` is what share of the picture's word each module has: little where glare hides dark and light alike.
    """

    bounded: Grid
    settled: Grid
    trust: Grid


def modules_of(flat: Flat, kernel: Kernel, known: Grid, too_bright: Mask) -> Solution:
    """The modules that make the picture through this blur.

    ``flat`` is the picture in even light, ``known`` holds 0 where a module is to be found. Samples ``too_bright`` to
    tell how bright the scene was ask only that the model be at least as bright.
    """
    view = _View(flat, kernel, too_bright)
    best = view.solved_between_bounds(known)
    signs = np.where(known != 0, known, np.where(best > 0, 1, -1)).astype(np.float32)
    sure = settled(signs, view.slope_at(signs), view.shared, known)
    for _ in range(_TIMES_SETTLED - 1 if view.is_bright else 0):
        before, signs = signs, np.where(sure > 0, 1, -1).astype(np.float32)
        if np.array_equal(before, signs):
            break
        sure = settled(signs, view.slope_at(signs), view.shared, known)
    trust = view.trust()
    bounded = best - view.slope_at(best) / view.own
    return Solution(np.asarray(bounded * trust, np.float32), np.asarray(sure * trust, np.float32), trust)


class _View:
    """One picture through one blur, all in modules: what the picture says of each, and what neighbours share."""

    def __init__(self, flat: Flat, kernel: Kernel, too_bright: Mask) -> None:
        self._flat, self._kernel, self._too_bright = flat, kernel, too_bright
        self.is_bright = bool(too_bright.mean() > _BRIGHT_SHARE)
        self.shared = _shared(kernel)
        self.own = float(self.shared[_NEIGHBOURS, _NEIGHBOURS])
        self._said = self._by_module_seen(flat)

    def solved_between_bounds(self, known: Grid) -> Grid:
        """Bounded least squares; in glare again and again, each time content where the model is bright enough."""
        best = _bounded(self._slope, known, self._stiffness(), (known, _STEPS))
        for _ in range(_TIMES_IN_GLARE - 1 if self.is_bright else 0):
            self._be_content_with(best)
            best = _bounded(self._slope, known, self._stiffness(), (best, _STEPS_AGAIN))
        return best

    def slope_at(self, modules: Grid) -> Grid:
        """How the picture pulls at each of these modules."""
        if self.is_bright:
            self._be_content_with(modules)
        return self._slope(modules)

    def trust(self) -> Grid:
        """How much of the way from dark to light could be seen at each module, squared: 1 unless it was too bright."""
        if not self.is_bright:
            return np.ones_like(self._said)
        gap = (1 - np.clip(self._flat, -1, 1)) / 2
        tells = np.where(self._too_bright, gap * gap, 1).astype(np.float32)
        spread = np.abs(_turned(self._kernel))
        return np.asarray(_by_module(blurred(tells, spread / spread.sum())) / FINE**2, np.float32)

    def _slope(self, modules: Grid) -> Grid:
        through = cv2.filter2D(modules, -1, self.shared, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(through - self._said, np.float32)

    def _stiffness(self) -> tuple[float, float]:
        return SMOOTHING * self.own, float(np.abs(self.shared).sum())

    def _be_content_with(self, modules: Grid) -> None:
        model = blurred(enlarged(np.clip(modules, -1, 1)), self._kernel)
        is_enough = self._too_bright & (model < self._flat)
        self._said = self._by_module_seen(np.where(is_enough, model, self._flat))

    def _by_module_seen(self, flat: Flat) -> Grid:
        return _by_module(blurred(flat, _turned(self._kernel)))


def blur_of(flat: Flat, modules: Grid, mask: Mask, guess: Kernel) -> Kernel:
    """The blur that makes these modules look like the picture, kept near ``guess`` where the picture says little."""
    hat = _hat()
    smooth = cv2.sepFilter2D(enlarged(modules), -1, hat, hat)
    at = np.flatnonzero(mask)[::3]
    columns = np.stack([np.roll(smooth, shift, (0, 1)).ravel()[at] for shift in _shifts()], 1)
    hats, project = _hats(_WIDTH)
    wide = np.pad(guess, max(0, _WIDTH - len(guess) // 2))
    cut = len(wide) // 2 - _WIDTH
    wide = wide[cut : len(wide) - cut, cut : len(wide) - cut]
    start = project @ wide.ravel()
    matrix = columns.T @ columns
    held = _TRUST_IN_GUESS * float(np.trace(matrix)) / len(matrix)
    shares = np.linalg.solve(matrix + held * np.eye(len(matrix)), columns.T @ flat.ravel()[at] + held * start)
    return np.ascontiguousarray((hats @ shares).reshape(wide.shape), np.float32)


def _bounded(pull: Callable[[Grid], Grid], known: Grid, stiffness: tuple[float, float], way: tuple[Grid, int]) -> Grid:
    """Nesterov's accelerated descent within -1 and 1, what is known held fast; ``way`` is where from and how far."""
    fixed = known != 0
    (smoothing, steepest), (start, steps) = stiffness, way
    best = ahead = np.where(fixed, known, start).astype(np.float32)
    speed = 1.0
    for _ in range(steps):
        slope = pull(ahead) + smoothing * ahead
        stepped = np.asarray(np.clip(ahead - slope / (steepest + smoothing), -1, 1), np.float32)
        stepped[fixed] = known[fixed]
        faster = (1 + (1 + 4 * speed * speed) ** 0.5) / 2
        ahead = np.asarray(stepped + (speed - 1) / faster * (stepped - best), np.float32)
        best, speed = stepped, faster
    return best


def _shared(kernel: Kernel) -> Kernel:
    """What one module adds to each neighbour's sum, for two kernels' reach."""
    size = 2 * _NEIGHBOURS + 5
    one = np.zeros((size, size), np.float32)
    one[size // 2, size // 2] = 1
    spread = cv2.filter2D(enlarged(one), -1, kernel, borderType=cv2.BORDER_CONSTANT)
    twice = cv2.filter2D(spread, -1, _turned(kernel), borderType=cv2.BORDER_CONSTANT)
    return _by_module(twice)[2:-2, 2:-2]


def _by_module(flat: NDArray[Any]) -> Grid:
    side = len(flat) // FINE
    return np.ascontiguousarray(flat.reshape(side, FINE, side, FINE).sum((1, 3)))


def _turned(kernel: Kernel) -> Kernel:
    return np.ascontiguousarray(kernel[::-1, ::-1])


def _shifts() -> list[tuple[int, int]]:
    places = [step * _PITCH for step in range(-_REACH, _REACH + 1)]
    return [(down, across) for down in places for across in places]


@cache
def _hat() -> NDArray[np.float32]:
    return cv2.getGaussianKernel(2 * FINE + 1, 0.35 * FINE).astype(np.float32)


@cache
def _hats(reach: int) -> tuple[Flat, Flat]:
    """The hats as columns, and the matrix that says how much of each makes up a kernel of this reach."""
    hat = _hat() @ _hat().T
    columns = []
    for down, across in _shifts():
        place = np.zeros((2 * reach + 1,) * 2, np.float32)
        place[reach + down - FINE : reach + down + FINE + 1, reach + across - FINE : reach + across + FINE + 1] = hat
        columns.append(place.ravel())
    hats = np.stack(columns, 1)
    project = np.linalg.solve(hats.T @ hats + 0.0025 * np.eye(hats.shape[1]), hats.T)
    return hats, project.astype(np.float32)
