"""Modules that run together are solved for: in blur, in a lamp's reflection, and never where there is no symbol."""

import cv2
import numpy as np
import pytest

from camera.form_sheet import form_url
from camera.qr_clear import read_clear
from camera.qr_flat import BORDER, Flat, blurred, enlarged, gaussian
from camera.qr_grid import Grey, Grid, known_pattern
from camera.qr_pose import Pose
from camera.qr_solve import modules_of

PAYLOAD = form_url("31415926535897932384626")
SIDE, CORNER, PITCH = 33, 60, 4


def symbol() -> Grid:
    """The form's QR, +1 where dark and -1 where light, with its quiet zone."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=BORDER)
    code.add_data(PAYLOAD)
    code.make(fit=True)
    return np.where(np.array(code.get_matrix()), 1, -1).astype(np.float32)


def known_modules() -> Grid:
    known = np.full((SIDE + 2 * BORDER,) * 2, -1, np.float32)
    known[BORDER:-BORDER, BORDER:-BORDER] = known_pattern(SIDE)
    return known


def seen_by_a_camera(blur: float, dark: float = 40, light: float = 215, noise: float = 3) -> Grey:
    """The symbol as a picture with ``PITCH`` pixels a module, blurred by ``blur`` modules, clipped at white."""
    sheet = np.full((260, 260), light, np.float32)
    modules = np.kron(symbol()[BORDER:-BORDER, BORDER:-BORDER], np.ones((PITCH, PITCH), np.float32))
    part = np.s_[CORNER : CORNER + SIDE * PITCH, CORNER : CORNER + SIDE * PITCH]
    sheet[part] = np.where(modules > 0, dark, light)
    soft = cv2.GaussianBlur(sheet, (0, 0), blur * PITCH)
    return (soft + np.random.default_rng(1).normal(0, noise, soft.shape)).clip(0, 255).astype(np.uint8)


def about_there(off: float = 1.0) -> Pose:
    near, far = CORNER - 0.5, CORNER + SIDE * PITCH - 0.5
    corners = np.array([[near, near], [far, near], [far, far], [near, far]], np.float32)
    return Pose(1.0, SIDE, corners + np.float32(off))


@pytest.mark.parametrize("blur", [0.3, 0.6, 0.8])
def test_a_symbol_is_read_through_blur_from_a_pose_a_pixel_off(blur):
    assert read_clear(seen_by_a_camera(blur), about_there()) == [PAYLOAD]


def test_white_that_is_whiter_than_the_picture_can_show_still_tells():
    overexposed = seen_by_a_camera(0.6, dark=150, light=330)
    assert (overexposed == 255).mean() > 0.5
    assert read_clear(overexposed, about_there()) == [PAYLOAD]


def test_nothing_is_read_where_there_is_no_symbol():
    random = np.random.default_rng(4)
    grain = cv2.GaussianBlur(random.integers(0, 256, (260, 260)).astype(np.uint8), (0, 0), 2.0)
    for picture in (grain, np.full((260, 260), 255, np.uint8), np.zeros((260, 260), np.uint8)):
        assert read_clear(picture, about_there()) == []


def test_a_look_that_may_not_go_on_reads_nothing():
    assert read_clear(seen_by_a_camera(0.3), about_there(), lambda: False) == []


def flat_picture(sigma: float, noise: float) -> tuple[Flat, Flat]:
    kernel = gaussian(sigma, sigma, 0.0)
    seen = blurred(enlarged(symbol()), kernel)
    return seen + np.random.default_rng(2).normal(0, noise, seen.shape).astype(np.float32), kernel


def test_settling_turns_over_what_bounds_alone_leave_wrong():
    flat, kernel = flat_picture(0.8, 0.12)
    solution = modules_of(flat, kernel, known_modules(), np.zeros(flat.shape, np.bool_))
    wrong = [int(((values > 0) != (symbol() > 0)).sum()) for values in (solution.bounded, solution.settled)]
    assert wrong[1] < wrong[0] / 2


def test_modules_in_white_glare_are_in_doubt_and_the_others_are_not():
    flat, kernel = flat_picture(0.4, 0.02)
    glare = np.zeros(flat.shape, np.bool_)
    glare[80:120, 80:120] = True
    hidden = np.where(glare, np.float32(2), flat)
    solution = modules_of(hidden, kernel, known_modules(), glare)
    middle = np.s_[21:29, 21:29]
    assert np.abs(solution.settled[middle]).max() < 0.2
    away = solution.settled[:16]
    assert ((away > 0) == (symbol()[:16] > 0)).all()
    assert np.median(np.abs(away)) > 0.5
