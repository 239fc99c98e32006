"""``kiosk hand-over``: a sealed batch to a registered destination."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from kiosk.actions.hand_over import HandOverOrder
from kiosk.actions.hand_over import hand_over as deed
from kiosk.commands.answer import json_line, shown
from kiosk.commands.people import People, by_staff


@click.command("hand-over")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "destination", required=True, metavar="NAME", help="a destination of destinations.toml")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@by_staff()
def hand_over(people: People, file: Path, destination: str, as_json: bool) -> None:
    """Lay FILE at a registered USB medium, SFTP server or S3 store, read it back and enter it in the ledger."""
    rules = Path(people.settings.rules) if people.settings.rules else None
    order = HandOverOrder(file, destination, people.by.name, rules)
    line = deed(people.vault, people.clock, order, _bar(file.stat().st_size) if sys.stderr.isatty() else _silent)
    safe = "\nThe medium is safe to remove." if line.medium.startswith("usb ") else ""
    words = f"{shown(file.name)}\t{line.outcome}\t{line.medium}\nSHA-256 {line.sha256}{safe}"
    click.echo(json_line({"file": str(file), **asdict(line)}) if as_json else words)


def _bar(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        click.echo(f"\r{done * 100 // max(total, 1)} %", err=True, nl=done >= total)

    return show


def _silent(done: int) -> None:
    """Nobody watches: nothing is printed."""
