"""Undoing a known blur module by module, and measuring the blur once most modules are known."""

from collections.abc import Callable
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.qr_flat import FINE, Flat, Kernel, Mask, blurred, enlarged
from camera.qr_grid import Grid

_STEPS, _STEPS_IN_GLARE = 50, 16
_NEIGHBOURS = 7
"""Modules to each side whose blur may reach a module."""
_REACH, _PITCH = 3, FINE // 2
"""The measured blur is a sum of small hats: so many to each side, so many samples apart."""
_WIDTH = _REACH * _PITCH + FINE + 1
_TRUST_IN_GUESS = 0.02


def modules_of(flat: Flat, kernel: Kernel, known: Grid, smoothing: float, weights: Flat | None = None) -> Grid:
    """Every module from light (-1) to dark (+1) by bounded least squares; what else its own samples say is added back.

    ``flat`` is the picture in even light, ``known`` holds 0 where a module is to be found, ``weights`` are 0 where the
    picture says nothing (glare).
    """
    if weights is None:
        return _solved_evenly(flat, kernel, known, smoothing)
    return _solved_in_glare(flat, kernel, known, smoothing, weights)


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


def _solved_evenly(flat: Flat, kernel: Kernel, known: Grid, smoothing: float) -> Grid:
    """All in modules: the picture seen through the blur once more, and how much each module sees of its neighbours."""
    seen = _by_module(blurred(flat, _turned(kernel)))
    shared = _shared(kernel)
    own = float(shared[_NEIGHBOURS, _NEIGHBOURS])

    def pull(modules: Grid) -> Grid:
        return np.asarray(cv2.filter2D(modules, -1, shared, borderType=cv2.BORDER_REPLICATE) - seen, np.float32)

    best = _bounded(pull, known, smoothing * own, float(np.abs(shared).sum()), (known, _STEPS))
    return np.asarray(best - pull(best) / own, np.float32)


def _solved_in_glare(flat: Flat, kernel: Kernel, known: Grid, smoothing: float, weights: Flat) -> Grid:
    start = np.clip(_solved_evenly(flat, kernel, known, smoothing), -1, 1)
    back = _turned(kernel)
    shared = _shared(kernel)
    own = float(shared[_NEIGHBOURS, _NEIGHBOURS])

    def pull(modules: Grid) -> Grid:
        return _by_module(blurred(weights * (blurred(enlarged(modules), kernel) - flat), back))

    best = _bounded(pull, known, smoothing * own, float(np.abs(shared).sum()), (start, _STEPS_IN_GLARE))
    trust = _by_module(blurred(weights, np.abs(back))) / FINE**2
    return np.asarray(best * trust - pull(best) / own, np.float32)


def _bounded(
    pull: Callable[[Grid], Grid], known: Grid, smoothing: float, steepest: float, way: tuple[Grid, int]
) -> Grid:
    """Nesterov's accelerated descent within -1 and 1, what is known held fast; ``way`` is where from and how far."""
    fixed = known != 0
    start, steps = way
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
