"""Taking a batch in: checked whole, photos stored, rows loaded by one transaction, the acknowledgement given back.

The order is what makes it safe to be killed anywhere and to be done twice: photos first, under names that follow from
the file's hash, so that storing them again changes nothing; then all rows, the batch and its acknowledgement in one
transaction; then the acknowledgement as a file, made anew from the database whenever it is asked for.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeVar

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file.manifest import ROWS
from kiosk.batch_file.reader import Checked, check_file, drop
from kiosk.domain.batch import Manifest
from kiosk.domain.errors import BatchError, Unreachable
from kiosk.office import batches, devices, leftovers, quarantine
from kiosk.office.acknowledgement import signed
from kiosk.office.batch_photos import store_photos
from kiosk.office.batches import Receipt
from kiosk.office.database import Connection, Side, connected, loading
from kiosk.office.object_store import ObjectStore
from kiosk.ports import Clock

T = TypeVar("T")


class Patience(Protocol):
    """How often a deed is tried again while a server is away."""

    def __call__(self, deed: Callable[[], T]) -> T:
        """Do it, perhaps more than once."""


def at_once(deed: Callable[[], T]) -> T:
    """No patience: whoever calls tries again by its own rule."""
    return deed()


def patient(seconds: float, sleep: Callable[[float], None] = time.sleep) -> Patience:
    """Try again after 1, 2, 4, 8 … seconds until about ``seconds`` have been waited in all."""

    def keep_trying(deed: Callable[[], T]) -> T:
        waited, wait = 0.0, 1.0
        while True:
            try:
                return deed()
            except Unreachable:
                if waited >= seconds:
                    raise
            sleep(wait)
            waited, wait = waited + wait, min(wait * 2, 15.0)

    return keep_trying


@dataclass(frozen=True, slots=True)
class Office:
    """What an intake needs; ``device_keys`` are taken beside those registered, ``lanes`` is puts at a time.

    A practice batch is refused unless ``rehearsal`` says that practice ones are expected too.
    """

    database: str
    photos: ObjectStore
    identities: Sequence[pyrage.x25519.Identity]
    signing_key: Ed25519PrivateKey
    clock: Clock
    device_keys: Collection[str] = ()
    lanes: int = 8
    rehearsal: bool = False
    patience: Patience = at_once


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A batch that is here; ``is_new`` is False when it was before. ``acknowledgement`` is for the kiosk."""

    found: Checked
    is_new: bool
    acknowledgement: bytes

    @property
    def manifest(self) -> Manifest:
        """What the batch says of itself."""
        return batches.known(self.found)


def take_in(office: Office, path: Path) -> TakenIn:
    """Take one file in, or find it here already; once only, however often, wherever and by how many at once.

    Raises BatchError when the file is refused (it is noted in quarantine then), Unreachable when a server is away,
    OSError when the file cannot be read.
    """
    return office.patience(lambda: _judged(office, path))


def _judged(office: Office, path: Path) -> TakenIn:
    try:
        found = check_file(path, office.identities, _expected(office))
        if batches.known(found).rehearsal and not office.rehearsal:
            raise BatchError("rehearsal")
    except BatchError as fault:
        _refuse(office, Side.REAL, path, fault)
        raise
    side = Side.of(batches.known(found).rehearsal)
    try:
        return _take_in(office, path, found, side)
    except BatchError as fault:
        _refuse(office, side, path, fault)
        raise


def _expected(office: Office) -> Collection[str] | None:
    """The devices whose files are decrypted at all; None while practice batches may come from any.

    Whoever knows the public recipient can make a file that age opens: another device's costs no more than its header.
    """
    if office.device_keys:
        return office.device_keys
    with connected(office.database) as connection:
        real = devices.registered(connection)
    if not office.rehearsal:
        return real.keys()
    with connected(office.database, Side.PRACTICE) as connection:
        practice = devices.registered(connection)
    return real.keys() | practice.keys() if practice else None


def _take_in(office: Office, path: Path, found: Checked, side: Side) -> TakenIn:
    with connected(office.database, side) as connection, loading():
        _check_device(office, connection, found, side)
        leftovers.sweep(connection, office.photos, office.lanes, leftovers.GIVEN_UP)
        batches.hold_file(connection, found.sha256)
        here = batches.receipt_of(connection, found)
        if here is None:
            return _new(office, connection, path, found)
    return TakenIn(found, False, here.acknowledgement)


def _new(office: Office, connection: Connection, path: Path, found: Checked) -> TakenIn:
    """A file that is not here yet; of one that is refused only now, what was put for it is taken away again."""
    stored: list[str] = []
    leftovers.note(connection, found)
    try:
        with loading():
            store_photos(office.photos, office.lanes, path, office.identities, found, stored)
            at = office.clock.now()
            fresh = batches.Receipt(batches.known(found).batch_id, at, signed(found, office.signing_key, at))
            here = _load(connection, path, office.identities, found, fresh)
    except BatchError as fault:
        if fault.key == "stored_differs":
            leftovers.leave(connection, office.photos, found.sha256, but=stored)
        else:
            leftovers.take_away(connection, office.photos, office.lanes, found.sha256)
        raise
    return TakenIn(found, here is fresh, here.acknowledgement)


def _check_device(office: Office, connection: Connection, found: Checked, side: Side) -> None:
    """Real batches come from a registered device; practice ones may come from any until a practice device is."""
    known = set(office.device_keys) or set(devices.registered(connection))
    if found.device_key not in known and (known or side is Side.REAL):
        raise BatchError("unknown_device")


def _load(
    connection: Connection, path: Path, identities: Sequence[pyrage.x25519.Identity], found: Checked, fresh: Receipt
) -> Receipt:
    """Read the file once more, as far as its rows, straight into the database."""
    expected = next(each.sha256 for each in batches.known(found).members if each.name == ROWS)

    def keep(name: str, chunks: Iterator[bytes]) -> None:
        if name != ROWS:
            return drop(name, chunks)
        raise _Loaded(batches.load(connection, found, _lines(chunks, expected), fresh))

    try:
        check_file(path, identities, found.device_key, keep)
    except _Loaded as loaded:
        return loaded.receipt
    raise BatchError("altered")  # the reader has seen to it that there are rows


class _Loaded(Exception):
    """The rows are in; the rest of the file has been read before."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self.receipt = receipt


def _lines(chunks: Iterator[bytes], expected: str) -> Iterator[bytes]:
    seen, rest = sha256(), b""
    for chunk in chunks:
        seen.update(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if seen.hexdigest() != expected:
        raise BatchError("altered")  # another file lies there now


def _refuse(office: Office, side: Side, path: Path, fault: BatchError) -> None:
    """Note it in quarantine, and take away what an earlier intake of it, or of the file it was before, had put."""
    digest, size = quarantine.hashed(path)
    for each in (Side.REAL, Side.PRACTICE) if office.rehearsal else (Side.REAL,):
        with connected(office.database, each) as connection:
            if each is side:
                quarantine.put(connection, digest, size, fault.key, office.clock.now())
            leftovers.sweep(connection, office.photos, office.lanes)
