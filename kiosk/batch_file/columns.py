"""The columns of a table held against the rows: each column is one field of the rows, in every row the same one.

Which field that is only the kiosk's column profile says, and a reader has not got it. So each field is possible that
has agreed with the column in every row so far; a column that is left with none is no column of these rows.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.domain.columns import as_text
from kiosk.domain.errors import BatchError

_DEEPEST = 8
"""How many names a dotted path has at most."""
_MOST_FIELDS, _MOST_COLUMNS = 2_000, 1_000
"""How many fields all rows together, and columns, a batch has at most; kiosk/rules give some dozens."""
_BETWEEN_PARTS = re.compile("[;=]")
_IN_ANY_ORDER = "\udc00"
"""Begins the text of a value with objects inside, whose names may stand in any order; no cell can begin so."""


class _Field:
    """One dotted path of the rows; ``is_given`` once it was more than empty."""

    __slots__ = ("below", "is_given")

    def __init__(self) -> None:
        self.below: dict[str, _Field] = {}
        self.is_given = False


class Columns:
    """What each column of one table can be; every fault is BatchError ``altered``."""

    def __init__(self, many: int) -> None:
        if many > _MOST_COLUMNS:
            raise BatchError("altered")
        self._empty = set(range(many))
        """Columns whose cells have all been empty, of which nothing is known yet."""
        self._possible: list[tuple[int, _Field]] = []
        """The other columns, each with every field it can be."""
        self._top, self._many = _Field(), 0

    def agree(self, cells: Sequence[str], row: Mapping[str, Any]) -> None:
        """Hold the next row against its record; ``cells`` are the exact values."""
        try:
            values = self._values(row)
            self._narrow(cells, values)
            if self._empty:
                self._begin(cells, values)
        except RecursionError:
            raise BatchError("altered") from None

    def _narrow(self, cells: Sequence[str], values: Mapping[_Field, Any]) -> None:
        kept = [(at, field) for at, field in self._possible if _is(cells[at], _text(values.get(field)))]
        if len(kept) == len(self._possible):
            return
        if {at for at, _ in kept} != {at for at, _ in self._possible}:
            raise BatchError("altered")
        self._possible = kept

    def _begin(self, cells: Sequence[str], values: Mapping[_Field, Any]) -> None:
        """Columns that were empty so far and are no more: each is a field of which the same is true."""
        fresh = [(field, text) for field, value in values.items() if not field.is_given and (text := _text(value))]
        begun = [at for at in self._empty if cells[at]]
        for field, _ in fresh:
            field.is_given = True
        for at in begun:
            found = [(at, field) for field, text in fresh if _is(cells[at], text)]
            if not found:
                raise BatchError("altered")
            self._possible += found
        self._empty.difference_update(begun)

    def _values(self, row: Mapping[str, Any]) -> dict[_Field, Any]:
        """The row's fields with their values, those inside objects too."""
        values: dict[_Field, Any] = {}
        inside = [(self._top, row, 1)]
        for above, names, depth in inside:
            for name, value in names.items():
                field = above.below.get(name) or self._new(above, name)
                values[field] = value
                if type(value) is dict and depth < _DEEPEST:
                    inside.append((field, value, depth + 1))
        return values

    def _new(self, above: _Field, name: str) -> _Field:
        self._many += 1
        if self._many > _MOST_FIELDS:
            raise BatchError("altered")
        above.below[name] = found = _Field()
        return found


def _is(cell: str, text: str) -> bool:
    return text == cell or (text[:1] == _IN_ANY_ORDER and len(text) == len(cell) + 1 and text == _in_any_order(cell))


def _text(value: Any) -> str:
    """A value as its cell has it; one with objects inside in a form that is the same in whatever order they are."""
    if value is None or type(value) is str:
        return value or ""
    text = as_text(value)
    return _in_any_order(text) if text and _has_object(value) else text


def _has_object(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_has_object, value)))


def _in_any_order(text: str) -> str:
    return _IN_ANY_ORDER + "\0".join(sorted(_BETWEEN_PARTS.split(text)))
