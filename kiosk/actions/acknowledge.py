"""Taking up the office's acknowledgement: the batch, its applications and, when it was the last, the window."""

from dataclasses import dataclass

from kiosk.batch_file.acknowledgement import from_bytes
from kiosk.clock import stamp
from kiosk.domain.acknowledgement import Acknowledgement
from kiosk.domain.errors import BatchError
from kiosk.domain.staff import Role, require_role
from kiosk.domain.states import ApplicationEvent, WindowEvent, allowed, allowed_window, is_erased
from kiosk.domain.window import Window
from kiosk.ports import Clock
from kiosk.store import office_keys
from kiosk.store.batches import Batch
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What came of it; ``is_new`` is False for one that was taken up before, which changes nothing."""

    batch: Batch
    window: Window
    is_new: bool


def acknowledge(vault: Vault, clock: Clock, data: bytes, by: str) -> Acknowledged:
    """Check the office's file and note it; done again it changes nothing, cut off it can be done again.

    Raises BatchError ``not_an_acknowledgement``, ``ack_newer_format``, ``ack_altered``, ``ack_unknown_key``,
    ``ack_other_kind`` or ``ack_other_batch``, and Locked while the window's key is not in memory.
    """
    store = vault.kiosk_store
    require_role(store.staff.get(by), Role.OPERATOR)
    found = from_bytes(data)
    batch = _batch_of(store, found)
    window = store.windows.get(batch.window_id)
    if batch.acknowledged_at:
        return Acknowledged(batch, window, is_new=False)
    if not is_erased(window.state):
        _move_applications(vault, batch, by, stamp(clock))
    _note(store, clock, batch, found, by)
    if WindowEvent.ERASE in allowed_window(store.windows.get(window.id).state):
        vault.forget_window(window.id)
    (noted,) = [each for each in store.batches.list(window.id) if each.seq == batch.seq]
    return Acknowledged(noted, store.windows.get(window.id), is_new=True)


def _batch_of(store: KioskStore, found: Acknowledgement) -> Batch:
    """The batch it speaks of, once key, kind, hash, window, sequence and counts agree."""
    if found.office_key not in office_keys.known(store, found.rehearsal):
        other = found.office_key in office_keys.known(store, not found.rehearsal)
        raise BatchError("ack_other_kind" if other else "ack_unknown_key")
    batch = next((each for each in store.batches.list() if each.sha256 == found.batch_sha256), None)
    if batch is None or (batch.window_id, batch.seq) != (found.window, found.seq):
        raise BatchError("ack_other_batch")
    if store.windows.get(batch.window_id).rehearsal is not found.rehearsal:
        raise BatchError("ack_other_kind")
    same_manifest = batch.manifest_sha256 in ("", found.manifest_sha256)
    if not same_manifest or found.counts.get("applications") != batch.applications:
        raise BatchError("ack_other_batch")
    return batch


def _move_applications(vault: Vault, batch: Batch, by: str, at: str) -> None:
    """Those of this batch that still are as it carried them; one reopened for correction waits for its own batch."""
    table = vault.window_store(batch.window_id).applications
    going = [each.uid for each in table.in_batch(batch.seq) if ApplicationEvent.ACKNOWLEDGE in allowed(each.state)]
    table.move_all(going, ApplicationEvent.ACKNOWLEDGE, by, at)


def _note(store: KioskStore, clock: Clock, batch: Batch, found: Acknowledgement, by: str) -> None:
    with store.write():
        at = stamp(clock)
        store.batches.acknowledge(batch.window_id, batch.seq, at)
        detail = f"seq {batch.seq} sha256 {batch.sha256} received {found.received_at} key {found.office_key}"
        store.audit.append("batch_acknowledged", by, batch.window_id, detail, at=at)
        waiting = [each for each in store.batches.list(batch.window_id) if not each.acknowledged_at]
        if not waiting and WindowEvent.ACKNOWLEDGE in allowed_window(store.windows.get(batch.window_id).state):
            store.windows.move(batch.window_id, WindowEvent.ACKNOWLEDGE, by, None, None, at)
            store.audit.append("window_acknowledge", by, batch.window_id, at=at)
