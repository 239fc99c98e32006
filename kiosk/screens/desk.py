"""Sign-in, the idle lock, and the windows of this kiosk."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import staff as deeds
from kiosk.actions import window as windows
from kiosk.actions.identity import identity_rules
from kiosk.domain.errors import AnswerRefused, NotSignedIn, Refused, TooManyTries
from kiosk.domain.staff import Account
from kiosk.domain.states import WINDOW_MOVES, WindowEvent, WindowState
from kiosk.domain.window import WindowPlan
from kiosk.screens import queue_page, services, settings, signed_in

blueprint = Blueprint("desk", __name__)
blueprint.before_app_request(signed_in.guard)
_PATH = re.compile(r"/[a-z0-9/_-]*")
_BY_BUTTON = (WindowEvent.OPEN, WindowEvent.PAUSE, WindowEvent.RESUME)


@blueprint.app_context_processor
def desk_words() -> dict[str, Any]:
    """What every desk page shows: who is signed in, the window at work."""
    return {"account": _account_or_none(), "window": services().current_window()}


@blueprint.app_template_filter("written_date")
def written_date(text: str) -> str:
    """A stored date with its era year."""
    return queue_page.written_date(text)


@blueprint.app_template_filter("clock_time")
def clock_time(at: str) -> str:
    """The hour and minute of a stored time."""
    return at[11:16]


def _account_or_none() -> Account | None:
    try:
        return signed_in.account() if services().vault.is_unlocked else None
    except NotSignedIn:
        return None


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The board, or the windows while none is at work."""
    return _go(url_for("queue.index" if services().current_window() else "desk.window_list"))


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for name and passphrase."""
    return render_template("desk_sign_in.html", back=_safe(request.args.get("back", "")))


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Begin a new session for who knows the passphrase."""
    name = request.form.get("name", "").strip()
    back = _safe(request.form.get("back", ""))
    try:
        known = deeds.sign_in(services().vault, services().clock, name, request.form.get("passphrase", ""))
    except TooManyTries as shut:
        return render_template("desk_sign_in.html", back=back, name=name, until=shut.until), 429
    except NotSignedIn:
        return render_template("desk_sign_in.html", back=back, name=name, is_wrong=True), 401
    signed_in.begin(known.account.name, known.last_time)
    return _go(request.script_root + back if back else url_for("desk.index"))


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session; the window goes on."""
    signed_in.end()
    return _go(url_for("desk.sign_in"))


@blueprint.get("/idle")
def idle() -> ResponseReturnValue:
    """Asked by every page now and then; the guard answers with the way to sign-in once the desk lay idle."""
    return "", 204


@blueprint.post("/touch")
def touch() -> ResponseReturnValue:
    """Somebody is typing or pointing at a page that does not talk to the server by itself."""
    return "", 204


@blueprint.get("/windows")
def window_list() -> ResponseReturnValue:
    """All venue sessions with what can be done to each."""
    return _windows_page()


@blueprint.post("/windows")
def window_new() -> ResponseReturnValue:
    """Plan a venue session."""
    try:
        windows.make_window(services().vault, services().clock, _plan(), signed_in.staff())
    except Refused as refused:
        return _windows_page(error=refused.text_key), 422
    return _go(url_for("desk.window_list"))


@blueprint.post("/windows/<window_id>/<event>")
def window_move(window_id: str, event: str) -> ResponseReturnValue:
    """Open, pause or resume a window."""
    moves = {
        WindowEvent.OPEN: _open,
        WindowEvent.PAUSE: windows.pause_window,
        WindowEvent.RESUME: windows.resume_window,
    }
    if event not in moves:
        return "", 404
    try:
        moves[WindowEvent(event)](services().vault, services().clock, window_id, signed_in.staff())
    except Refused as refused:
        return _windows_page(error=refused.text_key), 422
    return _go(url_for("desk.window_list"))


def _open(vault: Any, clock: Any, window_id: str, by: str) -> Any:
    reason = request.form.get("reason", "").strip() or None
    return windows.open_window(vault, clock, window_id, by, is_ready=reason is None, reason=reason)


def _plan() -> WindowPlan:
    form = request.form
    try:
        held_on, people = date.fromisoformat(form.get("held_on", "")), int(form.get("head_count", ""))
    except ValueError:
        raise AnswerRefused("held_on", "window.error_date_or_number") from None
    return WindowPlan(
        municipality=settings().municipality,
        company=form.get("company", ""),
        place=form.get("place", ""),
        held_on=held_on,
        head_count=people,
        rehearsal=form.get("rehearsal") == "yes" or services().vault.is_rehearsal,
        options={"preset": form.get("preset", "")},
    )


def _windows_page(error: str | None = None) -> str:
    listed = services().kiosk_store.windows.list()
    return render_template(
        "desk_windows.html",
        windows=[(each, _events(each.state)) for each in listed],
        today=services().clock.today(),
        presets=tuple(identity_rules(services()).post),
        is_rehearsal_folder=services().vault.is_rehearsal,
        error=error,
        typed=request.form,
    )


def _events(state: WindowState) -> list[WindowEvent]:
    return [event for (origin, event) in WINDOW_MOVES if origin == state and event in _BY_BUTTON]


def _safe(back: str) -> str:
    """A path of the desk to go back to after sign-in; anything else is dropped."""
    return back if _PATH.fullmatch(back) and not back.startswith("//") else ""


def _go(address: str) -> ResponseReturnValue:
    return redirect(address, code=303)
