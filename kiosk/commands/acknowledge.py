"""``kiosk acknowledge``: the office's answer comes back to the kiosk."""

from collections.abc import Iterator
from pathlib import Path

import click

from kiosk.actions.acknowledge import Acknowledged
from kiosk.actions.acknowledge import acknowledge as take_up
from kiosk.actions.acknowledge_pick_up import pick_up
from kiosk.batch_file.acknowledgement import MOST_BYTES
from kiosk.commands.answer import json_line
from kiosk.commands.people import People, by_staff


@click.command()
@click.argument("file", metavar="ACKFILE", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "place", metavar="NAME", help="look for answers at a destination of destinations.toml")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def acknowledge(people: People, file: Path | None, place: str | None, as_json: bool) -> None:
    """Check the office's signed acknowledgement and mark the batch; when it was the last one, the window too.

    With --from every batch still waiting is looked for at a registered medium, SFTP server or S3 store.
    """
    if (file is None) is (place is None):
        raise click.UsageError("give the acknowledgement file, or --from NAME")
    for found in _read(people, file) if file else _fetched(people, str(place)):
        source = str(file) if file else str(place)
        click.echo(json_line(_about(source, found)) if as_json else _line(found))


def _read(people: People, file: Path) -> list[Acknowledged]:
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    return [take_up(people.vault, people.clock, data, people.by.name)]


def _fetched(people: People, place: str) -> Iterator[Acknowledged]:
    rules, none = Path(people.settings.rules) if people.settings.rules else None, True
    for found in pick_up(people.vault, people.clock, place, people.by.name, rules=rules):
        none = False
        yield found
    if none:
        click.echo("no answer of the office is there yet", err=True)


def _about(source: str, found: Acknowledged) -> dict[str, object]:
    return {
        "file": source,
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
