"""Folders named on the command line, looked at before anything is done that cannot be taken back."""

import os
from pathlib import Path
from tempfile import TemporaryFile

import click

from kiosk.commands.answer import shown, words


def refuse_unwritable(folder: Path, key: str = "batch.error_out_unwritable") -> None:
    """See that a file can be written in a folder, or in the one it would be made in; raises UsageError by that text."""
    try:
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise _wrong(key, folder, error) from None


def empty_folder(folder: Path) -> Path:
    """The whole path of a folder that is empty or can be made; raises UsageError for any other."""
    try:
        whole = folder.resolve()
        if whole.exists() and (not whole.is_dir() or any(whole.iterdir())):
            raise _wrong("batch.error_out_not_empty", folder)
    except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
        raise _wrong("batch.error_out_unwritable", folder, error) from None
    refuse_unwritable(whole.parent)
    if whole.exists():
        refuse_unwritable(whole)
    return whole


def _wrong(key: str, folder: Path, error: Exception | None = None) -> click.UsageError:
    said = f": {os.strerror(error.errno or 0)}" if isinstance(error, OSError) else ""
    return click.UsageError(f"{words(key)} ({shown(str(folder))}{said})")
