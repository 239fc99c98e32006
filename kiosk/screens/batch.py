"""Close, balance, seal: the last page of the day at the desk."""

from flask import Blueprint, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import batch as deeds
from kiosk.actions.batch import SealOrder, balance_window
from kiosk.actions.seal_job import SealJob
from kiosk.actions.staff import sign_in
from kiosk.actions.window import close_window, reopen_window
from kiosk.domain.errors import (
    KioskError,
    Locked,
    NotFound,
    NotPermitted,
    NotSignedIn,
    Refused,
    SecondPersonNeeded,
)
from kiosk.domain.states import WindowEvent
from kiosk.domain.window import is_assigned, kept_reason
from kiosk.screens import batch_erase, batch_hand_over, batch_page, second_person, services, signed_in
from kiosk.screens.batch_page import events, go, is_sealing, refuse, seals
from kiosk.screens.fragments import render_block

blueprint = Blueprint("batch", __name__, url_prefix="/batch")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """One's windows that were at work, erased ones too; straight to the only one at work unless all are asked for."""
    account = signed_in.account()
    listed = [each for each in services().kiosk_store.windows.list() if is_assigned(each, account)]
    at_work = [each for each in listed if events(each) & {WindowEvent.CLOSE, WindowEvent.SEAL}]
    if len(at_work) == 1 and "all" not in request.args:
        return go(at_work[0].id)
    return render_template("batch_list.html", windows=[each for each in listed if events(each) != {WindowEvent.OPEN}])


@blueprint.get("/<window_id>")
def page(window_id: str) -> ResponseReturnValue:
    """Balance, differences and what comes next for one window."""
    return batch_page.page(window_id)


@blueprint.post("/<window_id>/close")
def close(window_id: str) -> ResponseReturnValue:
    """Close the window to applicants; one that does not add up only when it is said to be meant so.

    With things open in the ledger it takes a reason and a second person on the spot.
    """
    if not _adds_up(window_id) and request.form.get("anyway") != "yes":
        return refuse(window_id, Refused("batch.error_close_unbalanced"))
    try:
        _close(window_id)
    except (Refused, NotSignedIn, SecondPersonNeeded, NotPermitted) as refused:
        return refuse(window_id, refused)
    return go(window_id)


def _close(window_id: str) -> None:
    vault, first, form = services().vault, signed_in.staff(), request.form
    second = second_person.confirmed().name if form.get("second_name", "").strip() else ""
    close_window(vault, services().clock, window_id, first, second=second, reason=form.get("reason", ""))


@blueprint.post("/<window_id>/unlock")
def unlock(window_id: str) -> ResponseReturnValue:
    """Take the closed window's key into memory again."""
    try:
        sign_in(services().vault, services().clock, signed_in.staff(), request.form.get("passphrase", ""))
    except NotSignedIn as refused:
        return refuse(window_id, refused)
    return go(window_id)


@blueprint.post("/<window_id>/abandon-drafts")
def abandon_drafts(window_id: str) -> ResponseReturnValue:
    """Count drafts nobody finished as abandoned."""
    deeds.count_drafts_as_abandoned(services().vault, services().clock, window_id, signed_in.staff())
    return go(window_id)


@blueprint.post("/<window_id>/seal")
def seal(window_id: str) -> ResponseReturnValue:
    """Seal with a second person on the spot; a second tap finds the first one's progress."""
    if not is_sealing(window_id):
        first, form = signed_in.staff(), request.form
        try:
            second = second_person.confirmed()
            _start(window_id, first, second.name, kept_reason(form.get("reason")))
        except KioskError as refused:
            return refuse(window_id, refused)
    return go(window_id)


@blueprint.post("/<window_id>/reopen")
def reopen(window_id: str) -> ResponseReturnValue:
    """Open the window again, for what is left over or for late applicants; two people and a reason."""
    first, form = signed_in.staff(), request.form
    try:
        with second_person.at_hand(window_id) as second:
            reopen_window(services().vault, services().clock, window_id, first, second.name, form.get("reason", ""))
    except KioskError as refused:
        return refuse(window_id, refused)
    return redirect(url_for("queue.index"), code=303)


@blueprint.get("/<window_id>/progress")
def progress(window_id: str) -> ResponseReturnValue:
    """How far the seal is; the page is loaded anew when it has ended."""
    job = seals().get(window_id)
    if job is None or not job.is_running:
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = url_for("batch.page", window_id=window_id)
        return answer
    return render_block("batch.html", "progress", job=job, each=services().kiosk_store.windows.get(window_id))


@blueprint.get("/<window_id>/<int:seq>/file")
def file(window_id: str, seq: int) -> ResponseReturnValue:
    """The sealed file; only the municipality can open it."""
    batches = services().kiosk_store.batches.list(window_id)
    name = next((each.file_name for each in batches if each.seq == seq), None)
    path = services().vault.folder.outbox / name if name else None
    if path is None or not path.is_file():
        raise NotFound("the file is not on this computer")
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=path.name)


def _adds_up(window_id: str) -> bool:
    try:
        return balance_window(services().vault, window_id, services().rules_folder).adds_up
    except Locked:
        return True  # closed already: the deed itself says so


def _start(window_id: str, first: str, second: str, reason: str | None) -> None:
    parts, known = services(), batch_page.profiles()
    profile = request.form.get("profile") or known[0]
    if profile not in known:
        raise NotFound("no such column profile")
    order = SealOrder(window_id, parts.vault.folder.outbox, first, second, reason, profile, parts.rules_folder)
    if not balance_window(parts.vault, window_id, parts.rules_folder).adds_up and not reason:
        raise Refused("batch.error_unbalanced")
    with parts.guard:
        if not is_sealing(window_id):
            job = SealJob(lambda told: deeds.seal_window(parts.vault, parts.clock, order, told), parts.clock.monotonic)
            seals()[window_id] = job
            job.start()
    job.wait(1.0)


batch_hand_over.register(blueprint)
batch_erase.register(blueprint)
