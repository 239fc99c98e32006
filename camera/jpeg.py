"""Writing the one photo file of an application."""

import io
from dataclasses import dataclass

from PIL import Image as Pillow

from camera.errors import PictureError
from camera.types import Image


@dataclass(frozen=True, slots=True)
class JpegLimits:
    """What a photo file may weigh, and the qualities tried in turn until it weighs enough."""

    least_bytes: int = 20 * 1024
    most_bytes: int = 7_000_000
    qualities: tuple[int, ...] = (92, 95, 98, 100)


PHOTO = JpegLimits()


def write_jpeg(image: Image, limits: JpegLimits = PHOTO) -> bytes:
    """The picture as a JPEG: sRGB, colour at full resolution (4:4:4), baseline, no EXIF, profile or comment.

    A plain picture is written at a higher quality until it weighs enough. Raises PictureError ``too_plain`` when even
    the highest does not (no photo of a face is that plain) and ``too_heavy`` when it weighs too much.
    """
    picture = Pillow.fromarray(image[:, :, ::-1])
    for quality in limits.qualities:
        data = _encoded(picture, quality)
        if len(data) > limits.most_bytes:
            raise PictureError("The photo file would be larger than may be sent in.", "too_heavy")
        if len(data) >= limits.least_bytes:
            return data
    raise PictureError("The picture holds too little to be a photo.", "too_plain")


def _encoded(picture: Pillow.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()
