"""Every word on screen, one TOML file per language, one table per story word. No code besides the loader in here.

Readings of kanji stand as in Aozora Bunko: 漢字《かんじ》, or ｜申請書ID《しんせいしょアイディー》 where ｜ says where
the word begins; they are shown as ruby. A Japanese term inside a text of another language is marked as Japanese, so
that its characters have their Japanese shapes, a voice reads it as Japanese, and no line ends in the middle of it.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources

from markupsafe import Markup, escape

DEFAULT_LANGUAGE = "ja"
IN_JAPANESE = (DEFAULT_LANGUAGE, "ja-easy")
Translate = Callable[..., str]
_TERM = re.compile(r"[○〇々ぁ-ヿ\u3400-\u9fff]+(?:ID)?(?:[々ぁ-ヿ\u3400-\u9fff]+)?")
_KANA = re.compile(r"[ぁ-ヿ]+")
_QUOTED = re.compile(r"(?<=[（「])[^（）「」]+(?=[）」])|[ぁ-ヿ]+")
_DAYS = ["ついたち", "ふつか", "みっか", "よっか", "いつか", "むいか", "なのか", "ようか", "ここのか", "とおか"]
_DAY_READINGS = dict(zip(map(str, range(1, 11)), _DAYS, strict=True)) | {
    "14": "じゅうよっか", "20": "はつか", "24": "にじゅうよっか",
}  # fmt: skip
_DAY = re.compile(rf"(?<!\d)({'|'.join(sorted(_DAY_READINGS, reverse=True))})<ruby>日<rp>（</rp><rt>にち</rt>")
_READING = re.compile(r"(?:｜([^《｜]+)|([\u3400-\u9fff々〆ヶ]+))《([^》]+)》")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of one language, keys like ``photo.button_retake``; raises KeyError for a language we do not have."""
    file = resources.files(__package__).joinpath(f"{language}.toml")
    if not file.is_file():
        raise KeyError(language)
    tables = tomllib.loads(file.read_text("utf-8"))
    return {f"{table}.{key}": text for table, texts in tables.items() for key, text in texts.items()}


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages there is a catalogue for, sorted."""
    names = (file.name for file in resources.files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def leading(listed: str) -> tuple[str, ...]:
    """Every language: those ``listed`` (codes with commas between) first and in their order, then the others."""
    first = [code for code in listed.split(",") if code in languages()]
    return (*first, *(code for code in languages() if code not in first))


def translator(language: str) -> Translate:
    """``t(key, **values)`` for one language; a key it lacks comes in Japanese, one nobody has raises KeyError."""
    catalogue(language)

    def t(key: str, **values: object) -> str:
        """The text for ``key`` with its ``{placeholders}`` filled in."""
        shown = _shown(language, key)
        if any(isinstance(value, Markup) for value in values.values()):
            shown = escape(shown)
        return _with_day_readings(shown.format(**values)) if values else shown

    return t


def _with_day_readings(shown: str) -> str:
    """With the reading of a day of the month that is not its number and にち."""
    if not isinstance(shown, Markup):
        return shown
    read = _DAY.sub(lambda day: f"<ruby>{day[1]}日<rp>（</rp><rt>{_DAY_READINGS[day[1]]}</rt>", shown)
    return Markup(read)  # noqa: S704 -- it was HTML before


@cache
def _shown(language: str, key: str) -> str:
    """One text as it goes to the page: a plain string, or HTML where it has readings or Japanese terms."""
    own = catalogue(language).get(key)
    if own is None and language not in IN_JAPANESE and key in catalogue(DEFAULT_LANGUAGE):
        return _as_japanese(catalogue(DEFAULT_LANGUAGE)[key])
    text = catalogue(DEFAULT_LANGUAGE)[key] if own is None else own
    if "《" in text:
        return with_ruby(text)
    return text if language in IN_JAPANESE else with_terms(text, language)


def with_ruby(text: str) -> Markup:
    """``text`` as HTML with its readings as ruby; attributes take it through ``striptags``."""
    ruby = r"<ruby>\1\2<rp>（</rp><rt>\3</rt><rp>）</rp></ruby>"
    return Markup(_READING.sub(ruby, str(escape(text))))  # noqa: S704 -- escaped first, our own marks after


def with_terms(text: str, language: str) -> str:
    """``text`` of another language with the Japanese terms in it marked as Japanese; the text itself if it has none.

    In Chinese a term is Japanese where it stands in brackets and holds kana or stands so in the Japanese texts.
    """
    if language == "zh-Hans":
        marked = _QUOTED.sub(lambda found: _marked(found[0]) if _is_japanese(found[0]) else found[0], str(escape(text)))
    else:
        marked = _TERM.sub(lambda found: _marked(found[0]), str(escape(text)))
    return Markup(marked) if "<span" in marked else text  # noqa: S704 -- escaped first, our own marks after


def proper_name(name: str, kana: str, language: str) -> Markup:
    """A Japanese name from the settings or the rules as it goes to a page: with its reading, or marked as Japanese."""
    if language == "ja-easy" and kana:
        return with_ruby(f"｜{name}《{kana}》")
    return escape(name) if language in IN_JAPANESE else _as_japanese(name)


def _as_japanese(text: str) -> Markup:
    return Markup(_marked(str(escape(text))))  # noqa: S704 -- escaped first, our own mark after


def _marked(escaped: str) -> str:
    return f'<span lang="{DEFAULT_LANGUAGE}">{escaped}</span>'


def _is_japanese(term: str) -> bool:
    return bool(_KANA.search(term)) or any(term in text for text in _japanese_terms())


@cache
def _japanese_terms() -> tuple[str, ...]:
    """The Japanese texts, and the Japanese terms of the English ones."""
    return (*catalogue(DEFAULT_LANGUAGE).values(), *_TERM.findall("\n".join(catalogue("en").values())))
