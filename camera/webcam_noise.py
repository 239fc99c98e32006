"""Synthetic webcam frames of a form held up to a camera: for measuring and tuning the reader, never for use.

A frame is made the way a webcam makes it: sheet in perspective, uneven light and glare, defocus and motion blur,
exposure, sensor noise, in-camera denoising and sharpening, JPEG. One seed gives one frame. The distribution is frozen:
when anything here changes what a seed gives, ``VERSION`` grows and all figures are measured anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from camera.form_sheet import PAGE_MM, QR_MM, draw_form_sheet, modules_per_side, with_form_qr
from camera.types import Image

VERSION = 1
HD = (1280, 720)
FULL_HD = (1920, 1080)

_SHEET_SCALE = 10.0
_QR_CENTRE = np.array([QR_MM.x + QR_MM.width / 2, QR_MM.y + QR_MM.height / 2])
Matrix = NDArray[np.float64]
Picture = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Webcam:
    """What one camera does to every picture. Lengths in mm; blur of the sensor in pixels of a 720p picture."""

    field_of_view_deg: float
    focus_mm: float
    aperture_mm: float
    sensor_blur: float
    noise: float
    denoising: float
    sharpening: float
    exposure: float
    gamma: float
    jpeg_quality: int


@dataclass(frozen=True, slots=True)
class Hold:
    """How a person holds the form: the QR's centre (mm before the lens, share of the frame) and the turn."""

    distance_mm: float
    across: float
    down: float
    pitch_deg: float
    yaw_deg: float
    roll_deg: float
    motion_px: float
    motion_deg: float


@dataclass(frozen=True, slots=True)
class Light:
    """Light on the sheet: its fall-off and one glare spot, in sheet mm away from the QR's centre."""

    slope_deg: float
    slope: float
    glare_across_mm: float
    glare_down_mm: float
    glare_radius_mm: float
    glare: float


@dataclass(frozen=True, slots=True)
class Scene:
    """All that makes one frame; ``noise_seed`` drives grain and background."""

    form_id: str
    webcam: Webcam
    hold: Hold
    light: Light
    noise_seed: int
    has_codes: bool = True


def draw_scene(seed: int, *, has_codes: bool = True) -> Scene:
    """The scene of one seed, from the whole range of what people and cameras do."""
    random = np.random.default_rng([VERSION, seed])
    form_id = "".join(str(digit) for digit in random.integers(0, 10, 23))
    webcam = _draw_webcam(random)
    return Scene(form_id, webcam, _draw_hold(random), _draw_light(random), int(random.integers(2**31)), has_codes)


def render(scene: Scene, size: tuple[int, int]) -> Image:
    """The frame of a scene at ``size`` (width, height), BGR."""
    random = np.random.default_rng(scene.noise_seed)
    picture = _background(random, size)
    _lay_sheet(picture, scene, size)
    picture = _blurred(picture, scene, size)
    return _through_sensor(picture, scene.webcam, random, size)


def draw_clip(seed: int, frames: int = 45, fps: float = 15.0) -> Iterator[Scene]:
    """The scenes of somebody trying to hold a form as guided (15-25 cm, nearly upright) for ``frames / fps`` seconds.

    Camera and light are those of the whole range; hands drift and tremble, the glare spot wanders along.
    """
    random = np.random.default_rng([VERSION, 7, seed])
    still = replace(draw_scene(seed), hold=_draw_guided_hold(random))
    phases = random.uniform(0, 2 * np.pi, (6, 2))
    for number in range(frames):
        yield _moved(still, number / fps, phases, int(random.integers(2**31)))


def pixels_per_module(scene: Scene, size: tuple[int, int]) -> float:
    """The smaller of the QR's two module pitches in pixels, at its centre."""
    matrix = _projection(scene, size)
    step = QR_MM.width / modules_per_side(scene.form_id)
    steps = _QR_CENTRE + np.array([[0, 0], [step, 0], [0, step]])
    centre, right, below = _project(matrix, steps)
    return float(min(np.linalg.norm(right - centre), np.linalg.norm(below - centre)))


def blur_sigma(scene: Scene, size: tuple[int, int]) -> float:
    """The whole blur of the optics and of the moving hand as one Gaussian's sigma, in pixels."""
    motion = scene.hold.motion_px * size[1] / 720 / np.sqrt(12)
    return float(np.hypot(_optical_sigma(scene, size), motion))


def is_in_view(scene: Scene, size: tuple[int, int]) -> bool:
    """Whether the whole QR with one module around it is inside the frame."""
    rim = QR_MM.width / 33
    left, top = QR_MM.x - rim, QR_MM.y - rim
    right, below = left + QR_MM.width + 2 * rim, top + QR_MM.height + 2 * rim
    corners = _project(_projection(scene, size), np.array([[left, top], [right, top], [left, below], [right, below]]))
    return bool((corners >= 0).all() and (corners < np.array(size)).all())


def glare_on_code(scene: Scene) -> float:
    """The brightest glare that falls on the QR, as a share of white."""
    light = scene.light
    away = np.abs([light.glare_across_mm, light.glare_down_mm]) - QR_MM.width / 2
    distance = np.linalg.norm(np.maximum(away, 0))
    return float(light.glare * np.exp(-0.5 * (distance / light.glare_radius_mm) ** 2))


def is_held_right(scene: Scene, size: tuple[int, int]) -> bool:
    """Whether this frame is as a person can be asked for: whole QR in view, 2 px a module, little blur and glare."""
    pitch = pixels_per_module(scene, size)
    is_sharp = blur_sigma(scene, size) <= 0.5 * pitch
    return is_in_view(scene, size) and pitch >= 2.0 and is_sharp and glare_on_code(scene) <= 0.5


def _draw_webcam(random: Generator) -> Webcam:
    has_autofocus = random.random() < 0.6
    focus = random.uniform(120, 350) if has_autofocus else random.uniform(350, 900)
    return Webcam(
        field_of_view_deg=random.uniform(56, 72),
        focus_mm=focus,
        aperture_mm=random.uniform(0.5, 1.7),
        sensor_blur=random.uniform(0.35, 0.8),
        noise=random.uniform(1.5, 12.0),
        denoising=random.uniform(0.0, 0.9),
        sharpening=random.uniform(0.0, 1.0),
        exposure=random.uniform(0.45, 1.35),
        gamma=random.uniform(0.8, 1.25),
        jpeg_quality=int(random.integers(45, 93)),
    )


def _draw_hold(random: Generator) -> Hold:
    return Hold(
        distance_mm=random.uniform(90, 275),
        across=random.uniform(0.1, 0.9),
        down=random.uniform(0.12, 0.9),
        pitch_deg=random.normal(0, 14),
        yaw_deg=random.normal(0, 14),
        roll_deg=random.normal(0, 15),
        motion_px=random.exponential(2.6),
        motion_deg=random.uniform(0, 180),
    )


def _draw_guided_hold(random: Generator) -> Hold:
    return Hold(
        distance_mm=random.uniform(150, 250),
        across=random.uniform(0.35, 0.65),
        down=random.uniform(0.35, 0.65),
        pitch_deg=random.normal(0, 8),
        yaw_deg=random.normal(0, 8),
        roll_deg=random.normal(0, 8),
        motion_px=random.exponential(1.2),
        motion_deg=random.uniform(0, 180),
    )


def _draw_light(random: Generator) -> Light:
    has_glare = random.random() < 0.45
    return Light(
        slope_deg=random.uniform(0, 360),
        slope=random.uniform(0, 0.5),
        glare_across_mm=random.normal(0, 18),
        glare_down_mm=random.normal(0, 18),
        glare_radius_mm=random.uniform(6, 30),
        glare=random.uniform(0.3, 1.4) if has_glare else 0.0,
    )


def _moved(still: Scene, t: float, phases: Matrix, noise_seed: int) -> Scene:
    slow, fast = (np.sin(2 * np.pi * rate * t + phases[:, kind]) for kind, rate in enumerate((0.35, 2.3)))
    sway = slow + 0.25 * fast
    hold = replace(
        still.hold,
        distance_mm=still.hold.distance_mm + 12 * sway[0],
        across=still.hold.across + 0.03 * sway[1],
        down=still.hold.down + 0.03 * sway[2],
        pitch_deg=still.hold.pitch_deg + 4 * sway[3],
        yaw_deg=still.hold.yaw_deg + 4 * sway[4],
        motion_px=still.hold.motion_px * float(1 + sway[5]) / 2 if sway[5] > -1 else 0.0,
    )
    light = replace(
        still.light,
        glare_across_mm=still.light.glare_across_mm + 10 * sway[4],
        glare_down_mm=still.light.glare_down_mm + 10 * sway[3],
    )
    return replace(still, hold=hold, light=light, noise_seed=noise_seed)


def _focal_px(scene: Scene, size: tuple[int, int]) -> float:
    return float(size[0] / 2 / np.tan(np.radians(scene.webcam.field_of_view_deg) / 2))


def _optical_sigma(scene: Scene, size: tuple[int, int]) -> float:
    """Blur circle of a thin lens (its diameter is about four sigma) with the sensor's own softness."""
    webcam = scene.webcam
    off_focus = abs(1 / scene.hold.distance_mm - 1 / webcam.focus_mm)
    circle = _focal_px(scene, size) * webcam.aperture_mm * off_focus
    return float(np.hypot(circle / 4, webcam.sensor_blur))


def _projection(scene: Scene, size: tuple[int, int]) -> Matrix:
    """The 3x3 matrix from sheet millimetres to frame pixels (pinhole camera, sheet turned about the QR's centre)."""
    hold, focal = scene.hold, _focal_px(scene, size)
    turn, _ = cv2.Rodrigues(np.radians([hold.pitch_deg, hold.yaw_deg, 0.0]))
    roll, _ = cv2.Rodrigues(np.radians([0.0, 0.0, hold.roll_deg]))
    axes = (turn @ roll)[:, :2]
    aim = np.array([(hold.across - 0.5) * size[0] / focal, (hold.down - 0.5) * size[1] / focal, 1.0])
    centre = aim * hold.distance_mm
    pose = np.column_stack([axes, centre - axes @ _QR_CENTRE])
    lens = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
    return np.asarray(lens @ pose, dtype=np.float64)


def _project(matrix: Matrix, points: Matrix) -> Matrix:
    moved = cv2.perspectiveTransform(points[None].astype(np.float64), matrix)
    return np.asarray(moved[0], dtype=np.float64)


@lru_cache(maxsize=2)
def _page(has_codes: bool) -> Image:
    return draw_form_sheet("0" * 23, _SHEET_SCALE, is_lettered=False, has_codes=has_codes)


def _sheet(form_id: str, has_codes: bool) -> Image:
    """The page with this ID's QR; the rest of it is drawn once."""
    page = _page(has_codes)
    return with_form_qr(page, form_id, _SHEET_SCALE) if has_codes else page


def _background(random: Generator, size: tuple[int, int]) -> Picture:
    """A room out of focus: soft patches of grey with a little colour."""
    patches = random.uniform(40, 180, (6, 9, 1)) + random.uniform(-25, 25, (6, 9, 3))
    return cv2.resize(patches.astype(np.float32), size, interpolation=cv2.INTER_CUBIC).astype(np.float32)


def _lay_sheet(picture: Picture, scene: Scene, size: tuple[int, int]) -> None:
    """Warp the lit sheet into the picture, in place; the sheet is first shrunk to near its size, against aliasing."""
    matrix = _projection(scene, size)
    scale = min(1.0, 1.6 * _focal_px(scene, size) / scene.hold.distance_mm / _SHEET_SCALE)
    sheet = cv2.resize(_sheet(scene.form_id, scene.has_codes), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    gain, glare = _light_maps(scene.light)
    lit = (15 + 0.75 * _warped(sheet, matrix, size).astype(np.float32)) * _warped(gain, matrix, size)[:, :, None]
    lit += _warped(glare, matrix, size)[:, :, None]
    cover = _warped(np.full(sheet.shape[:2], 1, np.float32), matrix, size)
    picture += cover[:, :, None] * (lit - picture)


def _warped(sheet: NDArray[Any], matrix: Matrix, size: tuple[int, int]) -> NDArray[Any]:
    """Something drawn on the whole page, at any resolution, as the lens sees it."""
    to_mm = np.diag([PAGE_MM[0] / sheet.shape[1], PAGE_MM[1] / sheet.shape[0], 1.0])
    return np.asarray(cv2.warpPerspective(sheet, matrix @ to_mm, size, flags=cv2.INTER_LINEAR))


def _light_maps(light: Light) -> tuple[Picture, Picture]:
    """How bright the page is lit (a factor) and the glare on it (0-255), one value a millimetre."""
    across = np.arange(PAGE_MM[0])[None, :] - _QR_CENTRE[0]
    down = np.arange(PAGE_MM[1])[:, None] - _QR_CENTRE[1]
    angle = np.radians(light.slope_deg)
    slope = 1 + light.slope * (np.cos(angle) * across + np.sin(angle) * down) / 150
    away = (across - light.glare_across_mm) ** 2 + (down - light.glare_down_mm) ** 2
    glare = 255 * light.glare * np.exp(-0.5 * away / light.glare_radius_mm**2)
    return np.clip(slope, 0.3, 1.5).astype(np.float32), glare.astype(np.float32)


def _blurred(picture: Picture, scene: Scene, size: tuple[int, int]) -> Picture:
    picture = cv2.GaussianBlur(picture, (0, 0), _optical_sigma(scene, size)).astype(np.float32)
    length = scene.hold.motion_px * size[1] / 720
    if length < 1:
        return picture
    reach = int(np.ceil(length))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    step = length / 2 * np.array([np.cos(np.radians(scene.hold.motion_deg)), np.sin(np.radians(scene.hold.motion_deg))])
    start, end = ((reach + sign * step).round().astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, end, 1.0)
    return cv2.filter2D(picture, -1, kernel / kernel.sum()).astype(np.float32)


def _through_sensor(picture: Picture, webcam: Webcam, random: Generator, size: tuple[int, int]) -> Image:
    exposed = np.clip(picture * np.float32(webcam.exposure), 0, 255)
    grain = random.standard_normal(exposed.shape, dtype=np.float32)
    grain *= np.float32(webcam.noise)
    noisy = exposed + grain * np.sqrt(0.3 + exposed / 255)
    if webcam.denoising > 0.2:
        noisy = cv2.GaussianBlur(noisy, (0, 0), webcam.denoising * size[1] / 720)
    soft = cv2.GaussianBlur(noisy, (0, 0), 1.2)
    crisp = np.clip(noisy + webcam.sharpening * (noisy - soft), 0, 255).astype(np.uint8)
    tones = (255 * (np.arange(256) / 255) ** webcam.gamma).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", tones[crisp], [cv2.IMWRITE_JPEG_QUALITY, webcam.jpeg_quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
