"""Signing in and out of the office's page, and the guard before every other page."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.domain.errors import NotPermitted, NotSignedIn, TooManyTries
from kiosk.domain.staff import Account
from kiosk.office import accounts, worksheet
from kiosk.office.database import connected
from kiosk.office.site import parts

blueprint = Blueprint("office_sign_in", __name__)
_OPEN_TO_ALL = frozenset({"office_sign_in.page", "office_sign_in.enter", "static"})


def guard() -> ResponseReturnValue | None:
    """Let nobody in who is not signed in; asks the database each time, so that a shut account is out at once."""
    if request.endpoint in _OPEN_TO_ALL:
        return None
    name = parts().sign_ins.staff(str(session.get("sign_in", "")), is_touch=True)
    try:
        if name:
            with connected(parts().database, parts().side) as connection:
                g.account = accounts.get(connection, name)
            return None
    except NotPermitted:
        parts().sign_ins.sign_out(str(session.get("sign_in", "")))
    session.clear()
    return redirect(url_for("office_sign_in.page"), code=303)


def account() -> Account:
    """Who is signed in."""
    found: Account = g.account
    return found


@blueprint.get("/sign-in")
def page() -> ResponseReturnValue:
    """Ask for name and passphrase."""
    return render_template("office_sign_in.html")


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Begin a new session for who knows the passphrase."""
    name, office = request.form.get("name", "").strip().replace("\0", "\ufffd"), parts()
    try:
        with connected(office.database, office.side) as connection:
            known = accounts.sign_in(connection, name, request.form.get("passphrase", ""), office.clock.now())
            worksheet.note(connection, known.name, "sign_in")
    except TooManyTries as shut:
        return render_template("office_sign_in.html", name=name, until=shut.until), 429
    except NotSignedIn:
        return render_template("office_sign_in.html", name=name, is_wrong=True), 401
    office.sign_ins.sign_out(str(session.get("sign_in", "")))
    session.clear()
    session["sign_in"] = office.sign_ins.begin(known.name)
    return redirect(url_for("office.batch_list"), code=303)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session."""
    parts().sign_ins.sign_out(str(session.get("sign_in", "")))
    session.clear()
    return redirect(url_for("office_sign_in.page"), code=303)
