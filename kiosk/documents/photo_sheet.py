"""The sheet of 45 x 35 mm photos with cutting lines, true to scale, for forms filled in by hand."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kiosk.documents.as_pdf import as_pdf
from kiosk.texts import DEFAULT_LANGUAGE

PHOTO_MM = (35.0, 45.0)
PAPERS_MM: Mapping[str, tuple[float, float]] = {"L": (89.0, 127.0), "A4": (210.0, 297.0)}
GAP_MM = 4.0
MARGIN_MM = 5.0
"""What printers leave white at the edge at most."""
FOOTER_MM = 12.0
RULER_MM = 50.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet's sizes and the places of the photos' top left corners, all in millimetres."""

    width: float
    height: float
    places: tuple[tuple[float, float], ...]


def paper(size: str) -> Paper:
    """The layout of a paper size of PAPERS_MM: as many photos as fit, the block in the middle above the footer."""
    width, height = PAPERS_MM[size]
    across, down = (
        int((room - 2 * MARGIN_MM + GAP_MM) // (side + GAP_MM))
        for room, side in ((width, PHOTO_MM[0]), (height - FOOTER_MM, PHOTO_MM[1]))
    )
    left = (width - across * (PHOTO_MM[0] + GAP_MM) + GAP_MM) / 2
    top = (height - FOOTER_MM - down * (PHOTO_MM[1] + GAP_MM) + GAP_MM) / 2
    places = (
        (left + column * (PHOTO_MM[0] + GAP_MM), top + row * (PHOTO_MM[1] + GAP_MM))
        for row in range(down)
        for column in range(across)
    )
    return Paper(width, height, tuple(places))


def photo_sheet(
    photos: Sequence[bytes], size: str, *, copies: int = 4, rehearsal: bool = False, language: str = DEFAULT_LANGUAGE
) -> bytes:
    """A PDF with ``copies`` of every photo (JPEG, 7:9) in order, on as many sheets as that needs.

    ``rehearsal`` puts the practice watermark across every photo. The photos' bytes go in unchanged.
    """
    sheet = paper(size)
    addresses = [f"data:image/jpeg;base64,{b64encode(photo).decode()}" for photo in photos for _ in range(copies)]
    return as_pdf(
        "photo_sheet.html", language, schemes=("data",),
        pages=list(_pages(addresses, sheet)), paper=sheet, photo=PHOTO_MM, ruler=RULER_MM, margin=MARGIN_MM,
        rehearsal=rehearsal,
    )  # fmt: skip


def _pages(addresses: Sequence[str], sheet: Paper) -> Iterator[list[tuple[str, float, float]]]:
    room = len(sheet.places)
    for start in range(0, len(addresses), room):
        yield [(address, x, y) for address, (x, y) in zip(addresses[start:], sheet.places, strict=False)]
