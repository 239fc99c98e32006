"""Reading codes in a picture: zxing-cpp first, then harder looks at what was located, then at the whole frame.

Texts of codes stay in memory and out of every log; no picture is written anywhere.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from camera.qr_clear import read_clear
from camera.qr_grid import Grey, read_grid
from camera.qr_pose import Pose, poses_in, poses_near
from camera.types import Box, Image, Point

FORM_MODULES = 33
"""Modules along the form's QR, for a guess of its module size while it cannot be decoded."""

_QR_ONLY = zxingcpp.barcode_formats_from_str("QRCode")
_OTHER_CODES = zxingcpp.barcode_formats_from_str("MicroQRCode|RMQRCode|DataMatrix|Aztec|PDF417")
"""Looked for in still pictures only, to say that a code was there; the weaker ones see codes in grain."""
_LINEAR_CODES = zxingcpp.barcode_formats_from_str("EAN13|Code128")
_MOST_PIXELS_DOUBLED = 4_000_000
_MARGIN = 0.3
_MOST_PLACES = 4
_PATCHES_SOLVED, _POSES_TRIED = 3, 3
_CROP_SIDE = 420
_SMALLEST_PLACE = 24


class Hint(StrEnum):
    """What would help most to read the code in view."""

    NONE = "none"
    CLOSER = "closer"
    LESS_GLARE = "less_glare"
    BOTTOM_RIGHT = "bottom_right"
    HOLD_STILL = "hold_still"


@dataclass(frozen=True, slots=True)
class Located:
    """A symbol that was found, read or not; corners clockwise from its top left, in pixels of the picture."""

    corners: tuple[Point, Point, Point, Point]
    is_read: bool

    @property
    def box(self) -> Box:
        """The upright rectangle around it."""
        xs, ys = zip(*self.corners, strict=True)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

    @property
    def side(self) -> float:
        """The mean length of its sides in pixels."""
        turned = self.corners[1:] + self.corners[:1]
        return float(np.mean([np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in zip(self.corners, turned, strict=True)]))


@dataclass(frozen=True, slots=True)
class CodesSeen:
    """What one picture gave. ``texts`` holds each payload once and is not shown in a log.

    ``linear_texts`` are those of linear codes. One check digit lets misreadings of a blurred one pass, so they may say
    that a code is there and never which form.
    """

    texts: tuple[str, ...] = field(default=(), repr=False)
    located: tuple[Located, ...] = ()
    linear_texts: tuple[str, ...] = field(default=(), repr=False)


def read_codes(image: Image) -> CodesSeen:
    """All codes in a still picture by the whole cascade; where there is none, light codes on dark and other kinds."""
    grey = as_grey(image)
    seen = harder_pass(grey, first_pass(grey))
    if not seen.texts:
        seen = first_pass(np.bitwise_not(grey))
    if seen.texts:
        return seen
    others, linear = (_texts_of_kinds(grey, formats) for formats in (_OTHER_CODES, _LINEAR_CODES))
    return replace(seen, texts=others, linear_texts=linear)


def _texts_of_kinds(grey: Grey, formats: zxingcpp.BarcodeFormats) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_valid_texts(_barcodes(grey, formats=formats))))


def as_grey(image: Image) -> Grey:
    """The picture's brightness, which is all that codes need."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def first_pass(grey: Grey) -> CodesSeen:
    """What zxing-cpp reads and locates at once: quick enough for every frame of live video."""
    return _seen(_barcodes(grey, with_errors=True))


def harder_pass(
    grey: Grey,
    first: CodesSeen,
    is_enough: Callable[[str], bool] = lambda text: False,
    seconds: float = float("inf"),
) -> CodesSeen:
    """``first`` and what closer looks add, until ``is_enough`` holds for a text or about ``seconds`` are over."""
    texts = dict.fromkeys(first.texts)
    end = time.monotonic() + seconds
    for text in _closer_looks(grey, first, lambda: time.monotonic() < end):
        texts[text] = None
        if is_enough(text):
            break
    return CodesSeen(tuple(texts), first.located)


def _closer_looks(grey: Grey, first: CodesSeen, may_go_on: Callable[[], bool]) -> Iterator[str]:
    """The looks that read most for their time first."""
    for picture in _whole_frame_cleared(grey):
        if may_go_on():
            yield from _valid_texts(_barcodes(picture))
    for poses in _poses(grey, first, may_go_on):
        yield from _first_texts(grey, poses[:_POSES_TRIED], may_go_on)
    for symbol in first.located:
        if not symbol.is_read and may_go_on():
            yield from read_grid(grey, symbol.corners)
    for place in _places(grey, first):
        if may_go_on():
            yield from _texts_in_place(crop_around(grey, place), may_go_on)


def _poses(grey: Grey, first: CodesSeen, may_go_on: Callable[[], bool]) -> Iterator[list[Pose]]:
    """How a symbol may lie: where one was located and not read, then in each of the busiest patches."""
    for symbol in first.located:
        if not symbol.is_read and may_go_on():
            yield poses_near(grey, symbol.corners)
    read = [each.box for each in first.located if each.is_read]
    patches = [box for box in busy_patches(grey) if not any(_overlaps(box, other) for other in read)]
    for box in patches[:_PATCHES_SOLVED]:
        if may_go_on():
            yield poses_in(grey, box)


def _first_texts(grey: Grey, poses: list[Pose], may_go_on: Callable[[], bool]) -> list[str]:
    """Solve for the modules in one pose after the other until one gives a text."""
    found = (read_clear(grey, pose, may_go_on) for pose in poses if may_go_on())
    return next((texts for texts in found if texts), [])


def _whole_frame_cleared(grey: Grey) -> Iterator[Grey]:
    """The frame doubled and sharpened, without and with its grain calmed."""
    if grey.size <= _MOST_PIXELS_DOUBLED:
        large = _enlarged(grey, 2.0)
        yield _crisp(large, 2.5, 3.0)
        yield _crisp(np.asarray(cv2.GaussianBlur(large, (0, 0), 1.0), np.uint8), 3.4, 6.0)


def _texts_in_place(crop: Grey, may_go_on: Callable[[], bool]) -> list[str]:
    """Look at one place in several ways; the first way that reads anything is enough."""
    if min(crop.shape) < _SMALLEST_PLACE:
        return []
    for picture, binarizer in _ways_to_look(crop):
        texts = _valid_texts(_barcodes(picture, binarizer=binarizer)) if may_go_on() else []
        if texts:
            return texts
    return []


def _scale_of(crop: Grey) -> float:
    return float(np.clip(_CROP_SIDE / max(crop.shape), 2.0, 4.0))


def _ways_to_look(crop: Grey) -> Iterator[tuple[Grey, zxingcpp.Binarizer]]:
    """The crop enlarged and cleared up: for grain, for defocus, for both."""
    scale = _scale_of(crop)
    large = _enlarged(crop, scale)
    near, all_over = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram
    calm = np.asarray(cv2.GaussianBlur(large, (0, 0), 0.5 * scale), np.uint8)
    yield _crisp(calm, 1.7 * scale, 6.0), near
    clear = _crisp(large, 1.3 * scale, 3.0)
    yield clear, near
    yield clear, all_over
    yield _crisp(large, 2.0 * scale, 8.0), near
    smooth = np.asarray(cv2.bilateralFilter(large, 9, 40, 2.5 * scale), np.uint8)
    yield _crisp(smooth, 1.3 * scale, 3.0), near
    yield large, near


def _places(grey: Grey, first: CodesSeen) -> Iterator[Box]:
    """Where to look closer: symbols located but not read, then patches as busy as a code that are not read yet."""
    found = [each.box for each in first.located if not each.is_read]
    yield from found
    read = [each.box for each in first.located if each.is_read]
    busy = (box for box in busy_patches(grey) if not any(_overlaps(box, other) for other in [*found, *read]))
    yield from (box for box, _ in zip(busy, range(_MOST_PLACES), strict=False))


def busy_patches(grey: Grey) -> list[Box]:
    """Squarish patches with strong edges both across and down, the busiest first, in pixels."""
    step = max(2, grey.shape[0] // 240)
    if min(grey.shape) < _SMALLEST_PLACE:
        return []
    small = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA) if step < 2 else grey
    across, down = (np.abs(cv2.Sobel(small, cv2.CV_32F, *order, ksize=3)) for order in ((1, 0), (0, 1)))
    size = (small.shape[1] // step, small.shape[0] // step)
    coarse = [cv2.resize(edges, size, interpolation=cv2.INTER_AREA) for edges in (across, down)]
    both = np.asarray(cv2.GaussianBlur(np.minimum(*coarse), (0, 0), 2.0), np.float32)
    boxes: list[Box] = []
    for _ in range(2 * _MOST_PLACES):
        box = _next_patch(both, step)
        if box is None:
            break
        if _may_be_a_code(box, min(grey.shape)):
            boxes.append(box)
    return boxes


def _next_patch(busy: NDArray[np.float32], step: int) -> Box | None:
    """The patch around the busiest point, which is then wiped out."""
    _, peak, _, (x, y) = cv2.minMaxLoc(busy)
    if peak < 6.0:
        return None
    mask = np.zeros((busy.shape[0] + 2, busy.shape[1] + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_FIXED_RANGE | (255 << 8)
    _, _, _, (left, top, width, height) = cv2.floodFill(busy, mask, (x, y), 0.0, 0.5 * peak, peak, flags)
    return Box(left * step, top * step, width * step, height * step)


def _may_be_a_code(box: Box, most: int) -> bool:
    """Whether a patch is squarish, and as large as a code in a picture that is ``most`` pixels high can be."""
    short, long = sorted((box.width, box.height))
    return short >= _SMALLEST_PLACE and long <= min(2.2 * short, most)


def _overlaps(one: Box, other: Box) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 0 and down > 0 and across * down > 0.3 * min(one.width * one.height, other.width * other.height)


def crop_around(grey: Grey, box: Box, share: float = _MARGIN) -> Grey:
    """The part of the picture in ``box`` with a margin of that ``share`` of it, as far as there is picture."""
    margin = share * max(box.width, box.height)
    top, left = max(0, int(box.y - margin)), max(0, int(box.x - margin))
    return grey[top : int(box.y + box.height + margin), left : int(box.x + box.width + margin)]


def _enlarged(grey: Grey, factor: float) -> Grey:
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)


def _crisp(grey: Grey, sigma: float, amount: float) -> Grey:
    """Unsharp masking: what is lost beyond ``sigma`` pixels is given back ``amount`` times."""
    soft = cv2.GaussianBlur(grey, (0, 0), sigma)
    return np.asarray(cv2.addWeighted(grey, 1 + amount, soft, -amount, 0), np.uint8)


def _barcodes(
    grey: Grey,
    *,
    with_errors: bool = False,
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
    formats: zxingcpp.BarcodeFormats = _QR_ONLY,
) -> Sequence[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        grey,
        formats=formats,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
        return_errors=with_errors,
    )


def _valid_texts(barcodes: Sequence[zxingcpp.Barcode]) -> list[str]:
    return [code.text for code in barcodes if code.valid and code.text]


def _seen(barcodes: Sequence[zxingcpp.Barcode]) -> CodesSeen:
    located = [Located(_corners(code), code.valid) for code in barcodes]
    real = tuple(each for each in located if each.side >= _SMALLEST_PLACE)
    return CodesSeen(tuple(dict.fromkeys(_valid_texts(barcodes))), real)


def _corners(code: zxingcpp.Barcode) -> tuple[Point, Point, Point, Point]:
    position = code.position
    four = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    one, two, three, last = ((float(corner.x), float(corner.y)) for corner in four)
    return one, two, three, last
