"""Promises about the tree itself: no inline script, no foreign host, no folder without a rule of its own."""

import ast
import re
from pathlib import Path

import pytest

from kiosk.rules import load_rules

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "kiosk" / "templates").glob("**/*.html"))
OWN_STATIC = [p for p in (ROOT / "kiosk" / "static").glob("**/*.*") if "vendor" not in p.parts]
PACKAGES = sorted(p.parent for name in ("kiosk", "camera") for p in (ROOT / name).glob("**/__init__.py"))


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda p: p.name)
def test_no_inline_script_style_or_handler(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)


@pytest.mark.parametrize("file", [*TEMPLATES, *OWN_STATIC], ids=lambda p: p.name)
def test_no_foreign_host(file: Path) -> None:
    if file.suffix not in {".html", ".css", ".js", ".svg"}:
        return
    hosts = re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", file.read_text("utf-8"))
    assert set(hosts) <= {"www.w3.org"}  # the SVG namespace is a name, not a request


def test_every_option_asked_with_a_picture_has_one() -> None:
    asked = [item for item in load_rules("applicant")["item"] if item.get("pictures")]
    wanted = {f"{item['key']}_{option}.svg" for item in asked for option in item["options"]}
    assert wanted, "the kind of application is asked with pictures of the notice"
    assert wanted == {each.name for each in (ROOT / "kiosk" / "static" / "img" / "choice").iterdir()}


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_folder_says_what_it_is_for(folder: Path) -> None:
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    assert docstring
    assert len(docstring) > 20


def test_importing_the_domain_loads_no_flask() -> None:
    import subprocess
    import sys

    code = "import sys, kiosk.domain.states, kiosk.domain.errors; print('flask' in sys.modules, 'cv2' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert out.split() == ["False", "False"]
