import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import MyNumberRefused
from kiosk.domain.my_number import check_digit, holds_my_number, is_my_number, refuse_my_number

VALID = "123456789018"
elevens = st.text("0123456789", min_size=11, max_size=11)


def test_the_check_digit_of_the_ordinance():
    # 1*2+0*3+9*4+8*5+7*6+6*7+5*2+4*3+3*4+2*5+1*6 = 212; 212 mod 11 = 3; 11 - 3 = 8
    assert check_digit("12345678901") == 8
    assert check_digit("00000000000") == 0


@given(first=elevens)
def test_exactly_one_last_digit_is_right(first):
    assert sum(is_my_number(first + str(last)) for last in range(10)) == 1


@given(first=elevens, position=st.integers(0, 10), step=st.integers(1, 9))
def test_a_wrong_digit_nearly_always_shows(first, position, step):
    right = f"{first}{check_digit(first)}"
    wrong = right[:position] + str((int(right[position]) + step) % 10) + right[position + 1 :]
    # remainders 0 and 1 share the check digit 0: the only slips it cannot see
    assert not is_my_number(wrong) or right.endswith("0")


@pytest.mark.parametrize(
    "text",
    [
        VALID,
        f"番号は{VALID}です",
        "1234 5678 9018",
        "1234-5678-9018",
        "１２３４ー５６７８ー９０１８",
        "1234・5678・9018",
        "1\u200b2345678901\u200b8",
        "１２３４５６７８９０１８",
        "5 1234 5678 9018",
        "1234 - 5678 - 9018",
        "1234/5678/9018",
    ],
)
def test_free_text_with_a_my_number_is_refused_without_its_value(text):
    assert holds_my_number(text)
    with pytest.raises(MyNumberRefused) as refusal:
        refuse_my_number(text)
    assert "1234" not in f"{refusal.value!r} {refusal.value.args}"


@pytest.mark.parametrize(
    "text", ["", "山田 太郎", "123456789012", f"1{VALID}", f"{VALID}1", "1234 and 5678 and 9018", "090-1234-5678", "²"]
)
def test_other_text_is_not_refused(text):
    assert not holds_my_number(text)
