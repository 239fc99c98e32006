import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.form_qr import (
    NOTHING_READ,
    FormId,
    FormReading,
    ReadingKind,
    differing_groups,
    grouped,
    masked,
    read_payload,
    read_payloads,
)

HOSTS = ("net.kojinbango-card.go.jp", "*.kojinbango-card.go.jp")
ID = "12345678901234567890123"
OTHER_ID = "99999678901234567890123"
URL = f"https://net.kojinbango-card.go.jp/SS/?id={ID}"
ids = st.text("0123456789", min_size=23, max_size=23)
separators = st.sampled_from(["", " ", "-", "　", "‐", "‑", "–", "−", "ー", "ｰ", "－", "―", "\u200b", "\t"])


def read(payload: str) -> FormReading:
    return read_payload(payload, HOSTS)


@given(digits=ids, between=st.lists(separators, min_size=24, max_size=24), is_wide=st.booleans())
def test_23_digits_are_the_id_however_they_are_spaced_hyphenated_or_wide(digits, between, is_wide):
    typed = "".join(gap + digit for gap, digit in zip(between, digits, strict=False)) + between[-1]
    if is_wide:
        typed = "".join(chr(ord(mark) + 0xFEE0) if mark.isascii() and mark.isdigit() else mark for mark in typed)
    assert read(typed).form_id == digits


@given(
    digits=st.text("0123456789０１２３４５６７８９", min_size=12, max_size=12),
    gaps=st.lists(separators, min_size=12, max_size=12),
)
def test_12_digits_are_refused_and_kept_nowhere_in_the_answer(digits, gaps):
    typed = "".join(gap + digit for gap, digit in zip(gaps, digits, strict=False))
    reading = read(typed)
    assert reading == FormReading(ReadingKind.MY_NUMBER_REFUSED)
    assert unicodedata.normalize("NFKC", digits) not in repr(reading)


@pytest.mark.parametrize("count", [1, 11, 13, 22, 24, 46])
def test_any_other_number_of_digits_is_counted_but_not_kept(count):
    assert read("7" * count) == FormReading(ReadingKind.OTHER_CODE, digit_count=count)


@pytest.mark.parametrize("payload", ["", "   ", "　", "\ufeff", "---"])
def test_nothing_is_nothing(payload):
    assert read(payload) == NOTHING_READ


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"  {URL}\r\n",
        URL.upper(),
        f"http://net.kojinbango-card.go.jp/{ID}",
        f"https://net.kojinbango-card.go.jp.:443/{ID}",
        f"https://a.b.kojinbango-card.go.jp/x/{ID}?lang=1",
        f"https://net.kojinbango-card.go.jp/123456789012?id={ID}&n=123",
        f"https://net.kojinbango-card.go.jp/?id=%20{ID}",
        f"https://net.kojinbango-card.go.jp/?id={ID}#9",
        "".join(chr(ord(mark) + 0xFEE0) for mark in URL),
    ],
)
def test_a_url_of_an_allowed_host_gives_the_id(url):
    assert read(url).form_id == ID


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example/?u=net.kojinbango-card.go.jp&id={ID}",
        f"https://evil.example/net.kojinbango-card.go.jp/{ID}",
        f"https://net.kojinbango-card.go.jp.evil.example/{ID}",
        f"https://evilkojinbango-card.go.jp/{ID}",
        f"https://kojinbango-card.go.jp/{ID}",
        f"https://.kojinbango-card.go.jp/{ID}",
        f"https://a..kojinbango-card.go.jp/{ID}",
        f"https://net.kojinbango-card.go.jp@evil.example/{ID}",
        f"https://evil.example@net.kojinbango-card.go.jp/{ID}",
        f"https://evil.example\\@net.kojinbango-card.go.jp/{ID}",
        f"https://evil.example#@net.kojinbango-card.go.jp/{ID}",
        f"https://net.kojinbango-card.go.jp:8443/{ID}",
        f"https://net.kojinbango-card.go.jp:x/{ID}",
        f"https://[net.kojinbango-card.go.jp/{ID}",
        f"https://nеt.kojinbango-card.go.jp/{ID}",  # the е is Cyrillic
        f"https://xn--nt-zmc.kojinbango-card.example/{ID}",
        f"https://net.kojinbango-card.go.jp/#{ID}",
        f"https://{ID}.kojinbango-card.go.jp/",
        f"https://net.kojinbango-card.go.jp/{ID}4",
        f"https://net.kojinbango-card.go.jp/{ID[:-1]}",
        f"https://net.kojinbango-card.go.jp/{ID}?id={OTHER_ID}",
        f"https://net.kojinbango-card.go.jp/{ID[:10]}\t{ID[10:]}",
        f"https://net.kojinbango-card.go.jp/{ID[:12]}-{ID[12:]}",
        f"ftp://net.kojinbango-card.go.jp/{ID}",
        f"javascript://net.kojinbango-card.go.jp/{ID}",
        f"net.kojinbango-card.go.jp/{ID}",
        f"id={ID}",
        "https://net.kojinbango-card.go.jp/" + "9" * 5000 + f"/{ID}",
        "WIFI:S:office;T:WPA;P:secret;;",
    ],
)
def test_anything_else_is_another_code_and_nothing_of_it_is_kept(url):
    assert read(url) == FormReading(ReadingKind.OTHER_CODE)


@given(payload=st.text(max_size=200))
def test_no_text_breaks_the_reader_and_only_an_id_comes_out(payload):
    reading = read(payload)
    assert reading.form_id is None or (len(reading.form_id) == 23 and reading.form_id.isascii())
    assert (reading.form_id is not None) == (reading.kind is ReadingKind.FORM_ID)


@given(tail=st.text(max_size=80))
def test_no_url_tail_breaks_the_reader(tail):
    reading = read(f"https://net.kojinbango-card.go.jp/{tail}")
    assert reading.kind in (ReadingKind.FORM_ID, ReadingKind.OTHER_CODE)


def test_the_code_that_parses_is_picked_among_many():
    assert read_payloads(["VOICE:…", URL, "123456789012", ID], HOSTS).form_id == ID


def test_two_different_forms_in_view_are_not_guessed_between():
    assert read_payloads([URL, OTHER_ID], HOSTS) == FormReading(ReadingKind.SEVERAL_FORMS)


def test_a_my_number_in_view_goes_before_another_code():
    assert read_payloads(["hello", "123456789012"], HOSTS).kind is ReadingKind.MY_NUMBER_REFUSED
    assert read_payloads(["hello"], HOSTS).kind is ReadingKind.OTHER_CODE
    assert read_payloads([], HOSTS) == NOTHING_READ


def test_the_id_is_shown_in_its_groups_and_masked_but_for_four():
    assert grouped(FormId(ID)) == "1234-5678-9012-3456-7890-123"
    assert masked(FormId(ID)) == "••••-••••-••••-••••-•••0-123"


def test_a_reading_does_not_show_the_id_in_a_log():
    assert ID not in repr(read(URL))


def test_keyed_twice_names_the_groups_that_differ():
    assert differing_groups(FormId(ID), FormId(ID)) == ()
    assert differing_groups(FormId(ID), FormId("1234567890123456789012" + "4")) == (6,)
    assert differing_groups(FormId(ID), FormId("0" + ID[1:-1] + "0")) == (1, 6)
