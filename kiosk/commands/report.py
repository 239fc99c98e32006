"""``kiosk report``: the day sheet and the company's report as PDF, as from the desk."""

from pathlib import Path

import click

from kiosk.actions.day import company_report_of, day_sheet_of
from kiosk.commands import folders
from kiosk.commands.people import People, by_staff
from kiosk.commands.window_papers import window_parts, write_papers
from kiosk.documents.day_sheet import company_report_pdf, day_sheet_pdf


@click.command()
@click.argument("window_id", metavar="WINDOW")
@click.option("--out", required=True, type=folders.FOLDER, help="folder for the two PDFs")
@by_staff()
def report(people: People, window_id: str, out: Path) -> None:
    """Write the day sheet (for the municipality) and the company's report (totals only)."""
    folders.refuse_unwritable(out)
    parts, by = window_parts(people, window_id), people.by.name
    sheets = {
        f"{window_id}-day-sheet.pdf": day_sheet_pdf(day_sheet_of(parts, window_id, by)),
        f"{window_id}-company-report.pdf": company_report_pdf(company_report_of(parts, window_id, by)),
    }
    write_papers(out, sheets)
