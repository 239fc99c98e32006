"""``kiosk office export``: the table of one batch by a column profile, as the page gives it, for a script to fetch."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from kiosk.batch_file.manifest import REPORT, TABLE
from kiosk.clock import SystemClock
from kiosk.commands import folders
from kiosk.commands import office_addresses as addresses
from kiosk.commands.answer import json_line, lacking, shown
from kiosk.commands.folders import empty_folder
from kiosk.commands.own_rules import FOLDER, columns_in
from kiosk.commands.people import passphrases, plain_errors
from kiosk.domain.batch import marked
from kiosk.domain.columns import Misfit, misfit_report
from kiosk.office import accounts, overview, worksheet
from kiosk.office.database import Side, connected
from kiosk.office.export import exported


@click.command("export")
@click.argument("batch_id", metavar="BATCH")
@addresses.database
@addresses.rehearsal
@click.option("--profile", default="default", show_default=True, help="columns of the table, a profile of columns.toml")
@click.option("--out", required=True, type=folders.ANY, help="a new or empty folder")
@click.option("--rules", type=FOLDER, help="own columns.toml")
@click.option("--as", "as_name", required=True, metavar="NAME", help="your account at the office's page")
@click.option("--passphrase-fd", type=int, help="read the passphrase from this descriptor")
@click.option("--json", "as_json", is_flag=True, help="one object per line")
@plain_errors
def export(
    batch_id: str, database: str, rehearsal: bool, profile: str, out: Path, rules: Path | None, as_name: str,
    passphrase_fd: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Write the rows of BATCH that are in force as a table, and what CP932 lacks of them as a report beside it.

    The names of a practice batch's files begin with REHEARSAL-.
    """
    columns, folder, lost = columns_in(rules), empty_folder(out), list[Misfit]()
    if profile not in columns["profile"]:
        raise click.UsageError(f"no such profile; there are {', '.join(columns['profile'])}")
    passphrase = passphrases(passphrase_fd)(as_name)
    with connected(database, Side.of(rehearsal)) as connection:
        staff = accounts.sign_in(connection, as_name, passphrase, SystemClock().now()).name
        overview.batch(connection, batch_id)
        table = b"".join(exported(connection, batch_id, columns, profile, lost))
        worksheet.note(connection, staff, "export", batch_id, detail=profile)
    file, report = (folder / marked(name, rehearsal=rehearsal) for name in (TABLE, REPORT))
    _write(folder, {file: table} | ({report: misfit_report(lost).encode("utf-8-sig")} if lost else {}))
    about: dict[str, Any] = {"file": str(file), "batch_id": batch_id, "rehearsal": rehearsal, "profile": profile}
    about |= {"misfits": len(lost), "report": str(report) if lost else None}
    click.echo(json_line(about) if as_json else shown(str(file)))
    if lost:
        click.echo(lacking(len(lost), shown(str(report))), err=True)


def _write(folder: Path, files: dict[Path, bytes]) -> None:
    """All of them or none, so that a table that was cut off is not taken for a whole one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in files.items():
            path.write_bytes(data)
    except OSError as error:
        for path in files:
            with suppress(OSError):
                path.unlink()
        raise click.ClickException(f"nothing was written: {os.strerror(error.errno or 0)}") from None
