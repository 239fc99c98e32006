"""Whatever is typed into whichever field, in every language: clear words, nothing lost, nothing kept in error."""

import time

import pytest
from markupsafe import escape

from kiosk.domain.my_number import check_digit
from kiosk.texts import languages, translator
from tests.screens.test_applicant import MY_NUMBER, Visitor, visitor

__all__ = ["visitor"]
EVERYTHING_ASKED = {
    "application_kind": "renewal", "card_expiry": "2026-12-31", "driving_licence": "yes", "licence_way": "number",
    "municipality": "other", "birth_date": "2017-05-05", "photo_exception": "medical",
}  # fmt: skip
"""Answers after which every question there is applies."""
NAMES = ("contact_name", "representative_name")
TEXTS = (*NAMES, "other_municipality", "photo_exception_reason")
LANGUAGES = sorted(languages())
BAD = {
    "emoji": ("みほん😀", "👩\u200d🚀", "🇯🇵"),
    "direction": ("abc\u202ecba", "\u200fabc", "abc\u2066def"),
    "control": ("みほん\x07", "みほん\x1b[31m", "a\tb", "a\u200bb", "a\u2028b"),
    "too_long": ("長" * 10_000, "<b>" * 4_000),
    "my_number": (MY_NUMBER, f"{MY_NUMBER} " + "長" * 10_000),
}
KEPT_AS_TYPED = (
    "渡\U000e0101辺",
    "葛\ufe00飾",
    "か\u3099ﾔﾏﾀﾞ",
    "山\ue000田",
    "=1+1",
    "@SUM(A1)",
    "+81",
    "-2+3|cmd",
    "<script>alert(1)</script>",
    "</main><b>&amp;'\"",
    "{{ 7*7 }}{label}",
    "'; drop table applications;--",
    " みほん ",
)
NO_MAIL = (
    "taro",
    "taro@",
    "@example.jp",
    "taro@localhost",
    "ta ro@example.jp",
    "太郎@example.jp",
    "taro@example..jp",
    "taro@@example.jp",
    "taro@example.jp\nBcc: x@example.jp",
    '"<script>"@example.jp',
)
DATES = {
    "no_era": ("", "60", "4", "1"),
    "incomplete": ("showa", "60", "", "1"),
    "none": ("western", "2001", "2", "30"),
    "not_in_era": ("showa", "64", "1", "8"),
    "future": ("western", "2026", "11", "25"),
    "too_old": ("western", "1868", "1", "25"),
}
STRANGE_NUMBERS = ("", "😀", "=1+1", "<b>1", "\u202e1", "\x00", "9" * 10_000, "渡\U000e0101辺", "\ue000", MY_NUMBER)
STRANGE_DATES = ("😀", "=1+1", "<b>1", "\u202e1", "\x00", "9" * 10_000, "١", "-1", "1.5", "1e3")


@pytest.fixture
def everything(visitor: Visitor) -> Visitor:
    """Somebody of whom everything is asked."""
    visitor.begin()
    at = visitor.services.clock.now().isoformat(timespec="milliseconds")
    visitor.store.applications.save_answers(visitor.application.uid, EVERYTHING_ASKED, at)
    return visitor


def speak(visitor: Visitor, language: str) -> None:
    visitor.tap("/applicant/language", language=language, back="/applicant/next")


def told(visitor: Visitor, key: str, **fields: str) -> str:
    """Answer a question badly; the page that comes back."""
    answer = visitor.tap(f"/applicant/question/{key}", **fields)
    page = visitor.see(answer.location).text if answer.status_code == 303 else answer.text
    assert 'role="alert"' in page, ascii(list(fields.values()))[:80]
    return page


def first_words(language: str, key: str) -> str:
    """The beginning of a text as it stands on the page, up to what is filled in."""
    return str(escape(translator(language)(key))).split("{")[0]


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize("why", BAD)
def test_bad_text_has_words_in_every_language_and_is_not_kept(everything: Visitor, key: str, why: str) -> None:
    before = everything.application.answers
    for language in LANGUAGES:
        speak(everything, language)
        for raw in BAD[why]:
            began = time.monotonic()
            page = told(everything, key, answer=raw)
            assert time.monotonic() - began < 2.0
            assert first_words(language, f"applicant.error_{why}") in page, (language, why)
            assert (str(escape(raw)) in page) is (why != "my_number"), "what was typed stays to be mended"
    assert everything.application.answers == before


@pytest.mark.parametrize("key", NAMES)
@pytest.mark.parametrize("raw", KEPT_AS_TYPED)
def test_name_is_kept_to_the_code_point_and_harmless_on_the_page(everything: Visitor, key: str, raw: str) -> None:
    assert everything.tap(f"/applicant/question/{key}", answer=raw).status_code == 303
    assert everything.application.answers[key] == raw
    page = everything.see(f"/applicant/question/{key}").text
    assert f'value="{escape(raw)}"' in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("raw", NO_MAIL)
def test_mail_that_is_none_has_words_and_stays(everything: Visitor, raw: str) -> None:
    for language in LANGUAGES:
        speak(everything, language)
        page = told(everything, "mail", answer=raw)
        assert any(first_words(language, f"applicant.error_{why}") in page for why in ("mail", "control")), language
        assert f'value="{escape(raw)}"' in page
    assert "mail" not in everything.application.answers


@pytest.mark.parametrize("why", ["too_long", "my_number"])
def test_mail_too_long_or_with_a_my_number_has_words(everything: Visitor, why: str) -> None:
    raw = {"too_long": "a" * 10_000 + "@example.jp", "my_number": f"{MY_NUMBER}@example.jp"}[why]
    for language in LANGUAGES:
        speak(everything, language)
        page = told(everything, "mail", answer=raw)
        keys = ("mail", "too_long", "my_number")
        assert any(first_words(language, f"applicant.error_{key}") in page for key in keys), language
    assert "mail" not in everything.application.answers


@pytest.mark.parametrize("raw", [*STRANGE_NUMBERS, "1" * 22, "1" * 24])
def test_form_number_that_is_none_has_words_and_keeps_the_draft(everything: Visitor, raw: str) -> None:
    before = everything.application
    for language in LANGUAGES:
        speak(everything, language)
        answer = everything.tap("/form_qr/type", entry=raw)
        page = everything.see(answer.location).text
        assert (answer.status_code, 'role="alert"' in page) == (303, True), language
        assert "<b>" not in page
    assert everything.application.form_id == before.form_id
    assert everything.application.answers == before.answers


@pytest.mark.parametrize("why", DATES)
def test_date_that_cannot_be_has_words_and_stays(everything: Visitor, why: str) -> None:
    fields = dict(zip(("era", "year", "month", "day"), DATES[why], strict=True))
    for language in LANGUAGES:
        speak(everything, language)
        page = told(everything, "birth_date", **fields)
        assert first_words(language, f"applicant.error_date_{why}") in page, language
        for name in ("year", "month", "day"):
            assert f'name="{name}" value="{fields[name]}"' in page
    assert everything.application.answers["birth_date"] == EVERYTHING_ASKED["birth_date"]


@pytest.mark.parametrize("raw", STRANGE_DATES)
@pytest.mark.parametrize("part", ["era", "year", "month", "day"])
@pytest.mark.parametrize("key", ["birth_date", "card_expiry"])
def test_date_of_strange_marks_is_refused_with_words(everything: Visitor, key: str, part: str, raw: str) -> None:
    fields = {"era": "western", "year": "2001", "month": "2", "day": "3"} | {part: raw}
    told(everything, key, **fields)
    assert everything.application.answers[key] == EVERYTHING_ASKED[key]


@pytest.mark.parametrize("raw", ["", "1", "12345678x", "１２３", "=12345678", "1" * 10_000, "１２😀45678"])
def test_licence_number_that_is_none_has_words(everything: Visitor, raw: str) -> None:
    told(everything, "licence_number", answer=raw)
    assert "licence_number" not in everything.application.answers


@pytest.mark.parametrize("language", LANGUAGES)
def test_licence_number_like_a_my_number_is_taken_when_keyed_again(everything: Visitor, language: str) -> None:
    speak(everything, language)
    page = told(everything, "licence_number", answer=MY_NUMBER)
    assert first_words(language, "applicant.error_digits_or_my_number") in page
    assert MY_NUMBER not in page
    assert 'name="sure" value="yes"' in page
    assert "licence_number" not in everything.application.answers
    everything.tap("/applicant/question/licence_number", answer=MY_NUMBER, sure="yes")
    assert everything.application.answers["licence_number"] == MY_NUMBER
    for key in TEXTS:
        assert MY_NUMBER not in told(everything, key, answer=MY_NUMBER, sure="yes")


def test_ordinary_licence_number_is_taken_at_once(everything: Visitor) -> None:
    other = "12345678901" + str((check_digit("12345678901") + 1) % 10)
    everything.tap("/applicant/question/licence_number", answer=other)
    assert everything.application.answers["licence_number"] == other


def test_choice_that_is_not_offered_has_words(everything: Visitor) -> None:
    for raw in ("", "😀", "x" * 10_000, "<b>", "HOST"):
        assert first_words("ja", "applicant.error_choose") in told(everything, "municipality", answer=raw)


def test_form_larger_than_any_page_sends_keeps_nothing(everything: Visitor) -> None:
    before = everything.application.answers
    everything.tap("/applicant/question/contact_name", answer="a" * 300_000)
    assert everything.application.answers == before
    assert everything.see("/applicant/question/contact_name").status_code == 200
