"""One encrypted SQLite file: opened with its key, migrated, written under BEGIN IMMEDIATE.

Only this module touches sqlcipher3; its errors become ours here.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlcipher3 import dbapi2
from sqlite_utils import Migrations

from kiosk.domain.errors import Locked, StorageDamaged, StorageFull

KEY_BYTES = 32
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cipher_memory_security = ON",
    "PRAGMA busy_timeout = 10000",
)
Row = dict[str, Any]


def open_store(path: Path, key: bytes, migrations: Migrations) -> "Store":
    """Open (or create) the SQLCipher file at ``path`` with a 32-byte ``key`` and bring it up to date.

    Raises StorageDamaged when the key does not fit or the file is no database, StorageFull when there is no room.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a database key has 32 bytes")
    store = Store(path, key)
    with store.mapped_errors():
        migrations.apply(store.tables)
    path.chmod(0o600)
    return store


class Store:
    """A database file shared by threads: one connection each, one writer at a time."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._local = threading.local()
        self._connections: list[Any] = []
        self._guard = threading.Lock()

    @property
    def tables(self) -> sqlite_utils.Database:
        """This thread's connection with sqlite-utils around it."""
        if not self._key:
            raise Locked("this file was closed")
        if not hasattr(self._local, "database"):
            with self.mapped_errors():
                self._local.database = sqlite_utils.Database(self._connect(), execute_plugins=False)
        database: sqlite_utils.Database = self._local.database
        return database

    def _connect(self) -> Any:
        connection = dbapi2.connect(str(self.path), isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
        for pragma in _PRAGMAS:
            connection.execute(pragma).fetchall()
        with self._guard:
            self._connections.append(connection)
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite_utils.Database]:
        """A write transaction that starts with BEGIN IMMEDIATE and is fsynced at its end, or leaves nothing.

        Inside another ``write`` of the same thread it joins that one.
        """
        with self.mapped_errors():
            database = self.tables
            if database.conn.in_transaction:
                yield database
            else:
                yield from _transaction(database)

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """All rows of a query as dictionaries."""
        with self.mapped_errors():
            cursor = self.tables.conn.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def stream(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[Row]:
        """The rows of a query one by one, memory flat."""
        with self.mapped_errors():
            cursor = self.tables.conn.execute(sql, values)
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def row(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def check(self) -> None:
        """Read every page and check it against its own code; raises StorageDamaged."""
        for pragma in ("cipher_integrity_check", "quick_check"):
            found = [str(value) for row in self.rows(f"PRAGMA {pragma}") for value in row.values()]
            if found not in ([], ["ok"]):
                raise StorageDamaged(f"{self.path.name} is damaged")

    def close(self) -> None:
        """Close every connection and forget the key."""
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()
        self._key = b""

    @contextmanager
    def mapped_errors(self) -> Iterator[None]:
        """SQLite's errors as ours; texts never hold a value."""
        try:
            yield
        except dbapi2.OperationalError as error:
            if "full" in str(error) or "disk I/O" in str(error):
                raise StorageFull("no room on the disk") from None
            if "unable to open" in str(error):
                raise StorageDamaged("the database file cannot be opened") from None
            raise
        except dbapi2.ProgrammingError as error:
            if "closed" in str(error):
                raise Locked("this file was closed") from None
            raise
        except dbapi2.DatabaseError as error:
            if "not a database" in str(error) or "malformed" in str(error):
                raise StorageDamaged("the database cannot be read with this key") from None
            raise


def _transaction(database: sqlite_utils.Database) -> Iterator[sqlite_utils.Database]:
    database.conn.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.conn.execute("COMMIT")
    except BaseException:
        with suppress(dbapi2.OperationalError):  # SQLite may have rolled back by itself, as on a full disk
            database.conn.execute("ROLLBACK")
        raise
