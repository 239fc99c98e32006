"""How one application becomes a row: column profiles, cells a spreadsheet cannot run, what a narrow encoding drops."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_STARTS_A_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")
_MARK = "'"
GETA = "〓"
"""Stands in a CP932 cell for a character that does not fit, as printers have always done; the report names it."""

MOST_COLUMNS, DEEPEST_PATH = 1000, 8
"""What a reader of docs/batch-format.md takes."""
REPORT_HEADER = ("uid", "column", "code_point")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header and where its value is found, as a dotted path into the JSON row."""

    header: str
    path: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """A character that CP932 has no code for: which row, which column, which code point."""

    uid: str
    header: str
    code_point: str


def profile_names(rules: Mapping[str, Any]) -> list[str]:
    """The profiles of a columns.toml; first the one that counts where none is chosen: ``default``, else its first."""
    return sorted(rules["profile"], key=lambda name: name != "default")


def check_profiles(rules: Mapping[str, Any]) -> None:
    """Raise ValueError, naming it, for a profile that no table can follow; KeyError when there is none at all."""
    if not rules["profile"]:
        raise KeyError("profile")
    for name, profile in rules["profile"].items():
        columns = profile.get("column", [])
        if not 0 < len(columns) <= MOST_COLUMNS:
            raise ValueError(f"profile {name}: 1 to {MOST_COLUMNS} columns")
        for each in columns:
            if not isinstance(each.get("header"), str) or not isinstance(each.get("from"), str):
                raise ValueError(f"profile {name}: a column needs header and from")
            if len(each["from"].split(".")) > DEEPEST_PATH:
                raise ValueError(f"profile {name}: from {each['from']} has more than {DEEPEST_PATH} names")
        if not isinstance(profile.get("cp932", False), bool):
            raise ValueError(f"profile {name}: cp932 is true or false")


def profile_columns(rules: Mapping[str, Any], profile: str) -> tuple[Column, ...]:
    """The columns of one profile of kiosk/rules/columns.toml; raises KeyError for a profile it lacks."""
    return tuple(Column(each["header"], each["from"]) for each in rules["profile"][profile]["column"])


def cells(row: Mapping[str, Any], columns: Sequence[Column]) -> list[str]:
    """The row's cells as text, neutralised."""
    return [neutralise(as_text(_find(row, column.path))) for column in columns]


def neutralise(text: str) -> str:
    """``text`` with an apostrophe before it when a spreadsheet might run it, or when it begins with one already.

    Reversible: take one apostrophe away where a cell begins with one.
    """
    start = text.lstrip(" 　\u00a0")[:1]
    return _MARK + text if text.startswith(_MARK) or (start in _STARTS_A_FORMULA and start) else text


def is_harmless(cell: str) -> bool:
    """Whether no spreadsheet would run a cell: it is neutralised, or needs not be."""
    return cell.startswith(_MARK) or neutralise(cell) == cell


def restore(cell: str) -> str:
    """The value a cell was made from; the inverse of ``neutralise``."""
    return cell.removeprefix(_MARK)


def _find(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def as_text(value: Any) -> str:
    """A value of a row as its cell has it, before it is neutralised; lists and objects in one line."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dict):
        return ";".join(f"{key}={as_text(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ";".join(map(as_text, value))
    return str(value)


def group_form_id(form_id: str | None) -> str | None:
    """The 23 digits as 4-4-4-4-4-3 with hyphens, which no spreadsheet takes for a number."""
    return "-".join(form_id[i : i + 4] for i in range(0, len(form_id), 4)) if form_id else None


def to_cp932(text: str) -> tuple[str, tuple[str, ...]]:
    """``text`` with a geta mark for each character CP932 lacks, and the code points of those characters."""
    if _fits(text):
        return text, ()
    misfits = tuple(f"U+{ord(mark):04X}" for mark in text if not _fits(mark))
    return "".join(mark if _fits(mark) else GETA for mark in text), misfits


def misfits(uid: str, columns: Sequence[Column], row_cells: Sequence[str]) -> Iterator[Misfit]:
    """Every character of a row that CP932 has no code for."""
    for column, cell in zip(columns, row_cells, strict=True):
        for code_point in to_cp932(cell)[1]:
            yield Misfit(uid, column.header, code_point)


def misfit_report(found: Iterable[Misfit]) -> str:
    """The report of characters that do not fit, as CSV."""
    return as_csv([REPORT_HEADER, *((each.uid, each.header, each.code_point) for each in found)])


def as_csv(lines: Iterable[Sequence[str]]) -> str:
    """Lines as docs/batch-format.md has them: every cell quoted, CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(lines)
    return text.getvalue()


def _fits(text: str) -> bool:
    try:
        return text.encode("cp932").decode("cp932") == text
    except UnicodeError:
        return False
