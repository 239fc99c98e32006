"""A computer that sleeps: noticed by its clocks, and told to a running server before."""

import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from kiosk import clock
from tests.conftest import running

BOOT, STEADY = time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC


def test_sleep_is_noticed_once_and_goes_into_the_time_nobody_touched_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    now = {BOOT: 1000.0, STEADY: 900.0}
    monkeypatch.setattr(clock.time, "clock_gettime", lambda which: now[which])
    watch, before = clock.SleepWatch(), clock.SystemClock().monotonic()
    now = {BOOT: 1060.2, STEADY: 960.0}  # awake for a minute; the two are never read at the same moment
    assert not watch.has_slept()
    now = {BOOT: 8260.0, STEADY: 960.5}
    assert watch.has_slept()
    assert not watch.has_slept()
    assert clock.SystemClock().monotonic() - before == 7260.0


def test_told_to_sleep_a_server_forgets_its_keys_until_somebody_signs_in(tmp_path: Path) -> None:
    """2026-11: nothing locked the desk or dropped a key when the lid was closed, though the run book said so."""
    with running("demo", "--port", "0", "--no-browser", data=tmp_path / "data") as demo:
        assert not is_shut(demo.url)
        os.kill(demo.process.pid, signal.SIGUSR1)
        end = time.monotonic() + 30
        while not is_shut(demo.url):
            assert time.monotonic() < end
            time.sleep(0.1)


def is_shut(url: str) -> bool:
    """Whether the applicant screen says that nothing is taken in, or to call staff."""
    try:
        with urllib.request.urlopen(f"{url}/", timeout=10) as answer:  # noqa: S310 -- our own server
            return "いまは受付をしていません" in answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code == 503
