"""Photos of intakes that were cut off: noted before the first is put, taken away when no batch came of them.

Only what this database has noted is ever taken away, key by key, so a store need not list and nothing else is touched.
That a batch is being taken in right now is known by its lock, which ends with the intake's connection; without that
connection it cannot load its rows either, so no batch ever comes to miss a photo.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from kiosk.batch_file.reader import Checked
from kiosk.batch_file.tally import PHOTOS
from kiosk.domain.errors import Unreachable
from kiosk.office import batches
from kiosk.office.database import Connection
from kiosk.office.lanes import Lanes
from kiosk.office.object_store import ObjectStore, photo_key

GIVEN_UP = timedelta(hours=1)
"""An intake that was cut off so long ago is not waited for: until then the next one finds its photos there already."""
log = logging.getLogger("kiosk.office")


def note(connection: Connection, found: Checked) -> None:
    """Write down that photos of this file are about to be put."""
    names = [each.name for each in batches.known(found).members if each.name.startswith(PHOTOS)]
    connection.execute(
        "insert into begun (sha256, photos) values (%s, %s) on conflict (sha256) do update set at = now()",
        (found.sha256, names),
    )


def leave(connection: Connection, store: ObjectStore, sha256: str, but: Iterable[str]) -> None:
    """Take away these keys only, and leave what else lies there to people: another object has a photo's key."""
    for key in but:
        store.forget(key)
    _drop_note(connection, sha256)


def take_away(connection: Connection, store: ObjectStore, lanes: int, sha256: str) -> None:
    """Take away the photos of a file that is not taken in and whose lock is ours; later, if the store is away."""
    if _forgotten(connection, store, lanes, sha256):
        _drop_note(connection, sha256)


def sweep(connection: Connection, store: ObjectStore, lanes: int, idle_for: timedelta = timedelta(0)) -> None:
    """Take away what was noted that long ago, is worked on by nobody and has not become a batch.

    The note stays until ``GIVEN_UP``: an intake that lost its connection may still be putting.
    """
    noted = connection.execute(
        "select sha256, at <= now() - %s as is_given_up from begun where at <= now() - %s", (GIVEN_UP, idle_for)
    ).fetchall()
    for each in noted:
        with batches.nobody_at(connection, each["sha256"]) as is_free:
            if is_free and each["is_given_up"]:
                take_away(connection, store, lanes, each["sha256"])
            elif is_free:
                _forgotten(connection, store, lanes, each["sha256"])


def _forgotten(connection: Connection, store: ObjectStore, lanes: int, sha256: str) -> bool:
    """Whether its photos are gone for certain; asked once more under the lock what it is."""
    found = connection.execute(
        "select photos from begun where sha256 = %(file)s and not exists (select from batches where sha256 = %(file)s)",
        {"file": sha256},
    ).fetchone()
    if found is None:
        return True
    try:
        _forget(store, lanes, [photo_key(sha256, name) for name in found["photos"]])
    except Unreachable as away:
        log.warning("photos of file %s, which was not taken in, stay in the store for now: %s", sha256[:12], away)
        return False
    return True


def _forget(store: ObjectStore, lanes: int, keys: Iterable[str]) -> None:
    with Lanes(lanes) as deletes:
        for key in keys:
            deletes.do(partial(store.forget, key))


def _drop_note(connection: Connection, sha256: str) -> None:
    connection.execute("delete from begun where sha256 = %s", (sha256,))
