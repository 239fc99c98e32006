"""The windows of this kiosk: plan, look whether all is ready, open, pause, resume, open again by two people."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kiosk.actions import window as deeds
from kiosk.actions.readiness import CHECKS, Check, Status, check_backlog, report
from kiosk.domain.errors import KioskError, NotPermitted, NotSignedIn, Refused, SecondPersonNeeded
from kiosk.domain.states import WINDOW_MOVES, WindowState
from kiosk.domain.window import is_assigned
from kiosk.screens import again, desk_plan, second_person, services, signed_in
from kiosk.screens.fragments import render_block


def register(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    blueprint.get("/windows")(window_list)
    blueprint.post("/windows")(window_new)
    blueprint.get("/windows/<window_id>/ready")(window_ready)
    blueprint.get("/windows/<window_id>/report")(window_report)
    blueprint.post("/windows/<window_id>/open")(window_open)
    blueprint.post("/windows/<window_id>/reopen")(window_reopen)
    desk_plan.register(blueprint)
    blueprint.post("/windows/<window_id>/<event>")(window_move)


def window_list() -> ResponseReturnValue:
    """All venue sessions with what can be done to each, and what was typed again when it was refused."""
    account, listed, shown = signed_in.account(), services().kiosk_store.windows.list(), again.take("windows")
    page = render_template(
        "desk_windows.html",
        windows=[(each, _events(each.state) if is_assigned(each, account) else None) for each in listed],
        today=services().clock.today(),
        is_rehearsal_folder=services().vault.is_rehearsal,
        error=shown.text_key,
        error_item=desk_plan.label_of(shown),
        typed=MultiDict(shown.typed),
        **desk_plan.choices(),
    )
    return page, 422 if shown.refused else 200


def window_new() -> ResponseReturnValue:
    """Plan a venue session."""
    try:
        deeds.make_window(services().vault, services().clock, desk_plan.plan(), signed_in.staff())
    except Refused as refused:
        again.keep(again.Again("windows", request.form, refused))
    return _go()


def window_ready(window_id: str) -> ResponseReturnValue:
    """What is looked at before a window opens; the page comes at once and asks for the report itself."""
    each, refused = services().kiosk_store.windows.get(window_id), again.kept(_ready(window_id))
    error = refused.text_key if refused else None
    page = render_template("desk_ready.html", each=each, checks=None, names=CHECKS, error=error)
    return page, 422 if refused else 200


def window_report(window_id: str) -> ResponseReturnValue:
    """The readiness report as the page's fragment, with a reason that was refused."""
    checks, typed = _checks(window_id), again.take(_ready(window_id)).typed
    is_ready = not any(check.status is Status.RED for check in checks)
    each = services().kiosk_store.windows.get(window_id)
    return render_block("desk_ready.html", "report", each=each, checks=checks, is_ready=is_ready, typed=typed)


def window_open(window_id: str) -> ResponseReturnValue:
    """Open a window; anything red in the report needs a supervisor's reason."""
    is_ready = not any(check.status is Status.RED for check in _checks(window_id))
    reason = request.form.get("reason", "").strip() or None
    try:
        deeds.open_window(
            services().vault, services().clock, window_id, signed_in.staff(), is_ready=is_ready, reason=reason
        )
    except Refused as refused:
        again.keep(again.Again(_ready(window_id), _typed(refused), refused))
        return redirect(url_for("desk.window_ready", window_id=window_id), code=303)
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
        with second_person.at_hand(window_id) as second:
            deeds.reopen_window(vault, services().clock, window_id, first, second.name, form.get("reason", ""))
    except (Refused, NotSignedIn, SecondPersonNeeded, NotPermitted) as refused:
        again.keep(again.Again("windows", {**_typed(refused), "reopen": window_id}, refused))
    return _go()


def _checks(window_id: str) -> list[Check]:
    parts = services()
    face, form = parts.camera_face, parts.camera_form
    cameras = (face,) if face is form else (face, form)
    return [*report(parts.vault, parts.clock, cameras), check_backlog(parts.vault, window_id)]


def _ready(window_id: str) -> str:
    return f"windows/{window_id}/ready"


def _typed(refused: KioskError) -> dict[str, str]:
    """What is shown again: no passphrase, and nothing that may be a My Number."""
    shown = () if refused.text_key in again.FORGET else ("reason", "second_name")
    return {name: request.form.get(name, "") for name in shown}


def _events(state: WindowState) -> list[str]:
    return [str(event) for (origin, event) in WINDOW_MOVES if origin == state]


def _go() -> ResponseReturnValue:
    return redirect(url_for("desk.window_list"), code=303)
