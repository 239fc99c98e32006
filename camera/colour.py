"""Bringing any decoded picture to 8-bit sRGB, as a viewer would show it. No tone is changed beyond that."""

import io

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from camera.errors import PictureUnreadable

SAME_COLOUR = 3
"""A profile that moves no sample by more than this many levels of 255 is taken as sRGB: pixels stay untouched."""


def as_rgb(opened: Pillow.Image) -> Pillow.Image:
    """The (first) picture as 8-bit RGB in sRGB: embedded profile applied, transparency on white, 16 bit cut to 8.

    Raises PictureUnreadable (``pixel_format``) for 32-bit and floating-point pixels, which no photo has.
    """
    if opened.mode.startswith("I;16") or opened.mode == "I":
        return _from_16_bit(opened)
    if opened.mode in {"F", "LAB", "HSV"} or opened.mode.startswith("I;"):
        raise PictureUnreadable("The picture's pixels are of a kind no photo has.", "pixel_format")
    if opened.has_transparency_data or opened.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return _on_white(opened)
    if opened.mode not in {"RGB", "CMYK", "L"}:
        return opened.convert("RGB")
    return _in_srgb(opened)


def _from_16_bit(opened: Pillow.Image) -> Pillow.Image:
    values = np.asarray(opened).astype(np.int64)
    if values.min(initial=0) < 0 or values.max(initial=0) > 65535:
        raise PictureUnreadable("The picture's pixels are of a kind no photo has.", "pixel_format")
    return Pillow.fromarray((values >> 8).astype(np.uint8)).convert("RGB")


def _on_white(opened: Pillow.Image) -> Pillow.Image:
    picture = opened.convert("RGBA")
    white = Pillow.new("RGBA", picture.size, "white")
    return Pillow.alpha_composite(white, picture).convert("RGB")


def _in_srgb(opened: Pillow.Image) -> Pillow.Image:
    """Apply the embedded profile; a missing, broken or sRGB profile leaves the pixels as they are."""
    profile = opened.info.get("icc_profile")
    opened.load()
    transform = _transform(profile, opened.mode) if profile else None
    changed = ImageCms.applyTransform(opened, transform) if transform else None
    return changed if changed is not None else opened.convert("RGB")


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
