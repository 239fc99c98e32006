"""Reading a screen aloud: only our own words are ever spoken, nothing a person typed or showed."""

import re
from functools import cache
from typing import Protocol

from markupsafe import Markup

from kiosk.ports import Speaker
from kiosk.settings import Settings
from kiosk.texts import catalogue, translator

LONGEST_LINE = 400
_SPOKEN_TABLES = ("applicant", "errors", "form_qr", "photo", "resume")
_ANSWERS = (
    "applicant.label_date", "applicant.label_date_unknown", "applicant.label_era_year",
    "applicant.label_era_first_year", "applicant.label_municipality_host",
)  # fmt: skip
"""Texts that are nothing but what was answered."""
_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_READING_PART = re.compile(r"<rp>.*?</rp>|<rt>.*?</rt>")
_BRACKETS = re.compile(r"[（(「][^（(「）)」]*[）)」]")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー㐀-鿿々]+")
_LOOSE = re.compile(r" ([.,;:?!])")
_SHORT_VALUE = r"(?!.*\d{5})[\d\s:：、,./年月日和と元令平昭成正-]{1,24}"


class Parts(Protocol):
    """What speaking needs of the kiosk's parts."""

    @property
    def settings(self) -> Settings:
        """The configuration."""

    @property
    def speaker(self) -> Speaker:
        """The voices."""


def speak(parts: Parts, language: str, line: str, also: tuple[str, ...] = ()) -> bytes | None:
    """A line of the screen as WAV; None when it is none of our words, or there is no voice for it.

    ``also`` are words besides the catalogue: municipalities of the rules, the person's own call number.
    """
    words = " ".join(line.split())
    names = (parts.settings.municipality_name, *also)
    if not words or len(words) > LONGEST_LINE or not _is_ours(language, words, names):
        return None
    return parts.speaker.say(language, for_voice(language, words))


def for_voice(language: str, words: str) -> str:
    """The words without the Japanese terms a voice of another language cannot read; staff point at those on paper."""
    if language in ("ja", "ja-easy"):
        return words
    unreadable = _KANA if language == "zh-Hans" else _JAPANESE
    kept = _BRACKETS.sub(lambda found: "" if unreadable.search(found[0]) else found[0], words)
    return _LOOSE.sub(r"\1", " ".join(unreadable.sub("", kept).split())) or words


def _is_ours(language: str, words: str, names: tuple[str, ...]) -> bool:
    if words in names:
        return True
    fixed, patterns = _lines(language)
    return words in fixed or any(_fits(pattern, words, names) for pattern in patterns)


def _fits(pattern: str, words: str, names: tuple[str, ...]) -> bool:
    """Whether words are a text whose placeholders hold a name of ours or a few digits: a date, a time, a length."""
    value = "|".join([*(re.escape(name) for name in names), _SHORT_VALUE])
    return re.fullmatch(pattern.replace("\0", f"(?:{value})"), words) is not None


@cache
def _lines(language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """All texts as they read on screen without readings; those with placeholders as patterns with a gap for each."""
    t = translator(language)
    keys = [key for key in catalogue("ja") if key.split(".")[0] in _SPOKEN_TABLES and key not in _ANSWERS]
    shown = [" ".join(_plain(t(key)).split()) for key in keys]
    gaps = ["\0".join(map(re.escape, _PLACEHOLDER.split(each))) for each in shown if "{" in each]
    return frozenset(each for each in shown if "{" not in each), tuple(gaps)


def _plain(text: str) -> str:
    return str(Markup(_READING_PART.sub("", text)).striptags()) if isinstance(text, Markup) else text  # noqa: S704 -- for reading, never shown
