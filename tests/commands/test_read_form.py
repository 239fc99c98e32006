import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import qrcode
import zxingcpp
from click.testing import CliRunner, Result

from camera.form_sheet import draw_form_sheet
from kiosk.commands.form_qr import read_form

ID = "12345678901234567890123"
MY_NUMBER = "123456789018"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(read_form, [str(word) for word in words])


def objects(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "form.png"), draw_form_sheet(ID, 6.0))
    return tmp_path / "form.png"


def code_file(folder: Path, payload: str) -> Path:
    path = folder / f"code-{len(list(folder.iterdir()))}.png"
    qrcode.make(payload).save(str(path))
    return path


def test_a_form_gives_its_id(sheet: Path):
    result = run(sheet, "--json")
    assert objects(result) == [{"file": str(sheet), "kind": "form_id", "form_id": ID}]
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_code_with_only_the_digits_gives_the_id_too(tmp_path: Path):
    assert objects(run(code_file(tmp_path, ID), "--json"))[0]["form_id"] == ID


def test_a_twelve_digit_number_is_refused_and_printed_nowhere(tmp_path: Path):
    for words in (("--json",), ()):
        result = run(code_file(tmp_path, MY_NUMBER), *words)
        assert MY_NUMBER not in result.output
        assert result.exit_code == 1
    result = run(code_file(tmp_path, MY_NUMBER), "--json")
    assert objects(result)[0] | {"file": ""} == {"file": "", "kind": "my_number_refused", "form_id": None}


def test_another_code_two_forms_and_nothing(tmp_path: Path, sheet: Path):
    two = tmp_path / "two.png"
    cv2.imwrite(str(two), np.hstack([draw_form_sheet(ID, 5.0), draw_form_sheet("9" * 23, 5.0)]))
    empty = tmp_path / "empty.png"
    cv2.imwrite(str(empty), np.full((400, 400, 3), 200, np.uint8))
    result = run(code_file(tmp_path, "https://evil.example/" + ID), two, empty, sheet, "--json")
    assert [each["kind"] for each in objects(result)] == ["other_code", "several_forms", "none", "form_id"]
    assert [each["form_id"] for each in objects(result)] == [None, None, None, ID]
    assert result.exit_code == 1


def linear_code_file(folder: Path, payload: str) -> Path:
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.Code128)
    drawn = cv2.copyMakeBorder(np.asarray(code.to_image(scale=4), np.uint8), 60, 60, 60, 60, 0, value=255)
    cv2.imwrite(str(folder / f"{payload}.png"), drawn)
    return folder / f"{payload}.png"


def test_a_linear_code_is_another_code_whatever_it_says(tmp_path: Path):
    result = run(linear_code_file(tmp_path, ID), linear_code_file(tmp_path, MY_NUMBER), "--json")
    assert [each["kind"] for each in objects(result)] == ["other_code", "my_number_refused"]
    assert [each["form_id"] for each in objects(result)] == [None, None]


def test_an_unreadable_input_has_its_object_in_order_and_the_rest_is_done(tmp_path: Path, sheet: Path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"not a picture")
    result = run(bad, tmp_path / "gone.png", sheet, tmp_path, "--json")
    assert [set(each) for each in objects(result)] == [
        {"file", "error"}, {"file", "error"}, {"file", "kind", "form_id"}, {"file", "error"},
    ]  # fmt: skip
    assert set(objects(result)[0]["error"]) == {"key", "message"}
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 3


def test_words_for_a_person_mask_the_id(sheet: Path):
    result = run(sheet)
    assert "0-123" in result.output
    assert "1234-5678" not in result.output
    assert result.exit_code == 0


def test_no_input_is_wrong_usage():
    assert run("--json").exit_code == 2
