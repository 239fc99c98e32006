"""``kiosk check-photo`` keeps its contract, whatever the files are."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow

from camera.virtual_person import PersonScene, Pose
from kiosk.commands.photo import check_photo

# The contract's list, said again here so that a change in the code shows.
REASONS = [
    "no_face", "several_faces", "file_format", "resolution_low", "face_small", "face_cropped", "head_turned",
    "head_tilted", "eyes_closed", "sunglasses", "mask", "hair_over_eyes", "head_covering", "blurred", "too_dark",
    "too_bright", "light_uneven", "mouth_open", "glasses_glare", "gaze_away", "background_busy",
    "background_shadow", "colour_cast", "red_eye", "smile",
]  # fmt: skip


@pytest.fixture(scope="module")
def person() -> Pillow.Image:
    """A camera frame of the demo's person, who stands well and smiles."""
    return Pillow.fromarray(PersonScene((1920, 1080)).posed(Pose())[:, :, ::-1])


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory, person: Pillow.Image) -> Path:
    """The frame in two formats, written once: a PNG of this size takes most of a second."""
    folder = tmp_path_factory.mktemp("frames")
    person.save(folder / "frame.png")
    person.save(folder / "frame.jpg", quality=95)
    return folder


@pytest.fixture
def folder(tmp_path: Path, frames: Path) -> Path:
    return shutil.copytree(frames, tmp_path, dirs_exist_ok=True)


def run(*words: object) -> Result:
    return CliRunner().invoke(check_photo, [str(word) for word in words], catch_exceptions=False)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_good_frame_is_not_refused_and_its_photo_is_written(folder: Path) -> None:
    result = run(folder / "frame.png", "--json", "--as-camera", "--out", folder / "out")
    (answer,) = lines(result)
    assert result.exit_code == 0
    assert answer["verdict"] in {"pass", "warn"}
    assert list(answer) == ["file", "verdict", "reasons", "measures", "crop", "output", "ms"]
    written = Path(answer["output"]["file"])
    assert written == folder / "out" / "1-frame.jpg"
    assert written.stat().st_size == answer["output"]["bytes"]
    with Pillow.open(written) as photo:
        assert (photo.format, photo.mode) == ("JPEG", "RGB")
        assert photo.size == (answer["output"]["width"], answer["output"]["height"])
        assert not photo.getexif()
    assert answer["output"]["width"] * 9 == answer["output"]["height"] * 7


def test_the_photo_is_the_frame_turned_and_cropped_as_said(folder: Path, person: Pillow.Image) -> None:
    """Another library's turn and crop by the numbers in the answer gives the same picture but for JPEG's loss."""
    (answer,) = lines(run(folder / "frame.png", "--json", "--as-camera", "--out", folder / "out"))
    crop = answer["crop"]
    box = (crop["x"], crop["y"], crop["x"] + crop["width"], crop["y"] + crop["height"])
    expected = person.rotate(crop["rotation_deg"], Pillow.Resampling.BICUBIC).crop(box)
    with Pillow.open(answer["output"]["file"]) as photo:
        assert photo.size == expected.size == (crop["width"], crop["height"])
        difference = np.abs(np.asarray(photo, dtype=float) - np.asarray(expected, dtype=float))
    assert crop["rotation_deg"] != 0
    assert difference.mean() < 2.5
    assert np.quantile(difference, 0.999) < 20


def test_a_photo_made_here_is_a_finished_photo_kept_whole(folder: Path) -> None:
    (made,) = lines(run(folder / "frame.png", "--json", "--as-camera", "--out", folder / "out"))
    result = run(made["output"]["file"], "--json")
    (again,) = lines(result)
    assert result.exit_code == 0
    size = {"width": made["output"]["width"], "height": made["output"]["height"]}
    assert again["crop"] == {"x": 0, "y": 0, **size, "rotation_deg": 0.0}


def test_measures_and_reasons_are_of_the_contract(folder: Path) -> None:
    for answer in lines(run(folder / "frame.png", folder / "frame.jpg", "--json")):
        assert answer["reasons"] == [reason for reason in REASONS if reason in answer["reasons"]]
        names = [measure["name"] for measure in answer["measures"]]
        assert len(set(names)) == len(names) > 30
        for measure in answer["measures"]:
            assert list(measure) == ["name", "value", "unit", "limit", "status"]
            assert set(measure["limit"]) == {"min", "max"}
            assert measure["status"] in {"pass", "warn", "fail", "not_measured"}
            assert (measure["value"] is None) == (measure["status"] == "not_measured")
            assert measure["value"] is None or np.isfinite(measure["value"])
        assert 0 < answer["ms"] < 60_000


def test_a_png_is_no_finished_file_but_a_fine_camera_frame(folder: Path) -> None:
    as_file, as_frame = (lines(run(folder / "frame.png", "--json", *mode))[0] for mode in ((), ("--as-camera",)))
    assert as_file["verdict"] == "fail"
    assert as_file["reasons"][0] == "file_format"
    assert as_file["output"] is None
    assert "file_format" not in as_frame["reasons"]


def test_nothing_is_written_for_a_failed_photo(folder: Path) -> None:
    result = run(folder / "frame.png", "--json", "--out", folder / "out")
    assert result.exit_code == 1
    assert lines(result)[0]["output"] is None
    assert list((folder / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("heavy.jpg", {"quality": 100, "subsampling": 0}, "file_format"),
        ("grey.jpg", {"mode": "L"}, "file_format"),
        ("cmyk.jpg", {"mode": "CMYK"}, "file_format"),
        ("light.jpg", {"size": (480, 270), "quality": 20}, "file_format"),
        ("small.jpg", {"size": (470, 264), "quality": 100}, "resolution_low"),
        ("wide.jpg", {"size": (6400, 3600)}, "file_format"),
        ("film.gif", {"save_all": True}, "file_format"),
    ],
)
def test_file_rules(folder: Path, person: Pillow.Image, name: str, options: dict[str, Any], reason: str) -> None:
    picture = person.convert(options.pop("mode", "RGB"))
    if name == "heavy.jpg":
        picture = Pillow.effect_noise((2600, 2600), 90).convert("RGB")
    size = options.pop("size", None)
    picture = picture.resize(size) if size else picture
    later = [Pillow.new("L", picture.size)] if name.endswith("gif") else []
    picture.save(folder / name, **options, **({"append_images": later} if later else {}))
    result = run(folder / name, "--json")
    (answer,) = lines(result)
    assert reason in answer["reasons"]
    assert answer["verdict"] == "fail"
    assert result.exit_code == 1


def test_unreadable_inputs_are_named_in_order_and_the_rest_is_done(folder: Path) -> None:
    (folder / "letter.jpg").write_text("Dear window,\n" * 50)
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "phone.heic").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500))
    whole = (folder / "frame.jpg").read_bytes()
    (folder / "half.jpg").write_bytes(whole[: len(whole) // 2])
    names = ["letter.jpg", "empty.jpg", "phone.heic", "frame.jpg", "half.jpg", "gone.jpg", "."]
    result = run(*(folder / name for name in names), "--json", "--out", folder / "out")
    answers = lines(result)
    assert result.exit_code == 2
    assert [answer["file"] for answer in answers] == [str(folder / name) for name in names]
    keys = [answer.get("error", {}).get("key") for answer in answers]
    assert keys == ["not_a_picture", "empty", "heic", None, "truncated", "missing", "is_folder"]
    assert all(set(answer) == {"file", "error"} for answer in answers if "error" in answer)
    assert [path.name for path in (folder / "out").iterdir()] == ["4-frame.jpg"]
    assert result.stderr.count("\n") == 6
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2), (20_000, 30), (640, 480)])
def test_pictures_without_a_face_fail_for_that(tmp_path: Path, size: tuple[int, int]) -> None:
    Pillow.new("RGB", size, (127, 90, 60)).save(tmp_path / "plain.png")
    for mode in ((), ("--as-camera",)):
        result = run(tmp_path / "plain.png", "--json", *mode)
        (answer,) = lines(result)
        assert result.exit_code == 1
        assert answer["reasons"][0] == "no_face"
        assert answer["crop"] is None


def test_a_rotated_phone_picture_is_judged_upright(folder: Path, person: Pillow.Image) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    turned = person.transpose(Pillow.Transpose.ROTATE_90)
    turned.save(folder / "turned.jpg", quality=95, exif=exif.tobytes())
    upright, turned_back = lines(run(folder / "frame.jpg", folder / "turned.jpg", "--json", "--as-camera"))
    assert turned_back["verdict"] == upright["verdict"]
    assert abs(turned_back["crop"]["x"] - upright["crop"]["x"]) <= 12


def test_the_same_picture_gets_the_same_answer(folder: Path) -> None:
    again = [run(folder / "frame.jpg", "--json", "--as-camera", "--out", folder / f"out{i}") for i in range(2)]
    answers = [lines(result)[0] for result in again]
    photos = [Path(answer["output"].pop("file")).read_bytes() for answer in answers]
    times = [answer.pop("ms") for answer in answers]
    assert answers[0] == answers[1]
    assert photos[0] == photos[1]
    assert min(times) > 0


def test_a_folder_that_cannot_be_written_is_said_and_the_judgement_still_given(folder: Path) -> None:
    (folder / "taken").write_text("a file stands where the folder should be")
    result = run(folder / "frame.jpg", "--json", "--as-camera", "--out", folder / "taken")
    (answer,) = lines(result)
    assert result.exit_code == 2
    assert answer["verdict"] in {"pass", "warn"}
    assert answer["output"] is None
    assert "cannot be written" in result.stderr


def test_one_photo_that_cannot_be_written_does_not_stop_the_next(folder: Path) -> None:
    (folder / "out" / "1-frame.jpg").mkdir(parents=True)
    result = run(folder / "frame.jpg", folder / "frame.jpg", "--json", "--as-camera", "--out", folder / "out")
    first, second = lines(result)
    assert result.exit_code == 2
    assert first["output"] is None
    assert Path(second["output"]["file"]).name == "2-frame.jpg"


def test_no_picture_at_all_is_wrong_usage() -> None:
    assert run("--json").exit_code == 2


def test_a_person_at_a_terminal_gets_words(folder: Path) -> None:
    result = run(folder / "frame.png")
    assert result.stdout.startswith(f"{folder / 'frame.png'}: fail (file_format")
    assert "fail  FileFormat: not a file format or colour mode that is taken\n" in result.stdout
    assert "fail  FileSize" not in result.stdout
    Pillow.effect_noise((2600, 2600), 90).convert("RGB").save(folder / "heavy.jpg", quality=100, subsampling=0)
    assert "(wanted: 20480 or more and 7000000 or less)" in run(folder / "heavy.jpg").stdout


def test_a_person_at_a_terminal_gets_units_as_words(folder: Path) -> None:
    own = folder / "rules"
    own.mkdir()
    stricter = "[measures.InterEyeDistance]\nfail_min = 5000\n[measures.EyeBlink]\nwarn_max = -1.0\n"
    (own / "photo.toml").write_text(f'version = "own"\n{stricter}')
    said = run(folder / "frame.jpg", "--as-camera", "--rules", own).stdout
    assert re.search(r"fail  InterEyeDistance = \d[\d.]* pixels \(wanted: 5000 or more\)", said)
    assert re.search(r"warn  EyeBlink = [\d.]+ \(wanted: -1 or less\)", said)


def test_a_municipality_can_change_a_limit(folder: Path) -> None:
    own = folder / "rules"
    own.mkdir()
    (own / "photo.toml").write_text('version = "own"\n[measures.InterEyeDistance]\nfail_min = 5000\n')
    result = run(folder / "frame.jpg", "--json", "--as-camera", "--rules", own)
    assert result.exit_code == 1
    assert "face_small" in lines(result)[0]["reasons"]


def test_broken_rules_are_said_in_words(folder: Path) -> None:
    own = folder / "rules"
    own.mkdir()
    (own / "photo_file.toml").write_text('version = "own"\n[file]\nformats = 5\n')
    result = run(folder / "frame.jpg", "--json", "--rules", own)
    assert result.exit_code == 2
    assert "rules cannot be used" in result.stderr


def test_the_real_command_prints_json_and_nothing_else(folder: Path) -> None:
    """In a process of its own, where native code of the model runtimes writes to the real descriptors."""
    odd = os.fsencode(folder) + b"/\xff\xfe odd name.jpg"
    Path(os.fsdecode(odd)).write_bytes((folder / "frame.jpg").read_bytes())
    command = [sys.executable.encode(), b"-m", b"kiosk", b"check-photo", odd, os.fsencode(folder / "frame.png")]
    ended = subprocess.run([*command, b"--json"], capture_output=True, check=False, timeout=100)
    answers = [json.loads(line) for line in ended.stdout.decode().splitlines()]
    assert ended.returncode == 1
    assert [os.fsencode(answer["file"]) for answer in answers] == [odd, os.fsencode(folder / "frame.png")]
    assert ended.stderr == b""


@pytest.mark.photos
def test_every_shared_photo_gets_an_answer(photos: Path) -> None:
    files = sorted(path for path in photos.iterdir() if path.suffix in {".jpg", ".png"})
    answers = lines(run(*files, "--json"))
    assert [answer["file"] for answer in answers] == [str(file) for file in files]
    assert all("error" not in answer for answer in answers)
    cut_off = next(answer for answer in answers if answer["file"].endswith("cropped-01.jpg"))
    assert "face_cropped" in cut_off["reasons"]
    small = next(answer for answer in answers if answer["file"].endswith("teeth-busy-01.png"))
    assert {"file_format", "resolution_low"} <= set(small["reasons"])
