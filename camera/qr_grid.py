"""A last look at a QR that was located and not decoded: fit its grid by the patterns every QR has, then undo the blur.

zxing-cpp takes one pixel a module against a threshold of its neighbourhood; where defocus runs modules together that
fails. Here the grid is fitted first (finders, timing lines, alignment pattern), and each module is then judged after
its neighbours' share is taken out. The bits go back to zxing-cpp, whose error correction decides.
"""

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from camera.types import Point

SIDES = (33, 29, 37, 41)
"""Modules a side that are tried: versions 4, 3, 5 and 6, which hold a URL with 23 digits."""
BEST_FIT = 0.45
"""Correlation with the known patterns below which there is no grid to read."""

_NUDGES = (0.7, 0.35, 0.15)
_SHARPENING = (1.0, 3.0, 0.0, 6.0)
Grey = NDArray[np.uint8]
Grid = NDArray[np.float32]
_ROUND = ((1, 0), (-1, 0), (0, 1), (0, -1))


def read_grid(grey: Grey, corners: tuple[Point, Point, Point, Point]) -> list[str]:
    """Texts of the QR with about these corners (clockwise from its own top left), or nothing."""
    start = np.array(corners, dtype=np.float32)
    fits = [fitted(grey, start, side) for side in SIDES]
    best, _, grid = max(fits, key=lambda fit: fit[0])
    return _decoded(grid) if best >= BEST_FIT else []


def fitted(grey: Grey, start: Grid, side: int) -> tuple[float, Grid, Grid]:
    """Likeness, corners and module brightness of the best grid near ``start``, by moving one corner at a time."""
    corners, grid = start, sampled(grey, start, side)
    best = likeness(grid)
    module = float(np.linalg.norm(start[1] - start[0])) / side
    for nudge in _NUDGES:
        for _ in range(2):
            for moved in _moves(corners, nudge * module):
                candidate = sampled(grey, moved, side)
                if (better := likeness(candidate)) > best:
                    best, corners, grid = better, moved, candidate
    return best, corners, grid


def _moves(corners: Grid, step: float) -> Iterator[Grid]:
    for index in range(4):
        for across, down in _ROUND:
            moved = corners.copy()
            moved[index] += (across * step, down * step)
            yield moved


def sampled(grey: Grey, corners: Grid, side: int) -> Grid:
    """The brightness at the middle of each module."""
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(square, corners)
    middles = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(
        grey, matrix @ middles, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)


def likeness(grid: Grid) -> float:
    """How well the known patterns stand out, -1 to 1."""
    pattern = known_pattern(len(grid))
    known = pattern != 0
    seen = (cv2.blur(grid, (9, 9)) - grid)[known]
    spread = float(seen.std())
    return 0.0 if spread < 1 else float(np.corrcoef(seen, pattern[known])[0, 1])


@cache
def known_pattern(side: int) -> Grid:
    """Dark (1), light (-1) and unknown (0) modules of every QR of this size (versions 2 to 6)."""
    pattern = np.zeros((side, side), np.float32)
    line = np.where(np.arange(side) % 2 == 0, 1, -1)
    pattern[6, 8:-8] = pattern[8:-8, 6] = line[8:-8]
    finder = rings(4)
    pattern[:8, :8], pattern[:8, -8:], pattern[-8:, :8] = finder[1:, 1:], finder[1:, :-1], finder[:-1, 1:]
    pattern[-9:-4, -9:-4] = rings(2)
    return pattern


def rings(radius: int) -> Grid:
    """Square rings around a dark middle as in a finder (radius 4, with its light rim) or an alignment pattern (2)."""
    away = np.abs(np.arange(-radius, radius + 1))
    distance = np.maximum(away[:, None], away[None, :])
    dark = {4: (0, 1, 3), 2: (0, 2)}[radius]
    return np.where(np.isin(distance, dark), 1, -1).astype(np.float32)


def _decoded(grid: Grid) -> list[str]:
    for strength in _SHARPENING:
        clear = grid + strength * (grid - cv2.GaussianBlur(grid, (0, 0), 0.8))
        bits = np.where(clear < cv2.blur(grid, (11, 11)), 0, 255).astype(np.uint8)
        known = known_pattern(len(grid))
        bits[known > 0], bits[known < 0] = 0, 255
        texts = texts_of(bits)
        if texts:
            return texts
    return []


def texts_of(bits: Grey) -> list[str]:
    """What zxing-cpp reads in a symbol given as one value a module, 0 dark and 255 light."""
    page = cv2.copyMakeBorder(np.kron(bits, np.ones((4, 4), np.uint8)), 16, 16, 16, 16, 0, value=255)
    codes = zxingcpp.read_barcodes(
        page,
        formats=zxingcpp.barcode_formats_from_str("QRCode"),
        try_invert=False,
        is_pure=True,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [code.text for code in codes if code.valid and code.text]
