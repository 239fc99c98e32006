import cv2
import numpy as np
import pytest
import qrcode

from benchmarks.form_blanks import draw_blank
from camera.form_sheet import form_url
from camera.qr import Hint, as_grey, busy_patches, first_pass, harder_pass, read_codes
from camera.qr_grid import read_grid
from camera.qr_hint import hint_for
from camera.qr_live import HARD_LOOK_EVERY, FormReader
from camera.types import Image
from camera.webcam_noise import FULL_HD, HD, draw_scene, render


def a_code(payload: str, pixels_per_module: int = 6) -> Image:
    code = qrcode.QRCode(box_size=pixels_per_module, border=8)
    code.add_data(payload)
    return np.asarray(code.make_image().get_image().convert("RGB"), np.uint8)


def on_a_desk(code: Image, side: int = 700) -> Image:
    desk = np.full((side, side, 3), 200, np.uint8)
    desk[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code
    return desk


def test_every_code_in_view_is_read():
    both = np.hstack([on_a_desk(a_code("first")), on_a_desk(a_code("second"))])
    assert set(read_codes(both).texts) == {"first", "second"}


def test_a_code_of_another_kind_is_seen_in_a_still_picture():
    import zxingcpp

    code = np.asarray(zxingcpp.create_barcode("other", zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=8), np.uint8)
    picture = on_a_desk(cv2.cvtColor(cv2.copyMakeBorder(code, 40, 40, 40, 40, 0, value=255), cv2.COLOR_GRAY2BGR))
    assert read_codes(picture).texts == ("other",)


def test_a_blurred_linear_code_that_is_misread_gives_no_text():
    blank = draw_blank(230)
    seen = read_codes(blank.image)
    assert seen.texts == ()
    assert any(text != blank.may_read for text in seen.linear_texts), "this frame is misread by zxing-cpp itself"


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (700, 2), (40, 40)])
def test_tiny_and_empty_pictures_hold_nothing(size):
    assert read_codes(np.zeros((*size, 3), np.uint8)).texts == ()


def test_payloads_do_not_show_in_a_log():
    seen = read_codes(on_a_desk(a_code("123456789012")))
    assert seen.texts == ("123456789012",)
    assert "123456789012" not in repr(seen)


def test_closer_looks_read_what_the_first_pass_does_not():
    gained = 0
    for seed in range(9_000, 9_010):
        scene = draw_scene(seed)
        grey = as_grey(render(scene, HD))
        first = first_pass(grey)
        wanted = form_url(scene.form_id)
        more = harder_pass(grey, first, lambda text, wanted=wanted: text == wanted)
        assert set(first.texts) <= set(more.texts)
        gained += wanted in more.texts and wanted not in first.texts
    assert gained >= 2


def test_a_frame_without_a_code_gives_none():
    for seed in range(4):
        assert read_codes(render(draw_scene(seed, has_codes=False), HD)).texts == ()


def test_hints_say_what_is_wrong_with_the_code_in_view():
    small = cv2.resize(a_code("https://net.kojinbango-card.go.jp/form?id=" + "1" * 23), (62, 62), interpolation=3)
    grey = as_grey(on_a_desk(small))
    assert hint_for(grey, first_pass(np.zeros_like(grey))) is Hint.CLOSER
    assert hint_for(as_grey(on_a_desk(a_code("other"))), first_pass(as_grey(on_a_desk(a_code("other"))))) is (
        Hint.BOTTOM_RIGHT
    )
    blank = as_grey(np.full((720, 1280, 3), 180, np.uint8))
    assert hint_for(blank, first_pass(blank)) is Hint.NONE


def test_a_hint_for_glare_and_for_a_shaking_hand():
    code = a_code("9" * 60, 8)
    soft = cv2.GaussianBlur(on_a_desk(code), (0, 0), 4.5)
    assert hint_for(as_grey(soft), first_pass(as_grey(soft))) is Hint.HOLD_STILL
    washed = on_a_desk(code)
    washed[:, 250:] = 255
    assert hint_for(as_grey(washed), first_pass(as_grey(washed))) is Hint.LESS_GLARE


def test_hard_looks_fall_on_every_third_frame_at_most():
    reader = FormReader(lambda text: False)
    frame = render(draw_scene(1, has_codes=False), HD)
    looks = [reader.look(frame).was_hard for _ in range(3 * HARD_LOOK_EVERY)]
    assert looks == [True, False, False] * 3


def test_a_code_that_is_enough_spares_the_hard_look():
    reader = FormReader(lambda text: text == "wanted")
    look = reader.look(on_a_desk(a_code("wanted")))
    assert (look.texts, look.hint, look.was_hard) == (("wanted",), Hint.NONE, False)


def test_full_hd_frames_are_read_too():
    texts = [read_codes(render(draw_scene(seed), FULL_HD)).texts for seed in range(9_100, 9_103)]
    assert any(form_url(draw_scene(9_100 + n).form_id) in seen for n, seen in enumerate(texts))


def test_a_located_symbol_is_read_by_its_grid_where_blur_runs_modules_together():
    payload = form_url("31415926535897932384626")
    sharp = on_a_desk(a_code(payload, 6))
    corners = ((148.0, 148.0), (346.0, 148.0), (346.0, 346.0), (148.0, 346.0))
    blurred = as_grey(cv2.GaussianBlur(sharp, (0, 0), 3.7))
    assert first_pass(blurred).texts == ()
    assert read_grid(blurred, corners) == [payload]
    assert read_grid(blurred, tuple((x + 2.0, y - 2.0) for x, y in corners)) == [payload]


def test_no_grid_is_seen_where_there_is_none():
    grain = np.random.default_rng(3).integers(0, 256, (300, 300)).astype(np.uint8)
    assert read_grid(grain, ((50.0, 50.0), (250.0, 50.0), (250.0, 250.0), (50.0, 250.0))) == []
    assert read_grid(np.full((300, 300), 90, np.uint8), ((9.0, 9.0), (9.0, 9.0), (9.0, 9.0), (9.0, 9.0))) == []


def test_no_patch_is_larger_than_a_code_in_the_picture_can_be():
    texture = as_grey(draw_blank(5).image)
    boxes = busy_patches(texture)
    assert all(max(box.width, box.height) <= min(texture.shape) for box in boxes)
    paper = np.full((720, 1280), 220, np.uint8)
    paper[:, ::7] = paper[::7] = 20
    assert busy_patches(paper) == []


def test_a_hard_look_has_an_end():
    frame = as_grey(render(draw_scene(9_003), HD))
    assert harder_pass(frame, first_pass(frame), seconds=0.0).texts == first_pass(frame).texts
