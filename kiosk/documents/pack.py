"""Poster, flyer and checklist of a window as A4 PDF."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from kiosk.documents.as_pdf import as_pdf, qr_svg, sheets_as_pdf
from kiosk.domain.pack import Pack
from kiosk.texts import DEFAULT_LANGUAGE, Translate, proper_name, translator

_LETTERS = tuple(half / 2 for half in range(26, 14, -1))
"""Points, from 13 down to 7.5: a flyer's letters are as large as its sheet allows."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a page needs of one language: its texts, names, the day written out, the address and its code."""

    language: str
    t: Translate
    municipality: Markup
    day: str
    address: str
    qr: Markup

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return self.t("applicant.label_lang_tag")


def poster_pdf(pack: Pack) -> bytes:
    """One page to hang up: Japanese large, the title in every other language of the window below."""
    first, *others = _all_words(pack)
    return as_pdf("poster.html", DEFAULT_LANGUAGE, pack=pack, first=first, others=others)


def flyer_pdf(pack: Pack) -> bytes:
    """A page for each language of the window, Japanese first: what to bring, what happens, what comes after."""
    sheets = ((words.language, {"pack": pack, "words": words}) for words in _all_words(pack))
    return sheets_as_pdf("flyer.html", sheets, _LETTERS)


def checklist_pdf(pack: Pack) -> bytes:
    """What the staff do and by when, with room for the record of the meeting and the timetable."""
    days = [_day(each.by, translator(DEFAULT_LANGUAGE)) for each in pack.stages]
    words, stages = _words(pack, DEFAULT_LANGUAGE), list(zip(pack.stages, days, strict=True))
    return as_pdf("checklist.html", DEFAULT_LANGUAGE, pack=pack, words=words, stages=stages)


def _all_words(pack: Pack) -> list[Words]:
    return [_words(pack, code) for code in dict.fromkeys((DEFAULT_LANGUAGE, *pack.languages))]


def _words(pack: Pack, language: str) -> Words:
    t, address = translator(language), pack.page(language)
    name = proper_name(pack.municipality, pack.municipality_kana, language)
    return Words(language, t, name, _day(pack.day, t), address, qr_svg(address))


def _day(day: date, t: Translate) -> str:
    weekday = t(f"flyer.label_weekday_{day.weekday()}")
    return t("flyer.label_date", year=day.year, month=day.month, day=day.day, weekday=weekday)
