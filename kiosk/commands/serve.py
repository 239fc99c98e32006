"""``kiosk serve`` and ``kiosk demo``: the window itself, for real and for trying out."""

import logging
import os
import resource
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click
from waitress import create_server

from kiosk.actions.rules_check import check_rules
from kiosk.actions.window import make_window, open_window
from kiosk.app import compile_pages, create_site
from kiosk.clock import SleepWatch, SystemClock
from kiosk.commands import folders
from kiosk.commands.people import data_folder, nothing_in, plain_errors
from kiosk.domain.errors import KioskError
from kiosk.domain.window import WindowPlan
from kiosk.settings import Settings, SettingsError, load_settings
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.wiring import Services, make_services

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_WATCH_SECONDS = 2.0
_ACCOUNTS = (REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR)


@click.command()
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="kiosk.toml")
def serve(config: Path | None) -> None:
    """The real thing: serve the applicant screen and the desk on this laptop."""
    try:
        settings = load_settings(config)
        check_rules(settings)
    except (SettingsError, ValueError) as error:
        raise click.UsageError(f"the configuration cannot be used: {error}") from None
    folder = data_folder(settings)
    vault = Vault(folder, cost=None)
    if not vault.folder.is_made:
        raise nothing_in(folder)
    _run(settings, vault, [])
    _leave()


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="0 takes any free port")
@click.option("--no-browser", is_flag=True, help="do not open a browser")
@click.option("--data", type=folders.FOLDER, help="keep the practice data here")
@plain_errors
def demo(port: int | None, no_browser: bool, data: Path | None) -> None:
    """A practice window with a virtual camera: walk through everything, nothing is real."""
    folder = data or Path(tempfile.mkdtemp(prefix="madoguchi-demo-"))
    try:
        vault = _rehearsal_vault(folder)
        settings = load_settings(port=port, camera_face="virtual:person", camera_form="virtual:form")
        _run(settings, vault, _practice(vault, settings), open_browser=not no_browser)
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
    _leave()


def _leave() -> None:
    """End at once: native threads of the models may abort the process while the interpreter takes itself apart."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _rehearsal_vault(folder: Path) -> Vault:
    vault = Vault(folder)
    if vault.folder.is_made and not vault.is_rehearsal:
        raise click.UsageError("this data folder holds real windows; a demo needs a folder of its own")
    if not vault.folder.is_made:
        vault.install_rehearsal()
    return vault


def _practice(vault: Vault, settings: Settings) -> list[str]:
    """Give both practice accounts a fresh passphrase and see that a window is open; lines to print."""
    clock = SystemClock(settings.time_zone)
    current = vault.kiosk_store.windows.current()
    if current is None:
        plan = WindowPlan(settings.municipality, "練習株式会社", "第一会議室", clock.today(), 30, rehearsal=True)
        current = make_window(vault, clock, plan, REHEARSAL_SUPERVISOR)
        open_window(vault, clock, current.id, REHEARSAL_SUPERVISOR)
    lines = [f"Data folder:      {vault.folder.root}", f"Practice window:  {current.id}", "Practice accounts:"]
    for name in _ACCOUNTS:
        passphrase = secrets.token_urlsafe(9)
        vault.put_account(name, passphrase)
        role = vault.kiosk_store.staff.get(name).role
        lines.append(f"  {name:<16} {role:<11} passphrase: {passphrase}")
    return lines


def _run(settings: Settings, vault: Vault, lines: list[str], *, open_browser: bool = False) -> None:
    if settings.host not in LOOPBACK:
        raise click.UsageError("this server listens on loopback only")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the browser it opens can write none either
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("kiosk").setLevel(logging.INFO)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it counts requests that wait, and pictures do wait
    vault.take_from_shell()
    services = _services(settings, vault)
    try:
        server = _listen(settings, services)
        url = f"http://{settings.host}:{server.effective_port}"
        click.echo(
            "\n".join([f"Applicant screen: {url}/", f"Staff desk:       {url}/desk/", *lines, "Stop with Ctrl+C"])
        )
        threading.Thread(target=services.warm_up, name="warm-up", daemon=True).start()
        threading.Thread(target=_watch, args=(services,), name="watch", daemon=True).start()
        _lock_when_told(services)
        if open_browser:
            threading.Timer(0.5, webbrowser.open, [f"{url}/"]).start()
        _until_stopped(server)
    finally:
        services.stop()


def _services(settings: Settings, vault: Vault) -> Services:
    try:
        return make_services(settings, vault)
    except ValueError as error:  # a camera nobody understands
        raise click.UsageError(f"the configuration cannot be used: {error}") from None


def _lock_when_told(services: Services) -> None:
    """SIGUSR1, which deploy/madoguchi-sleep.service sends before the computer sleeps."""

    def lock(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=services.lock, name="lock").start()

    signal.signal(signal.SIGUSR1, lock)


def _watch(services: Services) -> None:
    """Notice within seconds what happens while nobody touches the screens.

    A window may have been closed by a command beside us, and the computer may have slept without telling us before.
    """
    sleep = SleepWatch()
    while True:
        time.sleep(_WATCH_SECONDS)
        if sleep.has_slept():
            services.lock()
        with suppress(KioskError):
            services.current_window()


def _listen(settings: Settings, services: Services) -> Any:
    site = create_site(settings, services)
    compile_pages(site)
    try:
        return create_server(
            site,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident=None,
        )
    except OSError:
        raise click.ClickException(f"port {settings.port} is in use; choose another one") from None


def _until_stopped(server) -> None:  # type: ignore[no-untyped-def]
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
