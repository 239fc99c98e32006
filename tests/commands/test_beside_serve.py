"""Commands work on the data folder while the window runs in another process."""

import json
import urllib.request

from tests.conftest import Demo


def alive(demo: Demo) -> int:
    with urllib.request.urlopen(f"{demo.url}/", timeout=10) as answer:  # noqa: S310 -- our own loopback address
        return int(answer.status)


def test_windows_are_filled_and_closed_from_the_shell_while_the_demo_runs(demo: Demo) -> None:
    window = json.loads(demo.kiosk("window", "list", "--json").stdout)
    assert window["state"] == "open"
    filled = demo.kiosk("fill", window["id"], "--applications", "5")
    assert filled.returncode == 0, filled.stderr
    assert alive(demo) == 200
    closed = demo.kiosk("window", "close", window["id"])
    assert "\tclosed\t" in closed.stdout
    assert alive(demo) == 200
    assert demo.kiosk("audit", "verify").returncode == 0


def test_the_practice_accounts_carry_over_to_the_shell(demo: Demo) -> None:
    accounts = [json.loads(line) for line in demo.kiosk("staff", "list", "--json").stdout.splitlines()]
    assert {each["name"] for each in accounts} == set(demo.passphrases) == {"demo", "demo-supervisor"}
    refused = demo.kiosk("staff", "list", "--as", "nobody")
    assert refused.returncode == 1
    assert "no such account" in refused.stderr
