"""``kiosk window`` and ``kiosk fill``: venue sessions from the shell, as from the desk."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kiosk.actions.batch import balance_window
from kiosk.actions.identity import preset_names
from kiosk.actions.window import close_window, make_window, open_window, reopen_window
from kiosk.commands.answer import json_line, words
from kiosk.commands.balance import name_differences
from kiosk.commands.folders import refuse_unwritable
from kiosk.commands.people import (
    People,
    by_staff,
    data_folder,
    identify,
    plain_errors,
    settings_of,
    stand_in,
)
from kiosk.commands.quiet import quiet_native
from kiosk.domain.batch import Difference
from kiosk.domain.errors import CustodyOpen
from kiosk.domain.staff import Role
from kiosk.domain.states import WindowEvent, allowed_window
from kiosk.domain.window import CONTACT_MAIL, OTHER_CITIES, Window, WindowPlan
from kiosk.settings import Settings
from kiosk.store.vault import Vault


@click.group()
def window() -> None:
    """Venue sessions: new, list, open, close."""


@window.command()
@click.option("--company", required=True)
@click.option("--place", required=True)
@click.option("--date", "held_on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="YYYY-MM-DD")
@click.option("--head-count", required=True, type=click.IntRange(min=1))
@click.option("--municipality", help="short name; the one of kiosk.toml unless given")
@click.option("--preset", help="rule for documents, a preset of identity.toml")
@click.option("--language", "languages", multiple=True, metavar="CODE", help="for applicants; repeat, first leads")
@click.option("--contact-mail", type=click.Choice(CONTACT_MAIL), help="whose mail is filed")
@click.option("--other-cities", type=click.Choice(OTHER_CITIES), help="residents of other municipalities")
@click.option("--staff", multiple=True, metavar="NAME", help="accounts at this window; repeat")
@click.option("--rehearsal", is_flag=True, help="for practice; an empty data folder becomes a practice folder")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@click.option("--as", "as_name", metavar="NAME", help="your account")
@click.option("--passphrase-fd", type=int, help="read passphrases from this file descriptor, one line each")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="kiosk.toml")
@plain_errors
def new(
    company: str, place: str, held_on: datetime, head_count: int, municipality: str | None, rehearsal: bool,
    as_json: bool, as_name: str | None, passphrase_fd: int | None, config: Path | None, **agreed: Any,
) -> None:  # fmt: skip
    """Make a planned window and print its id."""
    settings = settings_of(config)
    _make_rehearsal_folder(settings, rehearsal)
    people = identify(Role.SUPERVISOR, as_name, None, passphrase_fd, config, two=False)
    options = {item: list(value) if isinstance(value, tuple) else value for item, value in agreed.items() if value}
    if options.get("preset") not in (None, *preset_names(settings)):
        raise click.UsageError(f"no such preset; there are {', '.join(preset_names(settings))}")
    city = municipality or settings.municipality
    plan = WindowPlan(city, company, place, held_on.date(), head_count, rehearsal=rehearsal, options=options)
    made = make_window(people.vault, people.clock, plan, people.by.name)
    people.vault.lock()
    click.echo(_json(made) if as_json else made.id)


@window.command("list")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def list_windows(people: People, as_json: bool) -> None:
    """All windows, newest day first."""
    for each in people.vault.kiosk_store.windows.list():
        click.echo(_json(each) if as_json else _line(each))


@window.command("open")
@click.argument("window_id")
@click.option("--reason", help="a supervisor's, when the readiness report is not green; of two, to open it again")
@click.option("--second", "second_name", metavar="NAME", help="the second person, to open a closed or sealed one again")
@by_staff()
def open_(people: People, window_id: str, reason: str | None) -> None:
    """Open a planned window, or with a second person and a reason one that was closed or sealed."""
    from kiosk.commands.doctor import not_ready

    if WindowEvent.REOPEN in allowed_window(people.vault.kiosk_store.windows.get(window_id).state):
        second = people.second.name if people.second else stand_in(people.vault, people.by.name)
        click.echo(_line(reopen_window(people.vault, people.clock, window_id, people.by.name, second, reason or "")))
        return
    missing = [] if people.vault.is_rehearsal else not_ready(people, window_id)
    for line in missing:
        click.echo(line, err=True)
    opened = open_window(people.vault, people.clock, window_id, people.by.name, is_ready=not missing, reason=reason)
    click.echo(_line(opened))


@window.command()
@click.argument("window_id")
@click.option("--reason", help="of two, when things taken from people are left open in the ledger")
@click.option("--second", "second_name", metavar="NAME", help="the second person, to close with things left open")
@by_staff()
def close(people: People, window_id: str, reason: str | None) -> None:
    """Close a window to applicants; things taken from people are settled first, or passed by two with a reason."""
    vault, by = people.vault, people.by.name
    second = people.second.name if people.second else stand_in(vault, by) if reason else ""
    differences = _differences(people, window_id)
    try:
        closed = close_window(vault, people.clock, window_id, by, second=second, reason=reason or "")
    except CustodyOpen:
        for line in _left_open(vault, window_id):
            click.echo(line, err=True)
        raise
    name_differences(differences, is_closed=True)
    click.echo(_line(closed))


def _differences(people: People, window_id: str) -> tuple[Difference, ...]:
    """What does not add up in a window that can be closed."""
    vault, rules = people.vault, Path(people.settings.rules) if people.settings.rules else None
    if WindowEvent.CLOSE not in allowed_window(vault.kiosk_store.windows.get(window_id).state):
        return ()
    return balance_window(vault, window_id, rules).differences


def _left_open(vault: Vault, window_id: str) -> Iterator[str]:
    for each in vault.window_store(window_id).custody.open_items():
        what = f"{words(f'identity.paper_{each.item}')} {words('queue.label_count', count=each.count)}"
        where = words("queue.label_at_office") if each.at_office else each.envelope or words("batch.label_no_envelope")
        yield f"  {each.call_number}\t{what}\t{where}"


@click.command()
@click.argument("window_id")
@click.option("--applications", required=True, type=click.IntRange(1, 100_000))
@by_staff()
def fill(people: People, window_id: str, applications: int) -> None:
    """Put accepted practice applications into a rehearsal window, for training and load tests."""
    from kiosk.actions.rehearsal import fill_window

    with quiet_native():
        made = fill_window(people.vault, people.clock, people.settings, window_id, applications, people.by.name)
    click.echo(f"{made} applications accepted")


def _make_rehearsal_folder(settings: Settings, rehearsal: bool) -> None:
    vault = Vault(data_folder(settings))
    if not vault.folder.is_made and rehearsal:
        refuse_unwritable(vault.folder.root, "staff.error_data_folder")
        vault.install_rehearsal()
        click.echo("this data folder is now for practice: no passphrases, nothing in it is real", err=True)
    vault.lock()


def _json(each: Window) -> bytes:
    return json_line({**asdict(each), "options": dict(each.options)})


def _line(each: Window) -> str:
    kind = "rehearsal" if each.rehearsal else "real"
    return f"{each.id}\t{each.state}\t{each.held_on}\t{each.company}\t{each.place}\t{each.head_count}\t{kind}"
