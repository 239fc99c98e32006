"""Files whose names are no UTF-8, as old media have them: each is answered by one JSON object, and the rest is done."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

from camera.form_sheet import draw_form_sheet
from tests.commands.test_batch import Place

ODD = os.fsdecode(b"\xff\x8e\n")


def run(*words: object, data: Path, **more: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, the objects on standard output, which is UTF-8 whatever the shell's encoding, and standard error."""
    command = [sys.executable, "-m", "kiosk", *map(str, words)]
    done = subprocess.run(command, env=os.environ | {"KIOSK_DATA": str(data)} | more, capture_output=True, check=False)
    error = done.stderr.decode(errors="replace")
    assert "Traceback" not in error, error
    lines = done.stdout.splitlines() if "--json" in words else []
    return done.returncode, [json.loads(line.decode("utf-8")) for line in lines], error


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


SHELLS = pytest.mark.parametrize("shell", [{"LC_ALL": "C.UTF-8"}, {"PYTHONIOENCODING": "euc_jp"}], ids=str)


@SHELLS
def test_verify_and_open_ended_in_a_traceback_at_a_name_that_is_no_utf8(place: Place, shell: dict[str, str]) -> None:
    good = place.seal()
    bad, kept, gone = (good.with_name(f"{ODD}{name}.mab") for name in ("bad", "kept", "gone"))
    bad.write_bytes(b"no batch")
    kept.write_bytes(good.read_bytes())
    given = [str(each) for each in (bad, gone, kept, good)]
    code, said, _ = run("verify", *given, "--identity", place.identity, "--json", data=place.data, **shell)
    assert (code, [each["file"] for each in said]) == (2, given)
    assert [each.get("verdict") for each in said] == ["fail", None, "pass", "pass"]
    code, _, error = run("verify", *given, data=place.data, **shell)
    assert (code, error.count("\n")) == (2, 2)
    out = place.out / f"{ODD}opened"
    for file, expected in ((kept, 0), (bad, 1), (gone, 2)):
        words = ("open", file, "--identity", place.identity, "--out", out, "--json")
        code, (answer,), _ = run(*words, data=place.data, **shell)
        assert (code, answer["file"]) == (expected, str(file))
        assert answer.get("out") == (str(out) if expected == 0 else None)
        if expected == 0:
            assert len(list((out / "photos").iterdir())) == 3
            out = place.out / f"{ODD}again"


@SHELLS
def test_pictures_by_such_names_are_answered_too(tmp_path: Path, shell: dict[str, str]) -> None:
    cv2.imwrite(str(tmp_path / "form.png"), draw_form_sheet("1" * 23, 6.0))
    form, gone, text = (tmp_path / f"{ODD}{name}.jpg" for name in ("form", "gone", "text"))
    (tmp_path / "form.png").rename(form)
    text.write_text("no picture")
    given = [str(each) for each in (gone, text, form)]
    code, said, _ = run("read-form", *given, "--json", data=tmp_path, **shell)
    assert (code, [each["file"] for each in said], said[2]["kind"]) == (2, given, "form_id")
    assert run("read-form", *given, data=tmp_path, **shell)[0] == 2
    code, said, _ = run("check-photo", *given, "--json", "--out", tmp_path / ODD, data=tmp_path, **shell)
    assert (code, [each["file"] for each in said], said[2]["verdict"]) == (2, given, "fail")


@SHELLS
def test_what_is_sealed_handed_over_and_acknowledged_may_lie_in_such_a_folder(
    place: Place, shell: dict[str, str]
) -> None:
    place.out = place.out / ODD
    code, (said,), _ = run("seal", place.window, "--out", place.out, "--json", data=place.data, **shell)
    assert code == 0
    assert Path(said["file"]).parent == place.out
    odd = Path(said["file"]).rename(place.out / f"{ODD}.mab")
    code, said_nothing, error = run("hand-over", odd, "--to", "usb", "--json", data=place.data, **shell)
    assert (code, said_nothing) == (1, []), error
    acks = place.out / "acks"
    office = place.data / "rehearsal-office.pem"
    words = ("open", odd, "--identity", place.identity, "--out", place.out / "o", "--json")
    assert run(*words, "--ack", acks, "--signing-key", office, data=place.data, **shell)[0] == 0
    (ack,) = acks.iterdir()
    odd_ack = ack.rename(acks / f"{ODD}.ack")
    code, (said,), _ = run("acknowledge", odd_ack, "--json", data=place.data, **shell)
    assert (code, said["file"], said["is_new"]) == (0, str(odd_ack), True)
