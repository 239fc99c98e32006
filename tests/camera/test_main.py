"""The diagnostic says what a camera does, in numbers, and ends with an exit code."""

import pytest

from camera.__main__ import main


def test_the_list_names_the_virtual_cameras(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert "virtual:person" in capsys.readouterr().out.splitlines()


def test_a_camera_that_streams_is_shown_with_size_and_pace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "virtual:nobody", "--seconds", "1.5"]) == 0
    assert "streaming  1920x1080" in capsys.readouterr().out


def test_a_camera_that_is_missing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "device:97", "--seconds", "0.3"]) == 1
    assert "missing  no picture" in capsys.readouterr().out


def test_a_spec_nobody_understands_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "elephant"]) == 2
    assert "a camera is written as" in capsys.readouterr().out
