"""The day in numbers on screen, the day sheet and the company's report as PDF."""

from collections.abc import Callable
from contextlib import nullcontext

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from kiosk.actions.day import company_report_of, day_of, day_sheet_of
from kiosk.documents.day_sheet import company_report_pdf, day_sheet_pdf, plots
from kiosk.domain.errors import Locked, NotSignedIn
from kiosk.screens import batch_page, services, signed_in
from kiosk.texts import DEFAULT_LANGUAGE, translator


def register(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    blueprint.get("/statistics")(statistics)
    blueprint.post("/windows/<window_id>/day-sheet.pdf")(day_sheet)
    blueprint.post("/windows/<window_id>/company-report.pdf")(company_report)


def statistics() -> ResponseReturnValue:
    """How the day goes: photos, minutes, hours."""
    if services().current_window() is None:
        return render_template("desk_statistics.html", numbers=None)
    numbers = day_of(services())
    drawn = plots(numbers, translator(DEFAULT_LANGUAGE))
    return render_template("desk_statistics.html", numbers=numbers, plots=drawn)


def day_sheet(window_id: str) -> ResponseReturnValue:
    """The day sheet; that it was made is logged, so this is a POST."""
    return _paper(window_id, lambda: day_sheet_pdf(day_sheet_of(services(), window_id, signed_in.staff())))


def company_report(window_id: str) -> ResponseReturnValue:
    """The company's report; logged as well."""
    return _paper(window_id, lambda: company_report_pdf(company_report_of(services(), window_id, signed_in.staff())))


def _paper(window_id: str, make: Callable[[], bytes]) -> ResponseReturnValue:
    """The PDF; of a window whose key is no longer in memory with a passphrase, after which its key goes again."""
    is_known = services().vault.holds(window_id) or "passphrase" not in request.form
    try:
        with nullcontext() if is_known else signed_in.keys_for_now(request.form["passphrase"], window_id):
            return Response(make(), mimetype="application/pdf")
    except (NotSignedIn, Locked) as refused:
        return batch_page.refuse(window_id, refused)
