"""Every word on screen in every language: none missing, none unused, none left in Japanese, every kanji read out."""

import re
import string
from pathlib import Path

import pytest
from markupsafe import Markup

from kiosk.domain.errors import KioskError
from kiosk.rules import load_rules
from kiosk.texts import catalogue, languages, translator, with_ruby

KIOSK = Path(__file__).parents[2] / "kiosk"
SCREEN = KIOSK / "screens" / "applicant.py"
APPLICANT_TABLES = ("applicant", "errors", "flyer", "form_qr", "photo", "resume")
TRANSLATED = [code for code in languages() if code != "ja"]
FOREIGN = [code for code in TRANSLATED if code != "ja-easy"]
JAPANESE_STAFF_POINT_AT = {
    "applicant.label_form_id": "申請書ID",
    "applicant.label_certificates": "電子証明書",
    "applicant.label_certificates_authentication_only": "利用者証明用",
    "applicant.label_certificates_signature_only": "署名用",
    "applicant.label_driving_licence": "マイナ免許証",
    "applicant.label_licence_number": "免許情報記録番号",
    "applicant.label_birth_date": "生年月日",
    "applicant.label_forwarding": "転送届",
    "applicant.label_representative_present": "法定代理人",
    "applicant.label_photo": "顔写真",
    "applicant.note_never_asked": "暗証番号",
    "applicant.note_next_desk": "本人確認書類",
    "applicant.label_card_expiry": "有効期限",
}
KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
QUOTED_JAPANESE = re.compile(r"[（(「][^）)」]*[）)」]|ひらがな|カタカナ|「[^」]*」|免許情報記録番号|西暦")


def errors_below(kind: type[KioskError]) -> set[type[KioskError]]:
    return {kind}.union(*(errors_below(each) for each in kind.__subclasses__()))


def test_every_error_of_the_applicants_screens_has_words_for_the_desk() -> None:
    keys = {getattr(each, "text_key", "") for each in errors_below(KioskError)}
    said = {key.removeprefix("errors.") for key in keys if key.startswith("errors.")} - {""}
    assert {name for name in said if f"desk.{name}" not in catalogue("ja")} == set()


def applicant_keys(language: str) -> set[str]:
    return {key for key in catalogue(language) if key.split(".")[0] in APPLICANT_TABLES}


def placeholders(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_of_the_applicant_is_missing(language: str) -> None:
    assert applicant_keys("ja") - applicant_keys(language) == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_is_left_over(language: str) -> None:
    assert set(catalogue(language)) - set(catalogue("ja")) == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_those_of_the_japanese(language: str) -> None:
    for key in applicant_keys(language):
        assert placeholders(catalogue(language)[key]) == placeholders(catalogue("ja")[key]), key


@pytest.mark.parametrize("language", languages())
def test_no_text_is_empty_or_padded(language: str) -> None:
    assert [key for key in applicant_keys(language) if not catalogue(language)[key].strip()] == []
    texts = {key: catalogue(language)[key] for key in applicant_keys(language)}
    padded = [key for key, text in texts.items() if text != text.strip()]
    assert set(padded) <= {"form_qr.label_and"}


@pytest.mark.parametrize("language", FOREIGN)
def test_nothing_is_left_in_japanese(language: str) -> None:
    own = {key: QUOTED_JAPANESE.sub("", catalogue(language)[key]) for key in applicant_keys(language)}
    assert {key: text for key, text in own.items() if KANA.search(text)} == {}


@pytest.mark.parametrize("language", FOREIGN)
def test_translations_are_not_copies_of_each_other(language: str) -> None:
    others = [code for code in FOREIGN if code != language]
    sentences = [key for key in applicant_keys(language) if key.split(".")[1].startswith(("help_", "error_", "title_"))]
    for other in others:
        same = [key for key in sentences if catalogue(language)[key] == catalogue(other).get(key)]
        assert same == [], other


@pytest.mark.parametrize("language", FOREIGN)
def test_japanese_term_stands_beside_what_staff_point_at(language: str) -> None:
    for key, term in JAPANESE_STAFF_POINT_AT.items():
        assert term in catalogue(language)[key], key


def test_every_kanji_of_easy_japanese_has_its_reading() -> None:
    for key in applicant_keys("ja-easy"):
        bare = re.sub(r"[\u3400-\u9fff々〆ヶ]+《[ぁ-んァ-ヶー]+》", "", catalogue("ja-easy")[key])
        assert not re.search(r"[\u3400-\u9fff々《》｜]", bare), key


def test_reading_becomes_ruby_and_everything_else_is_escaped() -> None:
    shown = with_ruby("<b>申請書《しんせいしょ》と｜申請ID《しんせいアイディー》")
    assert isinstance(shown, Markup)
    assert shown == (
        "&lt;b&gt;<ruby>申請書<rp>（</rp><rt>しんせいしょ</rt><rp>）</rp></ruby>と"
        "<ruby>申請ID<rp>（</rp><rt>しんせいアイディー</rt><rp>）</rp></ruby>"
    )


@pytest.mark.parametrize(
    ("day", "read"),
    [(1, "ついたち"), (4, "よっか"), (10, "とおか"), (14, "じゅうよっか"), (20, "はつか"), (24, "にじゅうよっか")],
)
def test_the_fourth_was_read_yon_nichi(day: int, read: str) -> None:
    shown = translator("ja-easy")("flyer.label_date", year=2026, month=12, day=day, weekday="")
    assert f"</ruby><ruby>{day}日<rp>（</rp><rt>{read}</rt>" in shown
    assert isinstance(shown, Markup)


def test_what_is_put_into_a_text_without_marks_stays_text() -> None:
    shown = translator("ja")("flyer.note_cities_not_accepted", municipality="4<ruby>日<rp>（</rp><rt>にち</rt>")
    assert not isinstance(shown, Markup)
    assert "よっか" not in shown


def test_the_eleventh_is_read_by_its_number() -> None:
    shown = translator("ja-easy")("flyer.label_date", year=2026, month=12, day=11, weekday="<b>")
    assert "11<ruby>日<rp>（</rp><rt>にち</rt>" in shown
    assert "&lt;b&gt;" in shown


def test_values_put_into_a_ruby_text_are_escaped() -> None:
    assert "&lt;b&gt;" in translator("ja-easy")("applicant.error_too_long", most="<b>")


def test_every_fixed_key_in_templates_and_code_has_its_words() -> None:
    asked = {key for file in sources() for key in re.findall(r"""["']((?:applicant|errors)\.[a-z_]+[a-z])["']""", file)}
    views = re.findall(r"^def ([a-z_]+)\(", SCREEN.read_text("utf-8"), re.MULTILINE)
    endpoints = {f"applicant.{view}" for view in views}
    assert asked - endpoints - set(catalogue("ja")) == set()


def test_every_item_option_and_outcome_has_its_words() -> None:
    table, texts = load_rules("applicant"), set(catalogue("ja"))
    for item in table["item"]:
        key = item["key"]
        wanted = {f"applicant.label_{key}", f"applicant.note_why_{key}"}
        if item["kind"] != "photo":
            wanted |= {f"applicant.title_ask_{key}", f"applicant.help_{key}"}
        is_plain = set(item.get("options", ())) == {"yes", "no"} and key != "driving_licence"
        wanted |= {f"applicant.label_{key}_{option}" for option in item.get("options", ()) if not is_plain}
        assert wanted <= texts, wanted - texts
    for stop in table["stop"]:
        assert {f"applicant.title_stop_{stop['key']}", f"applicant.help_stop_{stop['key']}"} <= texts


def test_no_word_of_the_applicant_is_unused() -> None:
    everything = "\n".join(sources())
    built = re.findall(r'"applicant\.([a-z_]+_)"', everything)
    unused = []
    for key in catalogue("ja"):
        table, name = key.split(".", 1)
        if table not in ("applicant", "errors"):
            continue
        if key not in everything and not any(table == "applicant" and name.startswith(start) for start in built):
            unused.append(key)
    assert unused == []


def sources() -> list[str]:
    files = [*KIOSK.rglob("*.py"), *KIOSK.rglob("*.html")]
    return [file.read_text("utf-8") for file in files]


@pytest.mark.parametrize("language", languages())
def test_language_names_itself_and_its_tag(language: str) -> None:
    assert catalogue(language)["applicant.label_lang_tag"] == language.replace("ja-easy", "ja")
    assert catalogue(language)["applicant.label_language"]


def test_a_change_of_given_name_was_not_asked_about_and_a_licence_only_perhaps_lost() -> None:
    assert "名字や名前" in catalogue("ja")["applicant.title_ask_moving"]
    assert "ことがあります" not in catalogue("ja-easy")["applicant.help_driving_licence"]
