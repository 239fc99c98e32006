"""A form held up to the camera: comes up from below, is held at 20 cm with an unsteady hand, goes, and another comes.

Like the person's scene, the picture is a pure function of the seed and the time.
"""

from functools import lru_cache
from math import sin
from random import Random

import cv2
import numpy as np

from camera.form_sheet import QR_MM, draw_form_sheet
from camera.types import Image
from camera.virtual_person import Floats, ease, noise_planes, wall, with_noise

CYCLE = 40.0
"""Seconds after which the next form is held up."""

_PIXELS_PER_MM = 7.5  # of the frame at 1080 lines: 1920 pixels see 256 mm at a distance of 20 cm
_FORM_ID_DIGITS = 23
_NOISE_SEED = 2


class FormScene:
    """Draws the form for a frame of ``size`` (width, height); a new invented ID for every cycle."""

    def __init__(self, size: tuple[int, int] = (1920, 1080), seed: int = 1) -> None:
        self._size = size
        self._seed = seed
        self._wall = wall(size)
        self._noise = noise_planes(size, _NOISE_SEED)  # made once: each showing of the form is a new scene

    def form_id_at(self, t: float) -> str:
        """The 23 digits of the form that is held up ``t`` seconds after the scene began."""
        digits = Random(f"{self._seed}/{int(t // CYCLE)}")  # noqa: S311 - invented forms for show, not a secret
        return "".join(digits.choices("0123456789", k=_FORM_ID_DIGITS))

    def picture(self, t: float) -> Image:
        """The frame ``t`` seconds after the scene began."""
        frame = self._wall.copy()
        lowered = _lowered(t % CYCLE)
        if lowered < 1.0:
            sheet = _sheet(self.form_id_at(t))
            cv2.warpPerspective(sheet, self._view(t, lowered), self._size, dst=frame, borderMode=cv2.BORDER_TRANSPARENT)
        return with_noise(frame, self._noise, (self._seed, round(t * 1000)))

    def _view(self, t: float, lowered: float) -> Floats:
        """Where the sheet's four corners fall in the frame: hand-held, slightly tilted, its QR near the middle."""
        width, height = self._size
        unit = _PIXELS_PER_MM * height / 1080 * (1 + 0.01 * sin(0.8 * t))
        tilt = np.array([[0, 0], [0.012, 0.004], [0.006, -0.012], [-0.008, 0.006]]) * (1 + 0.3 * sin(1.3 * t))
        page = np.array([[0, 0], [210, 0], [210, 297], [0, 297]], dtype=float)
        code = np.array([QR_MM.x + QR_MM.width / 2, QR_MM.y + QR_MM.height / 2])
        middle = np.array([0.58 * width + 4 * sin(1.1 * t), (0.52 + 0.75 * lowered) * height + 3 * sin(1.9 * t)])
        corners = ((page - code) * unit + middle + tilt * width).astype(np.float32)
        sheet = _sheet(self.form_id_at(t))
        source = np.array(
            [[0, 0], [sheet.shape[1], 0], [sheet.shape[1], sheet.shape[0]], [0, sheet.shape[0]]], np.float32
        )
        return np.asarray(cv2.getPerspectiveTransform(source, corners), np.float32)


def _lowered(t: float) -> float:
    """0 while held up, 1 while out of sight."""
    if t < 0.8 or t > CYCLE - 1.0:
        return 1.0
    return 1.0 - ease((t - 0.8) / 1.2) * (1.0 - ease((t - (CYCLE - 2.2)) / 1.2))


@lru_cache(maxsize=2)
def _sheet(form_id: str) -> Image:
    return draw_form_sheet(form_id)
