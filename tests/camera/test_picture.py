"""Every picture file anybody may bring is either decoded upright or refused by name."""

import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageCms, ImageFile, PngImagePlugin

from camera.errors import PictureError, PictureTooLarge, PictureUnreadable
from camera.picture import MAX_BYTES, read_picture, read_picture_file


def scene(width: int = 96, height: int = 64) -> Pillow.Image:
    """Red at the top left, green at the top right, blue below: its orientation is visible."""
    picture = Pillow.new("RGB", (width, height), (30, 40, 200))
    picture.paste((200, 30, 30), (0, 0, width // 2, height // 2))
    picture.paste((30, 200, 30), (width // 2, 0, width, height // 2))
    return picture


def saved(picture: Pillow.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def at(image: np.ndarray, x: float, y: float) -> tuple[int, ...]:
    """The RGB colour at a place given in shares of width and height."""
    height, width = image.shape[:2]
    return tuple(int(v) for v in image[int(y * height), int(x * width)][::-1])


def test_pixels_come_out_bgr_and_unchanged() -> None:
    picture = read_picture(saved(scene()))
    assert np.array_equal(picture.image[:, :, ::-1], np.asarray(scene()))
    assert (picture.width, picture.height, picture.source_format, picture.mode) == (96, 64, "PNG", "RGB")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(orientation: int) -> None:
    turned_back = {
        1: None, 2: Pillow.Transpose.FLIP_LEFT_RIGHT, 3: Pillow.Transpose.ROTATE_180,
        4: Pillow.Transpose.FLIP_TOP_BOTTOM, 5: Pillow.Transpose.TRANSPOSE, 6: Pillow.Transpose.ROTATE_90,
        7: Pillow.Transpose.TRANSVERSE, 8: Pillow.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    stored = scene() if turned_back is None else scene().transpose(turned_back)
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    picture = read_picture(saved(stored, "JPEG", quality=95, exif=exif.tobytes()))
    assert (picture.width, picture.height, picture.orientation) == (96, 64, orientation)
    red, green = at(picture.image, 0.2, 0.2), at(picture.image, 0.8, 0.2)
    assert red[0] > 150 > green[0]
    assert green[1] > 150 > red[1]


def test_broken_exif_leaves_the_picture_usable() -> None:
    data = saved(scene(), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert read_picture(data).orientation == 1


def test_cmyk_grey_palette_and_one_bit_become_three_channels() -> None:
    for mode, kind in (("CMYK", "JPEG"), ("L", "JPEG"), ("P", "PNG"), ("1", "PNG"), ("YCbCr", "JPEG")):
        picture = read_picture(saved(scene().convert(mode), kind))
        assert picture.image.shape == (64, 96, 3), mode
        assert picture.mode in {mode, "RGB"}


def test_sixteen_bit_grey_keeps_its_tones() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (8, 1))
    picture = read_picture(saved(Pillow.fromarray(ramp)))
    assert np.abs(picture.image[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_sixteen_bit_colour_is_read() -> None:
    raw = b"".join(b"\x00" + struct.pack(">3H", 0xC800, 0x1E00, 0x0100) * 4 for _ in range(4))
    header = struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    assert at(read_picture(data).image, 0.5, 0.5) == (0xC8, 0x1E, 0x01)


def test_floating_point_pixels_are_refused_by_name() -> None:
    with pytest.raises(PictureUnreadable) as refused:
        read_picture(saved(Pillow.fromarray(np.ones((8, 8), np.float32)), "TIFF"))
    assert refused.value.key == "pixel_format"


def test_transparent_parts_are_white() -> None:
    seen_through = scene().convert("RGBA")
    seen_through.putalpha(0)
    assert at(read_picture(saved(seen_through)).image, 0.2, 0.2) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animated_picture_gives_its_first_frame(kind: str) -> None:
    later = [Pillow.new("RGB", (96, 64), colour) for colour in ("white", "black")]
    picture = read_picture(saved(scene(), kind, save_all=True, append_images=later))
    assert picture.frames == 3
    assert at(picture.image, 0.2, 0.2)[0] > 150


def test_one_pixel_is_a_picture() -> None:
    assert read_picture(saved(Pillow.new("RGB", (1, 1), "red"))).image.tolist() == [[[0, 0, 255]]]


def test_a_picture_20000_pixels_wide_is_read() -> None:
    assert read_picture(saved(Pillow.new("L", (20_000, 30)), "JPEG")).width == 20_000


@pytest.mark.parametrize("size", [(8_100, 8_000), (20_000, 9_000), (16_000, 16_000), (31_000, 1)])
def test_too_many_pixels_are_refused_before_decoding(size: tuple[int, int]) -> None:
    """A few kilobytes may say they hold gigabytes; one colour at 256 megapixels is such a file."""
    with pytest.raises(PictureTooLarge) as refused:
        read_picture(saved(Pillow.new("1", size)))
    assert refused.value.key == "too_large"


def test_more_bytes_than_any_photo_are_refused(tmp_path: Path) -> None:
    sparse = tmp_path / "large.jpg"
    with sparse.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PictureTooLarge):
        read_picture_file(sparse)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_a_truncated_picture_is_refused_by_name(kind: str, share: float) -> None:
    noise = Pillow.effect_noise((200, 200), 60).convert("RGB")
    data = saved(noise, kind)
    with pytest.raises(PictureUnreadable) as refused:
        read_picture(data[: max(12, int(len(data) * share))])
    assert refused.value.key == "truncated"


def test_a_truncated_picture_is_refused_even_where_another_library_made_pillow_lenient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Importing WeasyPrint sets this for the whole process; half a face in grey must not pass for a photo."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = saved(Pillow.effect_noise((200, 200), 60).convert("RGB"), "JPEG")
    with pytest.raises(PictureUnreadable) as refused:
        read_picture(data[: len(data) // 2])
    assert refused.value.key == "truncated"
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b"hello, this is a letter\n" * 40, "not_a_picture"),
        (b"\x00" * 4000, "not_a_picture"),
        (b"%PDF-1.7\n" + b" " * 100, "format_not_read"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 400, "heic"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"\x00" * 400, "heic"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00" + b"\x00" * 400, "format_not_read"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "truncated"),
    ],
)
def test_what_is_no_readable_picture_is_refused_by_name(data: bytes, key: str) -> None:
    with pytest.raises(PictureError) as refused:
        read_picture(data)
    assert refused.value.key == key
    assert str(refused.value)


def test_folders_devices_and_missing_files_are_refused_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    cases: dict[str, Path] = {"is_folder": tmp_path, "missing": tmp_path / "no.jpg", "not_a_file": tmp_path / "pipe"}
    for key, path in cases.items():
        with pytest.raises(PictureUnreadable) as refused:
            read_picture_file(path)
        assert refused.value.key == key
        assert str(tmp_path) not in str(refused.value)


def test_a_name_no_system_accepts_is_missing() -> None:
    for name in ("a" * 5000, "nul\x00byte"):
        with pytest.raises(PictureUnreadable):
            read_picture_file(Path(name))


def test_a_text_bomb_in_a_png_is_refused() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "A" * 80_000_000, zip=True)
    with pytest.raises(PictureUnreadable):
        read_picture(saved(scene(), pnginfo=info))


def test_memory_stays_near_decoder_plus_result() -> None:
    """12 megapixels are 48 MB decoded and 36 MB as a result; measured in a process of its own."""
    program = """
import io, resource
from PIL import Image
from camera.picture import read_picture
out = io.BytesIO()
Image.new("RGBA", (4000, 3000), (9, 9, 9, 99)).save(out, "PNG")
import numpy, cv2
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_picture(out.getvalue())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(ended.stdout) < 120


def red_green_exchanged() -> bytes:
    """An sRGB profile whose red and green primaries have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    tags = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red + 4 : red + 12], profile[green + 4 : green + 12] = (
        profile[green + 4 : green + 12], profile[red + 4 : red + 12],
    )  # fmt: skip
    return bytes(profile)


def test_an_srgb_profile_changes_no_pixel() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = read_picture(saved(scene(), icc_profile=profile))
    assert np.array_equal(picture.image[:, :, ::-1], np.asarray(scene()))


def test_another_profile_is_brought_to_srgb() -> None:
    """With the red and green primaries exchanged in the profile, what is stored red has to be shown green."""
    picture = read_picture(saved(scene(), icc_profile=red_green_exchanged()))
    shown = at(picture.image, 0.2, 0.2)
    assert shown[1] > 150 > shown[0]


def test_a_broken_profile_is_ignored() -> None:
    picture = read_picture(saved(scene(), icc_profile=b"not a profile at all" * 20))
    assert np.array_equal(picture.image[:, :, ::-1], np.asarray(scene()))


def accepts_or_names(data: bytes) -> None:
    """Anything but PictureError gets out of here and fails the test."""
    try:
        picture = read_picture(data)
    except PictureError:
        return
    assert picture.image.shape == (picture.height, picture.width, 3)
    assert picture.image.dtype == np.uint8


@given(st.binary(max_size=400))
def test_random_bytes_never_crash(data: bytes) -> None:
    accepts_or_names(data)


SEEDS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: saved(scene(), "JPEG", exif=Pillow.Exif().tobytes()),
    "PNG": lambda: saved(scene()),
    "WEBP": lambda: saved(scene(), "WEBP"),
    "GIF": lambda: saved(scene(), "GIF"),
    "BMP": lambda: saved(scene(), "BMP"),
    "TIFF": lambda: saved(scene(), "TIFF"),
}


@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_a_damaged_picture_never_crashes(kind: str, data: st.DataObject) -> None:
    body = bytearray(SEEDS[kind]())
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    accepts_or_names(bytes(body))
