"""Bringing any decoded picture to 8-bit sRGB, as a viewer would show it. No tone is changed beyond that."""

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from camera.errors import PictureUnreadable

SAME_COLOUR = 3
"""A profile that moves no sample by more than this many levels of 255 is taken as sRGB: pixels stay untouched."""


Strip = Callable[[Pillow.Image], Pillow.Image]
"""Brings one strip of a decoded picture to 8-bit RGB in sRGB."""


def srgb_strips(opened: Pillow.Image) -> Strip:
    """How strips of this picture become RGB: its profile applied, transparency on white, 16 bit cut to 8.

    Raises PictureUnreadable (``pixel_format``) for 32-bit and floating-point pixels, which no photo has.
    """
    if opened.mode.startswith("I;16") or opened.mode == "I":
        return _from_16_bit
    if opened.mode in {"F", "LAB", "HSV"} or opened.mode.startswith("I;"):
        raise PictureUnreadable("The picture's pixels are of a kind no photo has.", "pixel_format")
    if opened.has_transparency_data or opened.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return _on_white
    transform = _embedded(opened) if opened.mode in {"RGB", "CMYK", "L"} else None
    return partial(_transformed, transform) if transform else _plain


def _from_16_bit(strip: Pillow.Image) -> Pillow.Image:
    values = np.asarray(strip).astype(np.int64)
    if values.min(initial=0) < 0 or values.max(initial=0) > 65535:
        raise PictureUnreadable("The picture's pixels are of a kind no photo has.", "pixel_format")
    return Pillow.fromarray((values >> 8).astype(np.uint8)).convert("RGB")


def _on_white(strip: Pillow.Image) -> Pillow.Image:
    white = Pillow.new("RGBA", strip.size, "white")
    return Pillow.alpha_composite(white, strip.convert("RGBA")).convert("RGB")


def _plain(strip: Pillow.Image) -> Pillow.Image:
    return strip if strip.mode == "RGB" else strip.convert("RGB")


def _transformed(transform: ImageCms.ImageCmsTransform, strip: Pillow.Image) -> Pillow.Image:
    shown = ImageCms.applyTransform(strip, transform)
    return shown if shown is not None else _plain(strip)


def _embedded(opened: Pillow.Image) -> ImageCms.ImageCmsTransform | None:
    """The embedded profile's way to sRGB; None where it is missing, broken, or sRGB itself."""
    profile = opened.info.get("icc_profile")
    return _transform(profile, opened.mode) if profile else None


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return transform if mode == "CMYK" or _moves_colour(transform, mode) else None


def _moves_colour(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    probe = Pillow.fromarray(grid).convert(mode)
    shown = ImageCms.applyTransform(probe, transform)
    before, after = np.asarray(probe.convert("RGB"), np.int16), np.asarray(shown, np.int16)
    return bool(np.abs(before - after).max() > SAME_COLOUR)
