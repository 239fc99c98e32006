"""Who may do what from the shell, in processes of their own, with passphrases by descriptor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_OPERATOR
from tests.builders import AT, a_rehearsal_vault, a_window, an_application

BOSS, OPERATOR = "long passphrase one", "long passphrase two"


def run(data: Path, *words: str, lines: tuple[str, ...] = (), wait: float = 60) -> subprocess.CompletedProcess[str]:
    """The console script in a process of its own; ``lines`` are passphrases given by descriptor 0."""
    environment = os.environ | {"KIOSK_DATA": str(data), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "kiosk", *words, *(["--passphrase-fd", "0"] if lines else [])]
    text = "".join(f"{line}\n" for line in lines)
    return subprocess.run(
        command, env=environment, input=text, capture_output=True, text=True, timeout=wait, check=False
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("kiosk") / "data"
    assert run(data, "staff", "add", "boss", lines=(BOSS,)).returncode == 0
    added = run(data, "staff", "add", "op", "--as", "boss", lines=(BOSS, OPERATOR))
    assert (added.returncode, added.stdout) == (0, "op (operator)\n")
    return data


def test_without_a_name_it_is_wrong_usage(installed: Path) -> None:
    done = run(installed, "staff", "list")
    assert done.returncode == 2
    assert "--as NAME" in done.stderr


def test_an_empty_data_folder_is_refused_in_plain_words(tmp_path: Path) -> None:
    done = run(tmp_path / "none", "window", "list")
    assert done.returncode == 1
    assert "kiosk staff add" in done.stderr
    assert str(tmp_path / "none") in done.stderr, "somebody who forgot KIOSK_DATA sees where it looked"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("staff", "list", "--as", "op"), ("staff", "add", "new", "--as", "boss")])
def test_a_passphrase_is_never_asked_where_it_would_be_seen(installed: Path, words: tuple[str, ...]) -> None:
    environment = os.environ | {"KIOSK_DATA": str(installed)}
    command = [sys.executable, "-m", "kiosk", *words]
    done = subprocess.run(
        command, env=environment, input=f"{BOSS}\n", capture_output=True, text=True, start_new_session=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--passphrase-fd" in done.stderr
    assert "Warning" not in done.stderr


def test_help_cuts_no_command_short(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")
    _, commands = done.stdout.split("Commands:")
    assert "intake-worker" in commands
    assert "..." not in commands


def test_a_wrong_passphrase_is_refused(installed: Path) -> None:
    done = run(installed, "staff", "list", "--as", "op", lines=("wrong",))
    assert (done.returncode, done.stdout) == (1, "")
    assert "wrong" in done.stderr


def test_a_missing_passphrase_line_is_wrong_usage(installed: Path) -> None:
    assert run(installed, "staff", "add", "third", "--as", "boss", lines=(BOSS,)).returncode == 2


def test_an_operator_makes_no_window_and_no_account(installed: Path) -> None:
    window = ("window", "new", "--company", "C", "--place", "P", "--date", "2026-11-24", "--head-count", "5")
    assert run(installed, *window, "--as", "op", lines=(OPERATOR,)).returncode == 1
    assert run(installed, "staff", "add", "x", "--as", "op", lines=(OPERATOR, "long passphrase")).returncode == 1
    made = run(installed, *window, "--json", "--as", "boss", lines=(BOSS,))
    assert json.loads(made.stdout)["state"] == "planned"


def test_staff_change_their_own_passphrase_and_supervisors_a_forgotten_one(tmp_path: Path) -> None:
    data, own, given = tmp_path / "data", "one of my own words", "a given passphrase"
    change = ("staff", "passphrase")
    run(data, "staff", "add", "boss", lines=(BOSS,))
    run(data, "staff", "add", "op", "--as", "boss", lines=(BOSS, OPERATOR))
    assert run(data, *change, "op", "--as", "op", lines=("a wrong one", own)).returncode == 1
    refused = run(data, *change, "boss", "--as", "op", lines=(OPERATOR, own))
    assert (refused.returncode, refused.stdout) == (1, "")
    short = run(data, *change, "op", "--as", "op", lines=(OPERATOR, "short"))
    assert (short.returncode, "10 characters" in short.stderr) == (1, True)
    changed = run(data, *change, "op", "--as", "op", lines=(OPERATOR, own))
    assert (changed.returncode, changed.stdout) == (0, "op has a new passphrase\n")
    assert run(data, "staff", "list", "--as", "op", lines=(OPERATOR,)).returncode == 1
    assert run(data, *change, "op", "--as", "boss", lines=(BOSS, given)).returncode == 0
    assert run(data, "staff", "list", "--as", "op", lines=(own,)).returncode == 1
    assert run(data, "staff", "list", "--as", "op", lines=(given,)).returncode == 0
    assert run(data, *change, "nobody", "--as", "boss", lines=(BOSS, given)).returncode == 1


def test_the_last_supervisor_cannot_be_disabled(installed: Path) -> None:
    assert run(installed, "staff", "disable", "boss", "--as", "boss", lines=(BOSS,)).returncode == 1


def test_json_is_one_object_per_line_and_nothing_else(installed: Path) -> None:
    done = run(installed, "staff", "list", "--json", "--as", "op", lines=(OPERATOR,))
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["boss", "op"]


def test_no_passphrase_reaches_the_disk(installed: Path) -> None:
    for file in (each for each in installed.rglob("*") if each.is_file()):
        content = file.read_bytes()
        assert BOSS.encode() not in content
        assert OPERATOR.encode() not in content


def test_an_unready_window_needs_a_supervisors_reason(installed: Path) -> None:
    window = ("window", "new", "--company", "C", "--place", "P", "--date", "2026-11-25", "--head-count", "5")
    made = run(installed, *window, "--as", "boss", lines=(BOSS,)).stdout.strip()
    config = installed.parent / "kiosk.toml"
    config.write_text('camera_face = "video:/nowhere.mp4"\n')
    opening = ("window", "open", made, "--config", str(config))
    refused = run(installed, *opening, "--as", "op", lines=(OPERATOR,))
    assert refused.returncode == 1
    assert "camera:" in refused.stderr
    opened = run(installed, *opening, "--as", "boss", "--reason", "カメラは後で届く", lines=(BOSS,))
    assert opened.returncode == 0, opened.stderr
    assert "\topen\t" in opened.stdout


def test_a_practice_folder_asks_for_nothing(tmp_path: Path) -> None:
    data = tmp_path / "practice"
    window = ("window", "new", "--company", "C", "--place", "P", "--date", "2026-11-24", "--head-count", "5")
    made = run(data, *window, "--rehearsal").stdout.strip()
    assert "\topen\t" in run(data, "window", "open", made).stdout
    assert run(data, *window).returncode == 1  # no real window among practice ones
    assert "\tclosed\t" in run(data, "window", "close", made).stdout
    verified = run(data, "audit", "verify", "--json")
    found = json.loads(verified.stdout)
    assert found["entries"] == 4
    spaced = " ".join(found["head"][at : at + 8] for at in range(0, 64, 8)).upper()
    assert run(data, "audit", "verify", "--head", spaced).returncode == 0
    missing = run(data, "audit", "verify", "--head", found["head"], "--head", "0" * 64)
    assert (missing.returncode, "cut off" in missing.stderr) == (1, True)
    assert "up to date" in run(data, "migrate").stdout


def test_closing_from_the_shell_names_what_is_open_and_takes_two_with_a_reason(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path)
    window = a_window(vault)
    store = vault.window_store(window.id)
    person = an_application(store, ApplicationState.ACCEPTED)
    store.custody.take(person.uid, "old_card", 2, REHEARSAL_OPERATOR, AT)
    vault.lock()
    refused = run(tmp_path, "window", "close", window.id)
    assert refused.returncode == 1
    assert f"{person.call_number}\tPresent My Number Card 2\tno envelope" in refused.stderr
    assert "\topen\t" in run(tmp_path, "window", "list").stdout
    closed = run(tmp_path, "window", "close", window.id, "--reason", "left on the table")
    assert "\tclosed\t" in closed.stdout, closed.stderr


def test_the_municipalitys_keys_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    made = run(tmp_path, "keys", "new", "--out", str(folder))
    assert "fingerprint: " in made.stdout
    assert "AGE-SECRET-KEY" not in made.stdout
    identity = (folder / "identity.txt").read_text()
    assert (folder / "identity.txt").stat().st_mode & 0o077 == 0
    assert (folder / "recipient.txt").stat().st_mode & 0o777 == 0o644
    assert run(tmp_path, "keys", "new", "--out", str(folder)).returncode == 1
    assert (folder / "identity.txt").read_text() == identity


def test_what_is_not_there_was_said_without_the_command_that_lists_what_is(tmp_path: Path) -> None:
    a_rehearsal_vault(tmp_path).lock()
    for words, way_on in (
        (("window", "open", "20261124-none"), "kiosk window list"),
        (("window", "close", "../x"), "kiosk window list"),
        (("seal", "", "--out", str(tmp_path / "out")), "kiosk window list"),
        (("staff", "disable", "nobody"), "kiosk staff list"),
        (("keys", "forget", "no key"), "kiosk keys show"),
    ):
        done = run(tmp_path, *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert way_on in done.stderr, words
    assert not (tmp_path / "out").exists()


def test_a_recipient_file_without_a_recipient_shut_a_practice_folder_for_good(tmp_path: Path) -> None:
    """It ended in a traceback, the keys half wrapped anew; on a real kiosk the municipality lost its way in."""
    empty, binary, real = tmp_path / "empty", tmp_path / "binary", tmp_path / "office" / "recipient.txt"
    empty.write_text("# nobody\n")
    binary.write_bytes(bytes(range(256)))
    data = tmp_path / "practice"
    a_rehearsal_vault(data).lock()
    run(data, "keys", "new", "--out", str(real.parent))
    for odd, code in ((empty, 2), (binary, 2), (real.parent / "identity.txt", 2), (real, 1)):
        used = run(data, "keys", "use", str(odd))
        assert (used.returncode, used.stdout, "Traceback" in used.stderr) == (code, "", False), used.stderr
        assert "nothing was changed" in used.stderr
        assert run(data, "migrate").returncode == 0


def test_what_is_no_recipient_file_left_a_folder_half_installed(tmp_path: Path) -> None:
    office, data = tmp_path / "office", tmp_path / "data"
    run(data, "keys", "new", "--out", str(office))
    (tmp_path / "empty").write_text("")
    for odd in (tmp_path / "empty", office / "identity.txt"):
        refused = run(data, "staff", "add", "boss", "--recipient", str(odd), lines=(BOSS,))
        assert (refused.returncode, "recipient.txt" in refused.stderr) == (2, True), refused.stderr
        assert not data.exists()
    done = run(data, "staff", "add", "boss", "--recipient", str(office / "recipient.txt"), lines=(BOSS,))
    assert done.returncode == 0, done.stderr
    emptied = run(data, "keys", "use", str(tmp_path / "empty"), "--as", "boss", lines=(BOSS,))
    assert emptied.returncode == 2
    assert '"recipient"' in run(data, "keys", "show", "--json", "--as", "boss", lines=(BOSS,)).stdout


def test_a_key_was_forgotten_and_another_kept_without_a_word(tmp_path: Path) -> None:
    office, data = tmp_path / "office", tmp_path / "data"
    run(data, "keys", "new", "--out", str(office))
    first = ("staff", "add", "boss", "--recipient", str(office / "recipient.txt"))
    assert run(data, *first, lines=(BOSS,)).returncode == 0
    shown = run(data, "keys", "show", "--json", "--as", "boss", lines=(BOSS,)).stdout.splitlines()
    (public,) = (key["public"] for key in map(json.loads, shown) if key["key"] == "office")
    forgotten = run(data, "keys", "forget", public, "--as", "boss", lines=(BOSS,))
    assert (forgotten.returncode, forgotten.stdout) == (0, f"{public} is forgotten\n")
    kept = run(data, "keys", "s3", "store", "--key-id", "AKIA", "--as", "boss", lines=(BOSS, "very secret"))
    assert (kept.returncode, kept.stdout) == (0, "store has a new access key: AKIA\n")


def test_the_doctor_says_eleven_things_and_is_red_without_a_camera(installed: Path) -> None:
    config = installed.parent / "doctor.toml"
    config.write_text('camera_face = "video:/nowhere.mp4"\n')
    done = run(installed, "doctor", "--json", "--config", str(config), "--as", "boss", lines=(BOSS,))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    names = [
        "camera",
        "disk",
        "clock",
        "database",
        "keys",
        "printer",
        "scanner",
        "battery",
        "fonts",
        "browser",
        "speech",
    ]
    assert [line["check"] for line in lines] == names
    assert all(line["status"] in {"green", "amber", "red"} and line["message"] for line in lines)
    status = {line["check"]: line["status"] for line in lines}
    assert (status["camera"], status["database"], status["keys"]) == ("red", "green", "amber")
    assert done.returncode == 1


def test_the_window_that_is_open_already_was_called_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = run(data, "window", "new", "--company", "見本工業", "--place", "会議室", "--date", "2026-12-17",
               "--head-count", "3", "--rehearsal").stdout.split()[-1]  # fmt: skip
    later = run(data, "window", "new", "--company", "見本工業", "--place", "会議室", "--date", "2026-12-18",
                "--head-count", "3", "--rehearsal").stdout.split()[-1]  # fmt: skip
    assert run(data, "window", "open", made).returncode == 0
    assert "open already" in run(data, "window", "open", made).stderr
    assert f"another window is open: {made}" in run(data, "window", "open", later).stderr
