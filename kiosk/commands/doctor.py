"""``kiosk doctor``: the readiness report."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import qrcode
import qrcode.constants

from kiosk.actions.readiness import Check, Status, check_backlog, check_scanner_layout, report
from kiosk.clock import SystemClock
from kiosk.commands.answer import json_line, words
from kiosk.commands.people import People, data_folder, identify, plain_errors, settings_of
from kiosk.domain.form_keys import SETUP_CODE
from kiosk.domain.staff import Role
from kiosk.ports import Camera
from kiosk.settings import Settings
from kiosk.store.vault import Vault
from kiosk.wiring import open_cameras


@click.command()
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@click.option("--scanner", "is_scanner", is_flag=True, help="show a set-up code to scan, and say how the scanner types")
@click.option("--as", "as_name", metavar="NAME", help="your account, to look into the encrypted files too")
@click.option("--passphrase-fd", type=int, help="read passphrases from this file descriptor, one line each")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="kiosk.toml")
@plain_errors
def doctor(
    as_json: bool, is_scanner: bool, as_name: str | None, passphrase_fd: int | None, config: Path | None
) -> None:
    """Say whether a window could open now; exit code 1 when anything is red."""
    settings = settings_of(config)
    if is_scanner:
        _leave_with(_scanner_set_up(settings), as_json)
    clock = SystemClock(settings.time_zone)
    if as_name:
        vault = identify(Role.OPERATOR, as_name, None, passphrase_fd, config, two=False).vault
    else:
        vault = Vault(data_folder(settings), now=clock.now)
    worst = Status.GREEN
    with _cameras(settings) as cameras:
        for check in report(vault, clock, cameras):
            click.echo(_line(check, as_json))
            worst = Status.RED if Status.RED in (worst, check.status) else worst
    vault.lock()
    sys.exit(1 if worst is Status.RED else 0)


def _scanner_set_up(settings: Settings) -> Check:
    """Show the set-up code on the error stream, so that the answer stands alone, and take what the scanner types."""
    picture = io.StringIO()
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(SETUP_CODE)
    code.print_ascii(out=picture, invert=True)
    click.echo(picture.getvalue() + words("doctor.note_scanner_scan_now"), err=True)
    return check_scanner_layout(sys.stdin.readline(), Path(settings.rules) if settings.rules else None)


def _leave_with(check: Check, as_json: bool) -> None:
    click.echo(_line(check, as_json))
    sys.exit(1 if check.status is Status.RED else 0)


def _line(check: Check, as_json: bool) -> str | bytes:
    return _json(check) if as_json else f"{check.check:<9} {check.status:<6} {_message(check)}"


def not_ready(people: People, window_id: str) -> list[str]:
    """What keeps the window from opening, one line each."""
    with _cameras(people.settings) as cameras:
        checks = [*report(people.vault, people.clock, cameras), check_backlog(people.vault, window_id)]
    return [f"{check.check}: {_message(check)}" for check in checks if check.status is Status.RED]


def _message(check: Check) -> str:
    return words(check.text_key, **check.values)


@contextmanager
def _cameras(settings: Settings) -> Iterator[tuple[Camera, ...] | None]:
    try:
        cameras = open_cameras(settings)
    except ValueError:
        yield None
        return
    cameras.start()
    try:
        yield (cameras.face,) if cameras.form is cameras.face else (cameras.face, cameras.form)
    finally:
        cameras.stop()


def _json(check: Check) -> bytes:
    return json_line({"check": check.check, "status": check.status, "message": _message(check)})
