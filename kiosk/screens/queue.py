"""The board and one application beside its photo, with everything staff may do to it."""

from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import custody
from kiosk.actions import queue as deeds
from kiosk.actions.receipt import receipt_of
from kiosk.actions.resume import offer
from kiosk.documents.receipt import receipt_pdf
from kiosk.domain.errors import NotAllowedNow, NotFound, Refused, TappedFirst
from kiosk.domain.form_qr import FormId, grouped
from kiosk.domain.queue import Application
from kiosk.screens import again, applicant_desk, form_qr_desk, photo_desk, queue_page, services, signed_in
from kiosk.screens.applicant_desk import do as _do
from kiosk.screens.applicant_desk import version as _version
from kiosk.screens.fragments import render_block

blueprint = Blueprint("queue", __name__, url_prefix="/queue")
photo_desk.register(blueprint)
applicant_desk.register(blueprint)
form_qr_desk.register(blueprint)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The live board."""
    return render_template("queue.html", **_board())


@blueprint.get("/board")
def board() -> ResponseReturnValue:
    """The board's fragment; 204 while nothing on it changed."""
    fresh = _board()
    if request.args.get("seen") == fresh["digest"]:
        return "", 204
    return render_block("queue.html", "board", **fresh)


def _board() -> dict[str, Any]:
    if services().current_window() is None:
        return {"groups": (), "digest": "none", "staff_name": signed_in.staff()}
    groups, at_camera = queue_page.board_groups(), queue_page.at_camera()
    digest = sha256(repr((groups, at_camera)).encode()).hexdigest()[:16]
    return {"groups": groups, "at_camera": at_camera, "digest": digest, "staff_name": signed_in.staff()}


@blueprint.get("/find")
def find() -> ResponseReturnValue:
    """Open the one application that fits a call number or the last four digits, or list those that do."""
    wanted = request.args.get("wanted", "")
    found = deeds.find(services(), wanted)
    if len(found) == 1:
        return _open(found[0].uid)
    return render_template("queue_find.html", found=found, no_form=queue_page.no_form, wanted=wanted.strip()[:8])


@blueprint.get("/ready")
def ready() -> ResponseReturnValue:
    """Everybody whose identity is checked, to accept several at once."""
    typed = dict(again.take("queue/ready").typed)
    done = typed.pop("done", None)
    context = {"rows": queue_page.ready_rows(), "refused": typed, "done": done}
    return render_template("queue_ready.html", **context), 422 if typed else 200


@blueprint.post("/ready")
def accept_ready() -> ResponseReturnValue:
    """Accept those ticked; who could not be accepted stays on the page with the reason."""
    ticked = queue_page.ticked(request.form)
    refused = deeds.accept_all(services(), ticked, signed_in.staff())
    words = {uid: queue_page.refusal_words(error) for uid, error in refused.items()}
    again.keep(again.Again("queue/ready", {**words, "done": str(len(ticked) - len(refused))}))
    return redirect(url_for("queue.ready"), code=303)


@blueprint.post("/<uid>/resume")
def resume(uid: str) -> ResponseReturnValue:
    """Offer it to the applicant screen."""
    return _do(uid, lambda: offer(services(), uid, signed_in.staff()))


@blueprint.get("/<uid>")
def application(uid: str) -> ResponseReturnValue:
    """One application beside its photo."""
    shown = again.take(f"queue/{uid}")
    context = queue_page.application_context(uid, queue_page.refusal_words(shown.refused))
    return render_template("queue_application.html", **context), shown.status


@blueprint.get("/<uid>/photo.jpg")
def photo(uid: str) -> ResponseReturnValue:
    """The photo as it would go onto the card."""
    stored = services().window_store().photos.get(uid)
    if stored is None:
        raise NotFound("no photo")
    return Response(stored.jpeg, mimetype="image/jpeg")


@blueprint.post("/<uid>/form-id")
def form_id(uid: str) -> ResponseReturnValue:
    """The whole application form ID, for staff at work; noted in the audit log."""
    try:
        application = deeds.show_form_id(services(), uid, signed_in.staff())
    except TappedFirst as refused:
        again.keep(again.Again(f"queue/{uid}", refused=refused))
        return "", 409, {"HX-Redirect": url_for("queue.application", uid=uid)}
    shown, no_form = _grouped(application), queue_page.no_form(application)
    return render_block("queue_application.html", "form_id", application=application, shown=shown, no_form=no_form)


@blueprint.post("/<uid>/form-id-agrees")
def form_id_agrees(uid: str) -> ResponseReturnValue:
    """The number keyed once agrees with the paper."""
    return _do(uid, lambda: deeds.form_id_agrees(services(), uid, signed_in.staff()))


def _grouped(application: Application) -> str:
    return grouped(FormId(application.form_id)) if application.form_id else ""


@blueprint.post("/<uid>/claim")
def claim(uid: str) -> ResponseReturnValue:
    """Take it to work on."""
    return _do(uid, lambda: deeds.claim(services(), uid, signed_in.staff()))


@blueprint.post("/<uid>/release")
def release(uid: str) -> ResponseReturnValue:
    """Let go of it."""
    return _do(uid, lambda: deeds.release(services(), uid, signed_in.staff()))


@blueprint.post("/<uid>/take-over")
def take_over(uid: str) -> ResponseReturnValue:
    """Take it from a colleague, with a reason."""
    held_by = request.form.get("held_by", "")
    return _do(uid, lambda: deeds.take_over(services(), uid, signed_in.staff(), held_by, request.form))


@blueprint.post("/<uid>/help")
def help_given(uid: str) -> ResponseReturnValue:
    """Lower a raised hand."""
    return _do(uid, lambda: deeds.answered_help(services(), uid, signed_in.staff()))


@blueprint.post("/<uid>/items/<int:line>/<deed>")
def move_item(uid: str, line: int, deed: str) -> ResponseReturnValue:
    """Give one thing back, or note that the office has it."""
    reason = request.form.get("reason", "")
    return _do(uid, lambda: custody.move_item(services(), uid, line, deed, signed_in.staff(), reason))


@blueprint.post("/<uid>/accept")
def accept(uid: str) -> ResponseReturnValue:
    """Accept it, then show the receipt."""
    envelope = request.form.get("envelope", "")
    return _do(
        uid,
        lambda: deeds.accept(services(), uid, signed_in.staff(), envelope, _version()),
        then=url_for("queue.receipt", uid=uid),
    )


@blueprint.post("/<uid>/return")
def send_back(uid: str) -> ResponseReturnValue:
    """Give it back to the applicant screen with a reason."""
    return _do(uid, lambda: deeds.send_back(services(), uid, signed_in.staff(), request.form, _version()))


@blueprint.post("/<uid>/withdraw")
def withdraw(uid: str) -> ResponseReturnValue:
    """End it at the person's wish."""
    return _do(uid, lambda: deeds.withdraw(services(), uid, signed_in.staff(), request.form, _version()))


@blueprint.post("/<uid>/reject")
def reject(uid: str) -> ResponseReturnValue:
    """End it since it cannot be taken."""
    return _do(uid, lambda: deeds.reject(services(), uid, signed_in.staff(), request.form, _version()))


@blueprint.post("/<uid>/reopen")
def reopen(uid: str) -> ResponseReturnValue:
    """Take an accepted one up again."""
    return _do(uid, lambda: deeds.reopen(services(), uid, signed_in.staff(), request.form, _version()))


@blueprint.get("/<uid>/change/<item>")
def change(uid: str, item: str) -> ResponseReturnValue:
    """One answer to correct; of an accepted application its page, which says how."""
    if not queue_page.can_change(uid):
        return _open(uid)
    shown = again.take(f"queue/{uid}/change/{item}")
    typed = shown.typed if shown.refused else None
    return render_template(
        "queue_change.html", **queue_page.change_context(uid, item, shown.text_key, typed)
    ), shown.status


@blueprint.post("/<uid>/change/<item>")
def change_kept(uid: str, item: str) -> ResponseReturnValue:
    """Keep a correction with its reason; a value that breaks its rule is shown again, never by this POST's answer."""
    try:
        deeds.change_answer(services(), uid, signed_in.staff(), item, request.form, _version())
    except (Refused, TappedFirst) as refused:
        typed = {} if refused.text_key in again.FORGET else request.form.to_dict()
        again.keep(again.Again(f"queue/{uid}/change/{item}", typed, refused))
        return redirect(url_for("queue.change", uid=uid, item=item), code=303)
    except NotAllowedNow as refused:
        again.keep(again.Again(f"queue/{uid}", refused=refused))
    return _open(uid)


@blueprint.get("/<uid>/receipt")
def receipt(uid: str) -> ResponseReturnValue:
    """The receipt of an accepted application on screen."""
    return render_template("queue_receipt.html", uid=uid, receipt=receipt_of(services(), uid))


@blueprint.get("/<uid>/receipt.pdf")
def receipt_sheet(uid: str) -> ResponseReturnValue:
    """The receipt as an A4 sheet."""
    return Response(receipt_pdf(receipt_of(services(), uid)), mimetype="application/pdf")


def _open(uid: str) -> ResponseReturnValue:
    return redirect(url_for("queue.application", uid=uid), code=303)
