"""From a page of this folder to a PDF. Nothing is ever fetched for it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any

import qrcode
from jinja2 import Environment
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage
from weasyprint import HTML, Document
from weasyprint.urls import URLFetcher

from kiosk.texts import translator


def as_pdf(name: str, language: str, *, schemes: Sequence[str] = (), **values: Any) -> bytes:
    """The page ``name`` with its values as PDF; ``schemes`` of addresses it may hold, ``data`` at most."""
    return bytes(_laid_out(name, language, schemes, values).write_pdf())


def sheets_as_pdf(name: str, sheets: Iterable[tuple[str, dict[str, Any]]], sizes: Sequence[float]) -> bytes:
    """The page ``name`` once for each language and its values; ``size`` is the first of ``sizes`` that fits a sheet.

    With none of them it takes the last and goes on to another sheet.
    """

    def largest(language: str, values: dict[str, Any]) -> Document:
        at = cache(lambda size: _laid_out(name, language, (), {**values, "size": size}))
        return at(sizes[bisect_left(sizes[:-1], True, key=lambda size: len(at(size).pages) == 1)])

    laid_out = [largest(language, values) for language, values in sheets]
    return bytes(laid_out[0].copy([page for each in laid_out for page in each.pages]).write_pdf())


def _laid_out(name: str, language: str, schemes: Sequence[str], values: dict[str, Any]) -> Document:
    template = Environment(autoescape=True).from_string(_file(name))
    page = template.render(t=translator(language), lang=language, style=Markup(_file("sheet.css")), **values)  # noqa: S704 -- our own file
    fetcher = URLFetcher(allowed_protocols=tuple(schemes), fail_on_errors=True)
    return HTML(string=page, url_fetcher=fetcher).render()


def qr_svg(text: str) -> Markup:
    """A QR code as SVG, to be set into a page."""
    picture = qrcode.make(text, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")
    return Markup(picture.replace(' id="qr-path"', ""))  # noqa: S704 -- drawn here; several may stand on one page


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
