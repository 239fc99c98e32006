"""Erasing a window: its key first, then its files; tombstones and the facts of the certificate remain."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.actions.sealed_file import SealedFile
from kiosk.clock import stamp
from kiosk.domain.erasure import Erasure, hash_of_all, tombstone_hash
from kiosk.domain.errors import NotPermitted, Refused
from kiosk.domain.staff import Role, require_two
from kiosk.domain.states import WindowEvent, advance_window, is_acknowledged, is_erased
from kiosk.domain.window import Window, kept_reason, require_assigned
from kiosk.ports import Clock
from kiosk.store import backup
from kiosk.store.batches import Batch, Tombstone
from kiosk.store.erasing import Erasures, remove, window_files
from kiosk.store.sealing import seal_lock
from kiosk.store.vault import Vault


@dataclass(frozen=True, slots=True)
class EraseOrder:
    """Who erases what; ``reason`` is needed while the office has not acknowledged every batch, and is not kept."""

    window_id: str
    by: str
    second: str
    reason: str | None = None


def erase_window(vault: Vault, clock: Clock, order: EraseOrder) -> Erasure:
    """Destroy the window's key, then its files; cut off at any point, the same call carries it on.

    An acknowledged window takes two people, one of them a supervisor; any other two supervisors and a reason. For one
    erased already it gives the facts again. Raises SecondPersonNeeded, NotPermitted, NotAssigned, Refused,
    NotAllowedNow, Locked, TappedFirst (another program is reading kiosk.db: call again).
    """
    order, store = replace(order, reason=kept_reason(order.reason)), vault.kiosk_store
    require_two(store.staff.get(order.by), store.staff.get(order.second))
    with seal_lock(vault.folder, order.window_id):
        window = store.windows.get(order.window_id)
        require_assigned(window, store.staff.get(order.by))
        erasure = Erasures(store).get(window.id) or _decide(vault, clock, order, window)
        if not is_erased(window.state):
            advance_window(window.state, WindowEvent.ERASE)
            vault.destroy_window(window.id)
            remove(window_files(vault.folder, window.id))
            _empty_outbox(vault, erasure)
            erasure = _clean_copies(vault, clock, erasure)
            _finish(vault, clock, erasure)
    return erasure


def _decide(vault: Vault, clock: Clock, order: EraseOrder, window: Window) -> Erasure:
    """Check that it may be, set the tombstones and note the decision, all in one transaction."""
    store, at = vault.kiosk_store, stamp(clock)
    advance_window(window.state, WindowEvent.ERASE)
    answered = is_acknowledged(window.state)
    if not answered:
        accounts = [store.staff.get(name) for name in (order.by, order.second)]
        if not all(each.is_active and each.role is Role.SUPERVISOR for each in accounts):
            raise NotPermitted(
                "the office has not acknowledged every batch: take its answer in first,"
                " or erase by two supervisors with a reason"
            )
        if not order.reason:
            raise Refused("erase.error_reason_needed")
    stones = _tombstones(vault, window.id, at)
    batches = store.batches.list(window.id)
    paths = [*window_files(vault.folder, window.id), *_outbox(vault.folder.outbox, batches)]
    erasure = Erasure(
        window_id=window.id, municipality=window.municipality, held_on=window.held_on, rehearsal=window.rehearsal,
        by=order.by, second=order.second, is_acknowledged=answered, at=at,
        ended=dict(Counter(str(stone.ended_state) for stone in stones)),
        photos=len(vault.window_store(window.id).photos.hashes()),
        batches=tuple(_about(batch) for batch in batches),
        files=tuple(str(path.relative_to(vault.folder.root)) for path in paths if path.exists()),
        tombstones=hash_of_all(stone.hash for stone in stones),
    )  # fmt: skip
    with store.write():
        store.tombstones.add(stones)
        Erasures(store).decide(erasure)
        store.audit.append("erase_decided", order.by, window.id, f"with {order.second}", at=stamp(clock))
    return erasure


def _tombstones(vault: Vault, window_id: str, at: str) -> list[Tombstone]:
    table = vault.window_store(window_id).applications
    stones = []
    for each in table.list():
        course = [(move.at, move.event, move.before, move.after) for move in table.history(each.uid)]
        digest = tombstone_hash(each.uid, each.call_number, course)
        stones.append(Tombstone(each.uid, window_id, each.call_number, each.started_at, each.state, at, digest))
    return stones


def _about(batch: Batch) -> dict[str, object]:
    names = ("seq", "file_name", "sha256", "applications", "acknowledged_at")
    return {name: getattr(batch, name) for name in names}


def _outbox(outbox: Path, batches: list[Batch]) -> list[Path]:
    return [outbox / batch.file_name for batch in batches]


def _empty_outbox(vault: Vault, erasure: Erasure) -> None:
    """The kiosk's own copies of the sealed files, each only if it is the one that was sealed."""
    for batch in erasure.batches:
        SealedFile(vault.folder.outbox / str(batch["file_name"])).take_back(str(batch["sha256"]))


def _clean_copies(vault: Vault, clock: Clock, erasure: Erasure) -> Erasure:
    """Take the window out of the second copies within reach, and note those that were not."""
    at = stamp(clock)
    cleaned, missed = backup.forget_window(vault, erasure.window_id, at)
    noted = replace(erasure, copies_cleaned=tuple(cleaned), copies_missed=tuple(missed))
    Erasures(vault.kiosk_store).note(noted)
    return noted


def _finish(vault: Vault, clock: Clock, erasure: Erasure) -> None:
    store = vault.kiosk_store
    with store.write():
        at = stamp(clock)
        store.windows.move(erasure.window_id, WindowEvent.ERASE, erasure.by, erasure.second, None, at)
        detail = f"{erasure.applications} applications, tombstones {erasure.tombstones}"
        store.audit.append("window_erase", erasure.by, erasure.window_id, detail, at=at)
