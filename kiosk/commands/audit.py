"""``kiosk audit verify`` and ``kiosk migrate``."""

import re

import click

from kiosk.commands.answer import json_line
from kiosk.commands.people import People, by_staff
from kiosk.domain.staff import Role
from kiosk.domain.states import is_erased

_HEAD = re.compile("[0-9a-f]{64}")


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@click.option("--head", "printed", multiple=True, metavar="HASH", help="a head from a day sheet; repeat")
@by_staff()
def verify(people: People, as_json: bool, printed: tuple[str, ...]) -> None:
    """Check that no entry was changed, taken out or put in; prints the count and the head.

    Only a head on paper shows that the last entries were cut off: with --head it has to be in the log.
    """
    log = people.vault.kiosk_store.audit
    entries, head = log.verify(), log.head()
    for each in printed:
        head = "".join(each.split()).lower()
        if not _HEAD.fullmatch(head):
            raise click.UsageError("a head has 64 digits of 0 to 9 and a to f, as the day sheet shows it")
        if log.place_of(head) is None:
            raise click.ClickException(f"no entry has the head {each}: entries were cut off, or it is another log's")
    click.echo(json_line({"entries": entries, "head": head}) if as_json else f"{entries} entries, head {head}")


@click.command()
@by_staff(Role.SUPERVISOR)
def migrate(people: People) -> None:
    """Bring every database file up to date; opening a file does the same."""
    people.vault.kiosk_store.audit.verify()
    click.echo("kiosk.db: up to date")
    for window in people.vault.kiosk_store.windows.list():
        if not is_erased(window.state):
            people.vault.window_store(window.id)
            click.echo(f"windows/{window.id}.db: up to date")
