"""The photos of a checked batch into the object store, under names that follow from the file's hash."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyrage

from kiosk.batch_file.reader import Checked, check_file, drop
from kiosk.batch_file.tally import PHOTOS
from kiosk.domain.errors import BatchError
from kiosk.office import batches
from kiosk.office.lanes import Lanes
from kiosk.office.object_store import ObjectStore, photo_key

MOST_PHOTO_BYTES = 64 * 1024 * 1024
"""A photo larger than this is not held in memory; a card application's is at most some megabytes."""


def store_photos(
    store: ObjectStore, lanes: int, path: Path, identities: Sequence[pyrage.x25519.Identity], found: Checked,
    stored: list[str],
) -> None:  # fmt: skip
    """Put every photo of a checked file into the store, several at a time; those there already stay as they are.

    The keys of those that were not there before are added to ``stored``, also when it ends in an error.
    """
    hashes = {each.name: each.sha256 for each in batches.known(found).members}

    def put(key: str, data: bytes, expected: str) -> None:
        if store.put(key, data, expected):
            stored.append(key)

    with Lanes(lanes) as puts:

        def keep(name: str, chunks: Iterator[bytes]) -> None:
            if not name.startswith(PHOTOS):
                return drop(name, chunks)
            data = _small(chunks)
            return puts.do(lambda: put(photo_key(found.sha256, name), data, hashes[name]))

        again = check_file(path, identities, found.device_key, keep)
    _same(again, found)
    store.settle()


def _small(chunks: Iterator[bytes]) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > MOST_PHOTO_BYTES:
            raise BatchError("photo_too_large")
    return bytes(found)


def _same(found: Checked, before: Checked) -> None:
    """Raise BatchError ``altered`` when the file changed under our hands."""
    if found.sha256 != before.sha256:
        raise BatchError("altered")
