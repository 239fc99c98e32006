"""The frame follows the geometry, and the photo is crop, turn and scale of the source and nothing else."""

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageFilter

from camera.crop import GUIDE, CropPlan, plan_crop, render_crop
from camera.errors import PictureError
from camera.jpeg import write_jpeg
from camera.types import Crop, Head, Image


def head_at(x: float, crown: float, chin: float, roll: float = 0.0) -> Head:
    """A head of which crown, eyes and chin lie on one line, turned by ``roll`` (clockwise) about its middle."""
    tall, middle = chin - crown, (crown + chin) / 2
    turn = math.radians(roll)

    def turned(dx: float, dy: float) -> tuple[float, float]:
        across = dx * math.cos(turn) - dy * math.sin(turn)
        return x + across, middle + dx * math.sin(turn) + dy * math.cos(turn)

    crown_point, chin_point = turned(0, -tall / 2), turned(0, tall / 2)
    left, right = turned(-tall * 0.14, 0.0), turned(tall * 0.14, 0.0)
    return Head(crown_point, chin_point, left, right, roll)


def planned(head: Head, width: int = 1920, height: int = 1080, *, finished: bool = False) -> CropPlan:
    plan = plan_crop(head, width, height, finished=finished)
    assert plan is not None
    return plan


def test_a_head_with_room_gets_the_wanted_frame() -> None:
    plan = planned(head_at(960, 300, 800))
    assert plan.fits
    assert plan.large_enough
    assert plan.head_share == pytest.approx(34 / 45, abs=0.008)
    assert plan.gap_share == pytest.approx(4 / 45, abs=0.002)
    assert plan.off_centre == pytest.approx(0, abs=0.002)
    assert plan.crop.rotation_deg == 0.0


def test_the_ratio_is_exactly_seven_to_nine() -> None:
    for chin in range(700, 1000, 7):
        crop = planned(head_at(960, 200, chin)).crop
        assert crop.width * 9 == crop.height * 7


@pytest.mark.parametrize("roll", [-20.0, -8.0, 4.0, 8.0, 20.0])
def test_a_tilted_head_is_turned_level(roll: float) -> None:
    head = head_at(960, 330, 830, roll)
    crop = planned(head).crop
    assert crop.rotation_deg == roll
    # The eyes, turned counter-clockwise as seen by rotation_deg about the picture's centre, lie on one row.
    turn = math.radians(crop.rotation_deg)
    rows = [(y - 539.5) * math.cos(turn) - (x - 959.5) * math.sin(turn) for x, y in (head.left_eye, head.right_eye)]
    assert rows[0] == pytest.approx(rows[1], abs=0.01)


def test_a_roll_within_the_measurement_error_resamples_nothing() -> None:
    assert planned(head_at(960, 300, 800, 0.9)).crop.rotation_deg == 0.0


def test_a_head_near_the_top_is_framed_within_the_tolerance() -> None:
    plan = planned(head_at(960, 40, 640))
    assert plan.crop.y >= 0
    assert plan.fits
    assert plan.gap_share < 4 / 45 - 0.01


def test_a_head_near_the_side_is_shifted_within_the_tolerance() -> None:
    plan = planned(head_at(238, 300, 800))
    assert plan.fits
    assert plan.crop.x >= 0
    assert plan.off_centre < -0.01


def test_a_head_slightly_too_large_for_the_guide_is_framed_and_said_not_to_fit() -> None:
    plan = planned(head_at(400, 30, 860), 800, 1000)
    assert not plan.fits
    assert plan.large_enough


@pytest.mark.parametrize("head", [head_at(960, -10, 490), head_at(960, -60, 440), head_at(960, 500, 1075)])
def test_a_head_cut_off_by_the_picture_has_no_frame(head: Head) -> None:
    assert plan_crop(head, 1920, 1080) is None


def test_a_head_that_touches_the_edge_is_framed_and_said_not_to_fit() -> None:
    assert not planned(head_at(960, 0, 500)).fits


def test_a_tilted_head_without_room_to_turn_is_turned_less() -> None:
    """A turn by 9 degrees would bring empty corners into the frame; the roll measure speaks for itself."""
    plan = planned(head_at(512, 38, 790, 9.0), 1024, 1024)
    assert abs(plan.crop.rotation_deg) < 9.0
    assert plan.large_enough


def test_a_small_head_gives_a_frame_too_small_to_use() -> None:
    plan = planned(head_at(960, 300, 680))
    assert plan.fits
    assert not plan.large_enough


def test_a_frame_may_use_the_tolerance_to_reach_the_legal_size() -> None:
    """Wanted would be 600 px high; at 71 % head it is 621."""
    plan = planned(head_at(960, 300, 300 + 453))
    assert plan.fits
    assert plan.large_enough
    assert plan.crop.width >= 480


def test_a_finished_photo_is_kept_whole() -> None:
    """480x617 is not an exact 7:9 in whole pixels; cutting would only make it too small."""
    plan = planned(head_at(240, 55, 55 + 466), 480, 617, finished=True)
    assert plan.crop == Crop(0, 0, 480, 617, 0.0)
    assert plan.fits


def test_a_finished_photo_with_a_small_head_is_kept_whole_and_said_not_to_fit() -> None:
    plan = planned(head_at(240, 100, 100 + 410), 480, 617, finished=True)
    assert plan.crop == Crop(0, 0, 480, 617, 0.0)
    assert not plan.fits


def test_a_finished_photo_of_another_ratio_is_cut() -> None:
    crop = planned(head_at(600, 150, 1000), 1200, 1200, finished=True).crop
    assert crop.width * 9 == crop.height * 7


@given(
    st.integers(500, 2500),
    st.integers(500, 2500),
    st.floats(0.1, 0.9),
    st.floats(0, 0.3),
    st.floats(0.1, 0.95),
    st.floats(-25, 25),
    st.booleans(),
)
def test_no_frame_ever_leaves_the_picture(
    width: int, height: int, x: float, crown: float, tall: float, roll: float, finished: bool
) -> None:
    head = head_at(x * width, crown * height, crown * height + tall * height, roll)
    plan = plan_crop(head, width, height, finished=finished)
    if plan is None:
        return
    crop = plan.crop
    assert 0 <= crop.x <= crop.x + crop.width <= width
    assert 0 <= crop.y <= crop.y + crop.height <= height
    white = np.full((height, width, 3), 255, np.uint8)
    photo = render_crop(white, crop)
    assert photo.min() == 255
    assert photo.shape[1] <= GUIDE.most[0]
    assert photo.shape[0] <= GUIDE.most[1]
    assert photo.shape[1] <= crop.width, "never scaled up"
    assert photo.shape[0] <= crop.height


@given(st.integers(1, 60), st.integers(1, 60), st.floats(-180, 180))
def test_tiny_pictures_and_heads_of_no_size_never_crash(width: int, height: int, roll: float) -> None:
    point = (width / 2, height / 2)
    assert plan_crop(Head(point, point, point, point, roll), width, height) is None
    plan_crop(head_at(width / 2, 0.1 * height, 0.8 * height, roll), width, height)


def test_most_heads_with_room_do_get_a_frame() -> None:
    """Guards the property test above against holding because nothing is ever framed."""
    framed = [plan_crop(head_at(960, 250, 250 + tall, roll), 1920, 1080) for tall in (460, 550) for roll in (0, 9, -18)]
    assert all(plan and plan.fits for plan in framed)


def textured(width: int = 1920, height: int = 1080) -> Image:
    """A picture with detail of several sizes, so that any change of tone, sharpness or place shows."""
    rng = np.random.default_rng(45)
    layers = [
        np.asarray(
            Pillow.fromarray(rng.integers(0, 256, (height // size, width // size, 3), np.uint8)).resize(
                (width, height), Pillow.Resampling.BICUBIC
            ),
            dtype=np.float64,
        )
        for size in (4, 12, 60)
    ]
    return np.mean(layers, axis=0).round().astype(np.uint8)


def test_a_crop_alone_copies_every_pixel() -> None:
    source, crop = textured(), Crop(701, 241, 518, 666, 0.0)
    assert np.array_equal(render_crop(source, crop), source[241:907, 701:1219])


def test_a_large_crop_is_the_plain_area_average_of_the_source() -> None:
    source, crop = textured(2400, 3000), Crop(140, 87, 2100, 2700, 0.0)
    photo = render_crop(source, crop)
    means = source[87:2787, 140:2240].reshape(1350, 2, 1050, 2, 3).mean(axis=(1, 3))
    assert photo.shape == (1350, 1050, 3)
    assert np.abs(photo - means).max() <= 0.5 + 1e-9


def cubic(distance: np.ndarray) -> np.ndarray:
    """Keys' kernel with a = -0.75."""
    d = np.abs(distance)
    near = (1.25 * d - 2.25) * d * d + 1
    far = ((-0.75 * d + 3.75) * d - 6) * d + 3
    return np.where(d <= 1, near, np.where(d < 2, far, 0.0))


def turned_by_hand(source: Image, crop: Crop) -> np.ndarray:
    """Rotate about the picture's centre, counter-clockwise as seen, and crop: sample by sample from the definition."""
    height, width = source.shape[:2]
    turn = math.radians(crop.rotation_deg)
    column, row = np.meshgrid(np.arange(crop.width), np.arange(crop.height))
    dx, dy = column + crop.x - (width - 1) / 2, row + crop.y - (height - 1) / 2
    sx = dx * math.cos(turn) - dy * math.sin(turn) + (width - 1) / 2
    sy = dx * math.sin(turn) + dy * math.cos(turn) + (height - 1) / 2
    left, top = np.floor(sx).astype(int), np.floor(sy).astype(int)
    out = np.zeros((crop.height, crop.width, 3))
    for j in range(-1, 3):
        for i in range(-1, 3):
            weight = cubic(sx - left - i) * cubic(sy - top - j)
            pixels = source[(top + j).clip(0, height - 1), (left + i).clip(0, width - 1)]
            out += weight[..., None] * pixels
    return out.round().clip(0, 255)


@pytest.mark.parametrize("degrees", [-12.5, 3.0, 20.0])
def test_a_turned_crop_equals_the_turn_computed_by_hand(degrees: float) -> None:
    source, crop = textured(), Crop(716, 242, 511, 657, degrees)
    difference = np.abs(render_crop(source, crop) - turned_by_hand(source, crop))
    assert difference.mean() < 0.5
    assert difference.max() <= 4


def test_turn_then_scale_is_the_area_average_of_the_turned_picture() -> None:
    source, crop = textured(), Crop(610, 90, 700, 900, 5.0)
    photo = render_crop(source, crop, replace(GUIDE, most=(350, 450)))
    expected = turned_by_hand(source, crop).reshape(450, 2, 350, 2, 3).mean(axis=(1, 3))
    assert np.abs(photo - expected).max() <= 3


def test_the_file_is_a_plain_jpeg_without_exif() -> None:
    photo = render_crop(textured(), Crop(701, 241, 518, 666, 0.0))
    data = write_jpeg(photo)
    with Pillow.open(io.BytesIO(data)) as read:
        assert (read.format, read.mode, read.size) == ("JPEG", "RGB", (518, 666))
        assert not read.getexif()
        assert set(read.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        pixels = np.asarray(read)[:, :, ::-1]
    assert np.abs(pixels.astype(int) - photo).mean() < 2.5
    assert 20 * 1024 <= len(data) <= 7_000_000
    assert write_jpeg(photo) == data


def test_a_plain_picture_gets_a_higher_quality_until_it_weighs_enough() -> None:
    soft = Pillow.effect_noise((483, 621), 2).convert("RGB").filter(ImageFilter.GaussianBlur(3))
    image = np.asarray(soft)[:, :, ::-1]
    out = io.BytesIO()
    soft.save(out, "JPEG", quality=92, subsampling=0)
    assert out.tell() < 20 * 1024, "the case does not test what it says"
    assert len(write_jpeg(image)) >= 20 * 1024


def test_a_picture_of_nothing_is_no_photo() -> None:
    with pytest.raises(PictureError) as refused:
        write_jpeg(np.full((621, 483, 3), 200, np.uint8))
    assert refused.value.key == "too_plain"
