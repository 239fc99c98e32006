"""Our own drawing of an application form: A4, VOID across it, a QR at the bottom right, other symbols elsewhere.

It follows the general layout of such forms and copies none. For the demo, for training and for tests of the reader.
"""

from functools import cache
from pathlib import Path

import numpy as np
import qrcode
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from camera.types import Box, Image

PAGE_MM = (210.0, 297.0)
QR_MM = Box(182.0, 269.0, 16.0, 16.0)
"""Where the QR's dark modules stand on the page, in millimetres from the top left corner."""
HELP_QR_MM = Box(14.0, 258.0, 14.0, 14.0)
VOICE_MM = Box(176.0, 16.0, 18.0, 18.0)
PHOTO_MM = Box(154.0, 62.0, 35.0, 45.0)

HELP_PAYLOAD = "https://www.example.jp/help"
_URL = "https://net.kojinbango-card.go.jp/form?id={}"  # our own pattern: the real one is not published

_INK = (40, 40, 40)
_PALE = (214, 214, 214)
_FONT_PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/fonts-bizud-gothic/BIZUDGothic-Regular.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/truetype/takao-gothic/TakaoGothic.ttf",
)
_ROWS = ("氏名 Name", "住所 Address", "生年月日 Birth", "性別 Sex", "電話番号 Phone", "点字 Braille", "電子証明書")


def form_url(form_id: str) -> str:
    """The payload our synthetic form carries for a 23-digit ID."""
    return _URL.format(form_id)


def modules_per_side(form_id: str) -> int:
    """How many modules the form's QR has along one side."""
    return len(_qr_matrix(form_url(form_id)))


def draw_form_sheet(
    form_id: str, pixels_per_mm: float = 8.0, *, is_lettered: bool = True, has_codes: bool = True
) -> Image:
    """The form for one ID as a BGR picture of an A4 page.

    Without ``is_lettered`` bars stand for the words, so that the picture is the same with any font. Without
    ``has_codes`` the places of both QR codes stay empty; the voice symbol, which no reader knows, is always there.
    """
    sheet = _Sheet(pixels_per_mm, is_lettered)
    sheet.draw_words(form_id)
    sheet.draw_rows()
    sheet.draw_void()
    sheet.draw_matrix(VOICE_MM, _voice_matrix(form_id))
    if has_codes:
        sheet.draw_matrix(QR_MM, _qr_matrix(form_url(form_id)))
        sheet.draw_matrix(HELP_QR_MM, _qr_matrix(HELP_PAYLOAD))
    return sheet.as_bgr()


def with_form_qr(sheet: Image, form_id: str, pixels_per_mm: float) -> Image:
    """A copy of a drawn sheet with the QR of another ID in its place."""
    size = (round(QR_MM.width * pixels_per_mm), round(QR_MM.height * pixels_per_mm))
    code = np.asarray(_dark_on_white(_qr_matrix(form_url(form_id)), size))
    left, top = round(QR_MM.x * pixels_per_mm), round(QR_MM.y * pixels_per_mm)
    changed = sheet.copy()
    changed[top : top + size[1], left : left + size[0]] = code[:, :, None]
    return changed


def _dark_on_white(matrix: np.ndarray, size: tuple[int, int]) -> Pillow.Image:
    way = Pillow.Resampling.BOX if size[0] < len(matrix) else Pillow.Resampling.NEAREST
    return Pillow.fromarray(np.where(matrix, 0, 255).astype(np.uint8)).resize(size, way)


class _Sheet:
    """A page being drawn; every length is in millimetres."""

    def __init__(self, pixels_per_mm: float, is_lettered: bool) -> None:
        self._scale = pixels_per_mm
        self._is_lettered = is_lettered
        size = (round(PAGE_MM[0] * pixels_per_mm), round(PAGE_MM[1] * pixels_per_mm))
        self._page = Pillow.new("RGB", size, "white")
        self._draw = ImageDraw.Draw(self._page)

    def draw_words(self, form_id: str) -> None:
        """Title, what this sheet is, the ID's place and the small print."""
        self.write(16, 16, 7.0, "個人番号カード 交付申請書(練習用の見本)")
        self.write(16, 27, 4.0, "Practice sheet. Not a real application form.")
        self.write(16, 40, 4.0, f"申請書ID  {form_id}")
        for line in range(9):
            self.write(16, 186 + 6 * line, 2.6, "この用紙は窓口の操作を練習するためのものです。申請には使えません。")
        self.write(34, 262, 3.0, "お問い合わせ(見本)")

    def draw_rows(self) -> None:
        """The boxes to fill in, and the frame for the photo."""
        for number, label in enumerate(_ROWS):
            top = 56.0 + 17 * number
            self._outline(Box(16, top, 128, 15))
            self.write(18, top + 4, 4.0, label)
        self._outline(PHOTO_MM)
        self._outline(Box(150, 120, 44, 55))

    def write(self, x: float, y: float, size: float, words: str) -> None:
        """One line of words, or a bar of about its length where words are left out."""
        if self._is_lettered:
            self._draw.text((x * self._scale, y * self._scale), words, _INK, font=_font(round(size * self._scale)))
            return
        for start in range(0, len(words), 4):
            left = x + start * size * 0.6
            self._fill(Box(left, y + size * 0.2, size * 2.0, size * 0.7), (90, 90, 90))

    def draw_void(self) -> None:
        """VOID across the page, in strokes rather than in a font, pale enough to leave the rest legible."""
        strokes = (
            ((30, 150), (45, 215), (60, 150)),
            ((70, 150), (95, 150), (95, 215), (70, 215), (70, 150)),
            ((115, 150), (115, 215)),
            ((135, 150), (155, 160), (162, 182), (155, 205), (135, 215), (135, 150)),
        )
        layer = Pillow.new("L", self._page.size, 0)
        pen = ImageDraw.Draw(layer)
        for stroke in strokes:
            pen.line([(x * self._scale, y * self._scale) for x, y in stroke], 90, round(6 * self._scale), "curve")
        self._page.paste((200, 60, 60), mask=layer)

    def draw_matrix(self, box: Box, matrix: np.ndarray) -> None:
        """A symbol of square modules with its quiet zone, exactly as wide as ``box``."""
        quiet = 4 * box.width / len(matrix)
        self._fill(Box(box.x - quiet, box.y - quiet, box.width + 2 * quiet, box.height + 2 * quiet), (255, 255, 255))
        size = (round(box.width * self._scale), round(box.height * self._scale))
        self._page.paste(_dark_on_white(matrix, size), (round(box.x * self._scale), round(box.y * self._scale)))

    def as_bgr(self) -> Image:
        """The page as pixels in OpenCV's order."""
        return np.ascontiguousarray(np.asarray(self._page)[:, :, ::-1])

    def _outline(self, box: Box) -> None:
        self._draw.rectangle(self._corners(box), outline=_INK, width=max(1, round(0.3 * self._scale)))

    def _fill(self, box: Box, colour: tuple[int, int, int]) -> None:
        self._draw.rectangle(self._corners(box), fill=colour)

    def _corners(self, box: Box) -> tuple[float, float, float, float]:
        edges = (box.x, box.y, box.x + box.width, box.y + box.height)
        left, top, right, bottom = (edge * self._scale for edge in edges)
        return left, top, right, bottom


def _qr_matrix(payload: str) -> np.ndarray:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(payload)
    code.make(fit=True)
    return np.array(code.get_matrix(), dtype=bool)


def _voice_matrix(form_id: str) -> np.ndarray:
    """A dense square of dots with a solid rim, which looks like a symbol for speech and is none."""
    dots = np.random.default_rng(int(form_id[-9:])).random((48, 48)) < 0.5
    dots[0, :] = dots[-1, :] = dots[:, 0] = dots[:, -1] = True
    return np.asarray(dots)


@cache
def _font(pixels: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    place = next((path for path in _FONT_PLACES if Path(path).is_file()), None)
    return ImageFont.truetype(place, pixels) if place else ImageFont.load_default(pixels)
