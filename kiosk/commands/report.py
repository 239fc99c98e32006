"""``kiosk report``: the day sheet and the company's report as PDF, as from the desk."""

from dataclasses import dataclass
from pathlib import Path

import click

from kiosk.actions.day import company_report_of, day_sheet_of
from kiosk.clock import RandomIds
from kiosk.commands.people import People, by_staff
from kiosk.documents.day_sheet import company_report_pdf, day_sheet_pdf
from kiosk.domain.window import Window
from kiosk.ports import Clock, Ids
from kiosk.settings import Settings, for_window
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore


@dataclass(frozen=True, slots=True)
class ReportParts:
    """The parts of the papers' deeds, with the window asked for as the current one."""

    settings: Settings
    clock: Clock
    ids: Ids
    vault: Vault
    window: Window

    @property
    def kiosk_store(self) -> KioskStore:
        """kiosk.db; raises Locked."""
        return self.vault.kiosk_store

    def current_window(self) -> Window:
        """The window reported on."""
        return self.window

    def window_store(self, window_id: str | None = None) -> WindowStore:
        """Its file; raises Locked or NotFound."""
        return self.vault.window_store(window_id or self.window.id)


@click.command()
@click.argument("window_id", metavar="WINDOW")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="folder for the two PDFs")
@by_staff()
def report(people: People, window_id: str, out: Path) -> None:
    """Write the day sheet (for the municipality) and the company's report (totals only)."""
    window = people.vault.kiosk_store.windows.get(window_id)
    settings = for_window(people.settings, window.options)
    parts = ReportParts(settings, people.clock, RandomIds(), people.vault, window)
    sheets = {
        f"{window_id}-day-sheet.pdf": day_sheet_pdf(day_sheet_of(parts, window_id, people.by.name)),
        f"{window_id}-company-report.pdf": company_report_pdf(company_report_of(parts, window_id, people.by.name)),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, sheet in sheets.items():
            (out / name).write_bytes(sheet)
            click.echo(out / name)
    except OSError as error:
        raise click.ClickException(f"the folder cannot be written to: {error.strerror}") from None
