"""What commands print, whatever bytes a file's name has: JSON that is always UTF-8, and words any terminal can show."""

import json
import os
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Any

from kiosk.texts import DEFAULT_LANGUAGE, catalogue


def json_line(about: Mapping[str, Any]) -> bytes:
    """One JSON object in UTF-8, in whatever encoding the shell is.

    A byte of a file's name that is no UTF-8 comes as Python holds it, half a surrogate pair: ff as U+DCFF, escaped.
    Who reads the object with Python gets the name back by ``os.fsencode``.
    """
    return json.dumps(about, ensure_ascii=False).encode("utf-8", "backslashreplace")


def shown(name: str) -> str:
    """A file name that can be printed anywhere: bytes that are no text, and control characters, come escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)


def lacking(many: int, report: str) -> str:
    """What is said of a table in CP932 when so many characters do not fit."""
    return f"CP932 lacks {many} characters, 〓 in the table: {report} names them"


def language() -> str:
    """The language a command speaks: Japanese where the shell does, else English; POSIX says which variable counts."""
    spoken = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return DEFAULT_LANGUAGE if spoken.startswith(DEFAULT_LANGUAGE) else "en"


def words(key: str, **values: object) -> str:
    """A text as the terminal shows it, without marks for a page; in Japanese where the shell's language lacks it."""
    text = catalogue(language()).get(key) or catalogue(DEFAULT_LANGUAGE)[key]
    return text.format(**values) if values else text


def print_anything() -> None:
    """From now on a character the terminal's encoding lacks is printed as an escape, and ends no command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
