"""What is printed of each batch file a command was given, and the exit code it comes to."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from kiosk.commands.answer import json_line, shown, words
from kiosk.commands.people import in_words
from kiosk.domain.errors import BatchError, KioskError

IN_ORDER, REFUSED, NOT_DONE = 0, 1, 2
"""Exit codes of the contract."""


class AcknowledgementLost(KioskError):
    """All is done but the acknowledgement; the text says how it is got again."""

    def __init__(self, text_key: str, why: str) -> None:
        super().__init__(why)
        self.text_key = text_key


@contextmanager
def acknowledging(text_key: str) -> Iterator[None]:
    """Make AcknowledgementLost with that text of a file that cannot be written."""
    try:
        yield
    except OSError as error:
        raise AcknowledgementLost(text_key, os.strerror(error.errno or 0)) from None


def answered(
    file: str, as_json: bool, deed: Callable[[], tuple[Mapping[str, Any], str]], hint: Callable[[BatchError], str]
) -> int:
    """Do it, print what came of it, and give the exit code.

    ``deed`` gives what is printed as JSON and as words; ``hint`` is added to why a batch is refused, and may be empty.
    """
    try:
        about, line = deed()
    except BatchError as fault:
        message = " ".join(filter(None, (words(fault.text_key), hint(fault))))
        about = {"verdict": "fail", "reason": fault.key, "message": message}
        return _say(file, about, as_json, f"{shown(file)}: {fault.key}: {message}", REFUSED)
    except KioskError as error:
        return _not_done(file, as_json, error.text_key, _why(error))
    except OSError as error:
        message = f"{words('batch.error_unreadable')} ({os.strerror(error.errno or 0)})"
        return _not_done(file, as_json, "batch.error_unreadable", message)
    return _say(file, about, as_json, line, IN_ORDER)


def no_hint(_fault: BatchError) -> str:
    """Nothing is added."""
    return ""


def _why(error: KioskError) -> str:
    return f"{words(error.text_key)} ({error})" if isinstance(error, AcknowledgementLost) else in_words(error)


def _not_done(file: str, as_json: bool, text_key: str, message: str) -> int:
    about = {"error": {"key": text_key.rpartition(".")[2].removeprefix("error_"), "message": message}}
    return _say(file, about, as_json, f"{shown(file)}: {message}", NOT_DONE)


def _say(file: str, about: Mapping[str, Any], as_json: bool, line: str, code: int) -> int:
    if as_json:
        click.echo(json_line({"file": file, **about}))
    if code or not as_json:
        click.echo(line, err=bool(code))
    return code
