"""The worksheet's lines: what a person reads, and what the copy button copies exactly."""

import pytest

from kiosk.domain.columns import cells, profile_columns
from kiosk.office.lines import lines
from kiosk.rules import load_rules
from kiosk.texts import catalogue

RULES, WORDS = load_rules("office"), catalogue("ja")


@pytest.mark.parametrize("result", ["POST", "PICKUP", "REJECT"])
def test_the_identity_result_is_said_in_words(result: str) -> None:
    (line,) = lines({"identity": {"result": result}}, RULES)
    assert WORDS[line.label] == "本人確認の結果"
    assert line.shown != result
    assert line.shown == WORDS[f"office.label_result_{result}"]


def test_every_line_has_a_label_and_what_is_copied_is_what_was_entered() -> None:
    row = {"form_id": "1" * 23, "form_id_grouped": "1111-…", "answers": {"contact_name": "葛\U000e0100城 太郎"}}
    found = lines(row, RULES)
    assert [line.copied for line in found] == ["1" * 23, "葛\U000e0100城 太郎"]
    assert found[0].shown == "1111-…"
    assert {rule["label"] for rule in RULES["line"]} <= set(WORDS)


@pytest.mark.parametrize(("wanted", "words"), [("old_address", "氏名か住所が変わった"), ("no_form", "申請書がない")])
def test_the_wish_for_a_new_form_reached_nobody_who_reads(wanted: str, words: str) -> None:
    row = {"answers": {"reissue_wanted": wanted}}
    (line,) = lines(row, RULES)
    assert WORDS[line.label] == "新しい申請書の希望"
    assert words in line.shown
    table = load_rules("columns")
    for profile in table["profile"]:
        assert wanted in cells(row, profile_columns(table, profile))
