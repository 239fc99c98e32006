import random

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.batch import Line, balance, file_name, in_sealed_order
from kiosk.domain.columns import Column, cells, group_form_id, misfits, neutralise, restore, to_cp932
from kiosk.domain.states import ApplicationState

S = ApplicationState
STATES = st.sampled_from([S.DRAFT, S.ABANDONED, S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.WITHDRAWN, S.REJECTED, S.SEALED])
LINES = st.lists(
    st.builds(Line, st.text("0123456789", min_size=3, max_size=3), STATES, st.booleans(), st.booleans(), st.booleans())
)


@given(LINES)
def test_the_equations_hold_or_the_difference_is_named(lines: list[Line]) -> None:
    found = balance(lines, ())
    names = {each.key for each in found.differences}
    assert (found.started == found.submitted + found.abandoned) == ("drafts_left" not in names)
    decided = found.accepted + found.withdrawn + found.rejected
    assert (found.submitted == decided) == ("undecided_left" not in names)
    assert (found.to_seal == found.photos + found.under_1 + found.paper_form) == ("photo_missing" not in names)
    assert found.started == len(lines)


def test_a_difference_says_which_slips_to_look_for() -> None:
    lines = [Line("301", S.RETURNED, True, False, False), Line("205", S.ACCEPTED, False, False, False)]
    found = {each.key: each.call_numbers for each in balance(lines, ["205"]).differences}
    assert found == {"undecided_left": ("301",), "photo_missing": ("205",), "custody_open": ("205",)}


def test_what_an_earlier_batch_took_is_accepted_but_not_sealed_again() -> None:
    lines = [Line("101", S.SEALED, True, False, False), Line("102", S.ACCEPTED, True, False, False)]
    found = balance(lines, ())
    assert (found.accepted, found.to_seal, found.adds_up) == (2, 1, True)


def test_file_names_stay_in_their_folder() -> None:
    assert file_name("demo-city", "20261124-abcd", 2, rehearsal=False) == "demo-city-20261124-abcd-2.mab"
    assert file_name("demo-city", "w", 1, rehearsal=True) == "REHEARSAL-demo-city-w-1.mab"
    for odd in ("../../etc", "a/b", "..", ".hidden", "-rf", "a\0b", "x" * 500):
        name = file_name(odd, odd, 1, rehearsal=False)
        assert "/" not in name
        assert "\0" not in name
        assert name[0] not in ".-"
        assert len(name.encode()) < 255


@given(st.lists(st.tuples(st.uuids().map(str), st.sampled_from(["host", "B市", "A市"])), unique_by=lambda row: row[0]))
def test_order_keeps_everybody_and_groups_cities(rows: list[tuple[str, str]]) -> None:
    ordered = in_sealed_order(rows, "host", random.Random(7).shuffle)  # noqa: S311 - the order of a test
    assert sorted(ordered) == sorted(uid for uid, _ in rows)
    city = dict(rows)
    cities = [city[uid] for uid in ordered]
    assert cities == sorted(cities, key=lambda name: (name != "host", name))


@given(st.text())
def test_a_cell_is_never_a_formula_and_gives_its_value_back(text: str) -> None:
    cell = neutralise(text)
    assert restore(cell) == text
    assert cell.lstrip(" 　\u00a0")[:1] not in tuple("=+-@＝＋－＠\t\r\n")


def test_dangerous_cells_one_by_one() -> None:
    for text in ("=1+1", "+81", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "　＝1", "\n=1", "'=1", "'"):
        assert neutralise(text) == "'" + text
    for text in ("", "山田", "a=b", "1-2", " 山田"):
        assert neutralise(text) == text


@given(st.text())
def test_cp932_loses_nothing_silently(text: str) -> None:
    narrow, lost = to_cp932(text)
    assert narrow.encode("cp932").decode("cp932") == narrow
    assert len(lost) == sum(a != b for a, b in zip(text, narrow, strict=True))


def test_what_does_not_fit_is_reported_by_row_and_column() -> None:
    columns = (Column("氏名", "answers.contact_name"), Column("番号", "form_id"))
    line = cells({"answers": {"contact_name": "葛\U000e0100城"}, "form_id": "1"}, columns)
    assert [(each.uid, each.header, each.code_point) for each in misfits("u", columns, line)] == [
        ("u", "氏名", "U+E0100")
    ]


def test_the_grouped_id_is_text_to_every_spreadsheet() -> None:
    assert group_form_id("12345678901234567890123") == "1234-5678-9012-3456-7890-123"
    assert group_form_id(None) is None
