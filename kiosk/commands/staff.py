"""``kiosk staff``: accounts."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from kiosk.actions.staff import add_account, disable_account, install
from kiosk.clock import SystemClock
from kiosk.commands.people import (
    People,
    ask_hidden,
    by_staff,
    data_folder,
    identify,
    passphrases,
    plain_errors,
    settings_of,
)
from kiosk.domain.staff import Account, Role
from kiosk.store.vault import Vault


@click.group()
def staff() -> None:
    """Accounts: add, list, disable."""


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
        lines = recipient.read_text("utf-8") if recipient else ""
        made = install(vault, name, _new_passphrase(passphrase_fd, name), lines)
        vault.lock()
    else:
        if recipient:
            raise click.UsageError("--recipient goes with the first account; later: «kiosk keys use FILE»")
        people = identify(Role.SUPERVISOR, as_name, None, passphrase_fd, config, two=False)
        new = people.next_passphrase(name) if passphrase_fd is not None else _new_passphrase(None, name)
        made = add_account(people.vault, clock, name, Role(role), new, people.by.name)
        people.vault.lock()
    click.echo(f"{made.name} ({made.role})")


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def list_accounts(people: People, as_json: bool) -> None:
    """All accounts, with their last sign-in."""
    for account in people.vault.kiosk_store.staff.list():
        click.echo(json.dumps(asdict(account), ensure_ascii=False) if as_json else _line(account))


@staff.command()
@click.argument("name")
@by_staff(Role.SUPERVISOR)
def disable(people: People, name: str) -> None:
    """Shut the account NAME for good."""
    disable_account(people.vault, people.clock, name, people.by.name)
    click.echo(f"{name} is disabled")


def _new_passphrase(descriptor: int | None, name: str) -> str:
    if descriptor is not None:
        return passphrases(descriptor)(name)
    return ask_hidden(f"New passphrase of {name}", twice=True)


def _line(account: Account) -> str:
    state = "active" if account.is_active else "disabled"
    return f"{account.name}\t{account.role}\t{state}\tlast sign-in: {account.last_sign_in_at or 'never'}"
