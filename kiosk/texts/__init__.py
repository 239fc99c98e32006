"""Every word on screen, one TOML file per language, one table per story word. No code besides the loader in here.

Readings of kanji stand as in Aozora Bunko: 漢字《かんじ》, or ｜申請書ID《しんせいしょアイディー》 where ｜ says where
the word begins; they are shown as ruby.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources

from markupsafe import Markup, escape

DEFAULT_LANGUAGE = "ja"
Translate = Callable[..., str]
_READING = re.compile(r"(?:｜([^《｜]+)|([\u3400-\u9fff々〆ヶ]+))《([^》]+)》")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of one language, keys like ``photo.button_retake``; raises KeyError for a language we do not have."""
    file = resources.files(__package__).joinpath(f"{language}.toml")
    if not file.is_file():
        raise KeyError(language)
    tables = tomllib.loads(file.read_text("utf-8"))
    return {f"{table}.{key}": text for table, texts in tables.items() for key, text in texts.items()}


def languages() -> tuple[str, ...]:
    """The codes of all languages there is a catalogue for, sorted."""
    names = (file.name for file in resources.files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def translator(language: str) -> Translate:
    """``t(key, **values)`` for one language; a key it lacks comes in Japanese, one nobody has raises KeyError."""
    texts = catalogue(language)

    def t(key: str, **values: object) -> str:
        """The text for ``key`` with its ``{placeholders}`` filled in."""
        text = texts[key] if key in texts else catalogue(DEFAULT_LANGUAGE)[key]
        shown = with_ruby(text) if "《" in text else text
        return shown.format(**values) if values else shown

    return t


def with_ruby(text: str) -> Markup:
    """``text`` as HTML with its readings as ruby; attributes take it through ``striptags``."""
    ruby = r"<ruby>\1\2<rp>（</rp><rt>\3</rt><rp>）</rp></ruby>"
    return Markup(_READING.sub(ruby, str(escape(text))))  # noqa: S704 -- escaped first, our own marks after
