"""The options that say where the office keeps things, wrong usage where nothing can be kept by such an address."""

from collections.abc import Callable
from typing import Any

import click

from kiosk.commands.answer import words
from kiosk.commands.folders import refuse_unwritable
from kiosk.domain.errors import Refused
from kiosk.office.database import refuse_bad_url
from kiosk.office.object_store import ObjectStore, folder_of, open_store

Decorated = Callable[[Callable[..., Any]], Callable[..., Any]]


def _address(_context: click.Context, parameter: click.Parameter, url: str) -> str:
    try:
        refuse_bad_url(url)
    except Refused as wrong:
        raise click.BadParameter(words(wrong.text_key), param=parameter) from None
    return url


def _store(_context: click.Context, parameter: click.Parameter, url: str) -> ObjectStore:
    try:
        return open_store(url)
    except Refused as wrong:
        raise click.BadParameter(words(wrong.text_key), param=parameter) from None


def _store_that_takes(context: click.Context, parameter: click.Parameter, url: str) -> ObjectStore:
    """Whether a server takes anything is not asked: it may answer later; a folder is looked at now."""
    store, folder = _store(context, parameter, url), folder_of(url)
    if folder:
        refuse_unwritable(folder, "office.error_store_folder")
    return store


def _photos(callback: Callable[..., ObjectStore]) -> Decorated:
    return click.option("--photos", required=True, metavar="URL", callback=callback,
                        help="s3://bucket/prefix?endpoint=URL or file:///folder")  # fmt: skip


database = click.option(
    "--database", required=True, metavar="URL", envvar="KIOSK_OFFICE_DATABASE", callback=_address, help="postgresql://…"
)
photos, photos_to_fill = _photos(_store), _photos(_store_that_takes)
"""Passed on as the ObjectStore: one to look into, and one that was seen to take files if it is a folder."""
rehearsal = click.option("--rehearsal", is_flag=True, help="the side of practice batches, apart from the real ones")
