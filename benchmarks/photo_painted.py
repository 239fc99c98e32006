"""The defects once more, drawn by another hand: flat paint, other shapes and colours, light put on as it is.

``photo_variants`` served to set the limits; nothing here did. Each function takes a Subject and a random generator and
gives a picture; ``as_sent`` then makes a file of it as people send them, of any size, shape and quality.
"""

import cv2
import numpy as np
from photo_variants import Floats, Maker, Rng, Subject, blended, clipped, outlined, spots

from camera.regions import FACE_OVAL, LEFT_EYE, RIGHT_EYE
from camera.types import Image

JAW = (93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323)
MASK_TOPS = ((425, 5, 205), (346, 195, 117), (330, 197, 101), (352, 280, 5, 50, 123))
LEAST_APART = 165
"""Pixels between the eyes of a picture sent in, at least: with fewer no lawful photo can be cut from it."""
DYES = (
    (224, 232, 214), (235, 225, 215), (250, 250, 250), (20, 20, 20), (190, 170, 240), (110, 110, 110), (80, 120, 60),
)  # fmt: skip
FELTS = (
    (120, 30, 30), (30, 30, 150), (40, 110, 40), (25, 25, 25), (205, 205, 205), (40, 90, 140), (150, 60, 140),
    (110, 110, 112), (90, 60, 20), (60, 170, 230), (160, 200, 235),
)  # fmt: skip


def _axes(s: Subject) -> tuple[Floats, Floats]:
    """One unit (eyes to chin) across the face and one down it."""
    across = (s.eyes[1] - s.eyes[0]) / np.hypot(*(s.eyes[1] - s.eyes[0])) * s.unit
    return across, np.array([-across[1], across[0]])


def _from_eyes(s: Subject, corners: object) -> Floats:
    """Points given in units from the middle of the eyes, as pixels."""
    across, down = _axes(s)
    places = np.asarray(corners, float)
    return np.asarray(s.eyes.mean(axis=0) + np.outer(places[:, 0], across) + np.outer(places[:, 1], down))


def soft(s: Subject, rng: Rng) -> Image:
    """Out of focus: by a Gaussian, a disc or a box."""
    sigma = s.unit * rng.uniform(0.0092, 0.018)
    kind = rng.integers(3)
    if kind == 0:
        return cv2.GaussianBlur(s.image, (0, 0), sigma).astype(np.uint8)
    side = 2 * max(1, round(2 * sigma if kind == 1 else 1.75 * sigma)) + 1
    shape = cv2.MORPH_ELLIPSE if kind == 1 else cv2.MORPH_RECT
    kernel = cv2.getStructuringElement(shape, (side, side)).astype(np.float32)
    return cv2.filter2D(s.image, -1, kernel / kernel.sum()).astype(np.uint8)


def shaken(s: Subject, rng: Rng) -> Image:
    """A straight smear, level, upright or slanting."""
    length = int(s.unit * rng.uniform(0.044, 0.08)) | 1
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), rng.choice([0, 0, 45, 90, 135]), 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(s.image, -1, kernel / kernel.sum()).astype(np.uint8)


def dim(s: Subject, rng: Rng) -> Image:
    """Everything darker by one factor."""
    return clipped(s.image * rng.uniform(0.14, 0.28))


def burnt(s: Subject, rng: Rng) -> Image:
    """Everything lighter by one factor, beyond what the file holds."""
    face = s.image[outlined(s.image, s.points[list(range(468))][[10, 234, 152, 454]], 1) > 0.5].max(axis=1)
    return clipped(s.image * (255 / np.percentile(face, 60)) * rng.uniform(1.3, 2.2))


def half_dark(s: Subject, rng: Rng) -> Image:
    """One half of the picture in shadow, its edge hard or soft, on the left or the right."""
    least, edge = rng.uniform(0.1, 0.3), rng.uniform(0.02, 0.3) * s.unit
    away = (np.arange(s.image.shape[1]) - s.eyes[:, 0].mean()) / edge * rng.choice([-1, 1])
    return clipped(s.image * (least + (1 - least) / (1 + np.exp(-np.clip(away, -50, 50))))[None, :, None])


def yellowed(s: Subject, rng: Rng) -> Image:
    """Warm light on the photo as it is."""
    return clipped(s.image * np.array([rng.uniform(0.45, 0.6), rng.uniform(0.85, 0.95), rng.uniform(1.1, 1.3)]))


def blued(s: Subject, rng: Rng) -> Image:
    """Cold light on the photo as it is."""
    return clipped(s.image * np.array([rng.uniform(1.3, 1.5), rng.uniform(0.95, 1.03), rng.uniform(0.55, 0.7)]))


def rolled(s: Subject, rng: Rng) -> Image:
    """The whole picture turned, so that the head leans by 8 to 20 degrees."""
    across = s.eyes[1] - s.eyes[0]
    own = float(np.degrees(np.arctan2(across[1], across[0])))
    aim = rng.choice([-1, 1]) * rng.uniform(8, 20)
    height, width = s.image.shape[:2]
    x, y = s.eyes.mean(axis=0)
    turn = cv2.getRotationMatrix2D((float(x), float(y)), own - aim, 1.0)
    return cv2.warpAffine(s.image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def _lens(rng: Rng, s: Subject) -> Floats:
    """One lens around its eye, in pixels: oval, round, square or a pilot's."""
    kind = rng.integers(4)
    wide, high = ((0.22, 0.15), (0.19, 0.19), (0.24, 0.17), (0.23, 0.2))[kind]
    turn = np.linspace(0, 2 * np.pi, 60)
    power = 4.0 if kind == 2 else 2.0
    x = wide * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** (2 / power)
    y = high * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** (2 / power)
    if kind == 3:
        y = np.where(y < 0, 0.6 * y, y) + 0.02
    across, down = _axes(s)
    return np.asarray(rng.uniform(0.95, 1.25) * (np.outer(x, across) + np.outer(y, down)))


def shades(s: Subject, rng: Rng) -> Image:
    """Sunglasses: black, brown, navy or grey lenses, flat or lighter towards the bottom, with their frame."""
    tint = np.array([(18, 16, 16), (10, 10, 10), (25, 40, 70), (60, 35, 20), (45, 45, 45)][rng.integers(5)], float)
    lens, result = _lens(rng, s), s.image.copy()
    fall = rng.choice([0.0, 0.0, 0.25])
    rows = np.arange(s.image.shape[0])[:, None, None]
    for eye in s.eyes:
        mask = rng.uniform(0.88, 1.0) * outlined(s.image, eye + lens, rng.choice([0.3, 1.0]))
        share = np.clip((rows - eye[1]) / (0.2 * s.unit), 0, 1) * fall
        result = blended(result, tint, np.asarray(mask * (1 - share[:, :, 0])))
        edge = [np.round(eye + lens).astype(np.int32)]
        cv2.polylines(result, edge, True, (tint * 0.6).tolist(), max(1, int(0.012 * s.unit)), cv2.LINE_AA)
    ends = [tuple(int(v) for v in eye) for eye in s.eyes]
    bridge = s.image.copy()
    cv2.line(bridge, ends[0], ends[1], tint.tolist(), max(2, int(rng.uniform(0.015, 0.05) * s.unit)))
    between = outlined(s.image, _from_eyes(s, ((-0.16, -0.06), (0.16, -0.06), (0.16, 0.06), (-0.16, 0.06))), 0.3)
    return np.where(between[:, :, None] > 0.5, bridge, result).astype(np.uint8)


def cloth_mask(s: Subject, rng: Rng) -> Image:
    """A mask: flat or pleated, plain or patterned, high or low on the nose."""
    dye = np.array(DYES[rng.integers(7)], float)
    cloth = np.broadcast_to(dye, s.image.shape).copy()
    kind, rows = rng.integers(3), np.arange(s.image.shape[0])[:, None, None] / s.unit
    if kind == 1:
        cloth *= np.where((rows * rng.uniform(7, 12)) % 1 < 0.15, 0.85, 1)
    elif kind == 2:
        dots = spots(rng, s.image.shape[:2], 0.08 * s.unit) > 1
        cloth[dots] = np.array(DYES[rng.integers(7)])
    outline = s.points[list(JAW + MASK_TOPS[rng.integers(4)])]
    return clipped(s.image * (1 - (m := outlined(s.image, outline, 0.4))[:, :, None]) + cloth * m[:, :, None])


def red_pupils(s: Subject, rng: Rng) -> Image:
    """Flat red discs over pupils or whole irises."""
    result, radius = s.image, rng.uniform(0.025, 0.045) * s.unit
    for eye, opening in zip(s.eyes, (LEFT_EYE, RIGHT_EYE), strict=True):
        disc = np.zeros(s.image.shape[:2], np.uint8)
        cv2.circle(disc, (round(eye[0]), round(eye[1])), max(2, round(radius)), 255, -1)
        inside = outlined(s.image, s.points[list(opening)], 0.4)
        result = blended(result, (40, 30, rng.uniform(190, 240)), disc / 255.0 * inside)
    return result


def reflection(s: Subject, rng: Rng) -> Image:
    """On one lens or both: a spot, a slanting streak or a window."""
    result, kind = s.image, rng.integers(3)
    across, down = _axes(s)
    for eye in s.eyes[:: rng.choice([-1, 1])][: rng.integers(1, 3)]:
        at = eye + rng.uniform(-0.05, 0.05) * across + rng.uniform(-0.04, 0.04) * down
        if kind == 0:
            turn = np.linspace(0, 2 * np.pi, 40)
            shape = np.outer(np.cos(turn), across) * 0.06 + np.outer(np.sin(turn), down) * 0.05
        elif kind == 1:
            corners = ((-0.13, 0.07), (-0.07, 0.07), (0.13, -0.07), (0.07, -0.07))
            shape = np.array([x * across + y * down for x, y in corners])
        else:
            corners = ((-0.07, -0.06), (0.05, -0.05), (0.06, 0.05), (-0.06, 0.06))
            shape = np.array([x * across + y * down for x, y in corners])
        mask = rng.uniform(0.9, 1) * outlined(s.image, at + shape, rng.uniform(0.004, 0.02) * s.unit)
        result = blended(result, (255, 255, 255), mask)
    return result


def curtain(s: Subject, rng: Rng) -> Image:
    """A fringe of flat bars down to or over the eyes, with gaps between."""
    colours = ((26, 30, 38), (40, 60, 90), (70, 110, 160), (150, 155, 160))
    colour = np.array(colours[rng.integers(4)], float)
    result, half = s.image.copy(), rng.uniform(0.5, 0.7)
    low, step = rng.uniform(0.07, 0.16), rng.uniform(0.022, 0.04)
    for x in np.arange(-half, half, step):
        ends = _from_eyes(s, ((x, -0.75), (x + rng.normal(0, 0.006), low + rng.normal(0, 0.02))))
        a, b = (tuple(int(v) for v in end) for end in ends)
        shade = (colour * rng.uniform(0.85, 1.1)).tolist()
        cv2.line(result, a, b, shade, max(1, int(rng.uniform(0.7, 1.0) * step * s.unit)), cv2.LINE_AA)
    return result


def _knit(s: Subject, rng: Rng, colour: Floats) -> Floats:
    rows, columns = np.mgrid[0 : s.image.shape[0], 0 : s.image.shape[1]] / s.unit
    ribs = 1 + 0.12 * np.sin(columns * 2 * np.pi * rng.uniform(12, 22)) * (rng.random() < 0.5)
    folds = 1 + 0.07 * spots(rng, s.image.shape[:2], 0.2 * s.unit)
    return np.asarray(colour * (ribs * folds * (1 + 0 * rows))[:, :, None])


def cap(s: Subject, rng: Rng) -> Image:
    """A beanie, a cap with its visor, a dome with a band, or a bucket hat."""
    cloth = _knit(s, rng, np.array(FELTS[rng.integers(len(FELTS))], float))
    turn, kind = np.linspace(0, np.pi, 40), rng.integers(4)
    half, low = np.ptp(s.points[[234, 454], 0]) / s.unit / 2, -0.32
    dome = np.column_stack([1.12 * half * np.cos(turn), low - rng.uniform(0.6, 0.85) * np.sin(turn)])
    parts = [(dome, 1.0)]
    if kind == 1:
        bill = np.column_stack([0.95 * half * np.cos(turn), low - 0.05 + 0.2 * np.sin(turn)])
        parts.append((np.vstack([bill, [(-0.95 * half, low - 0.1), (0.95 * half, low - 0.1)]]), 0.7))
    elif kind == 2:
        parts.append((np.array([(-1.3, low - 0.1), (1.3, low - 0.1), (1.3, low + 0.05), (-1.3, low + 0.05)])
                      * (half, 1), 0.7))  # fmt: skip
    elif kind == 3:
        parts.append((np.array([(-1.1, low - 0.12), (1.1, low - 0.12), (1.7, low + 0.06), (-1.7, low + 0.06)])
                      * (half, 1), 0.85))  # fmt: skip
    else:
        parts.append((np.array([(-1.15, low - 0.16), (1.15, low - 0.16), (1.12, low + 0.02), (-1.12, low + 0.02)])
                      * (half, 1), 0.9))  # fmt: skip
    result = s.image.astype(float)
    for shape, shade in parts:
        mask = outlined(s.image, _from_eyes(s, shape), 0.006 * s.unit)[:, :, None]
        result = result * (1 - mask) + cloth * shade * mask
    return clipped(result)


def headscarf(s: Subject, rng: Rng) -> Image:
    """Cloth around the face, over hair, ears and neck."""
    cloth = _knit(s, rng, np.array(FELTS[rng.integers(len(FELTS))], float))
    turn = np.linspace(0, 2 * np.pi, 80)
    outer = np.column_stack([0.98 * np.cos(turn), 0.12 + 1.12 * np.sin(turn)])
    neck = np.array([(-0.75, 0.7), (0.75, 0.7), (1.2, 2.2), (-1.2, 2.2)])
    opening = s.points[list(FACE_OVAL)]
    middle = opening.mean(axis=0) + np.array([0, 0.03 * s.unit])
    face = outlined(s.image, middle + 0.93 * (opening - middle), 0.01 * s.unit)
    around = np.maximum(outlined(s.image, _from_eyes(s, outer), 1), outlined(s.image, _from_eyes(s, neck), 1))
    mask = (around * (1 - face))[:, :, None]
    return clipped(s.image * (1 - mask) + cloth * mask)


PAINTED: dict[Maker, str] = {
    soft: "blurred", shaken: "blurred", dim: "too_dark", burnt: "too_bright", half_dark: "light_uneven",
    yellowed: "colour_cast", blued: "colour_cast", rolled: "head_tilted", shades: "sunglasses", cloth_mask: "mask",
    red_pupils: "red_eye", reflection: "glasses_glare", curtain: "hair_over_eyes", cap: "head_covering",
    headscarf: "head_covering",
}  # fmt: skip


def as_sent(make: Maker) -> Maker:
    """The same picture as a file that somebody sends: 600 to 4000 pixels, upright or wide, JPEG of quality 40 to 95."""

    def made(s: Subject, rng: Rng) -> Image:
        whole = make(s, rng)
        apart = float(np.hypot(*(s.eyes[1] - s.eyes[0]))) * whole.shape[1] / s.image.shape[1]
        picture = _framed(whole, s, rng)
        longest = max(picture.shape[:2])
        wanted = np.exp(rng.uniform(np.log(600), np.log(4000))) / longest
        scale = min(max(wanted, LEAST_APART / apart), 4000 / longest)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        sized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way)
        packed = cv2.imencode(".jpg", sized, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))])[1]
        return cv2.imdecode(packed, cv2.IMREAD_COLOR).astype(np.uint8)

    return made


def _framed(picture: Image, s: Subject, rng: Rng) -> Image:
    """As it is, cut narrower towards the photo's own shape, or wider by its own sides mirrored."""
    kind, (height, width) = rng.integers(3), picture.shape[:2]
    if kind == 1:
        scale = width / s.image.shape[1]
        half = min(0.5 * width, max(0.42 * height, scale * s.unit))
        x = float(np.clip(scale * s.eyes[:, 0].mean(), half, width - half))
        return picture[:, int(x - half) : int(x + half)].copy()
    if kind == 2:
        aside = int(width * rng.uniform(0.1, 0.35))
        return cv2.copyMakeBorder(picture, 0, 0, aside, aside, cv2.BORDER_REFLECT_101).astype(np.uint8)
    return picture


def in_grey(s: Subject, rng: Rng) -> Image:
    """A photo without colour, with its three channels."""
    return cv2.cvtColor(cv2.cvtColor(s.image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR).astype(np.uint8)
