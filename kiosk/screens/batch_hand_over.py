"""A sealed window's batches to a registered destination, and the office's answers from there."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions.acknowledge import acknowledge as deed_acknowledge
from kiosk.actions.acknowledge_pick_up import pick_up
from kiosk.actions.hand_over import HandOverOrder
from kiosk.actions.hand_over import hand_over as deed
from kiosk.actions.hand_over_job import HandOverJob
from kiosk.batch_file.acknowledgement import MOST_BYTES, from_bytes
from kiosk.domain.errors import BatchError, KioskError
from kiosk.screens import services, signed_in
from kiosk.screens.batch_page import carriers, go, refuse
from kiosk.screens.fragments import render_block
from kiosk.store.hand_overs import HandOver
from kiosk.store.medium import Told


def register(blueprint: Blueprint) -> None:
    """Add these deeds to the batch page."""
    blueprint.post("/<window_id>/hand-over")(hand_over)
    blueprint.post("/<window_id>/hand-over/stop")(stop)
    blueprint.get("/<window_id>/carried")(carried)
    blueprint.post("/<window_id>/acknowledge")(acknowledge)
    blueprint.post("/<window_id>/pick-up")(fetch)


def hand_over(window_id: str) -> ResponseReturnValue:
    """Hand every batch of the window that lies here to one destination; a second tap finds the first one's progress."""
    try:
        files = _files(window_id)
    except KioskError as refused:
        return refuse(window_id, refused)
    with services().guard:
        running = carriers().get(window_id)
        if running is None or not running.is_running:
            running = carriers()[window_id] = HandOverJob(_deed(request.form.get("to", "")), files)
            running.start()
    running.wait(1.0)
    return go(window_id)


def stop(window_id: str) -> ResponseReturnValue:
    """Wait for the destination no longer."""
    job = carriers().get(window_id)
    if job:
        job.stop()
        job.wait(1.0)
    return go(window_id)


def carried(window_id: str) -> ResponseReturnValue:
    """How far the hand-over is; the page is loaded anew when it has ended."""
    job = carriers().get(window_id)
    if job is None or not job.is_running:
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = url_for("batch.page", window_id=window_id)
        return answer
    each = services().kiosk_store.windows.get(window_id)
    return render_block("batch.html", "carried", carrying=job, each=each)


def acknowledge(window_id: str) -> ResponseReturnValue:
    """Take up the office's acknowledgement file."""
    file = request.files.get("ack")
    try:
        if not file:
            raise BatchError("ack_missing")
        data = file.stream.read(MOST_BYTES + 1)
        with _key_for_now(from_bytes(data).window):
            return go(deed_acknowledge(services().vault, services().clock, data, signed_in.staff()).window.id)
    except KioskError as refused:
        return refuse(window_id, refused)


def fetch(window_id: str) -> ResponseReturnValue:
    """Look for the office's answers where batches are handed over."""
    parts, place = services(), request.form.get("to", "")
    try:
        with _key_for_now(window_id):
            by, rules = signed_in.staff(), parts.rules_folder
            if not list(pick_up(parts.vault, parts.clock, place, by, window_id, rules=rules)):
                raise BatchError("ack_not_there")
    except KioskError as refused:
        return refuse(window_id, refused)
    return go(window_id)


def _key_for_now(window_id: str) -> AbstractContextManager[None]:
    passphrase = request.form.get("passphrase", "")
    return signed_in.keys_for_now(passphrase, window_id) if passphrase else nullcontext()


def _files(window_id: str) -> list[Path]:
    """The sealed files that lie here; raises BatchError when there are none or they are for practice."""
    parts = services()
    if parts.kiosk_store.windows.get(window_id).rehearsal:
        raise BatchError("rehearsal_stays")
    paths = [parts.vault.folder.outbox / each.file_name for each in parts.kiosk_store.batches.list(window_id)]
    found = [path for path in paths if path.is_file()]
    if not found:
        raise BatchError("no_file_here")
    return found


def _deed(name: str) -> Callable[[Path, Told, Callable[[float], None]], HandOver]:
    parts, by = services(), signed_in.staff()

    def carry(file: Path, told: Told, wait: Callable[[float], None]) -> HandOver:
        order = HandOverOrder(file, name, by, parts.rules_folder)
        return deed(parts.vault, parts.clock, order, told, wait)

    return carry
