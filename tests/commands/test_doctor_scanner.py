"""``kiosk doctor --scanner``: the set-up code is shown, and how the scanner types is said."""

import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from camera.qr import as_grey, first_pass
from kiosk.commands.doctor import doctor
from kiosk.domain.form_keys import SETUP_CODE


@pytest.mark.parametrize(
    ("typed", "status", "says", "code"),
    [
        (SETUP_CODE, "green", "same keyboard layout", 0),
        ("MADOGUCHI-scanner+https+//kiosk.example/?a^1'b^23(4~5:6\"7", "green", "map it back", 0),
        ("https://net.kojinbango-card.go.jp/?id=1", "red", "not the set-up code", 1),
    ],
)
def test_how_the_scanner_types_is_said(
    typed: str, status: str, says: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    done = CliRunner().invoke(doctor, ["--scanner", "--json"], input=f"{typed}\n")
    answer = json.loads(done.stdout)
    assert (answer["check"], answer["status"], done.exit_code) == ("scanner", status, code)
    assert says in answer["message"]
    assert typed not in done.stdout


def test_the_code_shown_can_be_read_and_is_the_set_up_code() -> None:
    done = CliRunner().invoke(doctor, ["--scanner"], input="\n")
    assert first_pass(as_grey(picture_of(done.stderr))).texts == (SETUP_CODE,)


def picture_of(shown: str) -> np.ndarray:
    """The half blocks of a terminal, light on dark, as a picture."""
    rows = [line for line in shown.splitlines() if line and not line.strip(" ▀▄█\xa0")]
    width = max(len(line) for line in rows)
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255)}
    cells = [[halves.get(mark, (0, 0)) for mark in line.ljust(width)] for line in rows]
    dots = np.array(cells, np.uint8).transpose(0, 2, 1).reshape(-1, width)
    large = cv2.resize(dots, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), np.uint8)
