"""A person before a plain light wall, as a camera would see her: comes in, turns, blinks, holds still.

The picture at a time is a pure function of the seed and the time, so that demo, training and tests see the same.
Nothing here is a real capture: one public-domain portrait (``assets/NOTICE.md``) is enlarged, warped and given noise.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from math import cos, pi, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.types import Image, Point

Floats = NDArray[np.float32]

CYCLE = 60.0
"""Seconds after which the person comes in again."""

_ENLARGED = 3.0  # portrait to 1080 lines: the head is then 490 px high, the irises 130 px apart
_HEAD = (227.0, 98.0, 104.0, 100.0)  # portrait pixels: centre x, y and half axes of what turns
_FACE = (226.0, 126.0, 50.0, 90.0)  # the same for the face, whose middle stands out and so moves further
_PLACE = (0.62, 0.30)  # where the head's centre stands in the frame while holding still
_NOISE = 2.0  # standard deviation in grey levels, as of a webcam in office light
_BLINKS = (7.3, 21.1, 26.4, 33.0, 38.5, 44.0, 49.2)
_BLINK_SECONDS = 0.24
_LASHES = 0.9  # portrait pixels of lashes above the lid's edge, which must not be stretched with the skin


@dataclass(frozen=True, slots=True)
class Eye:
    """An eye in portrait pixels: between the corners, and the lids' edges over the iris."""

    centre_x: float
    half_width: float
    corner_y: float
    upper_y: float
    lower_y: float


_EYES = (Eye(202.4, 10.6, 102.2, 97.0, 106.4), Eye(247.6, 11.8, 103.6, 99.2, 108.2))


@dataclass(frozen=True, slots=True)
class Pose:
    """How the person stands: shift in frame widths and heights, yaw in degrees, lids 0 open … 1 shut."""

    shift: Point = (0.0, 0.0)
    yaw_deg: float = 0.0
    lids: float = 0.0


def pose_at(t: float) -> Pose | None:
    """Where the person is ``t`` seconds into the cycle; None while nobody is there."""
    t = t % CYCLE
    if t < 1.0 or t > CYCLE - 1.5:
        return None
    come, go = ease((t - 1.0) / 1.8), ease((t - (CYCLE - 3.5)) / 2.0)
    sway = (0.0012 * sin(0.9 * t), 0.0015 * sin(1.4 * t))
    yaw = -22.0 * (1.0 - ease((t - 4.6) / 0.9)) + 0.6 * sin(0.7 * t)
    return Pose((0.85 * (1.0 - come) - 0.95 * go + sway[0], sway[1]), yaw, _lids(t))


def _lids(t: float) -> float:
    return max((sin(pi * (t - b) / _BLINK_SECONDS) for b in _BLINKS if 0 <= t - b <= _BLINK_SECONDS), default=0.0)


def ease(share: float) -> float:
    """A share of the way from 0 to 1, starting and ending softly; below 0 and above 1 it stays at the end."""
    return 0.5 - 0.5 * cos(pi * min(1.0, max(0.0, share)))


class PersonScene:
    """Draws the person for a frame of ``size`` (width, height)."""

    def __init__(self, size: tuple[int, int] = (1920, 1080), seed: int = 1) -> None:
        self._size = size
        self._seed = seed
        self._scale = _ENLARGED * size[1] / 1080
        self._person = _enlarged_portrait(self._scale)
        self._wall = wall(size)
        self._noise = noise_planes(size, seed)
        self._warp = _HeadWarp(self._scale)

    @property
    def face_place(self) -> Point:
        """Where the middle of the head is while she holds still, in frame pixels."""
        return (_PLACE[0] * self._size[0], _PLACE[1] * self._size[1])

    def picture(self, t: float) -> Image:
        """The frame ``t`` seconds after the scene began."""
        return self.posed(pose_at(t), t)

    def posed(self, pose: Pose | None, t: float = 0.0) -> Image:
        """The frame with the person standing as told, or the bare wall; ``t`` chooses the noise."""
        frame = self._wall.copy()
        if pose is not None:
            self._put(frame, self._warp.applied(self._person, pose), pose.shift)
        return with_noise(frame, self._noise, (self._seed, round(t * 1000)))

    def _put(self, frame: Image, person: Image, shift: Point) -> None:
        width, height = self._size
        left = round((_PLACE[0] + shift[0]) * width - _HEAD[0] * self._scale)
        top = round((_PLACE[1] + shift[1]) * height - _HEAD[1] * self._scale)
        paste(frame, person, left, top)


def _dome(x: Floats, y: Floats, ellipse: tuple[float, float, float, float]) -> Floats:
    """1 in the ellipse's middle, falling softly to 0 at its rim."""
    centre_x, centre_y, half_width, half_height = ellipse
    away = ((x - centre_x) / half_width) ** 2 + ((y - centre_y) / half_height) ** 2
    dome: Floats = np.clip(1 - away, 0, 1).astype(np.float32)
    return dome


class _HeadWarp:
    """Turns the head about its vertical axis and moves the lids, by resampling the head's part of the portrait."""

    def __init__(self, scale: float) -> None:
        x, y, half_width, half_height = (value * scale for value in _HEAD)
        self._left, self._top = int(x - half_width), max(0, int(y - half_height))
        rows, columns = int(y + half_height) - self._top, int(2 * half_width)
        down, across = np.mgrid[0:rows, 0:columns].astype(np.float32)
        self._across, self._down = across, down
        place = (across + self._left) / scale, (down + self._top) / scale
        self._bulge = scale * (10.0 * _dome(*place, _HEAD) + 44.0 * _dome(*place, _FACE))
        self._eyes = [_Lid(eye, scale, self._left, self._top) for eye in _EYES]

    def applied(self, person: Image, pose: Pose) -> Image:
        """A person with her head posed; the given one is left as it is."""
        across = self._across - np.float32(sin(radians(pose.yaw_deg))) * self._bulge
        down = self._down.copy() if pose.lids else self._down
        for eye in self._eyes if pose.lids else ():
            eye.close(down, pose.lids)
        rows, columns = down.shape
        head = person[self._top : self._top + rows, self._left : self._left + columns]
        posed = person.copy()
        posed[self._top : self._top + rows, self._left : self._left + columns] = cv2.remap(
            head, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return posed


class _Lid:
    """One upper lid: the skin above the eye is stretched down over it."""

    def __init__(self, eye: Eye, scale: float, left: int, top: int) -> None:
        x0, x1 = (int((eye.centre_x + side * eye.half_width) * scale) - left for side in (-1, 1))
        crease = eye.upper_y - 4.5
        y0, y1 = (int(value * scale) - top for value in (crease, eye.lower_y + 2))
        self._where = (slice(y0, y1), slice(x0, x1))
        across = np.arange(x0, x1, dtype=np.float32)[None, :] + left
        bow = np.sqrt(np.clip(1 - ((across / scale - eye.centre_x) / eye.half_width) ** 2, 0, 1))
        self._upper = (eye.corner_y + (eye.upper_y - eye.corner_y) * bow) * scale - top
        self._lower = (eye.corner_y + (eye.lower_y - eye.corner_y) * bow) * scale - top
        self._crease = self._upper - 4.5 * scale * bow - 0.01
        self._skin = self._upper - _LASHES * scale * bow

    def close(self, down: Floats, share: float) -> None:
        """Change the rows that are looked up so that the lid is down by ``share``."""
        rows = down[self._where]
        edge = self._upper + share * (self._lower - self._upper)
        stretched = self._crease + (rows - self._crease) * (self._skin - self._crease) / (edge - self._crease)
        rows[...] = np.where((rows > self._crease) & (rows < edge), stretched, rows)


@cache
def _enlarged_portrait(scale: float) -> Image:
    """The cut-out at the frame's scale, BGRA with premultiplied colours, its softness from enlarging taken back."""
    packed = np.frombuffer((resources.files("camera") / "assets" / "person.png").read_bytes(), np.uint8)
    person = np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), np.float32)
    person[:, :, :3] *= person[:, :, 3:] / 255
    person = np.asarray(cv2.resize(person, None, fx=scale, fy=scale, interpolation=cv2.INTER_LANCZOS4), np.float32)
    soft = cv2.GaussianBlur(person, (0, 0), 0.6 * scale)
    person[:, :, :3] += 0.8 * (person - soft)[:, :, :3]
    alpha = np.clip(person[:, :, 3:], 0, 255)
    person = np.concatenate([np.clip(person[:, :, :3], 0, alpha), alpha], axis=2)
    return np.rint(person).astype(np.uint8)


def paste(frame: Image, piece: Image, left: int, top: int) -> None:
    """Lay a premultiplied BGRA piece over the frame with its corner at (left, top); parts outside are cut off."""
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(frame.shape[1], left + piece.shape[1]), min(frame.shape[0], top + piece.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    piece = piece[y0 - top : y1 - top, x0 - left : x1 - left]
    under = frame[y0:y1, x0:x1]
    through = cv2.cvtColor(255 - piece[:, :, 3], cv2.COLOR_GRAY2BGR)
    colours = cv2.cvtColor(piece, cv2.COLOR_BGRA2BGR)
    frame[y0:y1, x0:x1] = cv2.add(cv2.multiply(under, through, scale=1 / 255), colours)


@lru_cache(maxsize=2)
def wall(size: tuple[int, int]) -> Image:
    """A plain light wall, a little brighter in the middle, as daylight from a window makes it."""
    width, height = size
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(across / width - 0.5, down / height - 0.35)
    light = (236 - 14 * away)[:, :, None] * np.array([0.985, 0.995, 1.0], np.float32)
    plain: Image = np.rint(light).astype(np.uint8)
    plain.flags.writeable = False
    return plain


@lru_cache(maxsize=4)
def noise_planes(size: tuple[int, int], seed: int) -> tuple[Image, Image]:
    """What to add and what to take away for sensor noise, larger than the frame so that each takes another part."""
    shape = (size[1] + 64, size[0] + 64, 3)
    noise = np.random.default_rng(seed).normal(0.0, _NOISE, shape)
    return np.rint(np.maximum(noise, 0)).astype(np.uint8), np.rint(np.maximum(-noise, 0)).astype(np.uint8)


def with_noise(frame: Image, planes: tuple[Image, Image], key: tuple[int, int]) -> Image:
    """The frame with noise chosen by ``key``."""
    dx, dy = np.random.default_rng(key).integers(0, 64, 2)
    more, less = (plane[dy : dy + frame.shape[0], dx : dx + frame.shape[1]] for plane in planes)
    return np.asarray(cv2.subtract(cv2.add(frame, more), less), np.uint8)
