"""Commands work on the data folder while the window runs in another process."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import PASSPHRASE, SUPERVISOR, a_vault
from tests.conftest import Demo, running
from tests.day_clients import Client, Staff


def alive(demo: Demo) -> int:
    with urllib.request.urlopen(f"{demo.url}/", timeout=10) as answer:  # noqa: S310 -- our own loopback address
        return int(answer.status)


def test_windows_are_filled_and_closed_from_the_shell_while_the_demo_runs(shared_demo: Demo) -> None:
    demo = shared_demo
    window = json.loads(demo.kiosk("window", "list", "--json").stdout)
    assert window["state"] == "open"
    filled = demo.kiosk("fill", window["id"], "--applications", "5")
    assert filled.returncode == 0, filled.stderr
    assert alive(demo) == 200
    closed = demo.kiosk("window", "close", window["id"])
    assert "\tclosed\t" in closed.stdout
    assert alive(demo) == 200
    assert demo.kiosk("audit", "verify").returncode == 0


def test_the_practice_accounts_carry_over_to_the_shell(shared_demo: Demo) -> None:
    demo = shared_demo
    accounts = [json.loads(line) for line in demo.kiosk("staff", "list", "--json").stdout.splitlines()]
    assert {each["name"] for each in accounts} == set(demo.passphrases) == {"demo", "demo-supervisor"}
    refused = demo.kiosk("staff", "list", "--as", "nobody")
    assert refused.returncode == 1
    assert "no such account" in refused.stderr


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[tuple[Demo, Staff]]:
    """``kiosk serve`` on a real folder with one supervisor, who is signed in at the desk."""
    data = tmp_path / "data"
    a_vault(data).lock()
    config = tmp_path / "kiosk.toml"
    config.write_text('port = 0\ncamera_face = "device:99"\n', "utf-8")
    with running("serve", "--config", str(config), data=data) as server:
        staff = Staff(Client(server.url), SUPERVISOR)
        staff.sign_in(PASSPHRASE)
        yield server, staff
        staff.client.close()


def as_supervisor(server: Demo, *words: str) -> str:
    """Run a command of the shell as the supervisor; what it printed."""
    command = [sys.executable, "-m", "kiosk", *words, "--as", SUPERVISOR, "--passphrase-fd", "0"]
    environment = os.environ | {"KIOSK_DATA": str(server.data)}
    answer = subprocess.run(
        command, env=environment, input=f"{PASSPHRASE}\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_a_real_window_made_and_closed_from_the_shell(beside: tuple[Demo, Staff]) -> None:
    """Nobody has to sign in again for a window made beside the server; one closed beside it is shut to the server."""
    server, staff = beside
    plan = ("--company", "見本工業", "--place", "会議室", "--date", "2026-11-24", "--head-count", "3")
    window = as_supervisor(server, "window", "new", *plan)
    as_supervisor(server, "window", "open", window, "--reason", "試験")
    assert staff.client.get("/desk/queue/").status == 200
    assert "見本工業" in staff.client.get("/desk/queue/new").text
    screen = Client(server.url)
    screen.get("/")
    screen.get("/applicant/consent")
    assert screen.post("/applicant/consent").path.startswith("/form_qr/")
    screen.close()
    as_supervisor(server, "window", "close", window)
    until = time.monotonic() + 10
    while "/unlock" not in (page := staff.client.get(f"/desk/batch/{window}").text) and time.monotonic() < until:
        time.sleep(0.2)
    assert "/unlock" in page, "the key has left the server's memory: a passphrase is asked for"
