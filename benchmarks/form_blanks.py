"""Frames without a QR for counting false reads: forms, other paper, other kinds of codes, people, texture, grain.

One number gives one frame. A frame of another kind of code carries that code's text, which may rightly be read; linear
codes are not read for their text at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import zxingcpp
from numpy.random import Generator

from camera.form_sheet import draw_form_sheet
from camera.types import Image
from camera.virtual_person import CYCLE, PersonScene
from camera.webcam_noise import HD, draw_scene, render

_OTHER_KINDS = ("DataMatrix", "Aztec", "PDF417", "EAN13", "Code128")
_FROM_SEED = 2_000_000


@dataclass(frozen=True, slots=True)
class Blank:
    """A frame without a QR; ``may_read`` is the text of the other code in it, if there is one."""

    kind: str
    image: Image
    may_read: str | None = None


def draw_blank(number: int) -> Blank:
    """The frame of one number; the kinds take turns."""
    random = np.random.default_rng([5, number])
    kinds = sorted(_KINDS)
    kind = kinds[number % len(kinds)]
    image, text = _KINDS[kind](random, number)
    return Blank(kind, image, text)


def _form(random: Generator, number: int) -> tuple[Image, None]:
    return render(draw_scene(_FROM_SEED + number, has_codes=False), HD), None


def _paper(random: Generator, number: int) -> tuple[Image, None]:
    """A part of a written page, turned, by a soft camera."""
    page = _page()
    middle = (float(random.uniform(300, page.shape[1] - 300)), float(random.uniform(300, page.shape[0] - 300)))
    turn = cv2.getRotationMatrix2D(middle, float(random.uniform(-180, 180)), float(random.uniform(0.4, 2.0)))
    turn[:, 2] += np.array(HD) / 2 - middle
    return _seen(cv2.warpAffine(page, turn, HD, borderValue=(120, 130, 140)), random), None


def _other_code(random: Generator, number: int) -> tuple[Image, str]:
    name = _OTHER_KINDS[int(random.integers(len(_OTHER_KINDS)))]
    text = "".join(str(digit) for digit in random.integers(0, 10, 12 if name == "EAN13" else 23))
    code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(name))
    drawn = np.asarray(code.to_image(scale=int(random.integers(2, 6))), np.uint8)
    drawn = cv2.cvtColor(drawn[: HD[1] - 80, : HD[0] - 80], cv2.COLOR_GRAY2BGR)
    frame = np.full((HD[1], HD[0], 3), 225, np.uint8)
    frame[40 : 40 + drawn.shape[0], 40 : 40 + drawn.shape[1]] = drawn
    return _seen(frame, random), code.text


def _person(random: Generator, number: int) -> tuple[Image, None]:
    return _seen(_person_scene().picture(float(random.uniform(0, CYCLE))), random), None


def _texture(random: Generator, number: int) -> tuple[Image, None]:
    """Squares dark and light at random, as a QR's are, and stripes and checks across them."""
    size = int(random.integers(3, 24))
    squares = (random.random((HD[1] // size + 1, HD[0] // size + 1)) < 0.5).astype(np.uint8) * 190 + 30
    if random.random() < 0.4:
        squares[:, :: int(random.integers(2, 5))] = 30
    large = np.kron(squares, np.ones((size, size), np.uint8))[: HD[1], : HD[0]]
    return _seen(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), random), None


def _grain(random: Generator, number: int) -> tuple[Image, None]:
    noise = random.normal(128, 50, (HD[1], HD[0])).clip(0, 255).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), float(random.uniform(0.5, 6)))
    even = cv2.normalize(soft, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    return cv2.cvtColor(even, cv2.COLOR_GRAY2BGR), None


def _seen(frame: Image, random: Generator) -> Image:
    """Softened and with noise, as by a webcam."""
    soft = cv2.GaussianBlur(frame, (0, 0), float(random.uniform(0.4, 3.0)))
    noisy = soft + random.normal(0, float(random.uniform(1, 9)), soft.shape)
    return noisy.clip(0, 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _page() -> Image:
    return draw_form_sheet("0" * 23, 8.0, has_codes=False)


@lru_cache(maxsize=1)
def _person_scene() -> PersonScene:
    return PersonScene(HD)


_KINDS: dict[str, Callable[[Generator, int], tuple[Image, str | None]]] = {
    "form": _form,
    "paper": _paper,
    "other_code": _other_code,
    "person": _person,
    "texture": _texture,
    "grain": _grain,
}
