"""The day in numbers on screen, the day sheet and the company's report as PDF."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from kiosk.actions.day import company_report_of, day_of, day_sheet_of
from kiosk.documents.day_sheet import company_report_pdf, day_sheet_pdf, hours_plot
from kiosk.screens import services, signed_in
from kiosk.texts import DEFAULT_LANGUAGE, translator


def register(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    blueprint.get("/statistics")(statistics)
    blueprint.post("/windows/<window_id>/day-sheet.pdf")(day_sheet)
    blueprint.post("/windows/<window_id>/company-report.pdf")(company_report)


def statistics() -> ResponseReturnValue:
    """How the day goes: photos, minutes, hours."""
    if services().current_window() is None:
        return render_template("desk_statistics.html", numbers=None, plot="")
    numbers = day_of(services())
    plot = hours_plot(numbers, translator(DEFAULT_LANGUAGE))
    return render_template("desk_statistics.html", numbers=numbers, plot=plot)


def day_sheet(window_id: str) -> ResponseReturnValue:
    """The day sheet; that it was made is logged, so this is a POST."""
    return _pdf(day_sheet_pdf(day_sheet_of(services(), window_id, signed_in.staff())))


def company_report(window_id: str) -> ResponseReturnValue:
    """The company's report; logged as well."""
    return _pdf(company_report_pdf(company_report_of(services(), window_id, signed_in.staff())))


def _pdf(sheet: bytes) -> Response:
    return Response(sheet, mimetype="application/pdf")
