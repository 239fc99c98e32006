"""Accounts of the office's page, in PostgreSQL: Argon2id, and a door that shuts for longer after each wrong try."""

import hmac
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from kiosk.domain.errors import NotFound, NotPermitted, NotSignedIn, Refused, TooManyTries
from kiosk.domain.staff import Account, Role, locked_until, still_shut
from kiosk.office.database import Connection, one

LEAST_PASSPHRASE = 10
_LONGEST_NAME = 40
_SHARED_DIGITS = 2
"""Hex digits of its hash by which a name nobody has is counted: 256 counters for all such names together."""


def add(connection: Connection, name: str, role: Role, passphrase: str) -> None:
    """A new account; raises Refused for an odd or taken name and for a passphrase too short."""
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise Refused("staff.error_name")
    if len(passphrase) < LEAST_PASSPHRASE:
        raise Refused("desk.error_passphrase_short")
    done = connection.execute(
        "insert into accounts (name, role, passphrase) values (%s, %s, %s) on conflict do nothing",
        (name, role, PasswordHasher().hash(passphrase)),
    )
    if done.rowcount == 0:
        raise Refused("staff.error_name_taken")


def disable(connection: Connection, name: str) -> None:
    """Shut an account for good; raises NotFound."""
    done = connection.execute(
        "update accounts set disabled_at = now() where name = %s and disabled_at is null", (name,)
    )
    if done.rowcount == 0:
        raise NotFound("no such account", "office_account")


def listed(connection: Connection) -> list[Account]:
    """All accounts, oldest first."""
    rows = connection.execute("select name, role, created_at, disabled_at, last_sign_in_at from accounts order by 3")
    return [_account(row) for row in rows]


def get(connection: Connection, name: str) -> Account:
    """An account that may sign in; raises NotPermitted when it is shut or gone."""
    row = connection.execute(
        "select name, role, created_at, disabled_at, last_sign_in_at from accounts where name = %s", (name,)
    ).fetchone()
    if row is None or row["disabled_at"]:
        raise NotPermitted("this account may not do that")
    return _account(row)


def sign_in(connection: Connection, name: str, passphrase: str, at: datetime) -> Account:
    """Check a passphrase; raises NotSignedIn, or TooManyTries while the door is shut.

    The try is counted before it is made, also for names nobody has, so that none can be told from the others.
    """
    _count_try(connection, name, at)
    row = connection.execute(
        "select passphrase from accounts where name = %s and disabled_at is null", (name,)
    ).fetchone()
    try:
        PasswordHasher().verify(row["passphrase"] if row else _decoy(), passphrase)
    except VerificationError:
        raise NotSignedIn("name or passphrase is wrong") from None
    if row is None:
        raise NotSignedIn("name or passphrase is wrong")
    account = get(connection, name)
    connection.execute("delete from tries where lookup = %s", (_counter(connection, name),))
    connection.execute("update accounts set last_sign_in_at = %s where name = %s", (at, name))
    return account


def _count_try(connection: Connection, name: str, at: datetime) -> None:
    """Count one try before it is made; raises TooManyTries while the door is shut.

    What is noted stays in both cases: a wait noted by a clock that was ahead is cut to what it was meant to last.
    """
    lookup = _counter(connection, name)
    with connection.transaction():
        connection.execute("insert into tries (lookup, failures) values (%s, 0) on conflict do nothing", (lookup,))
        found = one(connection, "select failures, until from tries where lookup = %s for update", (lookup,))
        shut = still_shut(found["failures"], found["until"], at)
        failures = found["failures"] + (0 if shut else 1)
        connection.execute(
            "update tries set failures = %s, until = %s where lookup = %s",
            (failures, shut or locked_until(failures, at), lookup),
        )
    if shut:
        raise TooManyTries(shut.astimezone(at.tzinfo).isoformat())


def _counter(connection: Connection, name: str) -> str:
    """Where the tries of a name are counted: an account has its own counter, all other names share a few.

    What was typed as a name may be a passphrase in the wrong field: no whole hash of a name nobody has is kept, and
    those an earlier version kept are dropped.
    """
    key = str(one(connection, "select value from secrets where name = 'tries'")["value"])
    known = [_lookup(key, row["name"]) for row in connection.execute("select name from accounts")]
    connection.execute("delete from tries where length(lookup) > %s and lookup <> all(%s)", (_SHARED_DIGITS, known))
    lookup = _lookup(key, name)
    return lookup if lookup in known else lookup[:_SHARED_DIGITS]


def _lookup(key: str, name: str) -> str:
    return hmac.new(key.encode(), name.encode(), "sha256").hexdigest()


@cache
def _decoy() -> str:
    return PasswordHasher().hash("nobody has this passphrase")


def _account(row: dict[str, object]) -> Account:
    disabled, last = row["disabled_at"], row["last_sign_in_at"]
    return Account(
        name=str(row["name"]),
        role=Role(str(row["role"])),
        created_at=_text(row["created_at"]),
        disabled_at=_text(disabled) if disabled else None,
        last_sign_in_at=_text(last) if last else None,
    )


def _text(at: object) -> str:
    return at.astimezone().isoformat(timespec="seconds") if isinstance(at, datetime) else ""
