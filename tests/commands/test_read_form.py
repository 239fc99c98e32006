import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import qrcode
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image as Pillow

from camera.form_sheet import draw_form_sheet
from camera.picture import STORED
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


SITE = "https://net.kojinbango-card.go.jp/"
WIDE = str.maketrans("0123456789-", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff0d")
HYPHENED = "1234-5678-9012-3456-7890-123"


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (HYPHENED, "form_id"),
        (ID.translate(WIDE), "form_id"),
        (HYPHENED.translate(WIDE), "form_id"),
        (ID[:22], "other_code"),
        (ID + "4", "other_code"),
        (f"{SITE}form/{ID}/", "form_id"),
        (f"https://other.kojinbango-card.go.jp/?id={ID}", "form_id"),
        (f"{SITE}?id={ID[:22]}", "other_code"),
        (f"{SITE}?id={ID}4", "other_code"),
        (f"{SITE}?id={ID}&other={'9' * 23}", "other_code"),
        (f"{SITE}?id={MY_NUMBER}", "other_code"),
        (f"https://net.kojinbango-card.go.jp.example/{ID}", "other_code"),
        (f"https://net.kojinbango-card.go.jp@example.jp/{ID}", "other_code"),
        (MY_NUMBER.translate(WIDE), "my_number_refused"),
        ("1234 5678 9018", "my_number_refused"),
        ("1234-5678-9018".translate(WIDE), "my_number_refused"),
    ],
)
def test_what_a_code_holds_decides_its_kind(tmp_path: Path, payload: str, kind: str):
    result = run(code_file(tmp_path, payload), "--json")
    assert [(each["kind"], each["form_id"]) for each in objects(result)] == [(kind, ID if kind == "form_id" else None)]
    assert result.exit_code == (0 if kind == "form_id" else 1)
    assert kind == "form_id" or payload not in result.output


def phone_photo(turned: float, blur: float, size: tuple[int, int] = (4032, 3024)) -> np.ndarray:
    """A form lying on a table, by a phone: seen aslant, turned, a little soft, unevenly lit, with grain."""
    sheet = draw_form_sheet(ID, 12.0)
    high, wide = sheet.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    turn = np.radians(turned)
    moved = (
        0.78
        * (corners - (wide / 2, high / 2))
        @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    )
    aslant = (moved * (1 + 0.2 * moved[:, 1:] / size[1]) + np.array(size) / 2).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, aslant)
    picture = cv2.warpPerspective(sheet, matrix, size, borderValue=(90, 110, 120))
    lit = cv2.GaussianBlur(picture, (0, 0), blur) * np.linspace(0.75, 1.05, size[0])[None, :, None]
    return (lit + np.random.default_rng(7).normal(0, 6, lit.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(("turned", "blur", "orientation"), [(8, 1.0, 1), (93, 1.5, 6), (-170, 2.5, 3)])
def test_a_photo_by_phone_is_read_however_it_was_held(tmp_path: Path, turned: float, blur: float, orientation: int):
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.jpg"
    stored = np.ascontiguousarray(STORED[orientation](phone_photo(turned, blur))[:, :, ::-1])
    Pillow.fromarray(stored).save(path, quality=80, exif=exif)
    assert objects(run(path, "--json"))[0]["form_id"] == ID


@pytest.mark.parametrize("dots_per_inch", [100, 150, 200])
def test_a_scan_is_read_in_grey_and_in_black_and_white(tmp_path: Path, dots_per_inch: int):
    grey = cv2.cvtColor(draw_form_sheet(ID, 12.0), cv2.COLOR_BGR2GRAY)
    scale = dots_per_inch / 25.4 / 12
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(tmp_path / "grey.png"), small)
    Pillow.fromarray(small > 150).save(tmp_path / "fax.tif", compression="group4")
    kinds = [each["kind"] for each in objects(run(tmp_path / "grey.png", tmp_path / "fax.tif", "--json"))]
    assert kinds == ["form_id", "form_id"] if dots_per_inch > 100 else kinds[0] == "form_id"


def test_light_on_dark_is_read_too(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "dark.png"), np.bitwise_not(draw_form_sheet(ID, 5.0)))
    assert objects(run(tmp_path / "dark.png", "--json"))[0]["form_id"] == ID


def test_a_my_number_beside_another_code_is_refused_and_beside_a_form_ignored(tmp_path: Path):
    def beside(payload: str) -> Path:
        codes = [
            np.asarray(qrcode.make(each).get_image().convert("L").resize((500, 500))) for each in (payload, MY_NUMBER)
        ]
        path = tmp_path / f"{len(payload)}.png"
        cv2.imwrite(str(path), np.hstack(codes))
        return path

    result = run(beside("other"), beside(ID), "--json")
    assert [each["kind"] for each in objects(result)] == ["my_number_refused", "form_id"]
    assert MY_NUMBER not in result.output


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
