"""The windows of this kiosk: plan, look whether all is ready, open, pause, resume, open again by two people."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import window as deeds
from kiosk.actions.readiness import CHECKS, Check, Status, check_backlog, report
from kiosk.domain.errors import AnswerRefused, NotPermitted, NotSignedIn, Refused, SecondPersonNeeded
from kiosk.domain.states import WINDOW_MOVES, WindowState
from kiosk.domain.window import is_assigned
from kiosk.screens import desk_plan, second_person, services, signed_in
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
    """All venue sessions with what can be done to each."""
    return _page()


def window_new() -> ResponseReturnValue:
    """Plan a venue session."""
    try:
        deeds.make_window(services().vault, services().clock, desk_plan.plan(), signed_in.staff())
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
        with second_person.at_hand(window_id) as second:
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


def _page(error: str | None = None, item: str = "") -> str:
    account, listed = signed_in.account(), services().kiosk_store.windows.list()
    return render_template(
        "desk_windows.html",
        windows=[(each, _events(each.state) if is_assigned(each, account) else None) for each in listed],
        today=services().clock.today(),
        is_rehearsal_folder=services().vault.is_rehearsal,
        error=error,
        error_item=desk_plan.label_of(item),
        typed=request.form,
        **desk_plan.choices(),
    )


def _events(state: WindowState) -> list[str]:
    return [str(event) for (origin, event) in WINDOW_MOVES if origin == state]


def _go() -> ResponseReturnValue:
    return redirect(url_for("desk.window_list"), code=303)
