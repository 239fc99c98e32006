"""What a new check changes in the ledger, item by count."""

from dataclasses import dataclass

import pytest

from kiosk.domain.custody import LedgerChanges, changes


@dataclass(frozen=True)
class Line:
    """A line of the ledger, as far as the rules look at it."""

    id: int
    item: str
    count: int = 1
    state: str = "taken"


HELD = (
    Line(1, "consent_form"),
    Line(2, "consent_form", state="in_envelope"),
    Line(3, "old_card", state="given_back"),
    Line(4, "juki_card", state="handed_over"),
)


@pytest.mark.parametrize(
    ("wanted", "take", "give_back"),
    [
        ({"consent_form": 2}, (), ()),
        ({"consent_form": 3}, (("consent_form", 1),), ()),
        ({"consent_form": 1}, (("consent_form", 1),), (1, 2)),
        ({}, (), (1, 2)),
        ({"consent_form": 2, "old_card": 1}, (("old_card", 1),), ()),
        ({"loss_report": 2}, (("loss_report", 2),), (1, 2)),
        ({"consent_form": 2, "juki_card": 1}, (), ()),
        ({"consent_form": 2, "juki_card": 2}, (("juki_card", 1),), ()),
    ],
)
def test_the_ledger_comes_to_what_is_wanted(
    wanted: dict[str, int], take: tuple[tuple[str, int], ...], give_back: tuple[int, ...]
) -> None:
    assert changes(HELD, wanted) == LedgerChanges(take, give_back)
