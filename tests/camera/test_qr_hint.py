"""Each piece of guidance is given where it helps: one webcam, one sheet, and one thing wrong at a time."""

from dataclasses import replace

import pytest

from camera.qr import Hint
from camera.qr_live import FormReader
from camera.types import Image
from camera.webcam_noise import HD, Hold, Light, Scene, Webcam, draw_scene, render

CAMERA = Webcam(
    field_of_view_deg=64, focus_mm=200, aperture_mm=0.8, sensor_blur=0.5, noise=4, denoising=0.4,
    sharpening=0.4, exposure=0.9, gamma=1.0, jpeg_quality=80,
)  # fmt: skip
STILL = Hold(200, across=0.5, down=0.5, pitch_deg=3, yaw_deg=-4, roll_deg=5, motion_px=0, motion_deg=30)
EVEN = Light(slope_deg=40, slope=0.2, glare_across_mm=0, glare_down_mm=0, glare_radius_mm=12, glare=0)


def shown(hold: Hold = STILL, light: Light = EVEN, webcam: Webcam = CAMERA, **others: bool) -> Image:
    scene: Scene = replace(draw_scene(3), webcam=webcam, hold=hold, light=light, **others)
    return render(scene, HD)


SCENES = {
    "held right": (Hint.NONE, lambda: shown()),
    "too far": (Hint.CLOSER, lambda: shown(replace(STILL, distance_mm=520), webcam=replace(CAMERA, focus_mm=520))),
    "lamp mirrored on the code": (Hint.LESS_GLARE, lambda: shown(light=replace(EVEN, glare=1.3))),
    "moved": (Hint.HOLD_STILL, lambda: shown(replace(STILL, motion_px=9))),
    "moved fast": (Hint.HOLD_STILL, lambda: shown(replace(STILL, motion_px=14))),
    "nearer than the lens can focus": (Hint.HOLD_STILL, lambda: shown(webcam=replace(CAMERA, focus_mm=70))),
    "the help code at the bottom left": (Hint.BOTTOM_RIGHT, lambda: shown(replace(STILL, distance_mm=150, across=1.4))),
    "the voice code at the top right": (
        Hint.BOTTOM_RIGHT, lambda: shown(replace(STILL, across=0.45, down=1.9), has_codes=False)),
}  # fmt: skip


def a_hurried_reader() -> FormReader:
    """A reader whose hard look has no time, so that what it says depends on no clock."""
    return FormReader(lambda text: "form?id=" in text, hard_look_seconds=0.0)


@pytest.mark.parametrize("name", SCENES)
def test_guidance_fits_what_is_wrong(name):
    hint, picture = SCENES[name]
    assert a_hurried_reader().look(picture()).hint is hint


def test_a_hard_look_that_reads_the_form_asks_for_nothing():
    look = FormReader(lambda text: "form?id=" in text, hard_look_seconds=float("inf")).look(SCENES["moved"][1]())
    assert (look.hint, look.was_hard, len(look.texts)) == (Hint.NONE, True, 1)


def test_guidance_stays_between_hard_looks():
    reader = a_hurried_reader()
    frame = shown(replace(STILL, motion_px=14))
    looks = [reader.look(frame) for _ in range(3)]
    assert [look.hint for look in looks] == [Hint.HOLD_STILL] * 3
    assert [look.was_hard for look in looks] == [True, False, False]
