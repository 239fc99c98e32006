"""A command that crashes leaves no picture of its memory on the disk: it holds passphrases and keys."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.test_people import BOSS, OPERATOR, run

CRASHES = """
import os, resource, signal, sys
from kiosk.__main__ import main
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
main(sys.argv[1:], prog_name="kiosk", standalone_mode=False)
os.kill(os.getpid(), signal.SIGSEGV)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    assert run(data, "staff", "add", "boss", lines=(BOSS,)).returncode == 0
    return data


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_CORE)[1] == 0, reason="nothing here may write a core at all")
@pytest.mark.skipif(
    Path("/proc/sys/kernel/core_pattern").read_text()[0] in "|/", reason="cores go elsewhere on this machine"
)
def test_crash_of_a_command_left_the_passphrase_in_a_core_file(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", CRASHES, "staff", "add", "op", "--as", "boss", "--passphrase-fd", "0"]
    place = tmp_path / "crashed"
    place.mkdir()
    done = subprocess.run(
        command, env=os.environ | {"KIOSK_DATA": str(data)}, input=f"{BOSS}\n{OPERATOR}\n", text=True, cwd=place,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGSEGV, done.stderr
    assert list(place.iterdir()) == []
