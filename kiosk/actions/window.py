"""Making, opening, pausing and closing a venue session."""

import secrets
from collections.abc import Sequence

from kiosk.clock import stamp
from kiosk.domain.custody import OpenItem
from kiosk.domain.errors import AnswerRefused, CustodyOpen, NotAllowedNow, Refused
from kiosk.domain.staff import Role, require_role, require_two
from kiosk.domain.states import WindowEvent, advance_window, allowed_window
from kiosk.domain.window import (
    Window,
    WindowId,
    WindowPlan,
    check_plan,
    differing,
    kept_reason,
    replanned,
    require_assigned,
)
from kiosk.ports import Clock
from kiosk.store.erasing import Erasures
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.sealing import seal_lock
from kiosk.store.vault import Vault
from kiosk.texts import languages

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def make_window(vault: Vault, clock: Clock, plan: WindowPlan, by: str) -> Window:
    """Make a planned window with its own key and file; needs a supervisor, raises AnswerRefused for a bad plan.

    A rehearsal folder holds rehearsal windows only (Refused).
    """
    store = vault.kiosk_store
    require_role(store.staff.get(by), Role.SUPERVISOR)
    _check(plan)
    if vault.is_rehearsal and not plan.rehearsal:
        raise Refused("window.error_rehearsal_folder")
    if plan.rehearsal:
        vault.make_rehearsal_keys()
    window_id = _fresh_id(plan)
    key, wrapped = vault.new_window_key(plan.rehearsal)
    with store.write():
        at = stamp(clock)
        window = store.windows.create(window_id, plan, wrapped, at)
        store.audit.append("window_made", by, window_id, "rehearsal" if plan.rehearsal else "", at=at)
    vault.keep_window_key(window_id, key)
    vault.window_store(window_id)
    return window


def change_window(vault: Vault, clock: Clock, before: Window, plan: WindowPlan, by: str) -> Window:
    """Change what was agreed while a window is planned; of one at work the head-count and the staff only.

    Needs a supervisor. Raises AnswerRefused for a bad plan, NotAllowedNow once it is closed, TappedFirst when it is no
    longer as ``before``.
    """
    store = vault.kiosk_store
    require_role(store.staff.get(by), Role.SUPERVISOR)
    events = allowed_window(before.state)
    if not {WindowEvent.OPEN, WindowEvent.CLOSE}.intersection(events):
        raise NotAllowedNow("a closed window stays as it was agreed")
    agreed = replanned(before, plan, is_open=WindowEvent.CLOSE in events)
    _check(agreed)
    with store.write():
        window = store.windows.replan(before, agreed, stamp(clock))
        items = ", ".join(differing(before, agreed))
        store.audit.append("window_changed", by, before.id, items, at=stamp(clock))
    return window


def open_window(
    vault: Vault, clock: Clock, window_id: str, by: str, *, is_ready: bool = True, reason: str | None = None
) -> Window:
    """Open a planned window; not ready needs a supervisor's reason, and only one window is open at a time.

    Raises AnswerRefused for a reason that cannot be kept.
    """
    store, reason = vault.kiosk_store, kept_reason(reason)
    if not is_ready:
        require_role(store.staff.get(by), Role.SUPERVISOR)
        if not reason:
            raise Refused("window.error_reason_needed")
    with store.write():
        _refuse_open(store, window_id)
        return _move(store, clock, window_id, WindowEvent.OPEN, by, reason=reason)


def _refuse_open(store: KioskStore, window_id: str) -> None:
    current = store.windows.current()
    if current:
        which = "this window is open already" if current.id == window_id else f"another window is open: {current.id}"
        raise NotAllowedNow(which)


def pause_window(vault: Vault, clock: Clock, window_id: str, by: str) -> Window:
    """Pause an open window: who has not begun is asked to wait, who is on the way may finish."""
    return _move(vault.kiosk_store, clock, window_id, WindowEvent.PAUSE, by)


def resume_window(vault: Vault, clock: Clock, window_id: str, by: str) -> Window:
    """Go on with a paused window."""
    return _move(vault.kiosk_store, clock, window_id, WindowEvent.RESUME, by)


def close_window(vault: Vault, clock: Clock, window_id: str, by: str, *, second: str = "", reason: str = "") -> Window:
    """Close a window to applicants and drop its key from memory; balancing and sealing take a passphrase again.

    Raises CustodyOpen while things taken from people are open in the ledger, unless there is a reason and a second
    person (else NotPermitted or SecondPersonNeeded): two people, one of them a supervisor, pass it. Raises
    AnswerRefused for a reason that cannot be kept.
    """
    window = close_keeping_key(vault, clock, window_id, by, second=second, reason=reason)
    vault.forget_window(window_id)
    return window


def close_keeping_key(
    vault: Vault, clock: Clock, window_id: str, by: str, *, second: str = "", reason: str = ""
) -> Window:
    """Close a window as ``close_window`` does, for a seal that follows at once."""
    store, why = vault.kiosk_store, kept_reason(reason)
    advance_window(store.windows.get(window_id).state, WindowEvent.CLOSE)
    ledger = vault.window_store(window_id)
    with ledger.write():  # nothing is taken from anybody between the look and the move
        left = ledger.custody.open_items()
        if left:
            _require_override(store, left, by, second, why)
        with store.write():
            window = _move(store, clock, window_id, WindowEvent.CLOSE, by, second or None, why)
            for each in left:
                detail = f"{each.item} x{each.count}"
                store.audit.append("custody_left_open", by, each.uid, detail, at=stamp(clock))
    return window


def _require_override(store: KioskStore, left: Sequence[OpenItem], by: str, second: str, why: str | None) -> None:
    if not why:
        raise CustodyOpen(len(left))
    require_two(store.staff.get(by), store.staff.get(second) if second else None)


def reopen_window(vault: Vault, clock: Clock, window_id: str, by: str, second: str, reason: str) -> Window:
    """Open a closed or sealed window again for late applicants; two people and a reason (AnswerRefused, Refused).

    Raises NotAllowedNow once its erasing was decided, TappedFirst while it is being sealed or erased.
    """
    store = vault.kiosk_store
    require_two(store.staff.get(by), store.staff.get(second))
    why = kept_reason(reason)
    if not why:
        raise Refused("window.error_reason_needed")
    with seal_lock(vault.folder, window_id), store.write():
        if Erasures(store).get(window_id):
            raise NotAllowedNow("its erasing was begun and can only be carried on")
        _refuse_open(store, window_id)
        return _move(store, clock, window_id, WindowEvent.REOPEN, by, second=second, reason=why)


def _check(plan: WindowPlan) -> None:
    check_plan(plan)
    if not set(plan.options.get("languages", ())) <= set(languages()):
        raise AnswerRefused("languages", "window.error_option")


def _move(
    store: KioskStore, clock: Clock, window_id: str, event: WindowEvent, by: str,
    second: str | None = None, reason: str | None = None,
) -> Window:  # fmt: skip
    account = store.staff.get(by)
    require_role(account, Role.OPERATOR)
    require_assigned(store.windows.get(window_id), account)
    with store.write():
        at = stamp(clock)
        window = store.windows.move(window_id, event, by, second, reason, at)
        store.audit.append(f"window_{event}", by, window_id, f"with {second}" if second else "", at=at)
    return window


def _fresh_id(plan: WindowPlan) -> WindowId:
    return WindowId(f"{plan.held_on:%Y%m%d}-" + "".join(secrets.choice(_LETTERS) for _ in range(4)))
