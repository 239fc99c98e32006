import numpy as np
import pytest
import zxingcpp

from camera.form_sheet import HELP_PAYLOAD, QR_MM, draw_form_sheet, form_url, modules_per_side

ID = "98765432109876543210987"


@pytest.mark.parametrize("is_lettered", [True, False])
def test_the_sheet_carries_the_forms_code_and_another_one(is_lettered):
    sheet = draw_form_sheet(ID, is_lettered=is_lettered)
    assert {code.text for code in zxingcpp.read_barcodes(sheet)} == {form_url(ID), HELP_PAYLOAD}


def test_the_code_stands_at_the_bottom_right_where_it_is_said_to_be():
    sheet = draw_form_sheet(ID, pixels_per_mm=8.0)
    code = next(code for code in zxingcpp.read_barcodes(sheet) if code.text == form_url(ID))
    assert code.position.top_left.x == pytest.approx(QR_MM.x * 8, abs=3)
    assert code.position.bottom_right.y == pytest.approx((QR_MM.y + QR_MM.height) * 8, abs=3)
    assert modules_per_side(ID) == 33


def test_a_sheet_without_codes_has_none():
    assert zxingcpp.read_barcodes(draw_form_sheet(ID, has_codes=False)) == []


def test_the_unlettered_sheet_is_the_same_every_time():
    first, second = (draw_form_sheet(ID, 4.0, is_lettered=False) for _ in range(2))
    assert np.array_equal(first, second)
