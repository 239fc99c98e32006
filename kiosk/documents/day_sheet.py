"""The day sheet and the company's report as A4 PDF."""

from markupsafe import Markup

from kiosk.documents.as_pdf import as_pdf, qr_svg
from kiosk.documents.plot import hours_svg, lines_svg
from kiosk.domain.day_sheet import CompanyReport, DaySheet
from kiosk.domain.statistics import Day
from kiosk.texts import DEFAULT_LANGUAGE, Translate, translator


def day_sheet_pdf(sheet: DaySheet, language: str = DEFAULT_LANGUAGE) -> bytes:
    """The day sheet: counts, plots, hash slip, the log's head as text and QR."""
    t = translator(language)
    return as_pdf("day_sheet.html", language, sheet=sheet, plots=plots(sheet.numbers, t), qr=qr_svg(sheet.audit_head))


def company_report_pdf(report: CompanyReport, language: str = DEFAULT_LANGUAGE) -> bytes:
    """The company's report: totals only."""
    return as_pdf("company_report.html", language, report=report)


def plots(numbers: Day, t: Translate) -> dict[str, Markup]:
    """What the day looked like: the flow by hour, minutes by stretch, why a first photo could not be used."""
    minutes = [(t(f"desk.stretch_{each.key}"), round(each.median or 0.0, 1)) for each in numbers.stretches]
    reasons = [(Markup(t(f"photo.note_{reason}")).striptags(), many) for reason, many in numbers.reasons]  # noqa: S704 -- our own words
    return {
        "hours": _hours_plot(numbers, t),
        "minutes": lines_svg(minutes, f"{t('desk.title_minutes')} {t('desk.label_median')}"),
        "photos": lines_svg(reasons, t("desk.title_photo_reasons")),
    }


def _hours_plot(numbers: Day, t: Translate) -> Markup:
    hours = [(each.hour, (each.started, each.submitted, each.accepted)) for each in numbers.hours]
    names = [t(f"desk.label_{key}") for key in ("started", "submitted", "accepted")]
    return hours_svg(hours, names, t("desk.title_hours"))
