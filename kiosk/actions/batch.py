"""Close, balance, seal: one file that is whole and verified on disk before anything is marked sealed."""

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kiosk.actions.batch_contents import Contents, balance_lines, read_contents
from kiosk.actions.sealed_file import SealedFile
from kiosk.actions.window import close_keeping_key
from kiosk.batch_file.manifest import public_text, to_bytes
from kiosk.clock import stamp
from kiosk.domain.batch import Balance, Manifest, balance, file_name, superseded
from kiosk.domain.errors import BatchError, StorageFull, TappedFirst
from kiosk.domain.queue import Application
from kiosk.domain.staff import Role, require_role, require_two
from kiosk.domain.states import ApplicationEvent, ApplicationState, WindowEvent, advance_window, allowed_window
from kiosk.domain.window import Window, kept_reason, require_assigned
from kiosk.ports import Clock
from kiosk.rules import load_rules
from kiosk.store import device
from kiosk.store.batches import Batch
from kiosk.store.sealing import SealingRows, SealNote, SealNotes, seal_lock
from kiosk.store.vault import Vault

Progress = Callable[[int, int], None]
"""Told how many members of how many are written."""
DEFAULT_PROFILE = "default"
_ROOM_TO_SPARE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SealOrder:
    """Who seals what to where; ``reason`` is a supervisor's, for a window that does not balance."""

    window_id: str
    folder: Path
    by: str
    second: str
    reason: str | None = None
    profile: str | None = None
    rules: Path | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed batch and where it lies."""

    batch: Batch
    path: Path


def balance_window(vault: Vault, window_id: str, rules: Path | None = None) -> Balance:
    """The numbers of a window as they stand; raises Locked while its key is not in memory."""
    store = vault.window_store(window_id)
    applications = store.applications.list()
    lines = balance_lines(applications, store.photos.hashes(), load_rules("ages", rules))
    return balance(lines, [item.call_number for item in store.custody.open_items()])


def close_and_balance(
    vault: Vault, clock: Clock, window_id: str, by: str, *, second: str = "", reason: str | None = None,
    ignore_drafts: bool = False, rules: Path | None = None,
) -> Balance:  # fmt: skip
    """Close a window that is still open, unless its numbers differ and no reason is given; gives its balance.

    Unlike the desk's closing it leaves the key in memory, since sealing follows at once. What is open in the ledger
    takes a second person besides the reason.
    """
    store = vault.kiosk_store
    require_role(store.staff.get(by), Role.OPERATOR)
    found, state = balance_window(vault, window_id, rules), store.windows.get(window_id).state
    serious = [each for each in found.differences if not (ignore_drafts and each.key == "drafts_left")]
    if WindowEvent.CLOSE in allowed_window(state) and (not serious or (reason or "").strip()):
        close_keeping_key(vault, clock, window_id, by, second=second, reason=reason or "")
    return found


def is_closed(vault: Vault, window_id: str) -> bool:
    """Whether the window waits for its seal."""
    return WindowEvent.SEAL in allowed_window(vault.kiosk_store.windows.get(window_id).state)


def count_drafts_as_abandoned(vault: Vault, clock: Clock, window_id: str, by: str) -> int:
    """The way out for drafts nobody finished, once the window is closed (else NotAllowedNow); gives how many.

    Raises NotAssigned for who does not work at this window.
    """
    account, window = vault.kiosk_store.staff.get(by), vault.kiosk_store.windows.get(window_id)
    require_role(account, Role.OPERATOR)
    require_assigned(window, account)
    advance_window(window.state, WindowEvent.SEAL)
    store, at = vault.window_store(window_id), stamp(clock)
    with store.write():
        drafts = [each.uid for each in store.applications.list((ApplicationState.DRAFT,))]
        many = store.applications.move_all(drafts, ApplicationEvent.ABANDON, by, at)
        for each in store.applications.list((ApplicationState.ABANDONED,)):
            store.applications.wipe(each.uid, at)
    vault.kiosk_store.audit.append("drafts_abandoned", by, window_id, str(many), at=stamp(clock))
    return many


def seal_window(vault: Vault, clock: Clock, order: SealOrder, progress: Progress = lambda done, total: None) -> Sealed:
    """Write, verify and enter one batch, or finish the one that was cut off.

    Raises SecondPersonNeeded, NotPermitted, NotAssigned, AnswerRefused (its reason), NotAllowedNow, TappedFirst,
    Locked, StorageFull, or BatchError (``unbalanced``, ``file_exists``, ``changed_while_sealing`` or a fault found when
    reading the disk again).
    """
    order = replace(order, reason=kept_reason(order.reason))
    staff = vault.kiosk_store.staff
    require_two(staff.get(order.by), staff.get(order.second))
    require_assigned(vault.kiosk_store.windows.get(order.window_id), staff.get(order.by))
    with seal_lock(vault.folder, order.window_id):
        return _finish_interrupted(vault, clock, order) or _seal_anew(vault, clock, order, progress)


def _finish_interrupted(vault: Vault, clock: Clock, order: SealOrder) -> Sealed | None:
    """Enter the batch that a cut-off seal had whole and verified on disk; otherwise clear away what it left."""
    notes = SealNotes(vault.kiosk_store)
    note = notes.get(order.window_id)
    if note is None:
        return None
    advance_window(vault.kiosk_store.windows.get(order.window_id).state, WindowEvent.SEAL)
    file = SealedFile(Path(note.folder) / note.file_name)
    if note.sha256 and file.is_there(note.sha256):
        return _enter(vault, clock, note, file)
    file.discard()
    return None


def _seal_anew(vault: Vault, clock: Clock, order: SealOrder, progress: Progress) -> Sealed:
    window = vault.kiosk_store.windows.get(order.window_id)
    advance_window(window.state, WindowEvent.SEAL)
    found = balance_window(vault, window.id, order.rules)
    if not found.adds_up and not order.reason:
        raise BatchError("unbalanced")
    seq = vault.kiosk_store.batches.next_seq(window.id)
    rows = SealingRows(vault.window_store(window.id), seq)
    note = _note(order, window, seq, stamp(clock))
    file = SealedFile(Path(note.folder) / note.file_name)
    file.refuse_if_there()
    applications = rows.applications()
    note = replace(note, supersedes=json.dumps(_supersedes(vault, rows, applications, note)))
    SealNotes(vault.kiosk_store).set(note)
    snapshot = rows.snapshot(applications)  # before the contents are read: what changes after this stops the seal
    rules = (load_rules("columns", order.rules), order.profile or DEFAULT_PROFILE, load_rules("ages", order.rules))
    contents = read_contents(rows, applications, window.municipality, *rules)
    _require_room(file.path.parent, contents)
    audit_head = _log_start(vault, clock, note)
    manifest = _manifest(vault, note, window, order, contents, found, audit_head)
    sha256 = _write(vault, file, manifest, contents, window, progress)
    note = replace(
        note, sha256=sha256, snapshot=snapshot, applications=len(applications),
        batch_id=manifest.batch_id, manifest_sha256=hashlib.sha256(to_bytes(manifest)).hexdigest(),
    )  # fmt: skip
    SealNotes(vault.kiosk_store).set(note)
    return _enter(vault, clock, note, file)


def _supersedes(
    vault: Vault, rows: SealingRows, applications: Iterable[Application], note: SealNote
) -> tuple[dict[str, Any], ...]:
    batch_ids = {each.seq: each.batch_id for each in vault.kiosk_store.batches.list(note.window_id)}
    return superseded(rows.sealed_before(), {str(each.uid) for each in applications}, batch_ids, note.seq)


def _note(order: SealOrder, window: Window, seq: int, at: str) -> SealNote:
    name = file_name(window.municipality, window.id, seq, rehearsal=window.rehearsal)
    return SealNote(window.id, seq, str(order.folder.absolute()), name, order.by, order.second, at, order.reason)


def _log_start(vault: Vault, clock: Clock, note: SealNote) -> str:
    """Its own time, not the note's: reading the rows has taken a while, and colleagues were logged meanwhile."""
    store = vault.kiosk_store
    with store.write():
        detail = f"seq {note.seq}, with {note.second}"
        return store.audit.append("seal_started", note.by, note.window_id, detail, at=stamp(clock)).hash


def _manifest(
    vault: Vault, note: SealNote, window: Window, order: SealOrder, contents: Contents, found: Balance, audit_head: str
) -> Manifest:
    about = {name: getattr(window, name) for name in ("id", "municipality", "company", "place", "held_on")}
    differences = {each.key: each.expected - each.found for each in found.differences}
    return Manifest(
        batch_id=secrets.token_hex(16),
        rehearsal=window.rehearsal,
        window=about,
        seq=note.seq,
        supersedes=tuple(json.loads(note.supersedes)),
        sealed_at=note.at,
        sealed_by=(note.by, note.second),
        counts=contents.counts,
        balance={"differences": differences, "reason": order.reason if differences else None},
        profile=order.profile or DEFAULT_PROFILE,
        members=tuple(source.member for source in contents.sources),
        audit_head=audit_head,
        software=f"madoguchi-kiosk {version('madoguchi-kiosk')}",
        device_key=public_text(device.device_key(vault.kiosk_store, window.rehearsal).public_key()),
    )


def _write(
    vault: Vault, file: SealedFile, manifest: Manifest, contents: Contents, window: Window, progress: Progress
) -> str:
    store, total = vault.kiosk_store, len(contents.sources)
    return file.write_and_verify(
        manifest,
        contents.sources,
        device.recipients(store, window.rehearsal),
        device.device_key(store, window.rehearsal),
        progress=lambda done: progress(done, total),
    )


def _enter(vault: Vault, clock: Clock, note: SealNote, file: SealedFile) -> Sealed:
    """Name the file for good, then move applications, window and ledger; every step can be done again after a crash."""
    store, at = vault.kiosk_store, stamp(clock)
    file.put_in_place(note.sha256)
    try:
        SealingRows(vault.window_store(note.window_id), note.seq).move_to_sealed(note.snapshot, note.by, at)
    except TappedFirst:
        file.take_back(note.sha256)
        SealNotes(store).clear(note.window_id)
        raise
    batch = Batch(
        note.window_id, note.seq, note.file_name, note.sha256, note.applications, note.at, note.by, note.second,
        batch_id=note.batch_id, manifest_sha256=note.manifest_sha256, supersedes=note.supersedes,
    )  # fmt: skip
    with store.write():
        store.batches.add(batch)
        store.windows.move(note.window_id, WindowEvent.SEAL, note.by, note.second, note.reason, at)
        store.audit.append("sealed", note.by, note.window_id, f"seq {note.seq} sha256 {note.sha256}", at=stamp(clock))
        SealNotes(store).clear(note.window_id)
    vault.forget_window(note.window_id)
    return Sealed(batch, file.path)


def _require_room(folder: Path, contents: Contents) -> None:
    needed = sum(source.member.size for source in contents.sources) + _ROOM_TO_SPARE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < needed:
        raise StorageFull("no room for the batch")
