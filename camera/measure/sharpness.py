"""Sharpness and motion blur, by comparing fine with coarse detail so that contrast and skin tone cancel out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.regions import LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE, polygon
from camera.view import CloseView, FaceView

FINE, COARSE = 0.8, 2.0
"""Blur (pixels of the close picture) of the two scales compared."""
ANGLES = 8
SMEARED, MOST_SMEARED = 0.5, 0.06
"""What being less sharp in one direction than over all counts on top of that; at most MOST_SMEARED, since strands of
hair over the brows are sharper in one direction than the other too."""
AROUND = 0.05
"""How far beyond eyes, brows and mouth detail is looked for, of the distance from the eyes to the chin."""
MARGIN = 8
"""Pixels kept around the detail so that blurring has something to draw on."""


def _detail_mask(close: CloseView) -> NDArray[np.bool_]:
    """Around eyes, brows and mouth, where a sharp face always has edges."""
    size = (close.image.shape[0], close.image.shape[1])
    mask = np.zeros(size, np.uint8)
    for part in (LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE):
        mask |= polygon(close.points, part, size)
    side = 2 * max(1, round(AROUND * close.unit)) + 1
    return np.asarray(cv2.dilate(mask, np.ones((side, side), np.uint8)) > 0)


def _structure(grey: NDArray[np.float32], sigma: float, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean gradient structure tensor (2, 2) at one scale."""
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma)
    x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)[where]
    y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)[where]
    return np.array([[np.mean(x * x), np.mean(x * y)], [np.mean(x * y), np.mean(y * y)]], np.float64)


def detail(view: FaceView) -> tuple[float, float] | None:
    """Fine over coarse gradient, 1 (blurred) to about 1.8: over all directions, and in the least sharp direction."""
    close = view.close
    where = _detail_mask(close) if close else None
    if close is None or where is None or not where.any():
        return None
    x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
    part = slice(max(0, y - MARGIN), y + height + MARGIN), slice(max(0, x - MARGIN), x + width + MARGIN)
    grey, where = cv2.cvtColor(close.image[part], cv2.COLOR_BGR2GRAY).astype(np.float32), where[part]
    fine, coarse = _structure(grey, FINE, where), _structure(grey, COARSE, where)
    turns = np.arange(ANGLES) * np.pi / ANGLES
    ways = np.column_stack([np.cos(turns), np.sin(turns)])
    over = np.einsum("ij,jk,ik->i", ways, fine, ways)
    under = np.einsum("ij,jk,ik->i", ways, coarse, ways)
    ratio = np.sqrt(over / np.maximum(under, 1e-3))
    overall, worst = float(np.sqrt(np.trace(fine) / max(np.trace(coarse), 1e-3))), float(ratio.min())
    return overall, worst - min(MOST_SMEARED, SMEARED * max(0.0, overall - worst))
