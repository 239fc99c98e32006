"""``kiosk office``: the office's page, its accounts, and the kiosks whose batches are taken."""

import logging
import signal
import sys
from pathlib import Path
from types import FrameType

import click
from waitress.server import create_server

from kiosk.clock import SystemClock
from kiosk.commands import office_addresses as addresses
from kiosk.commands.answer import json_line
from kiosk.commands.key_files import device_key
from kiosk.commands.office_export import export
from kiosk.commands.own_rules import FOLDER, columns_in, lines_in
from kiosk.commands.people import passphrases, plain_errors
from kiosk.domain.staff import Role
from kiosk.office import accounts, devices, overview
from kiosk.office.database import Side, connected
from kiosk.office.object_store import ObjectStore
from kiosk.office.site import IDLE_MINUTES, Parts, create_office
from kiosk.screens.signed_in import SignIns
from kiosk.store.device import fingerprint


@click.group()
def office() -> None:
    """The office's page, its accounts and registered devices, tables for other software."""


office.add_command(export)


@office.command()
@addresses.database
@addresses.rehearsal
@addresses.photos
@click.option("--port", type=click.IntRange(0, 65535), default=8766, show_default=True)
@click.option("--rules", type=FOLDER, help="own columns.toml, office.toml")
@plain_errors
def serve(database: str, rehearsal: bool, photos: ObjectStore, port: int, rules: Path | None) -> None:
    """Show batches, worksheet, returned ones and quarantine in a browser on this computer only."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    side, clock = Side.of(rehearsal), SystemClock()
    columns, lines = columns_in(rules), lines_in(rules)
    with connected(database, side) as connection:
        if not accounts.listed(connection):
            raise click.ClickException(
                "no account yet: make one with «kiosk office account add NAME --role supervisor»"
            )
    site = create_office(
        Parts(
            database, side, photos, clock, columns, lines,
            SignIns(clock, IDLE_MINUTES * 60),
        )
    )  # fmt: skip
    try:
        server = create_server(site, host="127.0.0.1", port=port, threads=8, ident=None)
    except OSError:
        raise click.ClickException(f"port {port} is in use; choose another one") from None
    click.echo(f"Office: http://127.0.0.1:{server.effective_port}/\nStop with Ctrl+C")
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@office.group()
def account() -> None:
    """Accounts of the page: add, list, disable."""


@account.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([str(role) for role in Role]), default=str(Role.OPERATOR), show_default=True)
@click.option("--passphrase-fd", type=int, help="read the passphrase from this descriptor")
@addresses.database
@addresses.rehearsal
@plain_errors
def account_add(name: str, role: str, passphrase_fd: int | None, database: str, rehearsal: bool) -> None:
    """Make an account; whoever may write to the database may do so."""
    passphrase = passphrases(passphrase_fd)(name)
    with connected(database, Side.of(rehearsal)) as connection:
        accounts.add(connection, name, Role(role), passphrase)
    click.echo(f"{name} ({role})")


@account.command("list")
@addresses.database
@addresses.rehearsal
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@plain_errors
def account_list(database: str, rehearsal: bool, as_json: bool) -> None:
    """Show who may sign in."""
    with connected(database, Side.of(rehearsal)) as connection:
        for each in accounts.listed(connection):
            about = {"name": each.name, "role": each.role, "disabled_at": each.disabled_at}
            click.echo(json_line(about) if as_json else "\t".join(map(str, about.values())))


@account.command("disable")
@click.argument("name")
@addresses.database
@addresses.rehearsal
@plain_errors
def account_disable(name: str, database: str, rehearsal: bool) -> None:
    """Shut an account for good."""
    with connected(database, Side.of(rehearsal)) as connection:
        accounts.disable(connection, name)
    click.echo(f"{name} is disabled")


@office.group()
def batch() -> None:
    """Batches taken in: list."""


@batch.command("list")
@addresses.database
@addresses.rehearsal
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@plain_errors
def batch_list(database: str, rehearsal: bool, as_json: bool) -> None:
    """Show the batches received, the newest first, by the id that export takes."""
    with connected(database, Side.of(rehearsal)) as connection:
        for each in overview.every(connection):
            about = each | {"received_at": each["received_at"].astimezone().isoformat(timespec="seconds")}
            click.echo(json_line(about) if as_json else "\t".join(map(str, about.values())))


@office.group()
def device() -> None:
    """Registered kiosks: add, list, remove."""


@device.command("add")
@click.argument("public", metavar="PUB")
@click.option("--name", required=True, help="what this kiosk is called")
@addresses.database
@addresses.rehearsal
@plain_errors
def device_add(public: str, name: str, database: str, rehearsal: bool) -> None:
    """Take batches of this device: its public key, or the file that holds it. Compare the fingerprint by phone."""
    key = device_key(public)
    with connected(database, Side.of(rehearsal)) as connection:
        devices.register(connection, key, name)
    click.echo(f"fingerprint: {fingerprint(key)}")


@device.command("list")
@addresses.database
@addresses.rehearsal
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@plain_errors
def device_list(database: str, rehearsal: bool, as_json: bool) -> None:
    """Show whose batches are taken."""
    with connected(database, Side.of(rehearsal)) as connection:
        for key, name in devices.registered(connection).items():
            about = {"name": name, "public": key, "fingerprint": fingerprint(key)}
            click.echo(json_line(about) if as_json else "\t".join(about.values()))


@device.command("remove")
@click.argument("public", metavar="PUB")
@addresses.database
@addresses.rehearsal
@plain_errors
def device_remove(public: str, database: str, rehearsal: bool) -> None:
    """Take no more batches of this device, named as for add; those that are here stay."""
    key = device_key(public)
    with connected(database, Side.of(rehearsal)) as connection:
        devices.remove(connection, key)
    click.echo(f"{key} is removed")
