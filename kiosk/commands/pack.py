"""``kiosk pack``: poster, flyer and checklist of a window as PDF, to be handed out before the day."""

from pathlib import Path

import click

from kiosk.actions.pack import pack_of
from kiosk.commands import folders
from kiosk.commands.people import People, by_staff
from kiosk.commands.window_papers import window_parts, write_papers
from kiosk.documents.pack import checklist_pdf, flyer_pdf, poster_pdf


@click.command()
@click.argument("window_id", metavar="WINDOW")
@click.option("--out", required=True, type=folders.FOLDER, help="folder for the PDFs")
@by_staff()
def pack(people: People, window_id: str, out: Path) -> None:
    """Write poster, flyer (a page for each language) and the staff's checklist of a window."""
    folders.refuse_unwritable(out)
    try:
        found = pack_of(window_parts(people, window_id))
    except ValueError as problem:
        raise click.ClickException(f"the rules pack.toml cannot be used: {problem}") from None
    papers = {"poster": poster_pdf(found), "flyer": flyer_pdf(found), "checklist": checklist_pdf(found)}
    write_papers(out, {f"{window_id}-{name}.pdf": paper for name, paper in papers.items()})
