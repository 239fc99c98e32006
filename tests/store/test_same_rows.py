"""A batch says each row twice, as JSON and in its tables: what the two say is the same, or the batch is altered."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.actions import batch_contents
from kiosk.batch_file import archive
from kiosk.batch_file.reader import check_file
from kiosk.batch_file.tally import Tally
from kiosk.domain.batch_row import as_line
from kiosk.domain.columns import Column
from kiosk.domain.errors import BatchError
from tests.store.test_batch_file import (
    BOM,
    DEVICE,
    MTIME,
    OFFICE,
    a_manifest,
    a_row,
    archived,
    fault,
    seal_by_hand,
    signed_parts,
    some_sources,
    source,
    with_tables,
)  # fmt: skip

ROWS = [
    a_row("u0", call_number="101", answers={"name": "見本 太郎", "mail": "", "braille": "no", "moving": "no"}),
    a_row("u1", call_number="102", answers={"name": "見本 花子", "mail": "", "braille": "no", "moving": "yes"}),
    a_row("u2", call_number="103", answers={"name": "𠮷田", "mail": "a@example.jp", "braille": "no", "moving": "no"}),
]
HEADER = ["uid", "number", "name", "mail", "braille", "moving"]
TABLE = [
    HEADER,
    ["u0", "101", "見本 太郎", "", "no", "no"],
    ["u1", "102", "見本 花子", "", "no", "yes"],
    ["u2", "103", "𠮷田", "a@example.jp", "no", "no"],
]
REPORT = [["uid", "column", "code_point"], ["u2", "name", "U+20BB7"]]


def as_csv(table: list[list[str]], encoding: str = "utf-8") -> bytes:
    return "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in table).encode(encoding)


def changed(line: int, at: int, cell: str) -> list[list[str]]:
    table = [list(each) for each in TABLE]
    table[line][at] = cell
    return table


def sealed(path: Path, table: list[list[str]], narrow: list[list[str]] | None = None, report: Any = ()) -> Path:
    more = (as_csv(narrow, "cp932"), BOM + as_csv(report)) if narrow else ()
    return with_tables(path, ROWS, BOM + as_csv(table), *more)


OTHERS = {
    "a row less": TABLE[:3],
    "no row": TABLE[:1],
    "a row twice": [*TABLE, TABLE[3]],
    "another order": [TABLE[0], TABLE[2], TABLE[1], TABLE[3]],
    "another uid": changed(2, 0, "u0"),
    "another name": changed(3, 2, "吉田"),
    "another's number": changed(1, 1, "102"),
    "a mail nobody gave": changed(2, 3, "a@example.jp"),
    "another answer": changed(1, 4, "yes"),
    "an answer less": changed(2, 5, ""),
    "a name less": changed(1, 2, ""),
    "another field in one row": changed(1, 3, "見本 太郎"),
}


@pytest.mark.parametrize("table", OTHERS.values(), ids=OTHERS)
def test_a_table_that_said_something_else_than_the_rows_was_taken_for_good(
    table: list[list[str]], tmp_path: Path
) -> None:
    """An office that works by the table and one that works by the rows would have filed two different things."""
    assert check_file(sealed(tmp_path / "good.mab", TABLE), [OFFICE]).manifest
    assert fault(sealed(tmp_path / "a.mab", table)) == "altered"


@pytest.mark.parametrize("table", [changed(2, 4, "yes"), changed(3, 3, "")], ids=["another field", "no field at all"])
def test_which_field_a_column_is_only_the_profile_says_and_a_reader_has_not_got_it(
    table: list[list[str]], tmp_path: Path
) -> None:
    """A municipality may call any field what it likes: to refuse these could refuse a day's honest work."""
    assert check_file(sealed(tmp_path / "a.mab", table), [OFFICE]).manifest


NARROW = changed(3, 2, "〓田")
OTHER_NARROW = {
    "another name": (changed(3, 2, "吉田"), REPORT),
    "a row less": (NARROW[:3], REPORT),
    "a row more": ([*NARROW, TABLE[1]], REPORT),
    "nothing reported": (NARROW, REPORT[:1]),
    "reported twice": (NARROW, [*REPORT, REPORT[1]]),
    "of another row": (NARROW, [REPORT[0], ["u1", "name", "U+20BB7"]]),
    "of another column": (NARROW, [REPORT[0], ["u2", "mail", "U+20BB7"]]),
    "another character": (NARROW, [REPORT[0], ["u2", "name", "U+20B9F"]]),
}


@pytest.mark.parametrize(("narrow", "report"), OTHER_NARROW.values(), ids=OTHER_NARROW)
def test_a_narrow_table_or_its_report_that_is_not_the_tables_is_refused(
    narrow: list[list[str]], report: list[list[str]], tmp_path: Path
) -> None:
    assert check_file(sealed(tmp_path / "good.mab", TABLE, NARROW, REPORT), [OFFICE]).manifest
    assert fault(sealed(tmp_path / "a.mab", TABLE, narrow, report)) == "altered"


KEYS = st.sampled_from(["name", "mail", "a.b", "", "photo", "file", "uid"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "yes", "no", "'=x", "\x00", '"\r\n"', "𠮷", "é"]) | st.text(max_size=4),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(KEYS, inside, max_size=3),
    max_leaves=4,
)  # fmt: skip
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(lambda names: "answers." + ".".join(names)) | st.sampled_from(
    ["uid", "answers", "photo.file", "custody", "counted_as", "nothing", "out_of_city"]
)
ANSWERS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), max_size=6)


@settings(max_examples=300)
@given(answers=ANSWERS, paths=st.lists(PATHS, min_size=1, max_size=6), narrow=st.booleans(), size=st.integers(1, 60))
def test_no_batch_of_our_own_writer_is_ever_refused(
    answers: list[dict[str, Any]], paths: list[str], narrow: bool, size: int
) -> None:
    """Whatever people answered and whichever columns a municipality chose: else a window could not be sealed."""
    rows = [a_row(f"u{at}", answers=each) for at, each in enumerate(answers)]
    columns = [Column(f"=頭é{path}", path) for path in paths]
    tally = Tally()
    for made in batch_contents._tables(rows, columns, {"profile": {"own": {"cp932": narrow}}}, "own"):
        (data,) = made.chunks()
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert b"".join(tally.watch(made.member, iter(pieces))) == data
    assert len(tally._uids) == len(rows)


def watched(table: bytes, rows: list[dict[str, Any]]) -> None:
    looked_at(table, list(map(as_line, rows)))


def looked_at(table: bytes, lines: list[bytes]) -> None:
    tally = Tally()
    for each in (source("applications.csv", BOM + table), source("applications.jsonl", b"".join(lines))):
        for _ in tally.watch(each.member, iter(each.chunks())):
            pass


def test_a_row_nested_without_end_is_refused_or_taken_and_never_ends_in_a_traceback() -> None:
    flat = as_line(a_row("u0", answers={"x": "here"})).decode()
    for depth in range(100, 3000, 100):
        with suppress(BatchError):
            nested = flat.replace('"here"', '{"x":' * depth + '""' + "}" * depth)
            looked_at(b'"uid","x"\r\n"u0",""\r\n', [nested.encode()])


def many_fields() -> Iterator[dict[str, Any]]:
    for row in range(20):
        yield a_row(f"u{row}", answers={f"{row}-{name}": "" for name in range(1000)})


def test_rows_whose_fields_have_ever_new_names_end_before_they_fill_the_memory() -> None:
    table = "".join(f'"u{row}"\r\n' for row in range(20))
    with pytest.raises(BatchError, match="altered"):
        watched(b'"uid"\r\n' + table.encode(), list(many_fields()))


@pytest.mark.timeout(30)
def test_columns_and_fields_may_all_be_alike_up_to_a_thousand_columns() -> None:
    rows = [a_row(f"u{row}", answers={str(name): str(row) for name in range(600)}) for row in range(5)]
    table = [["x"] * 300, *([str(row)] * 300 for row in range(5))]
    watched(as_csv(table), rows)
    with pytest.raises(BatchError, match="altered"):
        watched(as_csv([line * 4 for line in table]), rows)


def test_objects_in_a_cell_may_have_their_names_in_any_order_and_nothing_else() -> None:
    """The rows have their names sorted, the cell for people's eyes has the item before its count."""
    row = a_row("u0", custody=[{"count": 1, "item": "old_card"}, {"count": 2, "item": "consent"}])
    watched(b'"x"\r\n"item=old_card;count=1;item=consent;count=2"\r\n', [row])
    for cell in ("item=old_card;count=1;item=consent;count=1", "item=old_card;count=1", "item=old_card=count=1"):
        with pytest.raises(BatchError, match="altered"):
            watched(f'"x"\r\n"{cell}"\r\n'.encode(), [row])


def test_a_table_of_gigabytes_is_refused_before_it_is_held(tmp_path: Path) -> None:
    table, *others = some_sources()
    text = a_manifest([source("applications.csv", b""), *others])
    size = 257 << 20
    members = tuple(each if at else type(each)(each.name, size, each.sha256) for at, each in enumerate(text.members))
    parts = signed_parts([table, *others], members=members)[:2]
    plain = archived(parts, b"") + archive.header("applications.csv", size, MTIME)
    seal_by_hand(tmp_path / "a.mab", plain, DEVICE)
    assert fault(tmp_path / "a.mab") == "altered"
