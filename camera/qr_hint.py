"""What would help to read a code that is in view and could not be read: closer, less glare, held still, its place."""

import cv2
import numpy as np

from camera.qr import FORM_MODULES, CodesSeen, Hint, busy_patches, crop_around
from camera.qr_grid import Grey
from camera.qr_pose import poses_in
from camera.types import Box

SMALLEST_MODULE = 2.2
"""Pixels a module below which the reader fails more often than not."""
WASHED_OUT = 0.3
"""Share of a symbol's tiles that hold no dark module any more beside white ones."""
GLARE_SPOT = (0.015, 0.3)
"""Share of the frame that is quite white when light is mirrored somewhere; more is a bright sheet as a whole."""
SHARP = 0.55
"""Share of a patch's contrast in its finest details, above which it is no blurred QR but something else."""
_PATCHES_ASKED = 2
_QUITE_WHITE = 250
_SPOT_ON_CODE = 0.05


def hint_for(grey: Grey, seen: CodesSeen) -> Hint:
    """The one thing to ask of the person; BOTTOM_RIGHT when what is in view is not the form's code."""
    unread = [each for each in seen.located if not each.is_read]
    if unread:
        largest = max(unread, key=lambda each: each.side)
        return _about(grey, largest.box, largest.side)
    if seen.texts:
        return Hint.BOTTOM_RIGHT
    patches = busy_patches(grey)
    likely = next((box for box in patches[:_PATCHES_ASKED] if poses_in(grey, box)), None)
    if likely is not None:
        return _about(grey, likely, max(likely.width, likely.height))
    if GLARE_SPOT[0] < _white_share(grey) < GLARE_SPOT[1]:
        return Hint.LESS_GLARE
    return _about_no_code(grey, patches[0]) if patches else Hint.NONE


def _about(grey: Grey, box: Box, side: float) -> Hint:
    patch = crop_around(grey, box, 0.0)
    if patch.size == 0:
        return Hint.NONE
    if _washed_out(patch) > WASHED_OUT or _lies_in_a_spot(patch):
        return Hint.LESS_GLARE
    if side / FORM_MODULES < SMALLEST_MODULE:
        return Hint.CLOSER
    return Hint.HOLD_STILL


def _about_no_code(grey: Grey, box: Box) -> Hint:
    """A busy patch in which no QR can be made out: a small one, another symbol seen sharply, or a smear."""
    hint = _about(grey, box, max(box.width, box.height))
    if hint is Hint.HOLD_STILL and _sharpness(crop_around(grey, box, 0.0)) > SHARP:
        return Hint.BOTTOM_RIGHT
    return hint


def _lies_in_a_spot(patch: Grey) -> bool:
    """Whether within the symbol some area is white all over that is wider than light modules ever lie together."""
    rim, wide = round(0.15 * min(patch.shape)), max(3, round(min(patch.shape) / 6))
    inside = (patch[rim:-rim, rim:-rim] >= _QUITE_WHITE).astype(np.uint8)
    return inside.size > 0 and float(cv2.erode(inside, np.ones((wide, wide), np.uint8)).mean()) > _SPOT_ON_CODE


def _white_share(grey: Grey) -> float:
    return float(np.mean(grey >= _QUITE_WHITE))


def _washed_out(patch: Grey) -> float:
    """The share of a 4 x 4 grid of tiles in which even the darkest tenth is nearly white."""
    rows = [row for row in np.array_split(patch, 4) if row.size]
    tiles = [tile for row in rows for tile in np.array_split(row, 4, axis=1) if tile.size]
    return float(np.mean([np.percentile(tile, 10) > 200 for tile in tiles]))


def _sharpness(patch: Grey) -> float:
    """The share of the contrast that is gone when the patch is softened a little."""
    values = patch.astype(np.float32)
    return float((values - cv2.GaussianBlur(values, (0, 0), 1.5)).std() / max(1.0, float(values.std())))
