"""Accounts and signing in: who may open this kiosk's data and act in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kiosk.clock import stamp
from kiosk.domain.errors import NotSignedIn, OwnPassphraseWrong, Refused, SecondNotSignedIn, TooManyTries
from kiosk.domain.staff import Account, Role, require_role, require_two
from kiosk.ports import Clock
from kiosk.store.vault import Vault

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account that just signed in, and when it did so before."""

    account: Account
    last_time: str | None


def sign_in(vault: Vault, clock: Clock, name: str, passphrase: str) -> SignedIn:
    """Check a passphrase and take the keys into memory; raises NotSignedIn or TooManyTries.

    The entry in the audit log, the time of the last sign-in and the keys come together or not at all.
    """
    try:
        vault.unlock(name, passphrase)
    except NotSignedIn:
        _note_refusal(vault, clock, name, name)
        raise
    store = vault.kiosk_store
    account = store.staff.get(name)
    if not account.is_active:
        raise NotSignedIn("name or passphrase is wrong")
    with store.write():
        at = stamp(clock)
        last_time = store.staff.signed_in(name, at)
        store.audit.append("signed_in", name, name, at=at)
    return SignedIn(account, last_time)


def confirm_second(vault: Vault, clock: Clock, first: str, name: str, passphrase: str, window_id: str = "") -> Account:
    """A second person on the spot; raises NotSignedIn, SecondPersonNeeded, or NotPermitted without a supervisor.

    Who it would be is looked at first: no passphrase of somebody who cannot be it takes up the key of ``window_id``.
    """
    staff = vault.kiosk_store.staff
    named = next((each for each in staff.list() if each.name == name), None)
    if named:
        require_two(staff.get(first), named)
    try:
        _unlock(vault, clock, name, passphrase, first, window_id)
    except TooManyTries:
        raise
    except NotSignedIn:
        raise SecondNotSignedIn("the second name or passphrase is wrong") from None
    return staff.get(name)


@contextmanager
def second_for_now(
    vault: Vault, clock: Clock, first: str, name: str, passphrase: str, window_id: str
) -> Iterator[Account]:
    """``confirm_second`` for one deed, with the window's key at hand also when it is sealed; then it goes again."""
    with _forgotten_after(vault, [window_id]):
        yield confirm_second(vault, clock, first, name, passphrase, window_id)


@contextmanager
def keys_for_now(vault: Vault, clock: Clock, name: str, passphrase: str, window_id: str = "") -> Iterator[None]:
    """The key of a window, or every key, for one deed of who is at the desk and gives the passphrase once more.

    What was not in memory before goes again. A wrong passphrase counts and is logged as at sign-in; raises
    OwnPassphraseWrong or TooManyTries.
    """
    wanted: list[str] = [window_id] if window_id else [each.id for each in vault.kiosk_store.windows.list()]
    with _forgotten_after(vault, wanted):
        try:
            _unlock(vault, clock, name, passphrase, name, window_id, sealed_too=not window_id)
        except TooManyTries:
            raise
        except NotSignedIn:
            raise OwnPassphraseWrong("the passphrase is wrong") from None
        yield


def install(vault: Vault, name: str, passphrase: str, recipients: str = "") -> Account:
    """The first account, a supervisor, made by the one who installs; raises Refused once there are keys."""
    _check_name(name)
    vault.install(name, passphrase, recipients)
    return vault.kiosk_store.staff.get(name)


def add_account(vault: Vault, clock: Clock, name: str, role: Role, passphrase: str, by: str) -> Account:
    """A further account, by a supervisor; raises Refused when the name is taken or the passphrase too short."""
    store, at = vault.kiosk_store, stamp(clock)
    require_role(store.staff.get(by), Role.SUPERVISOR)
    _check_name(name)
    with vault.changing_keys(), store.write():
        account = store.staff.add(name, role, at)
        store.audit.append("account_added", by, name, role, at=stamp(clock))
        vault.put_account(name, passphrase)
    return account


def disable_account(vault: Vault, clock: Clock, name: str, by: str) -> Account:
    """Shut an account for good and take its key out of every wrap; the last supervisor stays (Refused)."""
    store, at = vault.kiosk_store, stamp(clock)
    require_role(store.staff.get(by), Role.SUPERVISOR)
    _require_active(store.staff.get(name))
    with vault.changing_keys(), store.write():
        account = store.staff.disable(name, at)
        if not any(each.is_active and each.role is Role.SUPERVISOR for each in store.staff.list()):
            raise Refused("staff.error_last_supervisor")
        store.audit.append("account_disabled", by, name, at=stamp(clock))
        vault.remove_account(name)
    return account


def agreed(new: str, again: str) -> str:
    """A new passphrase that was typed twice; raises Refused when the two differ."""
    if new != again:
        raise Refused("staff.error_passphrases_differ")
    return new


def change_passphrase(vault: Vault, clock: Clock, name: str, new: str) -> None:
    """A new passphrase in place of the old one, by its holder, who just gave the old one and every key with it.

    Raises Refused for one that is too short, Locked without every key.
    """
    vault.put_account(name, new)
    vault.kiosk_store.audit.append("passphrase_changed", name, name, at=stamp(clock))


def reset_passphrase(vault: Vault, clock: Clock, name: str, new: str, by: str) -> None:
    """A new passphrase for somebody who forgot theirs, by a supervisor; a lockout of that name ends.

    Needs every key, as ``keys_for_now`` gives them. Raises NotPermitted, NotFound, Locked, or Refused for one's own
    account, one that is shut, and a passphrase that is too short.
    """
    staff = vault.kiosk_store.staff
    require_role(staff.get(by), Role.SUPERVISOR)
    if name == by:
        raise Refused("staff.error_own_reset")
    _require_active(staff.get(name))
    vault.put_account(name, new)
    vault.kiosk_store.audit.append("passphrase_reset", by, name, at=stamp(clock))


def _require_active(account: Account) -> None:
    if not account.is_active:
        raise Refused("staff.error_account_shut")


@contextmanager
def _forgotten_after(vault: Vault, window_ids: list[str]) -> Iterator[None]:
    """Drop those of these windows' keys at the end that were not in memory before, but not that of the one at work."""
    windows, away = vault.kiosk_store.windows, [each for each in window_ids if not vault.holds(each)]
    try:
        yield
    finally:
        at_work = windows.current()
        for window_id in away:
            if at_work is None or window_id != at_work.id:
                vault.forget_window(window_id)


def _unlock(
    vault: Vault, clock: Clock, name: str, passphrase: str, by: str, window_id: str, *, sealed_too: bool = False
) -> None:
    """Take up keys by the passphrase of ``name``, typed where ``by`` is signed in; a wrong one is logged."""
    try:
        vault.unlock(name, passphrase, sealed_too=sealed_too, window_id=window_id)
    except NotSignedIn:
        _note_refusal(vault, clock, name, by)
        raise


def _note_refusal(vault: Vault, clock: Clock, name: str, by: str) -> None:
    """Log a wrong passphrase of a known account; a name nobody has may be a passphrase typed in the wrong field."""
    if vault.is_unlocked and any(account.name == name for account in vault.kiosk_store.staff.list()):
        vault.kiosk_store.audit.append("sign_in_refused", by, name, at=stamp(clock))


def _check_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= _LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise Refused("staff.error_name")
