"""The page of one window's batches: what it shows, and what waits to be shown after a POST.

Every POST is answered by a redirect to this page, so what was refused and what was typed waits here, in memory.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions.batch import balance_window
from kiosk.actions.destinations import usable
from kiosk.actions.hand_over_job import HandOverJob
from kiosk.actions.seal_job import SealJob
from kiosk.domain.columns import profile_names
from kiosk.domain.errors import KioskError, Locked
from kiosk.domain.states import WindowEvent, allowed_window
from kiosk.domain.window import Window
from kiosk.rules import load_rules
from kiosk.screens import services
from kiosk.screens.again import FORGET
from kiosk.screens.errors import words_here
from kiosk.store.batches import Batch
from kiosk.store.erasing import Erasures
from kiosk.store.hand_overs import HandOver, HandOvers

_MOST_WAITING = 16
_SHOWN_AGAIN = ("reason", "second_name", "to", "profile")


@dataclass(frozen=True, slots=True)
class _Refusal:
    text_key: str
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)


def go(window_id: str) -> ResponseReturnValue:
    """Back to the page."""
    return redirect(url_for("batch.page", window_id=window_id), code=303)


def refuse(window_id: str, refused: KioskError) -> ResponseReturnValue:
    """Back to the page, which says why and shows again what was typed, no passphrase and nothing like a My Number."""
    shown = () if refused.text_key in FORGET else _SHOWN_AGAIN
    typed = {name: request.form[name] for name in shown if name in request.form}
    with services().guard:
        waiting = _waiting()
        waiting[_place(window_id)] = _Refusal(words_here(refused.text_key), typed)
        for oldest in list(waiting)[:-_MOST_WAITING]:
            waiting.pop(oldest)
    return go(window_id)


def page(window_id: str) -> str:
    """The whole page."""
    each = services().kiosk_store.windows.get(window_id)
    sealing, carrying = seals().get(window_id), carriers().get(window_id)
    refusal = _refusal(window_id) or _ended_badly(sealing, carrying)
    return render_template(
        "batch.html",
        each=each,
        rehearsal=each.rehearsal,
        events=events(each),
        job=sealing if sealing and sealing.is_running else None,
        carrying=carrying,
        error=refusal.text_key if refusal else None,
        typed=refusal.typed if refusal else {},
        batches=_batches(window_id),
        waiting=[batch for batch in _listed(window_id) if not batch.acknowledged_at],
        destinations=usable(services().rules_folder),
        profiles=profiles(),
        holds_key=services().vault.holds(window_id),
        erasure=Erasures(services().kiosk_store).get(window_id),
        **_balance(each),
    )


def events(each: Window) -> set[WindowEvent]:
    """What can be done to a window now."""
    return set(allowed_window(each.state))


def profiles() -> list[str]:
    """The column profiles a batch's table may follow, by name; first the one that counts where none is chosen."""
    return profile_names(load_rules("columns", services().rules_folder))


def seals() -> dict[str, SealJob]:
    """The seals of this run, by window."""
    found: dict[str, SealJob] = services().live.setdefault("seals", {})
    return found


def carriers() -> dict[str, HandOverJob]:
    """The hand-overs of this run, by window."""
    found: dict[str, HandOverJob] = services().live.setdefault("carriers", {})
    return found


def is_sealing(window_id: str) -> bool:
    """Whether this window is being sealed now."""
    job = seals().get(window_id)
    return job is not None and job.is_running


def _waiting() -> dict[tuple[str, str], _Refusal]:
    found: dict[tuple[str, str], _Refusal] = services().live.setdefault("batch_refusals", {})
    return found


def _place(window_id: str) -> tuple[str, str]:
    return str(session.get("sign_in", "")), window_id


def _refusal(window_id: str) -> _Refusal | None:
    with services().guard:
        return _waiting().pop(_place(window_id), None)


def _ended_badly(*jobs: SealJob | HandOverJob | None) -> _Refusal | None:
    keys = [job.error for job in jobs if job and not job.is_running and job.error]
    return _Refusal(keys[-1]) if keys else None


def _balance(each: Window) -> dict[str, Any]:
    if not events(each) & {WindowEvent.CLOSE, WindowEvent.SEAL} or is_sealing(each.id):
        return {"found": None, "is_locked": False}
    try:
        found = balance_window(services().vault, each.id, services().rules_folder)
        return {"found": found, "is_locked": False, "open_items": services().window_store(each.id).custody.open_items()}
    except Locked:
        return {"found": None, "is_locked": True}


def _listed(window_id: str) -> list[Batch]:
    return services().kiosk_store.batches.list(window_id)


def _batches(window_id: str) -> list[dict[str, Any]]:
    outbox = services().vault.folder.outbox
    ledger = HandOvers(services().kiosk_store).list(window_id)
    return [
        {
            "batch": each,
            "path": outbox / each.file_name,
            "supersedes": json.loads(each.supersedes),
            "ledger": [(line, _outcome_key(line)) for line in ledger if line.seq == each.seq],
        }
        for each in _listed(window_id)
    ]


def _outcome_key(line: HandOver) -> str:
    known = {"done": "batch.note_done", "there already": "batch.note_there_already"}
    return known.get(line.outcome) or (
        f"batch.error_{line.outcome}" if line.outcome.islower() else "errors.error_storage_full"
    )
