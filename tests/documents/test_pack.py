"""Poster, flyer and checklist: one page each and per language whatever is written in, codes that can be read."""

import ctypes
import re
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp

from kiosk.documents.pack import checklist_pdf, flyer_pdf, poster_pdf
from kiosk.domain.pack import Pack, Stage
from kiosk.texts import catalogue, languages

ALL = ("ja", *(code for code in languages() if code != "ja"))
PACK = Pack(
    company="見本工業", place="本社3階 会議室", day=date(2026, 12, 17), day_in_era="令和8年12月17日", head_count=120,
    languages=ALL, municipality="見本市", municipality_kana="みほんし", phone="00-0000-0000",
    pages={"ja": "https://city.example/mynumber", "en": "https://city.example/en/mynumber"},
    documents="flyer.note_documents_strict", is_posted=True, takes_other_cities=True, weeks=(4, 6), staff=("窓口1",),
    stages=(Stage("打合せ", date(2026, 11, 17), ("日にちを決めた", "場所を決めた")),), is_rehearsal=False,
)  # fmt: skip
LONGEST = replace(
    PACK, company="あ" * 200, place="あ" * 200, documents="flyer.note_documents_nagoya", takes_other_cities=False,
    is_rehearsal=True, municipality="南都留郡富士河口湖町", municipality_kana="みなみつるぐんふじかわぐちこまち",
    pages={"ja": "https://city.example/" + "m" * 99},
)  # fmt: skip


def texts(pdf: bytes) -> list[str]:
    """The text of every page, without blanks."""
    document = pypdfium2.PdfDocument(pdf)
    found = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return found


def codes(pdf: bytes) -> list[str]:
    """What the code on every page says, read from its picture."""
    document = pypdfium2.PdfDocument(pdf)
    found = [zxingcpp.read_barcodes(page.render(scale=3).to_pil())[0].text for page in document]
    document.close()
    return found


def fonts(pdf: bytes) -> list[dict[str, str]]:
    """On every page the font each character is set in, without weight."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        text, name, flags = page.get_textpage(), ctypes.create_string_buffer(200), ctypes.c_int()
        seen = {}
        for place in range(text.count_chars()):
            pypdfium2.raw.FPDFText_GetFontInfo(text, place, name, len(name), flags)
            character = chr(pypdfium2.raw.FPDFText_GetUnicode(text, place))
            seen[character] = name.value.decode().split("+")[-1].removesuffix("-Bold")
        found.append(seen)
    document.close()
    return found


def test_chinese_and_korean_stood_in_japanese_shapes() -> None:
    _, zh, ko = fonts(flyer_pdf(replace(PACK, languages=("zh-Hans", "ko"), municipality="デモ")))
    assert {zh[each] for each in "带须两件护卡请"} == {"Noto-Sans-CJK-SC"}
    assert {ko[each] for each in "가져오실것"} == {"Noto-Sans-CJK-KR"}
    assert {zh["ナ"], ko["ナ"]} == {"BIZ-UDPGothic"}, "what staff point at on paper stays Japanese"
    (poster,) = fonts(poster_pdf(PACK))
    assert (poster["编"], poster["넘"]) == ("Noto-Sans-CJK-SC", "Noto-Sans-CJK-KR")


@pytest.mark.parametrize("posted", [True, False])
def test_who_moves_or_renews_read_only_that_the_card_comes_by_post(posted: bool) -> None:
    for page in texts(flyer_pdf(replace(PACK, is_posted=posted))):
        assert ("保険証" in page) == posted, page
        assert ("転送届" in page or "てんそうとどけ" in page) == posted, page


def test_the_representative_came_without_the_paper_that_shows_it() -> None:
    for page in texts(flyer_pdf(PACK)):
        assert "戸籍謄本" in page or "こせきとうほん" in page, page


def test_a_copy_or_an_expired_card_was_brought() -> None:
    ja, en = texts(flyer_pdf(replace(PACK, languages=("en",))))
    assert "コピーではなく原本を、期限の切れていないもの" in ja
    assert "originals,notcopies,thathavenotexpired" in en


def test_letters_are_as_large_as_the_sheet_allows() -> None:
    def height(pack: Pack) -> float:
        document = pypdfium2.PdfDocument(flyer_pdf(pack))
        text = document[0].get_textpage()
        place = text.get_text_range().index("会社は、申請")
        return float(pypdfium2.raw.FPDFText_GetFontSize(text, place))

    assert height(replace(PACK, languages=())) > height(replace(LONGEST, languages=()))


def test_poster_says_when_where_and_more_in_every_language() -> None:
    (page,) = texts(poster_pdf(PACK))
    assert "令和8年12月17日" in page
    assert "本社3階会議室" in page
    for code in ("en", "ko", "es", "pt"):
        assert "".join(catalogue(code)["flyer.title"].split())[:20] in page, code
    assert codes(poster_pdf(PACK)) == ["https://city.example/mynumber"]


def test_flyer_has_a_page_for_each_language_of_the_window() -> None:
    assert len(texts(flyer_pdf(PACK))) == len(ALL)
    ja, en = texts(flyer_pdf(replace(PACK, languages=("en",))))
    assert "持ってくるもの" in ja
    assert "Whattobring" in en


def test_each_page_leads_to_the_page_of_its_language_or_else_to_the_japanese_one() -> None:
    found = dict(zip(ALL, codes(flyer_pdf(PACK)), strict=True))
    assert found["en"] == "https://city.example/en/mynumber"
    assert found["ko"] == "https://city.example/mynumber"


@pytest.mark.parametrize("practice", [True, False])
def test_practice_is_marked_on_every_page_and_only_then(practice: bool) -> None:
    pack = replace(PACK, is_rehearsal=practice, languages=("ja", "en"))
    assert [("練習用" in page or "Forpractice" in page) for page in texts(flyer_pdf(pack))] == [practice] * 2
    assert ("練習用" in texts(poster_pdf(pack))[0]) == practice
    assert ("練習用" in texts(checklist_pdf(pack))[0]) == practice


def test_a_place_and_a_company_of_two_hundred_letters_fit() -> None:
    assert len(texts(poster_pdf(LONGEST))) == 1
    assert len(texts(flyer_pdf(LONGEST))) == len(ALL)


def test_who_collects_the_card_at_the_office_is_not_told_that_it_comes_by_post() -> None:
    (page,) = texts(flyer_pdf(replace(PACK, languages=(), is_posted=False, documents="flyer.note_documents_counter")))
    assert "書留" not in page
    assert "役所の窓口でお渡しします" in page


def test_only_residents_are_told_so() -> None:
    (page,) = texts(flyer_pdf(replace(PACK, languages=(), takes_other_cities=False)))
    assert "見本市に住んでいる人だけ" in page


def test_checklist_has_the_days_to_do_things_by() -> None:
    page = "".join(texts(checklist_pdf(PACK)))
    assert re.search("打合せ2026年11月17日.火.まで", page)
    assert "日にちを決めた" in page
    assert "窓口1" in page


def test_what_is_done_on_the_day_itself_was_due_by_it() -> None:
    page = "".join(texts(checklist_pdf(replace(PACK, stages=(Stage("当日", PACK.day, ("開けた",)),)))))
    assert "当日2026年12月17日" in page
    assert "まで" not in page
    assert "予定人数120人" in page


def test_what_is_typed_in_is_no_html() -> None:
    (page,) = texts(poster_pdf(replace(PACK, place="<b>A&B</b>", languages=())))
    assert "<b>A&B</b>" in page
