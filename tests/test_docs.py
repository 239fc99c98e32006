"""README and architecture stay true: what they name is there, and what is there they name."""

import re
from pathlib import Path

import pytest

from kiosk.__main__ import COMMANDS
from kiosk.app import APPLICANT_SCREENS, DESK_SCREENS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
_PATH = re.compile(r"`((?:kiosk|camera|deploy|docs|tests|benchmarks)/[\w./-]*)`")


@pytest.mark.parametrize("text", [README, ARCHITECTURE], ids=["README", "architecture"])
def test_every_path_named_is_there(text: str) -> None:
    named = set(_PATH.findall(text))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_architecture_places_every_folder_and_module_of_the_tree() -> None:
    parts = [*ROOT.glob("kiosk/*"), *(ROOT / name for name in ("camera", "deploy", "benchmarks", "tests", "docs"))]
    wanted = {
        f"{part.relative_to(ROOT)}{'/' if part.is_dir() else ''}"
        for part in parts
        if part.name not in ("__init__.py", "__pycache__")
    }
    assert sorted(part for part in wanted if f"`{part}`" not in ARCHITECTURE) == []


def test_every_screen_named_has_a_module() -> None:
    for name in (*APPLICANT_SCREENS, *DESK_SCREENS):
        assert (ROOT / "kiosk" / "screens" / f"{name}.py").exists(), name


def test_readme_names_every_command_and_no_other() -> None:
    table = "".join(line for line in README.splitlines(keepends=True) if line.startswith("| `kiosk"))
    named = {word for cell in re.findall(r"`([^`]+)`", table) for word in [cell.removeprefix("kiosk ").split()[0]]}
    assert set(COMMANDS) <= named
    assert {cell.split()[1] for cell in re.findall(r"`(kiosk [^`]+)`", README)} - {"COMMAND"} <= set(COMMANDS)
