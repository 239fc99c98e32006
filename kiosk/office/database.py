"""The office's PostgreSQL: connecting, errors made ours, the schema brought up to date. Only kiosk.office talks to it.

Practice batches live in a PostgreSQL schema of their own, so that no query can ever mix them with real ones.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import resources
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from kiosk.domain.errors import BatchError, Refused, StorageDamaged, Unreachable

Connection = psycopg.Connection[DictRow]
_CONNECT_SECONDS = 10
_AWAY = (
    psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,
)  # fmt: skip
_MIGRATING = 7_203_110_001
"""Advisory lock: only one process brings the schema up to date."""


class Side(StrEnum):
    """The PostgreSQL schema a batch belongs to."""

    REAL = "office"
    PRACTICE = "office_rehearsal"

    @classmethod
    def of(cls, rehearsal: bool) -> "Side":
        """Where batches of that kind live."""
        return cls.PRACTICE if rehearsal else cls.REAL


@contextmanager
def connected(url: str, side: Side = Side.REAL) -> Iterator[Connection]:
    """A connection whose tables are those of ``side``, up to date.

    Raises Unreachable when the server does not answer, goes away or refuses this role; a text of PostgreSQL may hold a
    row, so only the name of its error is passed on.
    """
    try:
        with _connect(url) as connection:
            connection.execute("select set_config('search_path', %s, false)", (side,))
            migrate(connection, side)
            yield connection
    except psycopg.Error as error:
        if not _is_away(error):
            raise
        raise Unreachable("database", type(error).__name__) from None


@contextmanager
def loading() -> Iterator[None]:
    """Raise BatchError ``not_loadable`` for what the server, or Python on the way to it, has no place for."""
    try:
        yield
    except psycopg.Error as error:
        if _is_away(error):
            raise
        raise BatchError("not_loadable") from None
    except (ValueError, RecursionError):
        raise BatchError("not_loadable") from None


def _is_away(error: psycopg.Error) -> bool:
    """Whether it is the server that cannot, not the values; a value beyond its limits (class 54) is the values'."""
    if (error.sqlstate or "").startswith("54"):
        return False
    return isinstance(error, _AWAY)


def refuse_bad_url(url: str) -> None:
    """Raise Refused for what is no connection string; whether a server answers there is not asked."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its message may hold a password
        raise Refused("office.error_database_url") from None


def _connect(url: str) -> Connection:
    try:
        return psycopg.connect(
            url, autocommit=True, row_factory=dict_row, connect_timeout=_CONNECT_SECONDS, application_name="kiosk"
        )
    except psycopg.ProgrammingError:  # what was given is no connection string; it may hold a password
        raise Refused("office.error_database_url") from None


def migrate(connection: Connection, side: Side) -> None:
    """Apply what is missing of kiosk/office/migrations; raises StorageDamaged for a database of a newer version."""
    steps = _steps()
    known = _applied(connection, side)
    if known == len(steps):
        return
    _refuse_newer(known, steps)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_MIGRATING,))
        known = _applied(connection, side)
        if known == 0:
            connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(side)))
            connection.execute(
                "create table migrations (number integer primary key, applied_at timestamptz default now())"
            )
        for number, step in enumerate(steps[known:], known + 1):
            connection.execute(step.encode())
            connection.execute("insert into migrations (number) values (%s)", (number,))


def _refuse_newer(known: int, steps: list[str]) -> None:
    if known > len(steps):
        raise StorageDamaged("the office database was made by a newer version")


def _applied(connection: Connection, side: Side) -> int:
    # asked of the catalogue's tables, not by to_regclass: that may answer from before another process was done
    found = one(connection, "select count(*) as many from pg_tables where schemaname = %s", (side,))
    if found["many"] == 0:
        return 0
    return int(one(connection, "select coalesce(max(number), 0) as last from migrations")["last"])


def _steps() -> list[str]:
    folder = resources.files("kiosk.office.migrations")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    return [folder.joinpath(name).read_text("utf-8") for name in names]


def one(connection: Connection, query: LiteralString, values: Any = ()) -> DictRow:
    """The first row of a query that always has one."""
    row = connection.execute(query, values).fetchone()
    assert row is not None  # noqa: S101 - such a query always has a row
    return row
