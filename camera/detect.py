"""Finding faces with YuNet; a dark picture is looked at brightened, the caller's picture stays as it is."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.models import YUNET, model_bytes
from camera.types import Box, Image

FIRST_SCORE = 0.6
"""A covered or badly lit face scores low; it must be seen to be told what is wrong."""
OTHER_SCORE = 0.8
"""A second face must be certain before a person is told there are two."""
SURENESS = 3
"""Power of the score by which a face's area is weighed: a pattern on the wall, large and unsure, is not the person."""
OTHER_AREA_RATIO = 0.1
"""Smaller faces (posters, people far behind) do not count as a second person."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One face: ``box`` and five ``points`` (eyes, nose, mouth corners) in source pixels, score 0–1."""

    box: Box
    points: NDArray[np.float32]
    score: float


def brightened(image: Image) -> Image:
    """The picture stretched so that its lights are light, when it is dark; otherwise the picture itself."""
    light = float(np.percentile(image[::8, ::8], 98))
    if light >= 110:
        return image
    return cv2.convertScaleAbs(image, alpha=min(200 / max(light, 4.0), 12.0)).astype(np.uint8, copy=False)


class FaceDetector:
    """YuNet on the picture scaled to a given long side; one object per thread."""

    def __init__(self, models_dir: Path | None = None) -> None:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # it warns of a target nobody asked for
        weights = np.frombuffer(model_bytes(YUNET, models_dir), np.uint8)
        self._net = cv2.FaceDetectorYN.create("onnx", weights, np.empty(0, np.uint8), (320, 320), FIRST_SCORE, 0.3, 50)

    def detect(self, image: Image, long_side: int) -> tuple[Detection, ...]:
        """Faces that count, the person's first: large and sure; others are above OTHER_SCORE and not tiny."""
        height, width = image.shape[:2]
        scale = min(1.0, long_side / max(height, width))
        size = (max(16, round(width * scale)), max(16, round(height * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        self._net.setInputSize(size)
        rows = self._net.detect(small)[1]
        found = None if rows is None else rows.astype(np.float32, copy=False)
        return _that_count(found, np.array([width / size[0], height / size[1]], np.float32))


def _that_count(rows: NDArray[np.float32] | None, scale: NDArray[np.float32]) -> tuple[Detection, ...]:
    if rows is None:
        return ()
    found = [_detection(row, scale) for row in rows if np.isfinite(row).all() and min(row[2:4]) >= 4]
    found.sort(key=lambda face: -face.box.width * face.box.height * face.score**SURENESS)
    if not found:
        return ()
    least = OTHER_AREA_RATIO * found[0].box.width * found[0].box.height
    others = [f for f in found[1:] if f.score >= OTHER_SCORE and f.box.width * f.box.height >= least]
    return (found[0], *others)


def _detection(row: NDArray[np.float32], scale: NDArray[np.float32]) -> Detection:
    x, y = row[:2] * scale
    width, height = row[2:4] * scale
    return Detection(
        Box(float(x), float(y), float(width), float(height)), row[4:14].reshape(5, 2) * scale, float(row[14])
    )
