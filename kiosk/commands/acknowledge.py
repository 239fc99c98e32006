"""``kiosk acknowledge``: the office's answer comes back to the kiosk."""

import json
from pathlib import Path

import click

from kiosk.actions.acknowledge import Acknowledged
from kiosk.actions.acknowledge import acknowledge as take_up
from kiosk.batch_file.acknowledgement import MOST_BYTES
from kiosk.commands.people import People, by_staff


@click.command()
@click.argument("file", metavar="ACKFILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def acknowledge(people: People, file: Path, as_json: bool) -> None:
    """Check the office's signed acknowledgement and mark the batch; when it was the last one, the window too."""
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    found = take_up(people.vault, people.clock, data, people.by.name)
    click.echo(json.dumps(_about(file, found), ensure_ascii=False) if as_json else _line(found))


def _about(file: Path, found: Acknowledged) -> dict[str, object]:
    return {
        "file": str(file),
        "window": found.window.id,
        "seq": found.batch.seq,
        "sha256": found.batch.sha256,
        "acknowledged_at": found.batch.acknowledged_at,
        "is_new": found.is_new,
        "window_state": found.window.state,
    }


def _line(found: Acknowledged) -> str:
    known = "" if found.is_new else "\tknown already, nothing changed"
    return f"{found.window.id}\tsequence {found.batch.seq}\tacknowledged\twindow {found.window.state}{known}"
