"""The receipt as an A4 sheet. Nothing is ever fetched for it."""

from importlib import resources

from jinja2 import Environment
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from kiosk.domain.receipt import Receipt
from kiosk.texts import DEFAULT_LANGUAGE, translator


def receipt_pdf(receipt: Receipt, language: str = DEFAULT_LANGUAGE) -> bytes:
    """The A4 PDF of a receipt."""
    template = Environment(autoescape=True).from_string(_file("receipt.html"))
    page = template.render(receipt=receipt, t=translator(language), lang=language)
    pdf = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=(), fail_on_errors=True)).write_pdf()
    return bytes(pdf)


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
