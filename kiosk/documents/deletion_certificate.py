"""The deletion certificate as an A4 PDF: what was erased, how, on what ground."""

from kiosk.documents.as_pdf import as_pdf
from kiosk.domain.erasure import Erasure
from kiosk.texts import DEFAULT_LANGUAGE


def deletion_certificate_pdf(erasure: Erasure, municipality_name: str, language: str = DEFAULT_LANGUAGE) -> bytes:
    """The certificate of one erased window; made again from the same facts it says the same."""
    return as_pdf("deletion_certificate.html", language, erasure=erasure, municipality=municipality_name)
