"""``kiosk backup``: a second copy of the data folder on another medium, and back from there."""

from pathlib import Path

import click

from kiosk.clock import stamp
from kiosk.commands import folders
from kiosk.commands.answer import json_line
from kiosk.commands.people import People, by_staff, data_folder, plain_errors, settings_of
from kiosk.store.backup import make_backup, places, restore_backup
from kiosk.store.data_folder import DataFolder
from kiosk.store.set_aside import left_by_restores


@click.group()
def backup() -> None:
    """A second copy of the data folder: make, list, restore."""


@backup.command()
@click.argument("folder", metavar="DIR", type=folders.FOLDER)
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def make(people: People, folder: Path, as_json: bool) -> None:
    """Copy kiosk.db, the keyring and every window into DIR, encrypted as they are; works while serve runs."""
    at = stamp(people.clock)
    made = make_backup(people.vault, folder, at)
    people.vault.kiosk_store.audit.append("backup_made", people.by.name, "kiosk", f"{len(made.files)} files", at=at)
    about = {"folder": str(folder), "made_at": made.made_at, "files": sorted(made.files)}
    click.echo(json_line(about) if as_json else f"{folder}\t{made.made_at}\t{len(made.files)} files")


@backup.command("list")
@by_staff()
def list_places(people: People) -> None:
    """The folders copies were made in, and those a restore moved aside; erasing a window looks there."""
    for place in [*places(people.vault.kiosk_store), *left_by_restores(people.vault.folder)]:
        click.echo(str(place))


@backup.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="kiosk.toml")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@plain_errors
def restore(folder: Path, config: Path | None, as_json: bool) -> None:
    """Check the copy in DIR and put it in place of the data folder; a newer one is refused. Stop serve before."""
    data = DataFolder(data_folder(settings_of(config)))
    made = restore_backup(folder, data)
    about = {"folder": str(data.root), "made_at": made.made_at, "files": sorted(made.files)}
    click.echo(json_line(about) if as_json else f"{data.root}\tas of {made.made_at}")
