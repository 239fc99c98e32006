"""Files that may not be read, names that are empty, rules that are broken: plain words, and the rest is done."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
