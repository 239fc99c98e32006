from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from camera.types import CameraState, Frame
from kiosk.actions import readiness
from kiosk.actions.readiness import Check, Status
from kiosk.actions.window import close_window
from kiosk.fakes import JAPAN, FixedClock
from kiosk.store.vault import Vault
from kiosk.texts import catalogue, translator
from tests.builders import CHEAP, PASSPHRASE, SUPERVISOR, NoCamera, a_rehearsal_vault, a_vault, a_window


def words_of(check: Check) -> str:
    return "".join(translator(language)(check.text_key, **check.values) for language in ("ja", "en"))


def test_no_picture_from_the_camera_is_red() -> None:
    assert readiness.check_camera((NoCamera(),)).status is Status.RED
    assert readiness.check_camera(None).note == "note_camera_unknown"


@dataclass
class SlowCamera(NoCamera):
    """Gives nothing for some looks, then a picture, and counts how often it was asked."""

    state: CameraState = CameraState.STARTING
    after: int = 0
    asked: int = 0

    def next_frame(self, after: int, timeout: float) -> Frame | None:
        self.asked += 1
        return Frame(1, np.zeros((1080, 1920, 3), np.uint8), 0.0) if self.asked > self.after else None


@pytest.mark.parametrize("state", [CameraState.STARTING, CameraState.LOST])
def test_a_camera_that_may_still_come_is_waited_for(state: CameraState) -> None:
    cameras = (SlowCamera(state, 0), SlowCamera(state, 40))
    assert readiness.check_camera(cameras).status is Status.GREEN
    assert readiness.check_camera((SlowCamera(state, 0), NoCamera())).status is Status.RED


def test_a_camera_that_cannot_be_opened_is_not_waited_for_as_long() -> None:
    away, starting = SlowCamera(CameraState.MISSING, 1000), SlowCamera(CameraState.STARTING, 1000)
    for camera in (away, starting):
        assert readiness.check_camera((camera,)).status is Status.RED
    assert away.asked < starting.asked


def test_the_page_names_every_check_before_the_report_is_there(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    report = [each.check for each in readiness.report(vault, FixedClock(), (NoCamera(),))]
    assert (*report, readiness.check_backlog(vault).check) == readiness.CHECKS


def test_a_clock_set_back_is_red(tmp_path: Path) -> None:
    clock = FixedClock()
    vault = a_vault(tmp_path, clock)
    assert readiness.check_clock(vault, clock).status is Status.GREEN
    clock.tick(-3600)
    back = readiness.check_clock(vault, clock)
    assert (back.status, back.note) == (Status.RED, "note_clock_back")
    assert readiness.check_clock(vault, FixedClock(datetime(2019, 1, 1, tzinfo=JAPAN))).note == "note_clock_wrong"


def test_a_damaged_log_is_red_and_a_locked_folder_amber(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    a_window(vault)
    assert readiness.check_database(vault).status is Status.GREEN
    with vault.kiosk_store.write() as database:
        database.conn.execute("drop trigger audit_is_never_changed")
        database.conn.execute("update audit set actor = 'x' where seq = 2")
    assert readiness.check_database(vault).status is Status.RED
    vault.lock()
    assert readiness.check_database(vault).status is Status.AMBER
    assert readiness.check_database(Vault(tmp_path / "empty")).note == "note_database_none"


def test_a_window_file_that_was_changed_is_red(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    vault.lock()
    file = vault.folder.window_db(window.id)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    vault.unlock(SUPERVISOR, PASSPHRASE)
    assert readiness.check_database(vault).status is Status.RED


def test_keys_without_a_recipient_are_amber_and_an_open_key_file_is_red(tmp_path: Path) -> None:
    vault = a_vault(tmp_path / "real")
    assert readiness.check_keys(vault).note == "note_keys_no_recipient"
    practice = a_rehearsal_vault(tmp_path / "practice")
    vault.set_recipients(practice.folder.rehearsal_recipient.read_text())
    assert readiness.check_keys(vault).status is Status.GREEN
    vault.folder.keyring.chmod(0o644)
    assert readiness.check_keys(vault).status is Status.RED
    assert readiness.check_keys(practice).note == "note_keys_rehearsal"


@pytest.mark.parametrize(
    ("level", "mains", "status"),
    [(90, "0", Status.GREEN), (49, "0", Status.AMBER), (19, "0", Status.RED), (5, "1", Status.GREEN)],
)
def test_the_battery_counts_only_without_mains(tmp_path: Path, level: int, mains: str, status: Status) -> None:
    for name, values in (
        ("BAT0", {"type": "Battery", "capacity": str(level)}),
        ("AC", {"type": "Mains", "online": mains}),
    ):
        (tmp_path / name).mkdir()
        for key, value in values.items():
            (tmp_path / name / key).write_text(f"{value}\n")
    assert readiness.check_battery(tmp_path).status is status


def test_a_scanner_is_known_by_its_name(tmp_path: Path) -> None:
    devices = tmp_path / "devices"
    devices.write_text('N: Name="AT Translated Set 2 keyboard"\n')
    assert readiness.check_scanner(devices).status is Status.AMBER
    devices.write_text('N: Name="Honeywell Imaging 1470g"\n')
    assert readiness.check_scanner(devices).status is Status.GREEN
    assert readiness.check_scanner(tmp_path / "none").status is Status.AMBER


def test_an_earlier_window_that_is_not_sealed_is_red(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    earlier = a_window(vault)
    close_window(vault, FixedClock(), earlier.id, SUPERVISOR)
    backlog = readiness.check_backlog(vault)
    assert (backlog.status, backlog.values) == (Status.RED, {"windows": earlier.id})
    assert readiness.check_backlog(vault, besides=earlier.id).status is Status.GREEN


def test_every_check_has_words_in_japanese_and_english(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "empty", cost=CHEAP)
    for check in readiness.report(vault, FixedClock(), (NoCamera(),)):
        assert words_of(check)
    notes = {key for key in catalogue("en") if key.startswith("doctor.")}
    assert notes == {key for key in catalogue("ja") if key.startswith("doctor.")}
