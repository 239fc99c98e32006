"""Folders named on the command line, looked at before anything is done that cannot be taken back."""

import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import click

from kiosk.commands.answer import shown, words


class NamedPath(click.Path):
    """A path that is named: an empty word, as of a variable that is not set, would be the folder one stands in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; fails for an empty word."""
        if value == "":
            self.fail(words("batch.error_no_path"), param, ctx)
        return super().convert(value, param, ctx)


FOLDER = NamedPath(file_okay=False, path_type=Path)
ANY = NamedPath(path_type=Path)


def refuse_unwritable(folder: Path, key: str = "batch.error_out_unwritable") -> None:
    """See that a file can be written in a folder, or in the one it would be made in; raises UsageError by that text."""
    try:
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise wrong_folder(key, folder, error) from None


def empty_folder(folder: Path) -> Path:
    """The whole path of a folder that is empty or can be made; raises UsageError for any other."""
    try:
        whole = folder.resolve()
        if whole.exists() and (not whole.is_dir() or any(whole.iterdir())):
            raise wrong_folder("batch.error_out_not_empty", folder)
    except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
        raise wrong_folder("batch.error_out_unwritable", folder, error) from None
    refuse_unwritable(whole.parent)
    if whole.exists():
        refuse_unwritable(whole)
    return whole


def wrong_folder(key: str, folder: Path, error: Exception | None = None) -> click.UsageError:
    """What is said of a folder: that text, its name and why."""
    said = f": {os.strerror(error.errno or 0)}" if isinstance(error, OSError) else ""
    return click.UsageError(f"{words(key)} ({shown(str(folder))}{said})")
