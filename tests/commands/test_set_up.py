"""What somebody who installs stumbles on is named in plain words, before anybody stands before the screen."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.__main__ import main
from tests.builders import a_rehearsal_vault
from tests.commands.test_people import BOSS, run

NEW = ("window", "new", "--rehearsal", "--company", "A", "--place", "B", "--date", "2026-12-01", "--head-count", "3")
SLIPS = {
    "contact_mail": '"both"', "other_cities": '"no"', "languages": '"ja,xx"', "rules": '"/nowhere/at/all"',
    "time_zone": '"Asia/Tokio"', "camera_face": '"devce:0"',
}  # fmt: skip


@pytest.fixture
def file_in_the_way(tmp_path: Path) -> Path:
    """A data folder that cannot be made, whoever tries."""
    (tmp_path / "file").write_text("not a folder")
    return tmp_path / "file" / "data"


def serve(data: Path, *lines: str) -> Result:
    config = data.parent / "kiosk.toml"
    config.write_text("\n".join(("port = 0", *lines)), "utf-8")
    return CliRunner(env={"KIOSK_DATA": str(data)}).invoke(main, ["serve", "--config", str(config)])


@pytest.mark.parametrize("name", SLIPS)
def test_slip_in_the_settings_was_found_out_by_visitors(tmp_path: Path, name: str) -> None:
    a_rehearsal_vault(tmp_path / "data").lock()
    done = serve(tmp_path / "data", f"{name} = {SLIPS[name]}")
    assert done.exit_code == 2
    assert "the configuration cannot be used" in done.output
    assert name.partition("_")[0] in done.output


def test_no_language_at_all_made_a_start_page_without_buttons(tmp_path: Path) -> None:
    a_rehearsal_vault(tmp_path / "data").lock()
    assert serve(tmp_path / "data", 'languages = ""').exit_code == 2


def test_doctor_ended_in_a_traceback_over_the_time_zone(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text('time_zone = "Asia/Tokio"')
    done = run(tmp_path / "data", "doctor", "--config", str(tmp_path / "kiosk.toml"))
    assert done.returncode == 2
    assert "Asia/Tokio" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("staff", "add", "boss"), NEW, ("demo", "--no-browser", "--port", "0")])
def test_data_folder_that_cannot_be_made_ended_in_a_traceback(file_in_the_way: Path, words: tuple[str, ...]) -> None:
    more = ("--data", str(file_in_the_way)) if words[0] == "demo" else ()
    done = run(file_in_the_way, *words, *more, lines=(BOSS,) if words[0] == "staff" else ())
    assert done.returncode == (1 if more else 2)
    assert str(file_in_the_way) in done.stderr
    assert "Traceback" not in done.stderr


def test_copy_that_cannot_be_put_back_ended_in_a_traceback(tmp_path: Path, file_in_the_way: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    assert run(data, "staff", "add", "boss", lines=(BOSS,)).returncode == 0
    assert run(data, "backup", "make", str(copy), "--as", "boss", lines=(BOSS,)).returncode == 0
    done = run(file_in_the_way, "backup", "restore", str(copy))
    assert done.returncode == 1
    assert "cannot be put back" in done.stderr
    assert "Traceback" not in done.stderr


def test_set_up_cut_off_said_only_that_the_key_does_not_fit(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "staff", "add", "boss", lines=(BOSS,)).returncode == 0
    (data / "keyring.json").unlink()
    before = (data / "kiosk.db").read_bytes()
    done = run(data, "staff", "add", "boss", lines=(BOSS,))
    assert done.returncode == 1
    assert "without its keyring.json" in done.stderr
    assert (data / "kiosk.db").read_bytes() == before, "whoever lost the keyring may have it in a copy"


def test_a_file_where_the_data_folder_belongs_was_a_good_disk(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    done = run(tmp_path / "data", "doctor")
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("disk")] == ["red"]
