"""Fixtures for everybody: the browser, the running demo, the shared photos."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.templates import CompiledTemplates

ROOT = Path(__file__).parent.parent
_OFF_AS_PLAYWRIGHT_HAS_IT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
)  # fmt: skip
"""Chromium listens to the last --disable-features only, so what Playwright 1.65 turns off is said again with ours."""
_OFF_AROUND_THE_PAGE = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess")
"""Made for each context beside the page, and never seen without a window: two thirds of what a context costs."""
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_OFF_AS_PLAYWRIGHT_HAS_IT + _OFF_AROUND_THE_PAGE)}",
]
hypothesis.settings.register_profile("kiosk", deadline=None)  # how busy the machine is fails nothing
hypothesis.settings.load_profile("kiosk")
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
expect.set_options(timeout=30_000)  # the same of what a page is expected to show: milliseconds at the worst


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long journeys in a browser come first, so that many small files fill up what one worker has left at the end."""
    items.sort(key=_patience)


def _patience(item: pytest.Item) -> float:
    """Of journeys in a browser, those that may take longest first; everything else after them."""
    if item.get_closest_marker("browser") is None:
        return 0
    own = item.get_closest_marker("timeout")
    return -float(own.args[0] if own else item.config.getini("timeout"))


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of shared face photos, which never travels with the project."""
    folder = Path(os.environ.get("MADOGUCHI_PHOTOS", ROOT.parent / "shared" / "data" / "photos"))
    if not folder.is_dir():
        pytest.skip("the shared face photos are not on this machine (MADOGUCHI_PHOTOS)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Debian's Chromium is."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One Playwright for the whole session; a second one beside it is refused."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@dataclass(frozen=True)
class Demo:
    """A running ``kiosk demo``: where it is, who may sign in, what it printed."""

    url: str
    data: Path
    passphrases: dict[str, str]
    process: subprocess.Popen[str]
    log: list[str]

    def kiosk(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the console script on the same data folder."""
        return kiosk(*words, data=self.data)


def kiosk(*words: str, data: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the console script in a process of its own."""
    environment = os.environ | {"KIOSK_DATA": str(data)}
    command = [sys.executable, "-m", "kiosk", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, check=False)


@contextmanager
def running(*words: str, data: Path) -> Iterator[Demo]:
    """``kiosk demo`` or ``kiosk serve`` until the block ends; it must stop by itself on SIGINT."""
    environment = os.environ | {"KIOSK_DATA": str(data)}
    command = [sys.executable, "-m", "kiosk", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    log: list[str] = []
    ready = threading.Event()
    reader = threading.Thread(target=_read, args=(process, log, ready), daemon=True)
    reader.start()
    try:
        assert ready.wait(90), "it did not start: " + "".join(log)
        text = "".join(log)
        url = re.search(r"http://127\.0\.0\.1:\d+", text)
        assert url, text
        passphrases = dict(re.findall(r"^\s+(\S+) +\S+ +passphrase: (\S+)$", text, re.MULTILINE))
        yield Demo(url.group(), data, passphrases, process, log)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        reader.join(5)
        if process.stdout:
            process.stdout.close()


def _read(process: subprocess.Popen[str], log: list[str], ready: threading.Event) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        log.append(line)
        if "Ctrl+C" in line:
            ready.set()
    ready.set()


def _demo(data: Path) -> AbstractContextManager[Demo]:
    return running("demo", "--port", "0", "--no-browser", "--data", str(data), data=data)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """``kiosk demo`` on a free port and a data folder of its own."""
    with _demo(tmp_path / "data") as demo:
        yield demo


@pytest.fixture(scope="module")
def shared_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One ``kiosk demo`` for a file of tests that do not mind who was there before."""
    with _demo(tmp_path_factory.mktemp("demo") / "data") as demo:
        yield demo
