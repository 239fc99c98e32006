"""The tables of a batch held against each other and against the rows, record by record; faults are ``altered``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kiosk.batch_file.columns import Columns
from kiosk.batch_file.manifest import NARROW, REPORT, TABLE
from kiosk.domain.columns import REPORT_HEADER, Column, misfits, restore, to_cp932
from kiosk.domain.errors import BatchError

_BETWEEN = "\udc00"
"""Stands between cells that are held: half a surrogate pair, which no text of a file can have."""


class SameRows:
    """Holds the records of applications.csv, some hundred bytes each, until all that has to be like them has passed."""

    def __init__(self) -> None:
        self._records: list[str] = []
        self._uids: list[str] = []
        self._columns = Columns(0)
        self._expected = {NARROW: self._narrow(), REPORT: self._report()}

    def record(self, name: str, cells: Sequence[str]) -> None:
        """The next record of a table, the header's first."""
        if name != TABLE:
            if next(self._expected[name], None) != cells:
                raise BatchError("altered")
            return
        if not self._records:
            self._columns = Columns(len(cells))
        self._records.append(_BETWEEN.join(cells))

    def row(self, row: Mapping[str, Any]) -> None:
        """The next row, held against the record at its place."""
        self._uids.append(row["uid"])
        if len(self._uids) >= len(self._records):
            raise BatchError("altered")
        self._columns.agree([restore(cell) for cell in self._cells(len(self._uids))], row)

    def finish(self, name: str) -> None:
        """The member of that name, a table or the rows, has come to its end."""
        missing = next(self._expected[name], None) if name in self._expected else None
        if missing or (name != TABLE and len(self._records) != len(self._uids) + 1):
            raise BatchError("altered")

    def _cells(self, at: int) -> list[str]:
        return self._records[at].split(_BETWEEN)

    def _narrow(self) -> Iterator[list[str]]:
        for at in range(len(self._records)):
            yield [to_cp932(cell)[0] for cell in self._cells(at)]

    def _report(self) -> Iterator[list[str]]:
        yield list(REPORT_HEADER)
        columns = [Column(header, "") for header in self._cells(0)]
        for at, uid in enumerate(self._uids, 1):
            for each in misfits(uid, columns, self._cells(at)):
                yield [each.uid, each.header, each.code_point]
