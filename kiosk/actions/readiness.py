"""The readiness report: what has to be in order before a window opens. Every check comes back, none waits for long."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from camera.types import CameraState, Frame
from kiosk.domain.errors import KioskError, NotFound
from kiosk.domain.form_keys import Layout, layout_shown
from kiosk.domain.states import WindowState
from kiosk.ports import Camera, Clock, Speaker
from kiosk.rules import load_rules
from kiosk.speech import Voices
from kiosk.store import device
from kiosk.store.vault import Vault
from kiosk.texts import languages

EARLIEST_YEAR = 2026
CHECKS = (
    "camera", "disk", "clock", "database", "keys", "printer", "scanner", "battery", "fonts", "browser", "speech",
    "backlog",
)  # fmt: skip
"""What the report looks at before a window opens, in its order."""

_LOOK_SECONDS = 0.1
_LOOKS, _LOOKS_AT_NOTHING = 60, 10
"""How often a picture is waited for: from a camera that is starting, and from one that cannot even be opened."""

_COMMAND_WAIT = 5.0
_GOOD_WIDTH = 1920
_GIGABYTE = 1_000_000_000
_CLOCK_SLACK = timedelta(minutes=2)
_UNSEALED = frozenset({WindowState.OPEN, WindowState.PAUSED, WindowState.CLOSED})
_SCANNER = re.compile(r"barcode|scanner|qr|honeywell|zebra|symbol|datalogic|newland|denso|opticon", re.IGNORECASE)


class Status(StrEnum):
    """How a check came out: amber is worth knowing, red keeps the window from opening."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report; its words are ``doctor.<note>`` with ``values`` filled in."""

    check: str
    status: Status
    note: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def text_key(self) -> str:
        """Where the words are."""
        return f"doctor.{self.note}"


def report(vault: Vault, clock: Clock, cameras: tuple[Camera, ...] | None) -> Iterator[Check]:
    """All eleven checks in order; ``cameras`` are started ones, None when the settings name something unknown."""
    yield check_camera(cameras)
    yield check_disk(vault)
    yield check_clock(vault, clock)
    yield check_database(vault)
    yield check_keys(vault)
    yield check_printer()
    yield check_scanner(Path("/proc/bus/input/devices"))
    yield check_battery(Path("/sys/class/power_supply"))
    yield check_fonts()
    yield check_browser()
    yield check_speech(Voices())


def check_camera(cameras: tuple[Camera, ...] | None) -> Check:
    """Red unless every camera gives a picture within a few seconds, amber when it is a small one."""
    if not cameras:
        return Check("camera", Status.RED, "note_camera_unknown")
    with ThreadPoolExecutor(len(cameras)) as side_by_side:
        frames = list(side_by_side.map(_picture_of, cameras))
    sizes = [(frame.image.shape[1], frame.image.shape[0]) for frame in frames if frame]
    if len(sizes) < len(cameras):
        return Check("camera", Status.RED, "note_camera_missing")
    width, height = min(sizes)
    is_good = max(width, height) >= _GOOD_WIDTH
    status, note = (Status.GREEN, "note_camera_ok") if is_good else (Status.AMBER, "note_camera_small")
    return Check("camera", status, note, {"width": width, "height": height})


def _picture_of(camera: Camera) -> Frame | None:
    """A picture, waited for while the camera may still bring one; not for long when it cannot even be opened."""
    for look in range(1, _LOOKS + 1):
        frame = camera.next_frame(0, _LOOK_SECONDS)
        is_away = camera.state in (CameraState.MISSING, CameraState.STOPPED)
        if frame is not None or (is_away and look >= _LOOKS_AT_NOTHING):
            return frame
    return None


def check_disk(vault: Vault) -> Check:
    """Red under 0.5 GB or where nothing can be written, amber under 2 GB or without the reserve."""
    folder = vault.folder
    place = next(path for path in (folder.root, *folder.root.absolute().parents) if path.exists())
    if not (place.is_dir() and os.access(place, os.W_OK)):
        return Check("disk", Status.RED, "note_disk_unwritable")
    free = shutil.disk_usage(place).free / _GIGABYTE
    values: dict[str, object] = {"free_gb": round(free, 1)}
    if free < 2:
        return Check("disk", Status.RED if free < 0.5 else Status.AMBER, "note_disk_low", values)
    if folder.is_made and not folder.make_reserve():
        return Check("disk", Status.AMBER, "note_disk_no_reserve", values)
    return Check("disk", Status.GREEN, "note_disk_ok", values)


def check_clock(vault: Vault, clock: Clock) -> Check:
    """Red when the clock is before the last entry of the log, or in a year that cannot be."""
    now = clock.now()
    values: dict[str, object] = {"now": now.isoformat(sep=" ", timespec="minutes")}
    if now.year < EARLIEST_YEAR:
        return Check("clock", Status.RED, "note_clock_wrong", values)
    last = vault.kiosk_store.audit.last_at() if vault.is_unlocked else None
    if last and now < datetime.fromisoformat(last) - _CLOCK_SLACK:
        return Check("clock", Status.RED, "note_clock_back", {**values, "last": last[:16]})
    return Check("clock", Status.GREEN, "note_clock_ok", values)


def check_database(vault: Vault) -> Check:
    """Red when a file or the audit chain is damaged, amber while nobody has unlocked them."""
    if not vault.folder.is_made:
        return Check("database", Status.RED, "note_database_none")
    if not vault.is_unlocked:
        return Check("database", Status.AMBER, "note_database_locked")
    try:
        vault.kiosk_store.file.check()
        entries = vault.kiosk_store.audit.verify()
        for window in vault.kiosk_store.windows.list():
            if window.state in _UNSEALED and vault.holds(window.id):
                vault.window_store(window.id).file.check()
    except KioskError as error:
        return Check("database", Status.RED, "note_database_damaged", {"what": str(error)})
    return Check("database", Status.GREEN, "note_database_ok", {"entries": entries})


def check_keys(vault: Vault) -> Check:
    """Red without a device key or with an open key file, amber without a recipient or while locked."""
    folder = vault.folder
    if not folder.is_made:
        return Check("keys", Status.RED, "note_keys_none")
    if folder.keyring.stat().st_mode & 0o077:
        return Check("keys", Status.RED, "note_keys_open")
    if vault.is_rehearsal:
        return Check("keys", Status.GREEN, "note_keys_rehearsal")
    return _unlocked_keys(vault) if vault.is_unlocked else Check("keys", Status.AMBER, "note_keys_locked")


def _unlocked_keys(vault: Vault) -> Check:
    try:
        device.device_key(vault.kiosk_store)
    except NotFound:
        return Check("keys", Status.RED, "note_keys_no_device")
    if not device.recipient_lines(vault.kiosk_store):
        return Check("keys", Status.AMBER, "note_keys_no_recipient")
    accounts = sum(account.is_active for account in vault.kiosk_store.staff.list())
    return Check("keys", Status.GREEN, "note_keys_ok", {"accounts": accounts})


def check_printer() -> Check:
    """Amber without a printer: call numbers are then shown on screen only."""
    if list(Path("/dev/usb").glob("lp*")) or (_output("lpstat", "-e") or "").strip():
        return Check("printer", Status.GREEN, "note_printer_ok")
    return Check("printer", Status.AMBER, "note_printer_none")


def check_scanner(devices: Path) -> Check:
    """Amber unless an input device names itself a code scanner."""
    try:
        names = re.findall(r'^N: Name="(.*)"$', devices.read_text("utf-8", "replace"), re.MULTILINE)
    except OSError:
        names = []
    found = any(_SCANNER.search(name) for name in names)
    status, note = (Status.GREEN, "note_scanner_ok") if found else (Status.AMBER, "note_scanner_none")
    return Check("scanner", status, note)


def check_scanner_layout(typed: str, rules_folder: Path | None) -> Check:
    """How a scanner typed the set-up code: green where its forms are read right, amber with Caps Lock, else red."""
    layout = layout_shown(typed, load_rules("keyboard", rules_folder))
    amber = Status.AMBER if layout is Layout.CAPS_LOCK else Status.RED
    return Check("scanner", Status.GREEN if layout.is_mapped_back else amber, f"note_scanner_{layout}")


def check_battery(supplies: Path) -> Check:
    """Green on mains; without it amber under 50 %, red under 20 %."""
    batteries = [_read(each / "capacity") for each in supplies.glob("*") if _read(each / "type") == "Battery"]
    levels = [int(level) for level in batteries if level.isdigit()]
    on_mains = any(_read(each / "online") == "1" for each in supplies.glob("*") if _read(each / "type") != "Battery")
    if on_mains or not levels:
        return Check("battery", Status.GREEN, "note_battery_mains")
    lowest = min(levels)
    values: dict[str, object] = {"percent": lowest}
    if lowest >= 50:
        return Check("battery", Status.GREEN, "note_battery_ok", values)
    return Check("battery", Status.RED if lowest < 20 else Status.AMBER, "note_battery_low", values)


def check_fonts() -> Check:
    """Red without any Japanese font, amber without BIZ UD Gothic."""
    families = _output("fc-list", ":lang=ja", "family")
    if families is None:
        return Check("fonts", Status.AMBER, "note_fonts_unknown")
    if not families.strip():
        return Check("fonts", Status.RED, "note_fonts_none")
    if "BIZ UD" not in families:
        return Check("fonts", Status.AMBER, "note_fonts_other")
    return Check("fonts", Status.GREEN, "note_fonts_ok")


def check_browser() -> Check:
    """Red without Chromium."""
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        return Check("browser", Status.GREEN, "note_browser_ok")
    return Check("browser", Status.RED, "note_browser_none")


def check_speech(speaker: Speaker) -> Check:
    """Amber while a language has no voice."""
    silent = [language for language in languages() if not speaker.speaks(language)]
    if len(silent) == len(languages()):
        return Check("speech", Status.AMBER, "note_speech_none")
    if silent:
        return Check("speech", Status.AMBER, "note_speech_part", {"languages": ", ".join(silent)})
    return Check("speech", Status.GREEN, "note_speech_ok")


def check_backlog(vault: Vault, besides: str = "") -> Check:
    """Red while an earlier window is not sealed; asked for when a window is to be opened."""
    waiting = [
        each.id
        for each in vault.kiosk_store.windows.list()
        if each.state in _UNSEALED and each.id != besides and not each.rehearsal
    ]
    if waiting:
        return Check("backlog", Status.RED, "note_backlog_waiting", {"windows": ", ".join(waiting)})
    return Check("backlog", Status.GREEN, "note_backlog_ok")


def _output(*command: str) -> str | None:
    path = shutil.which(command[0])
    if path is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 -- fixed words, no shell
            [path, *command[1:]], capture_output=True, text=True, timeout=_COMMAND_WAIT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""
