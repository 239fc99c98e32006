"""The receipt as an A4 sheet."""

from kiosk.documents.as_pdf import as_pdf
from kiosk.domain.receipt import Receipt
from kiosk.texts import DEFAULT_LANGUAGE


def receipt_pdf(receipt: Receipt, language: str = DEFAULT_LANGUAGE) -> bytes:
    """The A4 PDF of a receipt."""
    return as_pdf("receipt.html", language, receipt=receipt)
