"""The worksheet's lines: what a person reads, and what the copy button copies exactly."""

import pytest

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
