"""Reading a QR whose modules run together: model how the camera saw it, then solve for the modules.

The symbol is laid flat. Its known patterns tell the blur (defocus, motion, the camera's own softening and sharpening)
and the light on it (slope and glare); a bounded least-squares solution gives every module between light and dark, with
doubt where the picture says little. What was solved refines blur, light and pose, and is solved again. Only a symbol
that error correction repairs as a whole is read (``camera/qr_words.py``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.qr_flat import (
    BORDER,
    Flat,
    Kernel,
    blurred,
    enlarged,
    gaussian,
    lay_flat,
    light_on,
    moved_corners,
    saturated,
)
from camera.qr_grid import Grey, Grid, known_pattern, texts_of
from camera.qr_pose import Pose
from camera.qr_solve import blur_of, modules_of
from camera.qr_words import repaired_symbol

ROUNDS = 6
LEAST_TRUST = 0.15
"""Modules of which the picture tells less than this say nothing of light, blur and pose."""
LEAST_EXPLAINED = 0.3
"""The share of the known patterns' variance that the model must explain before anything is solved."""
_SIGMAS = (0.35, 0.5, 0.7, 0.95)
_STRETCHES = ((1.6, 0.8), (1.3, 0.7))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of every QR of one size, with its quiet zone: by module, and laid flat."""

    modules: Grid
    fine: Flat
    inside: NDArray[np.bool_]


def read_clear(grey: Grey, pose: Pose, may_go_on: Callable[[], bool] = lambda: True) -> list[str]:
    """Texts of the QR in this pose, or nothing."""
    known = _known(pose.side)
    kernel, corners = _first_guess(grey, pose, known)
    if kernel is None:
        return []
    flat = lay_flat(grey, corners, pose.side)
    seen, mask, degree = blurred(known.fine, kernel), known.inside, 2
    for _ in range(ROUNDS):
        if not may_go_on():
            break
        even = light_on(flat, seen, mask, degree).taken_off(flat)
        solution = modules_of(even, kernel, known.modules, saturated(flat))
        texts = _read(solution.bounded) or _read(solution.settled)
        if texts:
            return texts
        guess = np.where(known.modules != 0, known.modules, np.tanh(2 * solution.bounded)).astype(np.float32)
        seen, mask, degree = blurred(enlarged(guess), kernel), enlarged(solution.trust) > LEAST_TRUST, 3
        corners = moved_corners(grey, corners, pose.side, seen, mask, (2, degree))
        flat = lay_flat(grey, corners, pose.side)
        even = light_on(flat, seen, mask, degree).taken_off(flat)
        kernel = blur_of(even, guess, mask & ~saturated(flat), kernel)
        seen = blurred(enlarged(guess), kernel)
    return []


def _read(soft: Grid) -> list[str]:
    symbol = repaired_symbol(np.ascontiguousarray(soft[BORDER:-BORDER, BORDER:-BORDER]))
    return [] if symbol is None else texts_of(np.where(symbol, 0, 255).astype(np.uint8))


def _first_guess(grey: Grey, pose: Pose, known: _Known) -> tuple[Kernel | None, Grid]:
    """Blur and pose by the known patterns alone; no blur where they explain too little of the picture."""
    _, kernel = _likely_blur(lay_flat(grey, pose.corners, pose.side), known)
    corners = moved_corners(grey, pose.corners, pose.side, blurred(known.fine, kernel), known.inside, (4, 2))
    explained, kernel = _likely_blur(lay_flat(grey, corners, pose.side), known)
    return (kernel if explained >= LEAST_EXPLAINED else None), corners


def _likely_blur(flat: Flat, known: _Known) -> tuple[float, Kernel]:
    """The Gaussian, round or drawn out to one side, that explains the known patterns best, and how well it does."""

    rounds = 3 if saturated(flat).any() else 1

    def explained(kernel: Kernel) -> float:
        seen = blurred(known.fine, kernel)
        return light_on(flat, seen, known.inside, rounds=rounds).explained(flat, seen, known.inside)

    best, sigma = max((explained(gaussian(each, each, 0.0)), each) for each in _SIGMAS)
    kernel = gaussian(sigma, sigma, 0.0)
    for angle in np.arange(4) * np.pi / 4:
        for along, across in _STRETCHES:
            drawn_out = gaussian(sigma * along, sigma * across, float(angle))
            if (better := explained(drawn_out)) > best:
                best, kernel = better, drawn_out
    return best, kernel


@cache
def _known(side: int) -> _Known:
    modules = np.full((side + 2 * BORDER,) * 2, -1, np.float32)
    modules[BORDER:-BORDER, BORDER:-BORDER] = known_pattern(side)
    is_known = enlarged((modules != 0).astype(np.float32))
    inside = cv2.erode(is_known, np.ones((3, 3), np.uint8)) > 0
    return _Known(modules, enlarged(modules), inside)
