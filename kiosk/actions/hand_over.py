"""Handing a sealed batch over to a registered destination: checked before, read back after, entered in the ledger."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.actions.destinations import registered
from kiosk.batch_file.reader import Checked, check_file
from kiosk.clock import stamp
from kiosk.domain.destination import Destination, waits
from kiosk.domain.errors import BatchError, KioskError
from kiosk.domain.staff import Role, require_role
from kiosk.ports import Clock
from kiosk.store import device
from kiosk.store.batches import Batch
from kiosk.store.hand_overs import HandOver, HandOvers
from kiosk.store.medium import Told, open_medium
from kiosk.store.vault import Vault

TRIES = 8
"""1 + 2 + 4 … seconds in between: a medium may be out, or a server gone, for two minutes."""


@dataclass(frozen=True, slots=True)
class HandOverOrder:
    """Who hands which file to which destination; ``root`` is the place of proc, sys and run."""

    file: Path
    destination: str
    by: str
    rules: Path | None = None
    root: Path = Path("/")


def hand_over(
    vault: Vault, clock: Clock, order: HandOverOrder, told: Told = lambda done: None,
    wait: Callable[[float], None] = time.sleep,
) -> HandOver:  # fmt: skip
    """Lay a batch of this kiosk at a registered destination; done again it changes nothing but the ledger.

    A medium that is pulled out or missing, or a server that is gone, is waited for, longer each time. Raises
    BatchError (``not_our_batch``, ``rehearsal_stays``, ``no_such_destination``, ``bad_destination``,
    ``medium_missing``, ``medium_lost``, ``medium_differs``, ``medium_not_plain``, ``file_exists``, ``server_unknown``,
    ``server_refuses``, ``no_credentials``, ``too_large``, or what is wrong with the file), StorageFull, NotPermitted.
    """
    store = vault.kiosk_store
    require_role(store.staff.get(order.by), Role.OPERATOR)
    checked = check_file(order.file)
    batch = _ours(vault, checked)
    to = registered(order.destination, order.rules)
    try:
        medium = open_medium(to, store, order.root)
        is_new = _insist(lambda: medium.put(order.file, batch.sha256, told), wait)
    except KioskError as error:
        _enter(vault, clock, order, batch, checked, to, getattr(error, "key", type(error).__name__))
        raise
    return _enter(vault, clock, order, batch, checked, to, "done" if is_new else "there already")


def _ours(vault: Vault, checked: Checked) -> Batch:
    """The batch of this kiosk that the file is, unless it is a practice one."""
    store = vault.kiosk_store
    batch = next((each for each in store.batches.list() if each.sha256 == checked.sha256), None)
    if batch is None:
        raise BatchError("not_our_batch")
    window = store.windows.get(batch.window_id)
    if window.rehearsal:
        raise BatchError("rehearsal_stays")
    if checked.device_key not in device.device_publics(store):
        raise BatchError("not_our_batch")
    return batch


def _insist(attempt: Callable[[], bool], wait: Callable[[float], None]) -> bool:
    for seconds in waits(TRIES):
        try:
            return attempt()
        except OSError:
            wait(seconds)
        except BatchError as error:
            if error.key != "medium_missing":
                raise
            wait(seconds)
    try:
        return attempt()
    except OSError:
        raise BatchError("medium_lost") from None


def _enter(
    vault: Vault, clock: Clock, order: HandOverOrder, batch: Batch, checked: Checked, to: Destination, outcome: str
) -> HandOver:
    store = vault.kiosk_store
    with store.write():
        at = stamp(clock)
        line = HandOver(
            batch.window_id, batch.seq, at, order.by, to.name, to.medium, to.purpose,
            batch.applications, checked.size, batch.sha256, outcome,
        )  # fmt: skip
        HandOvers(store).add(line)
        detail = f"seq {batch.seq} sha256 {batch.sha256} to {to.name}: {outcome}"
        store.audit.append("handed_over", order.by, batch.window_id, detail, at=at)
    return line
