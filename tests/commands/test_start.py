"""What a command does not need is not loaded: numpy alone is a fifth of a second of every start."""

import subprocess
import sys

import pytest

from kiosk.__main__ import COMMANDS

HEAVY = ("numpy", "cv2", "PIL", "flask", "boto3", "paramiko", "psycopg", "weasyprint", "zxingcpp", "ai_edge_litert")
WITH_PICTURES = ("demo", "serve", "doctor", "read-form", "check-photo", "photo-sheet", "report", "pack")
WITH_SERVERS = ("office", "intake", "intake-queue", "intake-worker")
LIGHT = [name for name in COMMANDS if name not in (*WITH_PICTURES, *WITH_SERVERS)]
SAY = """
import sys
from kiosk.__main__ import main
main([sys.argv[1], "--help"], prog_name="kiosk", standalone_mode=False)
print("loaded", *(name for name in sys.argv[2:] if name in sys.modules))
"""


@pytest.mark.parametrize("command", LIGHT)
def test_a_command_loads_nothing_heavy_before_it_works(command: str) -> None:
    run = [sys.executable, "-c", SAY, command, *HEAVY]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "loaded"


def test_numpy_is_there_for_who_needs_it_after_the_store() -> None:
    code = "import kiosk.store, sys; assert 'numpy' not in sys.modules; import numpy; numpy.zeros(1)"
    subprocess.run([sys.executable, "-c", code], check=True)
