"""Reading a picture file that anybody may have made: either an upright 8-bit picture comes out, or a named refusal.

Keys of the refusals: ``missing``, ``is_folder``, ``not_a_file``, ``not_allowed``, ``empty``, ``not_a_picture``,
``heic``, ``format_not_read``, ``pixel_format``, ``too_large``, ``truncated``. No message holds a path or content.
"""

import io
import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL import Image as Pillow

from camera.colour import srgb_strips
from camera.errors import PictureTooLarge, PictureUnreadable
from camera.types import Image

MAX_BYTES = 64 * 1024 * 1024
"""Nine times the largest photo file that may be sent in; more is not read at all."""
MAX_PIXELS = 64_000_000
"""More than today's cameras take; decoding that many needs about 450 MB for a moment."""
MAX_SIDE = 30_000

PLUGINS = (
    JpegImagePlugin.JpegImageFile,
    PngImagePlugin.PngImageFile,
    WebPImagePlugin.WebPImageFile,
    BmpImagePlugin.BmpImageFile,
    GifImagePlugin.GifImageFile,
    TiffImagePlugin.TiffImageFile,
)
FORMATS = tuple(plugin.format for plugin in PLUGINS)
"""What is decoded at all; naming the plug-ins loads these six and no others (MPO opens as JPEG)."""
STORED: dict[int, Callable[[Image], Image]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
"""By EXIF orientation: an upright picture seen (as a view, no copy) the way the file stores it."""
ORIENTATION_TAG = 0x0112
OTHER_FORMATS = {
    b"%PDF": "a PDF document",
    b"\xff\x0a": "a JPEG XL picture",
    b"\x00\x00\x00\x0cJXL ": "a JPEG XL picture",
    b"\x00\x00\x00\x0cjP  ": "a JPEG 2000 picture",
    b"8BPS": "a Photoshop file",
    b"<svg": "a drawing (SVG)",
}
KNOWN_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"BM", b"GIF8", b"II*\x00", b"MM\x00*")
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}

_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture: ``image`` is upright sRGB; format, ``mode``, ``orientation`` and ``bytes`` are the file's."""

    image: Image
    width: int
    height: int
    source_format: str
    mode: str
    orientation: int
    frames: int
    bytes: int


def read_picture_file(path: Path) -> Picture:
    """The picture in a file; raises PictureError by name, also for a missing file, a folder or a device."""
    return read_picture(read_file_bytes(path))


def read_picture(data: bytes) -> Picture:
    """The picture in ``data``, upright, sRGB, the first frame of an animated one; raises PictureError by name."""
    if not data:
        raise PictureUnreadable("The file is empty.", "empty")
    if len(data) > MAX_BYTES:
        raise PictureTooLarge("The file is larger than 64 MB.")
    with _strict_pillow():
        return _decoded(data)


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Pillow refusing what is cut off, and silent about odd files; both are settings of the whole process.

    WeasyPrint, once imported, tells Pillow to accept truncated pictures: their missing part would come out grey.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def picture_of_frame(image: Image) -> Picture:
    """A camera's frame as a picture: no file, no format of its own."""
    height, width = image.shape[:2]
    return Picture(image, width, height, "camera", "RGB", 1, 1, 0)


def read_file_bytes(path: Path) -> bytes:
    """A picture file's bytes; raises PictureError for what is missing, no ordinary file, or too large."""
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise PictureUnreadable("This is a folder, not a picture file.", "is_folder")
        if not stat.S_ISREG(facts.st_mode):
            raise PictureUnreadable("This is not an ordinary file.", "not_a_file")
        if facts.st_size > MAX_BYTES:
            raise PictureTooLarge("The file is larger than 64 MB.")
        return path.read_bytes()
    except PermissionError:
        raise PictureUnreadable("The file may not be read by this account.", "not_allowed") from None
    except (OSError, ValueError):
        raise PictureUnreadable("There is no such file.", "missing") from None


def _decoded(data: bytes) -> Picture:
    opened = _opened(data)
    _refuse_unwilling(opened.size)
    try:
        frames = int(getattr(opened, "n_frames", 1))
        orientation = _orientation(opened)
        mode, source_format = opened.mode, opened.format or ""
        image = _upright(opened, orientation)
    except PictureUnreadable:
        raise
    except Exception:  # noqa: BLE001 - decoders raise almost anything on hostile bytes; none of it may get out
        raise PictureUnreadable("The picture is damaged or cut off.", "truncated") from None
    height, width = image.shape[:2]
    name = "JPEG" if source_format == "MPO" else source_format
    return Picture(image, width, height, name, mode, orientation, frames, len(data))


def _opened(data: bytes) -> Pillow.Image:
    try:
        return Pillow.open(io.BytesIO(data), formats=FORMATS)
    except Pillow.DecompressionBombError:
        raise PictureTooLarge("The picture has more pixels than we decode (64 million).") from None
    except Exception:  # noqa: BLE001 - as above
        raise _refusal(data) from None


def _refusal(data: bytes) -> PictureUnreadable:
    """The most helpful name for bytes that did not open, from how they begin."""
    start = data[:16]
    if start[4:8] == b"ftyp":
        if start[8:12] in HEIC_BRANDS:
            return PictureUnreadable("This is a HEIC picture (from an iPhone). Save it as JPEG first.", "heic")
        return PictureUnreadable("This is an AVIF picture or a film. Save it as JPEG first.", "format_not_read")
    for signature, name in OTHER_FORMATS.items():
        if start.startswith(signature):
            return PictureUnreadable(f"This is {name}. Save it as JPEG first.", "format_not_read")
    if start.startswith(KNOWN_STARTS):
        return PictureUnreadable("The picture is damaged or cut off.", "truncated")
    return PictureUnreadable("This is not a picture.", "not_a_picture")


def _refuse_unwilling(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE:
        raise PictureTooLarge("The picture has more pixels than we decode (64 million).")


def _orientation(opened: Pillow.Image) -> int:
    try:
        value = opened.getexif().get(ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - a broken EXIF block does not make the picture unusable
        return 1
    return value if isinstance(value, int) and value in STORED else 1


def _upright(opened: Pillow.Image, orientation: int) -> Image:
    """The pixels as upright BGR, strip by strip: besides the decoder's copy only the result is ever held."""
    width, height = opened.size
    opened.load()
    to_rgb = srgb_strips(opened)
    image: Image = np.empty((width, height, 3) if orientation >= 5 else (height, width, 3), dtype=np.uint8)
    stored = STORED[orientation](image)
    for top in range(0, height, 256):
        strip = to_rgb(opened.crop((0, top, width, min(top + 256, height))))
        stored[top : top + strip.height] = np.asarray(strip)[:, :, ::-1]
    return image
