"""Sign-in, the idle lock, and the windows of this kiosk."""

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import staff as deeds
from kiosk.domain.errors import NotSignedIn, TooManyTries
from kiosk.domain.staff import Account
from kiosk.screens import desk_audit, desk_day, desk_staff, desk_windows, queue_page, services, signed_in

blueprint = Blueprint("desk", __name__)
blueprint.before_app_request(signed_in.guard)
desk_windows.register(blueprint)
desk_day.register(blueprint)
desk_staff.register(blueprint)
desk_audit.register(blueprint)
_PATH = re.compile(r"/[a-z0-9/_-]*")


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


@blueprint.app_template_filter("day_and_time")
def day_and_time(at: str) -> str:
    """A stored time down to the minute."""
    return at[:16].replace("T", " ")


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
    back, has_ended = _safe(request.args.get("back", "")), request.args.get("ended") == "yes"
    return render_template("desk_sign_in.html", back=back, has_ended=has_ended)


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


def _safe(back: str) -> str:
    """A path of the desk to go back to after sign-in; anything else is dropped."""
    return back if _PATH.fullmatch(back) and not back.startswith("//") else ""


def _go(address: str) -> ResponseReturnValue:
    return redirect(address, code=303)
