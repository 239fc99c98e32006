"""Still pictures in place of a camera, for trying the photo step with faces that are not in the room."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from camera.errors import CameraLost, CameraMissing
from camera.pace import Pace
from camera.types import Image


class PictureSource:
    """Still pictures in place of a camera: each is held for ``hold`` seconds before the next one, endlessly.

    A picture is scaled to fit ``size`` and its border pixels are carried on to the frame's edge. ``sway`` pixels of
    slow movement make it a living picture, as of a person who tries to hold still.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        size: tuple[int, int] = (1920, 1080),
        fps: float = 15.0,
        hold: float = 10.0,
        sway: float = 0.0,
    ) -> None:
        self._paths = tuple(paths)
        self._size = size
        self._pace = Pace(fps)
        self._per_picture = max(1, round(hold * fps))
        self._sway = sway
        self._count = 0
        self._current: Image | None = None

    def open(self) -> None:
        """Start with the first picture, or raise CameraMissing when there is none."""
        if not self._paths:
            raise CameraMissing("there is no picture to show")
        self._count = 0
        self._pace = Pace(1.0 / self._pace.step)

    def read(self) -> Image:
        """The current picture as a frame of ``size``; CameraLost when its file cannot be read."""
        self._pace.wait()
        if self._current is None or self._count % self._per_picture == 0:
            self._current = self._load(self._paths[(self._count // self._per_picture) % len(self._paths)])
        self._count += 1
        return _swayed(self._current, self._sway, self._count * self._pace.step)

    def close(self) -> None:
        """Forget the picture."""
        self._current = None

    def _load(self, path: Path) -> Image:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise CameraLost("the picture cannot be read")
        return _fitted(picture.astype("uint8", copy=False), self._size)


def _fitted(picture: Image, size: tuple[int, int]) -> Image:
    height, width = picture.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LANCZOS4
    picture = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=way).astype("uint8")
    right, below = size[0] - picture.shape[1], size[1] - picture.shape[0]
    edges = (below // 2, below - below // 2, right // 2, right - right // 2)
    return cv2.copyMakeBorder(picture, *edges, cv2.BORDER_REPLICATE).astype("uint8", copy=False)


def _swayed(picture: Image, sway: float, t: float) -> Image:
    if not sway:
        return picture
    dx, dy = sway * np.sin(0.9 * t), 0.5 * sway * np.sin(1.7 * t)
    move = np.array([[1, 0, dx], [0, 1, dy]], dtype=np.float32)
    moved = cv2.warpAffine(picture, move, (picture.shape[1], picture.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    return moved.astype("uint8", copy=False)
