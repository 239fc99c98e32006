"""The windows of this kiosk: plan, look whether all is ready, open, pause, resume, open again by two people."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import window as deeds
from kiosk.actions.identity import identity_rules
from kiosk.actions.readiness import CHECKS, Check, Status, check_backlog, report
from kiosk.actions.staff import confirm_second
from kiosk.domain.errors import AnswerRefused, NotPermitted, NotSignedIn, Refused, SecondPersonNeeded
from kiosk.domain.states import WINDOW_MOVES, WindowState
from kiosk.domain.window import CONTACT_MAIL, OTHER_CITIES, WindowPlan
from kiosk.screens import services, settings, signed_in
from kiosk.screens.fragments import render_block
from kiosk.texts import leading, translator


def register(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    blueprint.get("/windows")(window_list)
    blueprint.post("/windows")(window_new)
    blueprint.get("/windows/<window_id>/ready")(window_ready)
    blueprint.get("/windows/<window_id>/report")(window_report)
    blueprint.post("/windows/<window_id>/open")(window_open)
    blueprint.post("/windows/<window_id>/reopen")(window_reopen)
    blueprint.post("/windows/<window_id>/<event>")(window_move)


def window_list() -> ResponseReturnValue:
    """All venue sessions with what can be done to each."""
    return _page()


def window_new() -> ResponseReturnValue:
    """Plan a venue session."""
    try:
        deeds.make_window(services().vault, services().clock, _plan(), signed_in.staff())
    except AnswerRefused as refused:
        return _page(refused.text_key, refused.item), 422
    except Refused as refused:
        return _page(refused.text_key), 422
    return _go()


def window_ready(window_id: str) -> ResponseReturnValue:
    """What is looked at before a window opens; the page comes at once and asks for the report itself."""
    return _ready_page(window_id)


def window_report(window_id: str) -> ResponseReturnValue:
    """The readiness report as the page's fragment."""
    checks = _checks(window_id)
    is_ready = not any(check.status is Status.RED for check in checks)
    each = services().kiosk_store.windows.get(window_id)
    return render_block("desk_ready.html", "report", each=each, checks=checks, is_ready=is_ready)


def window_open(window_id: str) -> ResponseReturnValue:
    """Open a window; anything red in the report needs a supervisor's reason."""
    is_ready = not any(check.status is Status.RED for check in _checks(window_id))
    reason = request.form.get("reason", "").strip() or None
    try:
        deeds.open_window(
            services().vault, services().clock, window_id, signed_in.staff(), is_ready=is_ready, reason=reason
        )
    except Refused as refused:
        return _ready_page(window_id, refused.text_key), 422
    return redirect(url_for("desk.index"), code=303)


def window_move(window_id: str, event: str) -> ResponseReturnValue:
    """Pause or resume a window."""
    moves = {"pause": deeds.pause_window, "resume": deeds.resume_window}
    if event not in moves:
        abort(404)
    moves[event](services().vault, services().clock, window_id, signed_in.staff())
    return _go()


def window_reopen(window_id: str) -> ResponseReturnValue:
    """Open a closed or sealed window again for late applicants: two people on the spot, and a reason."""
    vault, form, first = services().vault, request.form, signed_in.staff()
    try:
        second = confirm_second(vault, first, form.get("second_name", "").strip(), form.get("second_passphrase", ""))
        deeds.reopen_window(vault, services().clock, window_id, first, second.name, form.get("reason", ""))
    except (Refused, NotSignedIn, SecondPersonNeeded, NotPermitted) as refused:
        return _page(refused.text_key), 422
    return _go()


def _checks(window_id: str) -> list[Check]:
    parts = services()
    face, form = parts.camera_face, parts.camera_form
    cameras = (face,) if face is form else (face, form)
    return [*report(parts.vault, parts.clock, cameras), check_backlog(parts.vault, window_id)]


def _ready_page(window_id: str, error: str | None = None) -> str:
    each = services().kiosk_store.windows.get(window_id)
    return render_template("desk_ready.html", each=each, checks=None, names=CHECKS, error=error)


def _plan() -> WindowPlan:
    form = request.form
    try:
        held_on = date.fromisoformat(form.get("held_on", ""))
    except ValueError:
        raise AnswerRefused("held_on", "window.error_date_or_number") from None
    try:
        people = int(form.get("head_count", ""))
    except ValueError:
        raise AnswerRefused("head_count", "window.error_date_or_number") from None
    return WindowPlan(
        municipality=settings().municipality,
        company=form.get("company", ""),
        place=form.get("place", ""),
        held_on=held_on,
        head_count=people,
        rehearsal=form.get("rehearsal") == "yes" or services().vault.is_rehearsal,
        options=_options(),
    )


def _options() -> dict[str, Any]:
    """What was agreed for this window; a list nobody chose from is as the installation has it."""
    form = request.form
    chosen = {item: form.get(item, "") for item in ("preset", "contact_mail", "other_cities")}
    lists = {item: form.getlist(item) for item in ("languages", "staff")}
    return {item: value for item, value in {**chosen, **lists}.items() if value}


def _page(error: str | None = None, item: str = "") -> str:
    return render_template(
        "desk_windows.html",
        windows=[(each, _events(each.state)) for each in services().kiosk_store.windows.list()],
        today=services().clock.today(),
        presets=tuple(identity_rules(services()).post),
        is_rehearsal_folder=services().vault.is_rehearsal,
        languages=[(code, translator(code)("applicant.label_language")) for code in leading(settings().languages)],
        contact_mails=CONTACT_MAIL,
        other_cities=OTHER_CITIES,
        accounts=[each.name for each in services().kiosk_store.staff.list() if each.is_active],
        error=error,
        error_item="identity.label_preset" if item == "preset" else f"window.label_{item}" if item else "",
        typed=request.form,
    )


def _events(state: WindowState) -> list[str]:
    return [str(event) for (origin, event) in WINDOW_MOVES if origin == state]


def _go() -> ResponseReturnValue:
    return redirect(url_for("desk.window_list"), code=303)
