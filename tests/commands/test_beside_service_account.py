"""What root does in the data folder of the service's own account leaves every file that account's."""

import os
import shutil
from pathlib import Path

import pytest

from tests.commands.test_people import BOSS, OPERATOR, run

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
SERVICE = 65534


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder set up by root and then taken over by the service, as systemd does with its StateDirectory."""
    data = tmp_path / "data"
    assert run(data, "staff", "add", "boss", lines=(BOSS,)).returncode == 0
    give_to_service(data)
    return data


def give_to_service(folder: Path) -> None:
    for each in (folder, *folder.rglob("*")):
        os.chown(each, SERVICE, SERVICE)


def not_the_services(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    assert len(found) > 3
    return [str(each) for each in found if (each.stat().st_uid, each.stat().st_gid) != (SERVICE, SERVICE)]


def test_after_root_added_an_account_nobody_could_sign_in(data: Path) -> None:
    added = run(data, "staff", "add", "op", "--as", "boss", lines=(BOSS, OPERATOR))
    assert added.returncode == 0, added.stderr
    assert not_the_services(data) == []


def test_window_made_by_root_was_shut_to_the_service(data: Path) -> None:
    words = ("--company", "A", "--place", "B", "--date", "2026-12-01", "--head-count", "3")
    for more in ((), ("--rehearsal",)):
        made = run(data, "window", "new", *words, *more, "--as", "boss", lines=(BOSS,))
        assert made.returncode == 0, made.stderr
    assert len(list((data / "windows").glob("*.db"))) == 2
    assert not_the_services(data) == []


def test_folder_restored_by_root_stays_the_services(data: Path, tmp_path: Path) -> None:
    assert run(data, "backup", "make", str(tmp_path / "copy"), "--as", "boss", lines=(BOSS,)).returncode == 0
    shutil.rmtree(data / "windows")
    os.utime(data / "kiosk.db", (0, 0))
    restored = run(data, "backup", "restore", str(tmp_path / "copy"))
    assert restored.returncode == 0, restored.stderr
    assert not_the_services(data) == []


def test_what_root_makes_in_a_folder_of_its_own_stays_its_own(tmp_path: Path) -> None:
    assert run(tmp_path / "own", "staff", "add", "boss", lines=(BOSS,)).returncode == 0
    assert {each.stat().st_uid for each in (tmp_path / "own").rglob("*")} == {0}
