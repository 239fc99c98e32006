"""Who stands behind a command: ``--as``, ``--second``, passphrases, and errors in plain words.

Every command that moves state or opens kiosk.db is decorated with ``by_staff``; the others with ``plain_errors``.
"""

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from kiosk.clock import SystemClock
from kiosk.commands.answer import language, words
from kiosk.commands.folders import wrong_folder
from kiosk.domain.errors import BatchError, KioskError, NotFound, Refused, TooManyTries, Unreachable
from kiosk.domain.staff import Account, Role, require_role, require_two
from kiosk.settings import Settings, SettingsError, load_settings
from kiosk.store.data_folder import DataFolder, default_folder
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.texts import catalogue

P = ParamSpec("P")
R = TypeVar("R")

LISTED = {
    "window": "batch.error_no_such_window",
    "window_key": "batch.error_no_window_key",
    "account": "staff.error_no_such_account",
    "office_key": "staff.error_no_such_office_key",
    "office_account": "office.error_no_such_account",
    "office_device": "office.error_no_such_device",
    "office_batch": "office.error_no_such_batch",
}
"""What is not there, and the text that names the command to list all there are."""


@dataclass(frozen=True, slots=True)
class People:
    """The data folder, opened, and who asked for it."""

    settings: Settings
    clock: SystemClock
    vault: Vault
    by: Account
    second: Account | None
    next_passphrase: Callable[[str], str]
    """Asks for one more secret, by prompt or from the same descriptor."""
    new_passphrase: Callable[[str], str]
    """Asks for an account's new passphrase, by prompt twice or from the same descriptor."""


def plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Let our errors leave a command as one plain line on standard error and exit code 1."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KioskError as error:
            raise click.ClickException(in_words(error)) from None

    return run


def in_words(error: KioskError) -> str:
    """An error as one line: its own message, or the words of its text key."""
    message = str(error)
    if isinstance(error, TooManyTries):
        return f"too many wrong passphrases; the next try is taken at {error.until[:19]}"
    if isinstance(error, NotFound) and error.kind in LISTED:
        return words(LISTED[error.kind])
    if isinstance(error, Unreachable):
        return f"{words(error.text_key)} ({error})"
    if isinstance(error, Refused | BatchError) or not message:
        return catalogue(language()).get(error.text_key, error.text_key.replace("_", " "))
    return message


def by_staff(role: Role = Role.OPERATOR, *, two: bool = False) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give a command ``--as NAME [--second NAME] --passphrase-fd N`` and pass it ``People`` as first argument.

    ``role`` is the least role of the first person; with ``two`` a second, different person is needed as well. On a
    rehearsal folder nothing is asked and the built-in accounts stand in.
    """

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(command)
        @plain_errors
        def run(*args: Any, as_name: str | None, passphrase_fd: int | None, config: Path | None, **kwargs: Any) -> R:
            second = kwargs.pop("second_name", None)
            people = identify(role, as_name, second, passphrase_fd, config, two=two)
            try:
                return command(people, *args, **kwargs)
            finally:
                people.vault.lock()

        return _options(run, two=two)

    return decorate


def identify(
    role: Role, as_name: str | None, second: str | None, passphrase_fd: int | None, config: Path | None, *, two: bool
) -> People:
    """Open the data folder in the name of one or two people; raises NotSignedIn, NotPermitted, SecondPersonNeeded."""
    settings = settings_of(config)
    clock = SystemClock(settings.time_zone)
    vault = Vault(data_folder(settings), now=clock.now)
    ask = passphrases(passphrase_fd)
    if not vault.folder.is_made:
        raise nothing_in(vault.folder.root)
    first_name, second_name = _names(vault, role, as_name, second, two=two)
    if not vault.is_rehearsal:
        _unlock(vault, [name for name in (first_name, second_name) if name], ask)
    staff = vault.kiosk_store.staff
    by, other = staff.get(first_name), staff.get(second_name) if second_name else None
    require_role(by, Role.OPERATOR if two else role)
    if two:
        require_two(by, other)
    return People(settings, clock, vault, by, other, ask, ask if passphrase_fd is not None else ask_new)


def nothing_in(folder: Path) -> click.ClickException:
    """Names the folder looked into: more often than not another one was meant."""
    return click.ClickException(
        f"nothing was set up in {folder} yet. If you mean another data folder, name it: export KIOSK_DATA=FOLDER. "
        "If not, make the first account: kiosk staff add NAME"
    )


def settings_of(config: Path | None) -> Settings:
    """The settings of a file, or the default ones; a bad file is wrong usage."""
    try:
        return load_settings(config)
    except (SettingsError, ValueError) as error:
        raise click.UsageError(f"the configuration cannot be used: {error}") from None


def data_folder(settings: Settings) -> Path:
    """The data folder this command works on; raises UsageError for one this account may not look into."""
    folder = default_folder(settings.data)
    try:
        DataFolder(folder).keyring.stat()
    except (FileNotFoundError, NotADirectoryError):
        return folder  # nothing was set up there yet
    except OSError as error:
        raise wrong_folder("staff.error_data_folder", folder, error) from None
    return folder


def passphrases(descriptor: int | None) -> Callable[[str], str]:
    """A function that gets the next passphrase: a line of ``descriptor``, else by prompt without echo."""
    if descriptor is None:
        return lambda name: ask_hidden(f"Passphrase of {name}")
    try:
        lines = os.fdopen(descriptor, encoding="utf-8", closefd=False)
    except OSError:
        raise click.UsageError(f"descriptor {descriptor} cannot be read") from None
    return lambda _name: _next_line(lines)


def ask_hidden(words: str, *, twice: bool = False) -> str:
    """A passphrase from the terminal; without one it would be shown while it is typed, so it is refused."""
    if not _has_terminal():
        raise click.UsageError("there is no terminal to ask for the passphrase: give it by --passphrase-fd")
    return str(click.prompt(words, hide_input=True, confirmation_prompt=twice, err=True))


def ask_new(name: str) -> str:
    """An account's new passphrase from the terminal, typed twice."""
    return ask_hidden(f"New passphrase of {name}", twice=True)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return sys.stdin.isatty()
    return True


def _next_line(lines: Any) -> str:
    try:
        line = lines.readline()
    except UnicodeError:
        raise click.UsageError("a passphrase on the descriptor is no UTF-8") from None
    if not line:
        raise click.UsageError("a passphrase is missing on the descriptor, one line each")
    return str(line).rstrip("\r\n")


def _names(vault: Vault, role: Role, first: str | None, second: str | None, *, two: bool) -> tuple[str, str | None]:
    if not vault.is_rehearsal:
        if not first:
            raise click.UsageError("say who you are with --as NAME")
        if two and not second:
            raise click.UsageError("two people are needed: --second NAME")
        return first, second
    first = first or (REHEARSAL_OPERATOR if role is Role.OPERATOR or two else REHEARSAL_SUPERVISOR)
    return first, (second or stand_in(vault, first)) if two else second


def stand_in(vault: Vault, first: str) -> str:
    """The built-in account that is the second person of a practice folder; a real one has to be named."""
    if not vault.is_rehearsal:
        raise click.UsageError("two people are needed: --second NAME")
    return REHEARSAL_OPERATOR if first == REHEARSAL_SUPERVISOR else REHEARSAL_SUPERVISOR


def _unlock(vault: Vault, names: list[str], ask: Callable[[str], str]) -> None:
    for name in names:
        vault.unlock(name, ask(name), sealed_too=True)


def _options(command: Callable[..., R], *, two: bool) -> Callable[..., R]:
    command = click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="kiosk.toml")(
        command
    )
    command = click.option(
        "--passphrase-fd", type=int, help="read passphrases from this file descriptor, one line each"
    )(command)
    if two:
        command = click.option("--second", "second_name", metavar="NAME", help="the second person")(command)
    return click.option("--as", "as_name", metavar="NAME", help="your account")(command)
