"""``kiosk hand-over``: a sealed batch onto a registered medium."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from kiosk.actions.hand_over import HandOverOrder
from kiosk.actions.hand_over import hand_over as deed
from kiosk.commands.people import People, by_staff


@click.command("hand-over")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "destination", required=True, metavar="NAME", help="a destination of destinations.toml")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def hand_over(people: People, file: Path, destination: str, as_json: bool) -> None:
    """Copy FILE to a registered medium, read it back from there and enter it in the ledger."""
    rules = Path(people.settings.rules) if people.settings.rules else None
    line = deed(people.vault, people.clock, HandOverOrder(file, destination, people.by.name, rules))
    words = f"{file.name}\t{line.outcome}\t{line.medium}\nSHA-256 {line.sha256}\nThe medium is safe to remove."
    click.echo(json.dumps({"file": str(file), **asdict(line)}, ensure_ascii=False) if as_json else words)
