"""The application form at the desk: scanner, keys or camera, then compared with the paper. No frame is kept."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import applicant_desk as deeds
from kiosk.actions.form_qr import station_of
from kiosk.domain.errors import FormAlreadyUsed, KioskError, Refused
from kiosk.domain.form_qr import grouped
from kiosk.domain.queue import Application
from kiosk.screens import again, services, signed_in
from kiosk.screens.applicant_desk import to_next, version
from kiosk.screens.form_qr import as_shown, words_for
from kiosk.screens.frames import WAIT_SECONDS, frame_response
from kiosk.texts import DEFAULT_LANGUAGE, translator


def register(blueprint: Blueprint) -> None:
    """Add these addresses to the queue's."""
    blueprint.get("/<uid>/form")(form)
    blueprint.post("/<uid>/form")(form_typed)
    blueprint.post("/<uid>/form-scan")(form_scanned)
    blueprint.post("/<uid>/form-camera")(form_camera)
    blueprint.get("/<uid>/form-guide.json")(form_guide)
    blueprint.get("/<uid>/form-frame.jpg")(form_frame)
    blueprint.post("/<uid>/form-take")(form_take)
    blueprint.get("/<uid>/form-check")(form_check)
    blueprint.post("/<uid>/form-check")(form_checked)
    blueprint.post("/<uid>/form-without")(form_without)


def form(uid: str) -> ResponseReturnValue:
    """Scan or key the number, start the camera, or go on without a form."""
    shown = again.take(f"queue/{uid}/form")
    context = {"application": _application(uid), "error": _words(shown.refused), "is_watching": _is_watching(uid)}
    return render_template("form_qr_desk.html", **context), shown.status


def form_typed(uid: str) -> ResponseReturnValue:
    """Take the number keyed once; it is compared with the paper next."""
    return _taken(uid, lambda: deeds.read_form(services(), uid, signed_in.staff(), [request.form.get("entry", "")]))


def form_scanned(uid: str) -> ResponseReturnValue:
    """Take what a scanner typed: the same keys read by each keyboard layout."""
    return _taken(uid, lambda: deeds.read_form(services(), uid, signed_in.staff(), request.form.getlist("keys")))


def form_camera(uid: str) -> ResponseReturnValue:
    """Begin to look for the form before the camera."""
    services().stage("form")
    return _taken(uid, lambda: deeds.watch_form(services(), uid, signed_in.staff(), afresh=True), then="queue.form")


def form_guide(uid: str) -> ResponseReturnValue:
    """What was read and what would help; never the number itself."""
    watch = deeds.watched_form(services(), uid, signed_in.staff())
    return as_shown(watch.view(request.args.get("after", 0, type=int), WAIT_SECONDS), translator(DEFAULT_LANGUAGE))


def form_frame(uid: str) -> ResponseReturnValue:
    """The newest frame of the form camera, while this person's form is looked for."""
    return frame_response(services().camera_form, is_theirs=_is_watching(uid))


def form_take(uid: str) -> ResponseReturnValue:
    """Take the form the camera has read."""
    return _taken(uid, lambda: deeds.take_form(services(), uid, signed_in.staff()))


def form_check(uid: str) -> ResponseReturnValue:
    """The whole number, to be compared with the paper, and whether name and address are those of today."""
    form_id = deeds.form_to_compare(services(), uid, signed_in.staff())
    if form_id is None:
        return redirect(url_for("queue.form", uid=uid), code=303)
    shown = again.take(f"queue/{uid}/form-check")
    context = {"application": _application(uid), "form_id": grouped(form_id), "error": _words(shown.refused)}
    return render_template("form_qr_desk_check.html", **context), shown.status


def form_checked(uid: str) -> ResponseReturnValue:
    """Keep a current form and go on; an old one cannot be used."""
    staff, parts = signed_in.staff(), services()
    if request.form.get("answer") == "yes":
        return _done(uid, lambda: deeds.confirm_form(parts, uid, staff, version()))
    return _done(uid, lambda: deeds.refuse_form(parts, uid, staff, version()))


def form_without(uid: str) -> ResponseReturnValue:
    """Go on by hand."""
    return _done(uid, lambda: deeds.go_without_form(services(), uid, signed_in.staff(), version()))


def _taken(uid: str, deed: Callable[[], object], then: str = "queue.form_check") -> ResponseReturnValue:
    try:
        deed()
    except Refused as refused:
        again.keep(again.Again(f"queue/{uid}/form", refused=refused))
        then = "queue.form"
    return redirect(url_for(then, uid=uid), code=303)


def _done(uid: str, deed: Callable[[], object]) -> ResponseReturnValue:
    try:
        deed()
    except Refused as refused:
        again.keep(again.Again(f"queue/{uid}/form", refused=refused))
    return to_next(uid)


def _is_watching(uid: str) -> bool:
    watch = station_of(services()).current(uid)
    return watch is not None and not watch.has_ended


def _words(refused: KioskError | None) -> str:
    if isinstance(refused, FormAlreadyUsed):
        number, since = _application(refused.uid).call_number, refused.since
        return translator(DEFAULT_LANGUAGE)("queue.error_form_used", number=number, date=since[:10], time=since[11:16])
    return words_for(refused, translator(DEFAULT_LANGUAGE))


def _application(uid: str) -> Application:
    return services().window_store().applications.get(uid)
