"""Every word on screen, one TOML file per language, one table per story word. No code besides the loader in here."""

import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources

DEFAULT_LANGUAGE = "ja"
Translate = Callable[..., str]


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
        return text.format(**values) if values else text

    return t
