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

sys.path.insert(0, str(Path(__file__).parent.parent))

from kiosk.clock import SystemClock
from kiosk.settings import load_settings
from tests.conftest import CHROMIUM_FLAGS, running
from tests.visit import ApplicantVisit
from tests.visitors import come, ten_visitors


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


def measure(browser: Browser, only: str) -> None:
    """Print the table, with the load of the machine before and after."""
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n")
    print("| visitor | touches | waits | form s | photo s | pages s | machine s | walked in s | slowest page s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    data = Path(tempfile.mkdtemp(prefix="madoguchi-visits-")) / "data"
    with running("demo", "--port", "0", "--no-browser", "--data", str(data), data=data) as demo:
        for visitor in ten_visitors(SystemClock(load_settings().time_zone).today()):
            if only in visitor.name:
                began = time.monotonic()
                visit, _ = come(browser, demo, visitor)
                print(row(visitor.name, visit, time.monotonic() - began), flush=True)
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
