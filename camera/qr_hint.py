"""What would help to read a code that is in view and could not be read: closer, less glare, held still."""

import numpy as np

from camera.qr import FORM_MODULES, CodesSeen, Hint, busy_patches, crop_around
from camera.qr_grid import Grey
from camera.types import Box

SMALLEST_MODULE = 2.2
"""Pixels a module below which the reader fails more often than not."""
WASHED_OUT = 0.3
"""Share of a symbol's tiles that hold no dark module any more beside white ones."""


def hint_for(grey: Grey, seen: CodesSeen) -> Hint:
    """The one thing to ask of the person; BOTTOM_RIGHT when every code in view was read, so another one is wanted."""
    unread = [each for each in seen.located if not each.is_read]
    if unread:
        largest = max(unread, key=lambda each: each.side)
        return _about(grey, largest.box, largest.side)
    if seen.texts:
        return Hint.BOTTOM_RIGHT
    patches = busy_patches(grey)
    return _about(grey, patches[0], max(patches[0].width, patches[0].height)) if patches else Hint.NONE


def _about(grey: Grey, box: Box, side: float) -> Hint:
    patch = crop_around(grey, box, 0.0)
    if patch.size == 0:
        return Hint.NONE
    if _washed_out(patch) > WASHED_OUT:
        return Hint.LESS_GLARE
    if side / FORM_MODULES < SMALLEST_MODULE:
        return Hint.CLOSER
    return Hint.HOLD_STILL


def _washed_out(patch: Grey) -> float:
    """The share of a 4 x 4 grid of tiles in which even the darkest tenth is nearly white."""
    rows = [row for row in np.array_split(patch, 4) if row.size]
    tiles = [tile for row in rows for tile in np.array_split(row, 4, axis=1) if tile.size]
    return float(np.mean([np.percentile(tile, 10) > 200 for tile in tiles]))
