"""Whether two pictures show the same face (SFace); for the wrong-person guard only, which is off by default.

Features live in memory, in the objects given out here; nothing in this module stores or writes them.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.detect import FaceDetector, brightened
from camera.models import SFACE, model_bytes
from camera.types import Image

SIDE = 112
INPUT = "data"
"""The weights count as inputs too in this file, so the picture's must be named (FaceRecognizerSF does not)."""
TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
"""Where eyes, nose and mouth corners lie in the network's 112 x 112 input."""


@dataclass(frozen=True, slots=True, repr=False)
class FaceFeatures:
    """128 numbers of length one that describe a face; never shown, logged or stored."""

    values: NDArray[np.float32]

    def likeness(self, other: "FaceFeatures") -> float:
        """Cosine of the two, -1 to 1; the same person is usually above 0.6."""
        return float(self.values @ other.values)


class FaceFeatureReader:
    """Loads SFace (about 0.6 s: make one only when the guard is on); calls from several threads wait their turn."""

    def __init__(self, models_dir: Path | None = None) -> None:
        self._detector = FaceDetector(models_dir)
        weights = np.frombuffer(model_bytes(SFACE, models_dir), np.uint8)
        self._net = cv2.dnn.readNetFromONNX(weights)
        self._lock = Lock()

    def read(self, image: Image) -> FaceFeatures | None:
        """The features of the largest face in a picture; None when there is none."""
        with self._lock:
            faces = self._detector.detect(brightened(image), 640)
            if not faces:
                return None
            aligned = _aligned(image, faces[0].points)
            if aligned is None:
                return None
            blob = cv2.dnn.blobFromImage(aligned, 1.0, (SIDE, SIDE), (0, 0, 0), swapRB=True)
            self._net.setInput(blob, INPUT)
            values = np.asarray(self._net.forward(), np.float32).ravel()
        length = float(np.linalg.norm(values))
        return FaceFeatures(values / length) if np.isfinite(length) and length > 0 else None


def _aligned(image: Image, points: NDArray[np.float32]) -> Image | None:
    matrix = _similarity(points.astype(np.float64), TEMPLATE.astype(np.float64))
    if not np.isfinite(matrix).all():
        return None
    return cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _similarity(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """The turn, scale and shift (2x3) that bring the start points nearest to the end points, by least squares."""
    x, y = (start - start.mean(axis=0)).T
    u, v = (end - end.mean(axis=0)).T
    size = max(float(np.sum(x * x + y * y)), 1e-9)
    a, b = float(np.sum(x * u + y * v)) / size, float(np.sum(x * v - y * u)) / size
    turn = np.array([[a, -b], [b, a]])
    return np.column_stack([turn, end.mean(axis=0) - turn @ start.mean(axis=0)])
