"""Which pixels are the person, by the MediaPipe selfie network run in LiteRT; and where the crown is."""

from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from camera.models import SEGMENTATION, model_bytes
from camera.types import Image

SIDE = 256

Probability = NDArray[np.float32]
"""Per pixel, 0 background to 1 person."""


class PersonSegmenter:
    """The selfie network; one object per thread."""

    def __init__(self, models_dir: Path | None = None, threads: int = 1) -> None:
        self._net = Interpreter(model_content=model_bytes(SEGMENTATION, models_dir), num_threads=threads)
        self._net.allocate_tensors()
        self._in = self._net.get_input_details()[0]["index"]
        self._out = self._net.get_output_details()[0]["index"]

    def person(self, square: Image) -> Probability:
        """Probability of "person" for a square picture, shape (256, 256)."""
        small = cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        self._net.set_tensor(self._in, np.multiply(small[None, :, :, ::-1], np.float32(1 / 255), dtype=np.float32))
        self._net.invoke()
        found: Probability = self._net.get_tensor(self._out)[0, :, :, 0].copy()
        return np.nan_to_num(found)


def crown_row(person: Probability, axis_x: float, forehead_y: float, half_width: float) -> float | None:
    """The row where the head ends above the forehead, hair included; None when the mask says nothing there.

    All in pixels of ``person``. Looks at columns around the head's axis and walks up from the forehead, so that
    anything above a gap (a lamp, a poster) does not count as hair.
    """
    left, right = max(0, int(axis_x - half_width)), min(person.shape[1], int(axis_x + half_width) + 1)
    start = int(np.clip(forehead_y, 0, person.shape[0] - 1))
    if right <= left:
        return None
    share = (person[: start + 1, left:right] > 0.5).mean(axis=1)
    empty = np.flatnonzero(share < 0.12)
    if empty.size and empty[-1] == start:
        return None
    return float(empty[-1] + 1) if empty.size else 0.0
