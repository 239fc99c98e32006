"""Who may do what, and how long a wrong passphrase shuts the door."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kiosk.domain.errors import NotPermitted, SecondPersonNeeded

FREE_TRIES = 3
_FIRST_WAIT_SECONDS = 10
_LONGEST_WAIT_SECONDS = 300


class Role(StrEnum):
    """What an account is allowed to do; a supervisor may do all that an operator may."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Account:
    """One member of staff as the store knows it; times are ISO 8601 with offset."""

    name: str
    role: Role
    created_at: str
    disabled_at: str | None = None
    last_sign_in_at: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in."""
        return self.disabled_at is None


def require_role(account: Account, role: Role) -> None:
    """Raise NotPermitted unless the account is active and holds at least ``role``."""
    if not account.is_active or (role is Role.SUPERVISOR and account.role is not Role.SUPERVISOR):
        raise NotPermitted("this account may not do that")


def require_two(first: Account, second: Account | None) -> None:
    """Raise SecondPersonNeeded unless two different active accounts, one of them a supervisor, stand behind it."""
    if second is None or second.name == first.name or not second.is_active:
        raise SecondPersonNeeded("another account has to confirm")
    require_one_supervisor((first, second))


def require_one_supervisor(accounts: Iterable[Account]) -> None:
    """Raise NotPermitted unless one of the accounts is a supervisor."""
    if not any(account.role is Role.SUPERVISOR for account in accounts):
        raise NotPermitted("a supervisor has to be one of the two")


def lockout_seconds(failures: int) -> int:
    """How long sign-in stays shut after that many wrong tries in a row: 0, 0, 0, 10, 20, 40 … up to five minutes.

    Not longer, since whoever knows a name can shut its holder out: with an hour one wrong try an hour did so for good.
    Five minutes leave 288 guesses a day, each slow by Argon2id, and a passphrase has ten characters at least.
    """
    if failures <= FREE_TRIES:
        return 0
    doublings = min(failures - FREE_TRIES - 1, 20)
    return min(_FIRST_WAIT_SECONDS << doublings, _LONGEST_WAIT_SECONDS)


def locked_until(failures: int, at: datetime) -> datetime | None:
    """When sign-in opens again after a wrong try at ``at``, None when at once."""
    seconds = lockout_seconds(failures)
    return at + timedelta(seconds=seconds) if seconds else None


def still_shut(failures: int, until: datetime | None, at: datetime) -> datetime | None:
    """Until when sign-in is shut at ``at``, having been shut until ``until`` after that many wrong tries; None if open.

    Never for longer than so many tries cost: the clock that noted ``until`` may have been ahead and put right since.
    """
    longest = locked_until(failures, at)
    ends = min(until, longest) if until and longest else at
    return ends if at < ends else None
