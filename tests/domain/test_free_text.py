"""What may be typed in a free field: names stay as typed, what cannot be kept is refused with words."""

import pytest

from kiosk.domain.contact import check_digits, check_phone
from kiosk.domain.errors import AnswerRefused
from kiosk.domain.free_text import check_text, has_private_use
from kiosk.domain.my_number import check_digit

MY_NUMBER = "12345678901" + str(check_digit("12345678901"))
FULL_WIDTH = MY_NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


@pytest.mark.parametrize(
    "name",
    [
        "渡辺\U000e0101健",  # ideographic variation sequence
        "か\u3099",  # combining voiced mark, not normalised
        "ﾔﾏﾀﾞ ﾀﾛｳ",
        "José Ñandú",
        "Nguyễn Thị Hoà",
        "김민준",
        "髙﨑　𠮷野",
        "山\ue000田",  # private use: kept, flagged
        "=1+1",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "O'Brien-Smith",
        "㈱見本",
        "کیان\u200cپور",
        " 空白 ",
        "١٢٣",
    ],
)
def test_name_is_kept_exactly_as_typed(name: str) -> None:
    assert check_text("contact_name", name, 60) == name


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "empty"),
        ("　 ", "empty"),
        ("あ" * 61, "too_long"),
        ("a" * 10_000, "too_long"),
        ("太郎😀", "emoji"),
        ("👨\u200d👩\u200d👧", "emoji"),
        ("🇯🇵", "emoji"),
        ("1\ufe0f\u20e3", "emoji"),
        ("☎太郎", "emoji"),
        ("abc\u202edef", "direction"),
        ("abc\u2067def", "direction"),
        ("\u200fabc", "direction"),
        ("abc\x00", "control"),
        ("abc\ndef", "control"),
        ("abc\x1b[31m", "control"),
        ("abc\u200bdef", "control"),
        ("abc\ufeff", "control"),
        ("abc\ud800", "control"),
        ("abc\u2028", "control"),
        (f"太郎 {MY_NUMBER}", "my_number"),
        (FULL_WIDTH, "my_number"),
        ("-".join((MY_NUMBER[:4], MY_NUMBER[4:8], MY_NUMBER[8:])), "my_number"),
    ],
)
def test_what_cannot_be_kept_is_refused_without_its_value(raw: str, why: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        check_text("contact_name", raw, 60)
    assert refused.value.text_key == f"applicant.error_{why}"
    assert not raw.strip() or raw not in str(refused.value)


def test_private_use_is_seen() -> None:
    assert has_private_use("山\ue000")
    assert has_private_use("\U000f0000")
    assert not has_private_use("山田\U000e0101")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("090-1234-5678", "09012345678"),
        ("０３（１２３４）５６７８", "0312345678"),
        ("+81 90 1234 5678", "+819012345678"),
    ],
)
def test_phone_is_kept_as_digits(raw: str, kept: str) -> None:
    assert check_phone("phone", raw) == kept


@pytest.mark.parametrize("raw", ["123", "abc", "0" * 16, "090-1234-567x", "++81901234567"])
def test_phone_that_is_none_is_refused(raw: str) -> None:
    with pytest.raises(AnswerRefused, match="error_phone"):
        check_phone("phone", raw)


def test_my_number_is_not_taken_as_a_phone() -> None:
    with pytest.raises(AnswerRefused, match="error_my_number"):
        check_phone("phone", MY_NUMBER)


def test_licence_number_like_a_my_number_is_asked_for_once_more() -> None:
    with pytest.raises(AnswerRefused, match="error_digits_or_my_number"):
        check_digits("licence_number", MY_NUMBER, 8, 16)
    assert check_digits("licence_number", FULL_WIDTH, 8, 16, is_sure=True) == MY_NUMBER


def test_my_number_in_a_text_that_is_too_long_is_not_shown_again() -> None:
    with pytest.raises(AnswerRefused, match="error_my_number"):
        check_text("contact_name", "あ" * 100 + MY_NUMBER, 60)


def test_digits_have_their_length() -> None:
    assert check_digits("licence_number", "１２３４ ５６７８", 8, 16) == "12345678"
    for raw in ("1234567", "1" * 17, "12345678a", "²²²²²²²²"):
        with pytest.raises(AnswerRefused, match="error_digits"):
            check_digits("licence_number", raw, 9, 16)
