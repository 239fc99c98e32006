"""One encrypted SQLite file: opened with its key, migrated, written under BEGIN IMMEDIATE.

Only this module touches sqlcipher3; its errors become ours here.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlcipher3 import dbapi2
from sqlite_utils import Migrations

from kiosk.domain.errors import Locked, StorageDamaged, StorageFull, TappedFirst
from kiosk.store.fsync import fsync_path
from kiosk.store.owner import as_its_folder

KEY_BYTES = 32
_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cipher_memory_security = ON",
)
_FULL = ("full", "disk I/O")
_UNREADABLE = ("not a database", "malformed")
Row = dict[str, Any]
Values = Sequence[Any] | Mapping[str, Any]


class Pages(StrEnum):
    """Bytes and authentication of an encrypted page; a file keeps for life what it was made with."""

    SMALL = "4096 HMAC_SHA512"
    """SQLCipher's own, for a file of small rows."""
    LARGE = "8192 HMAC_SHA256"
    """For a file of pictures: read in half the time, written in three quarters (docs/benchmarks.md)."""

    @property
    def pragmas(self) -> tuple[str, ...]:
        """What SQLCipher has to be told right after the key."""
        size, hmac = self.split()
        return f"PRAGMA cipher_page_size = {size}", f"PRAGMA cipher_hmac_algorithm = {hmac}"


def open_store(
    path: Path, key: bytes, migrations: Migrations, on_full: Callable[[], None] = lambda: None,
    pages: Pages = Pages.SMALL,
) -> "Store":  # fmt: skip
    """Open (or create) the SQLCipher file at ``path`` with a 32-byte ``key`` and bring it up to date.

    ``on_full`` is called when a write finds the disk full. Raises StorageDamaged when the key or the pages do not fit,
    the file is no database or was written by a newer version, StorageFull when there is no room.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a database key has 32 bytes")
    _make_private(path)
    store = Store(path, key, on_full, pages)
    store.migrate(migrations)
    path.chmod(0o600)
    return store


class Store:
    """A database file shared by threads: one connection each, one writer at a time."""

    def __init__(
        self, path: Path, key: bytes, on_full: Callable[[], None] = lambda: None, pages: Pages = Pages.SMALL
    ) -> None:
        self.path = path
        self._key = key
        self._on_full = on_full
        self._pages = pages
        self._local = threading.local()
        self._links: list[_Link] = []
        self._guard = threading.Lock()

    @property
    def tables(self) -> sqlite_utils.Database:
        """This thread's connection with sqlite-utils around it; to be used inside ``write`` only."""
        return self._link().database

    @contextmanager
    def write(self) -> Iterator[sqlite_utils.Database]:
        """A write transaction that starts with BEGIN IMMEDIATE and is fsynced at its end, or leaves nothing.

        Inside another ``write`` of the same thread it joins that one.
        """
        with self._using() as database:
            if database.conn.in_transaction:
                yield database
            else:
                yield from _transaction(database)

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query as dictionaries."""
        with self._using() as database:
            cursor = database.conn.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def stream(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows of a query one by one, memory flat."""
        with self._using() as database:
            cursor = database.conn.execute(sql, values)
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def blob(self, table: str, column: str, rowid: int) -> bytes:
        """One BLOB, its pages copied straight into the answer, which costs a third less than selecting it."""
        with self._using() as database:
            connection: Any = database.conn  # sqlcipher3's call is not that of the standard library
            blob = connection.open_blob(table, column, rowid, True)
            try:
                return bytes(blob.read())
            finally:
                blob.close()

    def migrate(self, migrations: Migrations) -> None:
        """Apply what is pending, all of it or nothing; raises StorageDamaged for a file of a newer version."""
        with self._using() as database:
            known = {each.name for each in migrations._migrations}
            if any(each.name not in known for each in migrations.applied(database)):
                raise StorageDamaged(f"{self.path.name} was written by a newer version of this program")
            pending = migrations.pending(database)
        if pending:
            with self.write() as database:
                migrations.apply(database)

    def empty_log(self) -> None:
        """Bring what was written into the file and cut the log to nothing; raises TappedFirst while others read."""
        with self._using() as database:
            busy, *_ = database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise TappedFirst("another program is reading; call again")

    def copy_to(self, path: Path) -> None:
        """Copy the file as it is at one moment, while others write, into a new one under the same key, fsynced."""
        with self._using() as database:
            _make_private(path)
            target = dbapi2.connect(str(path))
            try:
                _unlock(target, self._key, self._pages)
                database.conn.backup(target)
            finally:
                target.close()
        fsync_path(path)

    def check(self) -> None:
        """Read every page and check it against its own code; raises StorageDamaged."""
        for pragma in ("cipher_integrity_check", "quick_check"):
            found = [str(value) for row in self.rows(f"PRAGMA {pragma}") for value in row.values()]
            if found not in ([], ["ok"]):
                raise StorageDamaged(f"{self.path.name} is damaged")

    def close(self) -> None:
        """Forget the key and close every connection; one at work in another thread closes when that work ends."""
        with self._guard:
            self._key = b""
            for link in self._links:
                link.close_if_idle()
            self._links.clear()

    def _link(self) -> "_Link":
        if not self._key:
            raise Locked("this file was closed")
        if not hasattr(self._local, "link"):
            self._local.link = _Link(_connected(self.path, self._key, self._pages))
            with self._guard:
                self._links.append(self._local.link)
        link: _Link = self._local.link
        return link

    @contextmanager
    def _using(self) -> Iterator[sqlite_utils.Database]:
        """This thread's connection, held open while at work, with SQLite's errors as ours."""
        with self._mapped_errors():
            link = self._link()
            with self._guard:
                link.users += 1
            try:
                yield link.database
            finally:
                with self._guard:
                    link.users -= 1
                    if not self._key:
                        link.close_if_idle()

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        """SQLite's errors as ours; texts never hold a value."""
        try:
            yield
        except dbapi2.DatabaseError as error:
            text = str(error)
            if any(word in text for word in _FULL):
                self._on_full()
                raise StorageFull("no room on the disk") from None
            if "locked" in text:
                raise TappedFirst("another program was writing for too long; nothing was changed") from None
            if "closed" in text:
                raise Locked("this file was closed") from None
            if "unable to open" in text or any(word in text for word in _UNREADABLE):
                raise StorageDamaged(f"{self.path.name} cannot be read with this key") from None
            raise


class _Link:
    """One thread's connection and how many uses of it are under way."""

    def __init__(self, database: sqlite_utils.Database) -> None:
        self.database = database
        self.users = 0

    def close_if_idle(self) -> None:
        if self.users == 0:
            self.database.conn.close()


def _make_private(path: Path) -> None:
    """Make the file before SQLite does: what it lays beside a file gets that file's mode."""
    if not path.exists():
        with suppress(OSError):  # SQLite says it better
            path.touch(mode=0o600)
            as_its_folder(path)


def _unlock(connection: Any, key: bytes, pages: Pages) -> None:
    for pragma in (f"PRAGMA key = \"x'{key.hex()}'\"", *pages.pragmas):
        connection.execute(pragma).fetchall()


def _connected(path: Path, key: bytes, pages: Pages) -> sqlite_utils.Database:
    connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    _unlock(connection, key, pages)
    for pragma in _PRAGMAS:
        connection.execute(pragma).fetchall()
    return sqlite_utils.Database(connection, execute_plugins=False)


def _transaction(database: sqlite_utils.Database) -> Iterator[sqlite_utils.Database]:
    database.conn.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.conn.execute("COMMIT")
    except BaseException:
        with suppress(dbapi2.OperationalError):  # SQLite may have rolled back by itself, as on a full disk
            database.conn.execute("ROLLBACK")
        raise
