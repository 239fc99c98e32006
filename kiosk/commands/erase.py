"""``kiosk erase``: a window's key and data for good."""

from pathlib import Path

import click

from kiosk.actions.erase import EraseOrder, erase_window
from kiosk.actions.erase_certificate import keep_certificate
from kiosk.commands import folders
from kiosk.commands.answer import json_line
from kiosk.commands.folders import refuse_unwritable
from kiosk.commands.people import People, by_staff


@click.command()
@click.argument("window_id", metavar="WINDOW")
@click.option("--reason", help="of two supervisors, while the office has not acknowledged every batch")
@click.option("--out", "folder", type=folders.FOLDER, help="folder for the certificate")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff(two=True)
def erase(people: People, window_id: str, reason: str | None, folder: Path | None, as_json: bool) -> None:
    """Destroy WINDOW's key and files and write the deletion certificate; two people, one of them a supervisor."""
    assert people.second is not None  # noqa: S101 - by_staff(two=True) promises it
    if folder:
        refuse_unwritable(folder)
    order = EraseOrder(window_id, people.by.name, people.second.name, reason)
    erased = erase_window(people.vault, people.clock, order)
    path = keep_certificate(people.vault, window_id, people.settings.municipality_name, folder)
    about = {"window": window_id, "state": "erased", "at": erased.at, "applications": erased.applications,
             "tombstones": erased.tombstones, "certificate": str(path)}  # fmt: skip
    words = f"{window_id}\terased\t{erased.applications} applications\n{path}"
    click.echo(json_line(about) if as_json else words)
