"""A CSV member while it passes: the form docs/batch-format.md gives it, and no cell a spreadsheet would run."""

import re
from collections.abc import Callable, Iterator, Sequence

from kiosk.batch_file.manifest import NARROW, REPORT, TABLE
from kiosk.batch_file.rows import MOST_LINE
from kiosk.domain.columns import is_harmless
from kiosk.domain.errors import BatchError

TABLES = {TABLE: "utf-8", NARROW: "cp932", REPORT: "utf-8"}
"""The CSV members and their encodings; those in UTF-8 begin with a byte-order mark."""
MOST_BYTES = 256 * 1024 * 1024
"""A table larger than this is refused before it is read; 10,000 applications take some megabytes."""
_BOM, _END = b"\xef\xbb\xbf", b'"\r\n'
_RECORD = re.compile(r'"(?:[^"]|"")*+"(?:,"(?:[^"]|"")*+")*+\r\n')
_CELL = re.compile(r'"((?:[^"]|"")*+)"')


class Table:
    """One CSV member; ``told`` gets the cells of each record. Every fault is BatchError ``altered``."""

    def __init__(self, encoding: str, told: Callable[[Sequence[str]], None]) -> None:
        self._told = told
        self._encoding, self._start = encoding, _BOM if encoding == "utf-8" else b""
        self._rest, self._width = b"", 0
        self._pieces: list[bytes] = []
        self._held = self._quotes = 0

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        for record in self._records(chunk):
            if not record.startswith(self._start):
                raise BatchError("altered")
            self._look_at(record.removeprefix(self._start))
            self._start = b""

    def finish(self) -> None:
        """There was a header at least, and nothing is left over."""
        if not self._width or self._rest or self._pieces:
            raise BatchError("altered")

    def _records(self, chunk: bytes) -> Iterator[bytes]:
        """Whole records: a quote before CRLF ends one where the quotes up to there are in pairs."""
        *pieces, self._rest = (self._rest + chunk).split(_END)
        if len(self._rest) + self._held > MOST_LINE:
            raise BatchError("altered")
        for piece in pieces:
            self._pieces.append(piece + _END)
            self._held += len(piece) + len(_END)
            self._quotes += piece.count(b'"') + 1
            if self._held > MOST_LINE:
                raise BatchError("altered")
            if self._quotes % 2 == 0:
                yield b"".join(self._pieces)
                self._pieces, self._held, self._quotes = [], 0, 0

    def _look_at(self, record: bytes) -> None:
        try:
            text = record.decode(self._encoding)
        except UnicodeError:
            raise BatchError("altered") from None
        cells = [cell.replace('""', '"') for cell in _CELL.findall(text)]
        self._width = self._width or len(cells)
        if not _RECORD.fullmatch(text) or len(cells) != self._width or not all(map(is_harmless, cells)):
            raise BatchError("altered")
        self._told(cells)
