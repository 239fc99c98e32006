"""A scanner's keyboard layout, told from what it types when the set-up code is scanned."""

import pytest

from kiosk.domain.form_keys import SETUP_CODE, Layout, layout_shown
from kiosk.rules import load_rules

KEYS = load_rules("keyboard")


@pytest.mark.parametrize(
    ("typed", "layout"),
    [
        (SETUP_CODE, Layout.AGREES),
        (f"  {SETUP_CODE}\r\n", Layout.AGREES),
        ("MADOGUCHI-scanner+https+//kiosk.example/?a^1'b^23(4~5:6\"7", Layout.US_ON_JP),
        ("MADOGUCHI-scanner'https'//kiosk.example/?a_1^b_23\"4:5&6[7", Layout.JP_ON_US),
        ("madoguchi-SCANNER:HTTPS://KIOSK.EXAMPLE/?A=1&B=23*4+5'6@7", Layout.CAPS_LOCK),
        ("madoguchi-SCANNER+HTTPS+//KIOSK.EXAMPLE/?A^1'B^23(4~5:6\"7", Layout.CAPS_LOCK),
        (",QDOGUCHI)scqnner.https.!!kiosk:exq;ple!§q=&1b=é\"*'+(ù-à7", Layout.OTHER),
        ("1234-5678-9012-3456-7890-123", Layout.NOT_THE_CODE),
        ("", Layout.NOT_THE_CODE),
    ],
)
def test_each_layout_is_named(typed: str, layout: Layout) -> None:
    assert layout_shown(typed, KEYS) is layout


def test_the_table_is_one_key_beside_another() -> None:
    us, jp = KEYS["us"], KEYS["jp"]
    assert len(us) == len(jp) == len(set(us)) == len(set(jp))
    assert all(one != other for one, other in zip(us, jp, strict=True))


def test_what_the_form_pages_cannot_read_is_not_called_mapped_back() -> None:
    assert {layout for layout in Layout if not layout.is_mapped_back} == {
        Layout.CAPS_LOCK, Layout.OTHER, Layout.NOT_THE_CODE,
    }  # fmt: skip
