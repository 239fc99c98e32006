"""The deletion certificate as an A4 PDF: what was erased, how, on what ground. Nothing is ever fetched for it."""

from importlib import resources

from jinja2 import Environment
from markupsafe import Markup
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from kiosk.domain.erasure import Erasure
from kiosk.texts import DEFAULT_LANGUAGE, translator


def deletion_certificate_pdf(erasure: Erasure, municipality_name: str, language: str = DEFAULT_LANGUAGE) -> bytes:
    """The certificate of one erased window; made again from the same facts it says the same."""
    template = Environment(autoescape=True).from_string(_file("deletion_certificate.html"))
    page = template.render(
        t=translator(language), lang=language, style=Markup(_file("sheet.css")), erasure=erasure,  # noqa: S704 -- our own file
        municipality=municipality_name,
    )  # fmt: skip
    pdf = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=(), fail_on_errors=True)).write_pdf()
    return bytes(pdf)


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
