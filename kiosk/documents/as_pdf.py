"""From a page of this folder to a PDF. Nothing is ever fetched for it."""

from collections.abc import Sequence
from importlib import resources
from typing import Any

import qrcode
from jinja2 import Environment
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from kiosk.texts import translator


def as_pdf(name: str, language: str, *, schemes: Sequence[str] = (), **values: Any) -> bytes:
    """The page ``name`` with its values as PDF; ``schemes`` of addresses it may hold, ``data`` at most."""
    template = Environment(autoescape=True).from_string(_file(name))
    page = template.render(t=translator(language), lang=language, style=Markup(_file("sheet.css")), **values)  # noqa: S704 -- our own file
    fetcher = URLFetcher(allowed_protocols=tuple(schemes), fail_on_errors=True)
    return bytes(HTML(string=page, url_fetcher=fetcher).write_pdf())


def qr_svg(text: str) -> Markup:
    """A QR code as SVG, to be set into a page."""
    picture = qrcode.make(text, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")
    return Markup(picture.replace(' id="qr-path"', ""))  # noqa: S704 -- drawn here; several may stand on one page


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
