"""``kiosk staff``: accounts."""

from dataclasses import asdict
from pathlib import Path

import click

from kiosk.actions.staff import add_account, change_passphrase, disable_account, install, reset_passphrase
from kiosk.clock import SystemClock
from kiosk.commands.answer import json_line
from kiosk.commands.folders import refuse_unwritable
from kiosk.commands.key_files import recipients_in
from kiosk.commands.people import (
    People,
    ask_new,
    by_staff,
    data_folder,
    identify,
    passphrases,
    plain_errors,
    settings_of,
)
from kiosk.domain.staff import Account, Role, require_role
from kiosk.store.vault import Vault


@click.group()
def staff() -> None:
    """Accounts: add, list, passphrase, disable."""


@staff.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.OPERATOR.value)
@click.option(
    "--recipient", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="with the first account"
)
@click.option("--as", "as_name", metavar="NAME", help="your account (not for the first one)")
@click.option("--passphrase-fd", type=int, help="read passphrases from this file descriptor, one line each")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="kiosk.toml")
@plain_errors
def add(
    name: str, role: str, recipient: Path | None, as_name: str | None, passphrase_fd: int | None, config: Path | None
) -> None:
    """Add the account NAME. The first one, made at install, is a supervisor and needs no other."""
    settings = settings_of(config)
    clock = SystemClock(settings.time_zone)
    vault = Vault(data_folder(settings), now=clock.now)
    if not vault.folder.is_made:
        refuse_unwritable(vault.folder.root, "staff.error_data_folder")
        lines = recipients_in(recipient) if recipient else ""
        ask = passphrases(passphrase_fd) if passphrase_fd is not None else ask_new
        made = install(vault, name, ask(name), lines)
        vault.lock()
    else:
        if recipient:
            raise click.UsageError("--recipient goes with the first account; later: «kiosk keys use FILE»")
        people = identify(Role.SUPERVISOR, as_name, None, passphrase_fd, config, two=False)
        made = add_account(people.vault, clock, name, Role(role), people.new_passphrase(name), people.by.name)
        people.vault.lock()
    click.echo(f"{made.name} ({made.role})")


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def list_accounts(people: People, as_json: bool) -> None:
    """All accounts, with their last sign-in."""
    for account in people.vault.kiosk_store.staff.list():
        click.echo(json_line(asdict(account)) if as_json else _line(account))


@staff.command()
@click.argument("name")
@by_staff()
def passphrase(people: People, name: str) -> None:
    """Give the account NAME a new passphrase: your own, or as a supervisor somebody's who forgot theirs.

    Yours is asked for first (--passphrase-fd: first line), then the new one. NAME is signed out of the desk.
    """
    people.vault.kiosk_store.staff.get(name)
    if name == people.by.name:
        change_passphrase(people.vault, people.clock, name, people.new_passphrase(name))
    else:
        require_role(people.by, Role.SUPERVISOR)
        reset_passphrase(people.vault, people.clock, name, people.new_passphrase(name), people.by.name)
    click.echo(f"{name} has a new passphrase")


@staff.command()
@click.argument("name")
@by_staff(Role.SUPERVISOR)
def disable(people: People, name: str) -> None:
    """Shut the account NAME for good."""
    disable_account(people.vault, people.clock, name, people.by.name)
    click.echo(f"{name} is disabled")


def _line(account: Account) -> str:
    state = "active" if account.is_active else "disabled"
    return f"{account.name}\t{account.role}\t{state}\tlast sign-in: {account.last_sign_in_at or 'never'}"
