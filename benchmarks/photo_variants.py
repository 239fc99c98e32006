"""Derives labelled variants of portraits: what a good photo may look like, and each defect, drawn at random strength.

Every function takes a Subject and a random generator and gives a picture. Sizes are shares of the eye-to-chin distance.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import cv2
import numpy as np
from face_warp import Move, Portrait
from numpy.typing import NDArray

from camera.regions import (
    CHIN,
    FACE_OVAL,
    FOREHEAD,
    LEFT_CHEEK,
    LEFT_EYE,
    RIGHT_CHEEK,
    RIGHT_EYE,
    UNDER_LEFT_EYE,
    UNDER_RIGHT_EYE,
)
from camera.types import Image

Rng = np.random.Generator
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Subject:
    """A portrait with its mesh and its person mask (0–1, shape of the picture)."""

    portrait: Portrait
    person: Floats

    @property
    def image(self) -> Image:
        """The portrait's picture."""
        return self.portrait.image

    @property
    def points(self) -> Floats:
        """Its mesh in pixels."""
        return self.portrait.points

    @property
    def eyes(self) -> Floats:
        """Both iris centres, left first."""
        return self.points[[468, 473]]

    @property
    def unit(self) -> float:
        """Eye-to-chin distance in pixels."""
        return float(np.hypot(*(self.points[CHIN] - self.eyes.mean(axis=0))))


def clipped(picture: Floats | NDArray[np.float32]) -> Image:
    """Rounded and held within 8 bits."""
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def blended(image: Image, colour: object, mask: Floats) -> Image:
    """The colour laid over the picture where the mask says, and as much."""
    share = mask[:, :, None]
    return clipped(image * (1 - share) + np.asarray(colour, float) * share)


def outlined(image: Image, points: Floats, soft: float) -> Floats:
    """0 to 1: inside the outline, its edge as soft as said (pixels)."""
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 255)
    return cv2.GaussianBlur(mask, (0, 0), max(soft, 0.3)).astype(float) / 255


def spots(rng: Rng, shape: tuple[int, int], coarse: float) -> Floats:
    """Smooth noise whose spots are so coarse (pixels)."""
    small = rng.normal(size=(max(2, int(shape[0] / coarse)), max(2, int(shape[1] / coarse)))).astype(np.float32)
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC).astype(float)


# --- good photos in another light ------------------------------------------------------------------------------------


def as_it_is(s: Subject, rng: Rng) -> Image:
    """The portrait itself."""
    return s.image


def other_light(s: Subject, rng: Rng) -> Image:
    """A little brighter or darker, softer or harder."""
    return clipped(255 * (s.image / 255.0) ** rng.uniform(0.8, 1.25) * rng.uniform(0.85, 1.08))


def noisy(s: Subject, rng: Rng) -> Image:
    """Sensor noise."""
    return clipped(s.image + rng.normal(0, rng.uniform(2, 6), s.image.shape))


def webcam(s: Subject, rng: Rng) -> Image:
    """A 720p webcam: about 100 pixels between the eyes, slight softness, noise, strong JPEG."""
    scale = min(1.0, rng.uniform(96, 120) / np.hypot(*(s.eyes[1] - s.eyes[0])))
    small = cv2.resize(s.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.4, 0.7)) + rng.normal(0, rng.uniform(1, 4), small.shape)
    packed = cv2.imencode(".jpg", clipped(soft), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 88))])[1]
    return cv2.imdecode(packed, cv2.IMREAD_COLOR).astype(np.uint8)


def slight_cast(s: Subject, rng: Rng) -> Image:
    """White balance off by a few per cent."""
    return clipped(s.image * rng.uniform(0.95, 1.05, 3))


def other_skin(s: Subject, rng: Rng) -> Image:
    """The person darker or lighter, the wall as it was: skin tones the portraits lack."""
    linear = (s.image.astype(np.float32) / 255) ** 2.2
    face = s.image[outlined(s.image, s.points[list(FACE_OVAL)], 1) > 0.5]
    now = cv2.cvtColor(face.mean(axis=0)[None, None].astype(np.float32) / 255, cv2.COLOR_BGR2LAB)[0, 0, 0]
    target = rng.uniform(32, 72)
    gain = (((target + 16) / 116) ** 3) / (((now + 16) / 116) ** 3)
    changed = 255 * np.clip(linear * gain, 0, 1) ** (1 / 2.2)
    return clipped(s.image * (1 - s.person[:, :, None]) + changed * s.person[:, :, None])


def plain_wall(s: Subject, rng: Rng) -> Image:
    """The person before a plain wall of a usual colour, softly lit."""
    walls = ((225, 228, 230), (200, 205, 210), (215, 225, 235), (235, 225, 205), (170, 172, 175))
    wall = np.array(walls[rng.integers(5)])
    rows, columns = np.mgrid[0 : s.image.shape[0], 0 : s.image.shape[1]] / max(s.image.shape)
    slope = 1 + rng.uniform(-0.08, 0.08) * rows + rng.uniform(-0.08, 0.08) * columns
    share = s.person[:, :, None]
    return clipped(s.image * share + wall * slope[:, :, None] * (1 - share) + rng.normal(0, 1.5, s.image.shape))


def slight_turn(s: Subject, rng: Rng) -> Image:
    """Within a few degrees of frontal."""
    return s.portrait.moved(Move(yaw=rng.uniform(-6, 6), pitch=rng.uniform(-6, 6), roll=rng.uniform(-5, 5)))


def window_light(s: Subject, rng: Rng) -> Image:
    """One side a little darker, as beside a window."""
    return _side(s, rng.uniform(0.72, 0.9), rng.integers(2))


# --- defects ---------------------------------------------------------------------------------------------------------


def _side(s: Subject, least: float, side: int) -> Image:
    across = (np.arange(s.image.shape[1]) - s.eyes[:, 0].mean()) / (0.35 * s.unit)
    ramp = least + (1 - least) / (1 + np.exp(-(across if side else -across)))
    return clipped(s.image * ramp[None, :, None])


def blurred(s: Subject, rng: Rng) -> Image:
    """Out of focus."""
    return cv2.GaussianBlur(s.image, (0, 0), s.unit * rng.uniform(0.009, 0.03)).astype(np.uint8)


def moving(s: Subject, rng: Rng) -> Image:
    """Moved during exposure."""
    length = int(s.unit * rng.uniform(0.044, 0.09)) | 1
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), rng.uniform(-30, 30), 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(s.image, -1, kernel / kernel.sum()).astype(np.uint8)


def dark(s: Subject, rng: Rng) -> Image:
    """A dark room."""
    return clipped(s.image * rng.uniform(0.08, 0.25) + rng.normal(0, rng.uniform(0, 3), s.image.shape))


def bright(s: Subject, rng: Rng) -> Image:
    """Overexposed."""
    skin = np.percentile(s.image[outlined(s.image, s.points[list(FOREHEAD)], 1) > 0.5].max(axis=1), 70)
    return clipped(s.image * (255 / skin) * rng.uniform(1.4, 2.2))


def side_shadow(s: Subject, rng: Rng) -> Image:
    """Half of the face in shadow: the half that is the darker one already, or the shadow would even the light out."""
    under = [s.image[outlined(s.image, s.points[list(p)], 1) > 0.5].mean() for p in (UNDER_LEFT_EYE, UNDER_RIGHT_EYE)]
    return _side(s, rng.uniform(0.08, 0.3), int(under[0] < under[1]))


def _neutrally_lit(s: Subject) -> Image:
    """The portrait's own cast taken out, by its cheeks, so that a cast put on it is as strong as it says."""
    cheeks = np.maximum(*(outlined(s.image, s.points[list(patch)], 1) for patch in (LEFT_CHEEK, RIGHT_CHEEK)))
    own = np.median(s.image[cheeks > 0.5], axis=0)
    gain = np.array([130.0, 160.0, 210.0]) / np.maximum(own, 1)
    return clipped(s.image * gain / gain.mean())


def warm(s: Subject, rng: Rng) -> Image:
    """Under tungsten light."""
    return clipped(_neutrally_lit(s) * np.array([rng.uniform(0.3, 0.55), rng.uniform(0.75, 0.88), 1.0]))


def blue(s: Subject, rng: Rng) -> Image:
    """Under blue light."""
    return clipped(_neutrally_lit(s) * np.array([1.0, rng.uniform(0.75, 0.9), rng.uniform(0.45, 0.65)]) * 1.1)


def tilted(s: Subject, rng: Rng) -> Image:
    """Head to one side."""
    return s.portrait.moved(Move(roll=rng.choice([-1, 1]) * rng.uniform(13, 25)))


def turned(s: Subject, rng: Rng) -> Image:
    """Head turned aside."""
    return s.portrait.moved(Move(yaw=rng.choice([-1, 1]) * rng.uniform(15, 28)))


def nodding(s: Subject, rng: Rng) -> Image:
    """Chin up or down."""
    return s.portrait.moved(Move(pitch=rng.choice([-1, 1]) * rng.uniform(17, 26)))


def eyes_shut(s: Subject, rng: Rng) -> Image:
    """Both lids down."""
    return s.portrait.moved(Move(blink=rng.uniform(0.9, 1.0)), absolute=False)


def looking_aside(s: Subject, rng: Rng) -> Image:
    """Irises to one side."""
    return s.portrait.moved(Move(gaze=rng.choice([-1, 1]) * rng.uniform(0.17, 0.24)), absolute=False)


def mouth_open(s: Subject, rng: Rng) -> Image:
    """Jaw down."""
    return s.portrait.moved(Move(mouth=rng.uniform(0.8, 1.3)), absolute=False)


def dark_glasses(s: Subject, rng: Rng) -> Image:
    """Sunglasses of several shapes, tints and strengths."""
    tint = np.array([(10, 10, 10), (20, 25, 45), (45, 30, 20), (25, 40, 25)][rng.integers(4)])
    across = (s.eyes[1] - s.eyes[0]) / np.hypot(*(s.eyes[1] - s.eyes[0]))
    down = np.array([-across[1], across[0]])
    result = s.image
    width, height = rng.uniform(0.24, 0.3) * s.unit, rng.uniform(0.15, 0.23) * s.unit
    power = rng.uniform(2, 4)
    turn = np.linspace(0, 2 * np.pi, 60)
    for eye in s.eyes:
        x = width * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** (2 / power)
        y = height * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** (2 / power) + 0.03 * s.unit
        lens = outlined(s.image, eye + np.outer(x, across) + np.outer(y, down), 1)
        result = blended(result, tint, rng.uniform(0.82, 1) * lens)
    bridge = np.linspace(*s.eyes, 2)
    ends = [(int(x), int(y)) for x, y in bridge]
    cv2.line(result, ends[0], ends[1], tuple(int(v) for v in tint), max(2, int(0.03 * s.unit)))
    return result


def masked(s: Subject, rng: Rng) -> Image:
    """Paper and cloth masks in usual colours."""
    cloth = ((245, 245, 245), (220, 215, 200), (230, 200, 150), (25, 25, 25), (190, 170, 240), (120, 90, 60))
    colour = cloth[rng.integers(6)]
    side = (93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323)
    top = [(425, 5, 205), (346, 195, 117), (330, 197, 101)][rng.integers(3)]
    points = s.points[list(side + top)]
    mask = outlined(s.image, points, 0.006 * s.unit)
    light = 1 + 0.06 * spots(rng, s.image.shape[:2], 0.15 * s.unit)
    shade = np.asarray(cv2.GaussianBlur(s.image, (0, 0), 0.15 * s.unit), float).mean(axis=2)
    shade = np.clip(shade / np.percentile(shade[mask > 0.5], 90), 0.4, 1)
    return clipped(s.image * (1 - mask[:, :, None]) + np.asarray(colour) * (light * shade * mask)[:, :, None])


def fringe(s: Subject, rng: Rng) -> Image:
    """Hair hanging over the eyes."""
    colour = np.array([(25, 28, 35), (20, 35, 60), (60, 90, 120), (90, 130, 170)][rng.integers(4)], float)
    top, low = s.points[10] - (0, 0.1 * s.unit), s.eyes.mean(axis=0) + np.array([0, rng.uniform(0.06, 0.14) * s.unit])
    result, half = s.image.astype(float), rng.uniform(0.6, 0.75) * s.unit
    for x in np.arange(low[0] - half, low[0] + half, max(1.0, 0.008 * s.unit)):
        end = (int(x + rng.normal(0, 0.03 * s.unit)), int(low[1] + rng.normal(0, 0.04 * s.unit)))
        shade = np.clip(colour * rng.uniform(0.7, 1.5), 0, 255)
        cv2.line(result, (int(x), int(top[1])), end, tuple(shade), max(1, int(0.011 * s.unit)), cv2.LINE_AA)
    return clipped(result)


def thick_fringe(s: Subject, rng: Rng) -> Image:
    """A fringe without gaps down to or over the eyes."""
    colour = np.array([(25, 28, 35), (20, 35, 60), (25, 30, 39)][rng.integers(3)], float)
    low = s.eyes[:, 1].mean() + rng.uniform(0.02, 0.1) * s.unit
    result, top = s.image.copy(), s.points[10, 1] - 0.25 * s.unit
    for x in np.arange(s.points[234, 0], s.points[454, 0], 0.025 * s.unit):
        end = (int(x + rng.normal(0, 0.01 * s.unit)), int(low + rng.normal(0, 0.01 * s.unit)))
        cv2.line(result, (int(x), int(top)), end, tuple(colour.tolist()), max(2, int(0.028 * s.unit)), cv2.LINE_AA)
    return result


def hat(s: Subject, rng: Rng) -> Image:
    """Beanie, cap or brimmed hat in many colours, over everything above the brows."""
    felt = (
        (120, 30, 30), (30, 30, 150), (40, 110, 40), (20, 20, 20), (200, 200, 205), (40, 90, 140), (150, 60, 140),
    )  # fmt: skip
    colour = np.array(felt[rng.integers(7)], float)
    across = (s.points[454] - s.points[234]) / 2
    up = np.array([across[1], -across[0]])
    middle = s.points[10] * 0.45 + s.points[9] * 0.55
    turn = np.linspace(0, np.pi, 40)
    wide, high = np.cos(turn) * rng.uniform(1.05, 1.3), np.sin(turn) * rng.uniform(1.0, 1.45)
    crown = middle + np.outer(wide, across) + np.outer(high, up)
    kind = rng.integers(3)
    result = blended(s.image, colour * (1 + 0.05 * rng.normal()), outlined(s.image, crown, 0.008 * s.unit))
    wide, thick = ((1.15, 0.16), (1.05, 0.12), (2.0, 0.12))[kind]
    corners = ((-wide, -0.1), (wide, -0.1), (wide, thick), (-wide, thick))
    band = np.array([middle + x * across + y * up for x, y in corners])
    result = blended(result, colour * (0.75 if kind != 1 else 0.6), outlined(s.image, band, 0.008 * s.unit))
    return clipped(result * (1 + 0.03 * spots(rng, s.image.shape[:2], 0.2 * s.unit))[:, :, None])


def red_eyes(s: Subject, rng: Rng) -> Image:
    """Flash in the pupils."""
    result, radius = s.image, rng.uniform(0.5, 0.9) * 0.055 * s.unit
    for eye, opening in zip(s.eyes, (LEFT_EYE, RIGHT_EYE), strict=True):
        disc = np.zeros(s.image.shape[:2], np.uint8)
        cv2.circle(disc, (round(eye[0]), round(eye[1])), max(2, round(radius)), 255, -1)
        mask = cv2.GaussianBlur(disc, (0, 0), 0.8) / 255.0 * outlined(s.image, s.points[list(opening)], 0.6)
        result = blended(result, (40, 30, rng.uniform(160, 235)), rng.uniform(0.7, 0.95) * mask)
    return result


def glare(s: Subject, rng: Rng) -> Image:
    """White reflections on the lenses."""
    result = s.image
    for eye in s.eyes[: rng.integers(1, 3)]:
        axes = (int(rng.uniform(0.06, 0.12) * s.unit), int(rng.uniform(0.05, 0.09) * s.unit))
        at = eye + rng.normal(0, 0.03 * s.unit, 2)
        blob = np.zeros(s.image.shape[:2], np.uint8)
        cv2.ellipse(blob, (int(at[0]), int(at[1])), axes, rng.uniform(0, 90), 0, 360, 255, -1)
        result = blended(result, (255, 255, 255), cv2.GaussianBlur(blob, (0, 0), 0.015 * s.unit) / 255.0)
    return result


def busy(s: Subject, rng: Rng) -> Image:
    """Shelves, stripes, a poster, a curtain behind the person."""
    height, width = s.image.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width] / s.unit
    kind, back = rng.integers(4), rng.uniform(90, 230, 3)
    wall = np.broadcast_to(back, s.image.shape).copy()
    if kind == 0:
        wall[((columns * rng.uniform(2, 5)) % 1 < 0.4)] = rng.uniform(40, 220, 3)
    elif kind == 1:
        wall[((rows * rng.uniform(1.5, 3)) % 1 < 0.15)] = rng.uniform(20, 120, 3)
        wall += 30 * (spots(rng, (height, width), 0.12 * s.unit) > 0.3)[:, :, None]
    elif kind == 2:
        wall += 40 * np.dstack([spots(rng, (height, width), rng.uniform(0.1, 0.4) * s.unit) for _ in range(3)])
    else:
        x = s.eyes[:, 0].mean() + rng.choice([-1, 1]) * 0.95 * s.unit
        low = (int(x + 0.35 * s.unit), int(s.eyes[0, 1] + 0.4 * s.unit))
        cv2.rectangle(wall, (int(x - 0.35 * s.unit), 0), low, tuple(rng.uniform(0, 255, 3)), -1)
    share = s.person[:, :, None]
    return clipped(s.image * share + np.clip(wall, 0, 255) * (1 - share))


def wall_shadow(s: Subject, rng: Rng) -> Image:
    """The person's shadow on a plain wall."""
    wall, strength = np.array([215, 220, 222.0]), rng.uniform(0.25, 0.5)
    aside, down = rng.choice([-1, 1]) * rng.uniform(0.16, 0.3) * s.unit, rng.uniform(0, 0.15) * s.unit
    shift = np.array([[1, 0, aside], [0, 1, down]])
    moved = cv2.warpAffine(s.person, shift, s.person.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    shadow = cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.02, 0.07) * s.unit)
    share = s.person[:, :, None]
    return clipped(s.image * share + wall * (1 - strength * shadow[:, :, None]) * (1 - share))


def far_away(s: Subject, rng: Rng) -> Image:
    """A small head in a large picture."""
    scale = rng.uniform(0.12, 0.22) * s.image.shape[0] / (2 * s.unit)
    small = cv2.resize(s.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    down, aside = s.image.shape[0] - small.shape[0], s.image.shape[1] - small.shape[1]
    borders = (down // 3, down - down // 3, aside // 2, aside - aside // 2)
    return cv2.copyMakeBorder(small, *borders, cv2.BORDER_REPLICATE).astype(np.uint8)


def cut_off(s: Subject, rng: Rng) -> Image:
    """The face partly outside the picture."""
    x, y = s.eyes.mean(axis=0)
    kind = rng.integers(3)
    if kind == 0:
        return s.image[:, int(x - rng.uniform(0.1, 0.4) * s.unit) :].copy()
    if kind == 1:
        return s.image[:, : int(x + rng.uniform(0.1, 0.4) * s.unit)].copy()
    return s.image[: int(y + rng.uniform(0.6, 0.85) * s.unit)].copy()


def beside_another(s: Subject, rng: Rng) -> Image:
    """Two faces."""
    other = cv2.flip(s.image, 1)
    scale = rng.uniform(0.6, 1.0)
    small = cv2.resize(other, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top = s.image.shape[0] - small.shape[0]
    return np.hstack([s.image, cv2.copyMakeBorder(small, top, 0, 0, 0, cv2.BORDER_REPLICATE)]).astype(np.uint8)


Maker = Callable[[Subject, Rng], Image]

GOOD: tuple[Maker, ...] = (
    as_it_is, other_light, noisy, webcam, slight_cast, other_skin, plain_wall, slight_turn, window_light,
)  # fmt: skip
DEFECTS: dict[Maker, str] = {
    blurred: "blurred", moving: "blurred", dark: "too_dark", bright: "too_bright", side_shadow: "light_uneven",
    warm: "colour_cast", blue: "colour_cast", tilted: "head_tilted", turned: "head_turned", nodding: "head_turned",
    eyes_shut: "eyes_closed", looking_aside: "gaze_away", mouth_open: "mouth_open", dark_glasses: "sunglasses",
    masked: "mask", fringe: "hair_over_eyes", thick_fringe: "hair_over_eyes",
    hat: "head_covering", red_eyes: "red_eye", glare: "glasses_glare",
    busy: "background_busy", wall_shadow: "background_shadow", far_away: "face_small", cut_off: "face_cropped",
    beside_another: "several_faces",
}  # fmt: skip
NOT_BY_WEBCAM = (blurred, moving, far_away)
"""What is gone, or another thing, in a picture of another size."""


def by_webcam(make: Maker) -> Maker:
    """The same defect in another light, before a 720p webcam."""

    def made(s: Subject, rng: Rng) -> Image:
        lit = copy(s.portrait)
        lit.image = other_light(s, rng)
        seen = copy(s.portrait)
        seen.image = make(Subject(lit, s.person), rng)
        return webcam(Subject(seen, s.person), rng)

    return made
