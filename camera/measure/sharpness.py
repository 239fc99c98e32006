"""Sharpness and motion blur, by comparing fine with coarse detail so that contrast and skin tone cancel out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.regions import LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE
from camera.view import SIDE, FaceView

FINE, COARSE = 0.6, 1.5
"""Blur (chip pixels) of the two scales compared."""
ANGLES = 8
MARGIN = 8
"""Pixels kept around the detail so that blurring has something to draw on."""


def _detail_mask(view: FaceView) -> NDArray[np.bool_]:
    """Around eyes, brows and mouth, where a sharp face always has edges."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for part in (LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE):
        mask |= view.region(part)
    grown = cv2.dilate(mask, np.ones((13, 13), np.uint8)) > 0
    return np.asarray(grown & (view.inside > 0))


def _structure(grey: NDArray[np.float32], sigma: float, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean gradient structure tensor (2, 2) at one scale."""
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma)
    x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)[where]
    y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)[where]
    return np.array([[np.mean(x * x), np.mean(x * y)], [np.mean(x * y), np.mean(y * y)]], np.float64)


def detail(view: FaceView) -> tuple[float, float] | None:
    """Fine over coarse gradient, 1 (blurred) to about 1.6: over all directions, and in the least sharp direction."""
    where = _detail_mask(view)
    if not where.any():
        return None
    x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
    part = slice(max(0, y - MARGIN), y + height + MARGIN), slice(max(0, x - MARGIN), x + width + MARGIN)
    grey, where = view.grey[part].astype(np.float32), where[part]
    fine, coarse = _structure(grey, FINE, where), _structure(grey, COARSE, where)
    turns = np.arange(ANGLES) * np.pi / ANGLES
    ways = np.column_stack([np.cos(turns), np.sin(turns)])
    over = np.einsum("ij,jk,ik->i", ways, fine, ways)
    under = np.einsum("ij,jk,ik->i", ways, coarse, ways)
    ratio = np.sqrt(over / np.maximum(under, 1e-3))
    return float(np.sqrt(np.trace(fine) / max(np.trace(coarse), 1e-3))), float(ratio.min())
