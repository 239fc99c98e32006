"""Touches, and the machine's share of the time, for each of ten first-time visitors in a real browser.

uv run python benchmarks/visits.py [--only NAME]

A page counts from the touch until it is painted; the form from being held up; the photo from the shutter until it can
be looked at. Holding still before the shutter is the person's own time.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

sys.path.insert(0, str(Path(__file__).parent.parent))

from kiosk.clock import SystemClock
from kiosk.settings import load_settings
from tests.conftest import CHROMIUM_FLAGS, Demo, running
from tests.visit import ApplicantVisit
from tests.visitors import Visitor, come, ten_visitors


def row(name: str, visit: ApplicantVisit, seconds: float) -> str:
    """One line of the table: pages, form and photo apart, then together."""
    kinds = {"form": 0.0, "photo": 0.0, "pages": 0.0}
    waits = visit.waits()
    for wait in waits:
        kinds[wait.where if wait.where in kinds else "pages"] += wait.seconds
    slowest = max((wait for wait in waits if wait.where.startswith("/")), key=lambda wait: wait.seconds)
    parts = " | ".join(f"{value:.1f}" for value in kinds.values())
    return (
        f"| {name} | {visit.touches} | {len(waits)} | {parts} | {sum(kinds.values()):.1f} | {seconds:.0f} "
        f"| {slowest.where} {slowest.seconds:.2f} |"
    )


def walked(browser: Browser, demo: Demo, visitor: Visitor) -> str:
    """The line of one visitor; also of one who did not come to the end, so that the others are measured."""
    began = time.monotonic()
    try:
        visit, _ = come(browser, demo, visitor)
    except (AssertionError, PlaywrightError) as error:
        return f"| {visitor.name} | did not come to the end: {str(error).splitlines()[0]} |"
    return row(visitor.name, visit, time.monotonic() - began)


def measure(browser: Browser, only: str) -> None:
    """Print the table, with the load of the machine before and after."""
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n")
    print("| visitor | touches | waits | form s | photo s | pages s | machine s | walked in s | slowest page s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    data = Path(tempfile.mkdtemp(prefix="madoguchi-visits-")) / "data"
    with running("demo", "--port", "0", "--no-browser", "--data", str(data), data=data) as demo:
        for visitor in ten_visitors(SystemClock(load_settings().time_zone).today()):
            if only in visitor.name:
                print(walked(browser, demo, visitor), flush=True)
    shutil.rmtree(data.parent, ignore_errors=True)
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


def main() -> None:
    """Measure all visitors, or those whose name holds ``--only``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        measure(browser, arguments.only)
        browser.close()


if __name__ == "__main__":
    main()
