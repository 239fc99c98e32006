"""Files that may not be read, names that are empty, rules that are broken: plain words, and the rest is done."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import a_rehearsal_vault
from tests.commands.test_batch import Place

NOBODY = 65534
WITHOUT_ROOTS_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def shut(path: Path) -> None:
    """Somebody else's file or folder, which this account may not look into."""
    path.chmod(0)
    if os.getuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def as_anybody(*words: object, data: Path) -> subprocess.CompletedProcess[str]:
    """The console script as an account that may not read everything."""
    rights = WITHOUT_ROOTS_RIGHTS if os.getuid() == 0 else ()
    command = [*rights, sys.executable, "-m", "kiosk", *map(str, words)]
    environment = os.environ | {"KIOSK_DATA": str(data)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


def test_one_file_that_may_not_be_read_kept_all_others_from_being_checked(place: Place, tmp_path: Path) -> None:
    """The contract has one object for each, also for unreadable ones; it was wrong usage and nothing was printed."""
    good, bad = place.seal(), tmp_path / "bad.mab"
    bad.write_bytes(good.read_bytes())
    shut(bad)
    done = as_anybody("verify", bad, good, "--json", data=place.data)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [each["file"] for each in said]) == (2, [str(bad), str(good)]), done.stderr
    assert (said[0]["error"]["key"], said[1]["verdict"]) == ("unreadable", "pass")


def test_an_empty_word_was_the_folder_one_stood_in(place: Place, tmp_path: Path) -> None:
    """A variable that was not set: the batch was sealed into, and acknowledged into, whatever folder that was."""
    file, there = place.seal(), set(Path.cwd().iterdir())
    opening = ("open", file, "--identity", place.identity)
    for words in (
        ("seal", place.window, "--out", ""),
        ("erase", place.window, "--out", ""),
        ("report", place.window, "--out", ""),
        ("keys", "new", "--out", ""),
        ("backup", "make", ""),
        (*opening, "--out", ""),
        (*opening, "--out", tmp_path / "o", "--ack", "", "--signing-key", place.data / "rehearsal-office.pem"),
    ):
        done = place.run(*map(str, words))
        assert (done.returncode, "The name is empty" in done.stderr) == (2, True), (words, done.stderr)
    assert set(Path.cwd().iterdir()) == there


def test_a_data_folder_that_cannot_be_used_was_a_traceback(tmp_path: Path) -> None:
    locked, file, made = tmp_path / "locked", tmp_path / "file", tmp_path / "made"
    locked.mkdir()
    file.write_text("")
    a_rehearsal_vault(made).lock()
    shut(locked)
    shut(made)
    new = ("window", "new", "--company=x", "--place=x", "--date=2026-11-24", "--head-count=1", "--rehearsal")
    looking = (("window", "list"), ("doctor",), ("serve",))
    for data in (locked, locked / "below", made, file, Path("/proc/none")):
        for words in (new, *(() if data in (file, Path("/proc/none")) else looking)):
            done = as_anybody(*words, data=data)
            assert (done.returncode, "KIOSK_DATA" in done.stderr) == (2, True), (data, words, done.stderr)
            assert "Traceback" not in done.stderr


def test_broken_rules_and_what_is_no_text_were_a_traceback(place: Place, tmp_path: Path) -> None:
    (tmp_path / "form_qr.toml").write_text("[payload")
    (tmp_path / "picture.jpg").write_bytes(b"x")
    rules = place.run("read-form", tmp_path / "picture.jpg", "--rules", tmp_path)
    assert (rules.returncode, "form_qr.toml" in rules.stderr, "Traceback" in rules.stderr) == (2, True, False)
    (tmp_path / "form_qr.toml").write_text("")
    assert "lacks payload" in place.run("read-form", tmp_path / "picture.jpg", "--rules", tmp_path).stderr
    add = [sys.executable, "-m", "kiosk", "staff", "add", "boss", "--passphrase-fd", "0"]
    environment = os.environ | {"KIOSK_DATA": str(tmp_path / "new")}
    done = subprocess.run(add, env=environment, input=b"\xff" * 20 + b"\n", capture_output=True, check=False)
    assert (done.returncode, b"UTF-8" in done.stderr, b"Traceback" in done.stderr) == (2, True, False)


def test_what_is_no_head_was_taken_for_a_log_that_was_cut_off(place: Place) -> None:
    head = json.loads(place.run("audit", "verify", "--json").stdout)["head"]
    assert place.run("audit", "verify", "--head", head.upper()).returncode == 0
    assert place.run("audit", "verify", "--head", "0" * 64).returncode == 1
    assert [place.run("audit", "verify", "--head", odd).returncode for odd in ("", head[:-1])] == [2, 2]
