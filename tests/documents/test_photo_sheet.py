"""The sheet, rendered from the finished PDF, is true to scale; photos go in unchanged."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow

from camera.virtual_person import PersonScene, Pose
from kiosk.commands.photo import check_photo, photo_sheet
from kiosk.documents.photo_sheet import MARGIN_MM, PAPERS_MM, paper
from kiosk.documents.photo_sheet import photo_sheet as sheet_of

DPI = 600
MM = DPI / 25.4
PLACES = {"L": 4, "A4": 25}


def red_photo(size: tuple[int, int] = (700, 900), colour: tuple[int, int, int] = (230, 20, 20)) -> bytes:
    """A photo of one colour that nothing else on the sheet has."""
    out = io.BytesIO()
    Pillow.new("RGB", size, colour).save(out, "JPEG", quality=95)
    return out.getvalue()


def rendered(pdf: bytes, page: int = 0, dpi: int = DPI) -> np.ndarray:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return np.asarray(document[page].render(scale=dpi / 72).to_pil().convert("RGB"))
    finally:
        document.close()


def page_sizes_mm(pdf: bytes) -> list[tuple[float, float]]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [(page.get_width() / 72 * 25.4, page.get_height() / 72 * 25.4) for page in document]
    finally:
        document.close()


def runs(line: Sequence[bool]) -> list[tuple[float, float]]:
    """Where a line is set without a break: starts and lengths in millimetres."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(line, int), [0]])))
    return [(start / MM, (end - start) / MM) for start, end in edges.reshape(-1, 2)]


def is_red(picture: np.ndarray) -> np.ndarray:
    return (picture[:, :, 0] > 150) & (picture[:, :, 1] < 120) & (picture[:, :, 2] < 120)


@pytest.mark.parametrize("size", ["L", "A4"])
def test_photos_are_35_by_45_millimetres_on_paper_of_the_right_size(size: str) -> None:
    pdf = sheet_of([red_photo()], size, copies=PLACES[size])
    assert page_sizes_mm(pdf) == [pytest.approx(PAPERS_MM[size], abs=0.05)]
    red = is_red(rendered(pdf))
    rows, columns = runs(red.any(axis=1)), runs(red.any(axis=0))
    assert len(rows) * len(columns) == PLACES[size]
    for (_, height), (_, width) in ((row, column) for row in rows for column in columns):
        assert height == pytest.approx(45, abs=0.2)
        assert width == pytest.approx(35, abs=0.2)
    wide, tall = PAPERS_MM[size]
    assert columns[0][0] >= MARGIN_MM
    assert sum(columns[-1]) <= wide - MARGIN_MM
    assert sum(rows[-1]) <= tall - MARGIN_MM
    expected = sorted({round(y, 3) for _, y in paper(size).places})
    assert [start for start, _ in rows] == [pytest.approx(y, abs=0.2) for y in expected]


@pytest.mark.parametrize("pixels", [(480, 617), (483, 621), (1050, 1350)])
def test_every_legal_photo_size_comes_out_the_same(pixels: tuple[int, int]) -> None:
    red = is_red(rendered(sheet_of([red_photo(pixels)], "L", copies=1)))
    assert runs(red.any(axis=1)) == [(pytest.approx(paper("L").places[0][1], abs=0.2), pytest.approx(45, abs=0.2))]
    assert runs(red.any(axis=0)) == [(pytest.approx(paper("L").places[0][0], abs=0.2), pytest.approx(35, abs=0.2))]


def test_cutting_lines_lie_on_the_photos_edges() -> None:
    """A white photo leaves only the lines: the frame around it measures 35 x 45 inside."""
    out = io.BytesIO()
    Pillow.new("RGB", (700, 900), "white").save(out, "JPEG", quality=95)
    picture = rendered(sheet_of([out.getvalue()], "L", copies=1), dpi=DPI)
    x, y = paper("L").places[0]
    dark = picture.max(axis=2) < 235
    across = dark[round((y + 20) * MM), : round((x + 38) * MM)]
    down = dark[: round((y + 48) * MM), round((x + 10) * MM)]
    for line, start, length in ((across, x, 35), (down, y, 45)):
        (first, thick), (second, _) = runs(line)
        assert first + thick == pytest.approx(start, abs=0.2)
        assert second - first - thick == pytest.approx(length, abs=0.2)
        assert thick < 0.3


def test_the_ruler_measures_50_millimetres() -> None:
    picture = rendered(sheet_of([red_photo()], "L", copies=1))
    _, tall = PAPERS_MM["L"]
    band = picture[round((tall - 12.2) * MM) : round((tall - 10.2) * MM)].max(axis=2) < 120
    longest = max(length for row in band for _, length in runs(row))
    assert longest == pytest.approx(50, abs=0.2)


def test_the_photos_bytes_go_in_unchanged() -> None:
    noise = io.BytesIO()
    Pillow.effect_noise((700, 900), 40).convert("RGB").save(noise, "JPEG", quality=92, subsampling=0)
    assert noise.getvalue() in sheet_of([noise.getvalue()], "L")


def test_photos_flow_over_as_many_sheets_as_needed() -> None:
    assert len(page_sizes_mm(sheet_of([red_photo()] * 3, "L", copies=2))) == 2
    assert len(page_sizes_mm(sheet_of([red_photo()] * 7, "A4", copies=4))) == 2


def test_a_practice_sheet_carries_its_watermark_on_every_photo() -> None:
    def drawn(rehearsal: bool) -> np.ndarray:
        return rendered(sheet_of([red_photo(colour=(190, 190, 190))], "L", rehearsal=rehearsal), dpi=100)

    difference = np.abs(drawn(True).astype(int) - drawn(False)).max(axis=2) > 20
    for x, y in paper("L").places:
        left, top = round(x / 25.4 * 100), round(y / 25.4 * 100)
        assert difference[top : top + 177, left : left + 138].mean() > 0.03


def test_the_notes_are_in_the_language_asked_for() -> None:
    def words(language: str) -> str:
        document = pypdfium2.PdfDocument(sheet_of([red_photo()], "L", language=language))
        try:
            return str(document[0].get_textpage().get_text_range())
        finally:
            document.close()

    assert "100" in words("ja")
    assert "actual size" in words("en")


def test_the_same_photos_give_the_same_sheet() -> None:
    assert sheet_of([red_photo()], "L") == sheet_of([red_photo()], "L")


def run(*words: object) -> Result:
    return CliRunner().invoke(photo_sheet, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    path = tmp_path / "frame.png"
    Pillow.fromarray(PersonScene((1920, 1080)).posed(Pose())[:, :, ::-1]).save(path)
    return path


def test_the_command_prints_a_photo_as_it_is_and_crops_another_picture(frame: Path, tmp_path: Path) -> None:
    made = CliRunner().invoke(check_photo, [str(frame), "--json", "--as-camera", "--out", str(tmp_path)])
    photo = Path(json.loads(made.stdout)["output"]["file"])
    for picture in (photo, frame):
        result = run(picture, "--out", tmp_path / "sheet.pdf")
        assert result.exit_code == 0, result.output
        assert photo.read_bytes() in (tmp_path / "sheet.pdf").read_bytes()


def test_what_cannot_be_printed_is_said_and_the_rest_is_done(frame: Path, tmp_path: Path) -> None:
    Pillow.new("RGB", (800, 800), "grey").save(tmp_path / "wall.png")
    (tmp_path / "letter.jpg").write_text("Dear window")
    result = run(tmp_path / "wall.png", tmp_path / "letter.jpg", frame, "--out", tmp_path / "sheet.pdf", "--size", "A4")
    assert result.exit_code == 2
    assert "not printed (no_face" in result.stderr
    assert "not a picture" in result.stderr
    assert len(page_sizes_mm((tmp_path / "sheet.pdf").read_bytes())) == 1
    assert run(tmp_path / "wall.png", "--out", tmp_path / "none.pdf").exit_code == 1
    assert not (tmp_path / "none.pdf").exists()


def test_a_sheet_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(red_photo())
    result = run(tmp_path / "photo.jpg", "--out", tmp_path)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
