"""What pack.toml may say."""

from datetime import date
from typing import Any

import pytest

from kiosk.domain.pack import PackRulesWrong, pages_from, stages_from
from kiosk.rules import load_rules

DAY = date(2026, 12, 17)


def test_the_rules_delivered_can_be_used() -> None:
    rules = load_rules("pack")
    assert pages_from(rules)["ja"].startswith("https://")
    stages = stages_from(rules, DAY)
    assert stages[0].by == date(2026, 11, 17)
    assert [each.by for each in stages] == sorted(each.by for each in stages)


@pytest.mark.parametrize(
    "address",
    ["", "city.example", "ftp://city.example", "https://", "https://a b", "javascript:x", "https://[",
     "https://city.example/\n", "https://" + "a" * 300, 7],
)  # fmt: skip
def test_an_address_nobody_could_open_is_refused(address: Any) -> None:
    with pytest.raises(PackRulesWrong, match=r"page\.en"):
        pages_from({"page": {"ja": "https://city.example", "en": address}})


@pytest.mark.parametrize("rules", [{}, {"page": {}}, {"page": "https://city.example"}])
def test_the_japanese_page_must_be_there(rules: dict[str, Any]) -> None:
    with pytest.raises(PackRulesWrong, match=r"page\.ja"):
        pages_from(rules)


@pytest.mark.parametrize(
    "row",
    [{}, "x", *({"title": "x", "days": 1, "items": []} | wrong for wrong in (
        {"title": 1}, {"days": 1.5}, {"days": True}, {"days": 10**9}, {"items": "abc"}, {"items": [1]}))],
)  # fmt: skip
def test_a_checklist_that_cannot_be_used_is_refused(row: Any) -> None:
    with pytest.raises(PackRulesWrong):
        stages_from({"checklist": [row]}, DAY)
