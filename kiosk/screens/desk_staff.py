"""Accounts at the desk: one's own passphrase for everyone; adding, shutting and a new passphrase by supervisors."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import staff as deeds
from kiosk.domain.errors import KioskError, NotPermitted, Refused, TooManyTries
from kiosk.domain.staff import Role, require_role
from kiosk.screens import again, services, signed_in

_PAGE = "staff"


def register(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    blueprint.get("/staff")(staff)
    blueprint.post("/staff/passphrase")(staff_passphrase)
    blueprint.post("/staff/add")(staff_add)
    blueprint.post("/staff/reset")(staff_reset)
    blueprint.post("/staff/shut")(staff_shut)


def staff() -> ResponseReturnValue:
    """One's own passphrase, and every account with what a supervisor may do to it."""
    shown = again.take(_PAGE)
    context = {
        "accounts": services().kiosk_store.staff.list(),
        "roles": tuple(Role),
        "typed": shown.typed,
        "error": shown.text_key,
        "until": shown.refused.until if isinstance(shown.refused, TooManyTries) else None,
    }
    return render_template("desk_staff.html", **context), shown.status


def staff_passphrase() -> ResponseReturnValue:
    """Change one's own passphrase; this sign-in goes on, others of the same name end."""
    parts, name, form = services(), signed_in.staff(), request.form
    try:
        new = deeds.agreed(form.get("new", ""), form.get("again", ""))
        with signed_in.keys_for_now(form.get("old", "")):
            deeds.change_passphrase(parts.vault, parts.clock, name, new)
    except KioskError as refused:
        return _refuse("passphrase", refused)
    signed_in.begin(name, session.get("last_sign_in_at"))
    return _done("changed", name)


def staff_add() -> ResponseReturnValue:
    """Add an account with its first passphrase."""
    parts, by, form = services(), _supervisor(), request.form
    try:
        new, role = deeds.agreed(form.get("new", ""), form.get("again", "")), _role(form.get("role", ""))
        with signed_in.keys_for_now(form.get("own", "")):
            made = deeds.add_account(parts.vault, parts.clock, form.get("name", "").strip(), role, new, by)
    except KioskError as refused:
        return _refuse("add", refused)
    return _done("added", made.name)


def staff_reset() -> ResponseReturnValue:
    """Give somebody who forgot theirs a new passphrase."""
    parts, by, form = services(), _supervisor(), request.form
    name = form.get("name", "")
    try:
        new = deeds.agreed(form.get("new", ""), form.get("again", ""))
        with signed_in.keys_for_now(form.get("own", "")):
            deeds.reset_passphrase(parts.vault, parts.clock, name, new, by)
    except KioskError as refused:
        return _refuse("reset", refused)
    return _done("reset", name)


def staff_shut() -> ResponseReturnValue:
    """Shut an account; who shut their own is signed out."""
    parts, by, form = services(), _supervisor(), request.form
    name = form.get("name", "")
    try:
        if form.get("sure") != "yes":
            raise Refused("staff.error_not_sure")
        with signed_in.keys_for_now(form.get("own", "")):
            deeds.disable_account(parts.vault, parts.clock, name, by)
    except KioskError as refused:
        return _refuse("shut", refused)
    return _done("shut", name)


def _supervisor() -> str:
    """Who is at the desk; raises NotPermitted, before any passphrase is looked at, unless a supervisor is."""
    account = signed_in.account()
    require_role(account, Role.SUPERVISOR)
    return account.name


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise Refused("staff.error_role") from None


def _refuse(form: str, refused: KioskError) -> ResponseReturnValue:
    """Back to the page, which says why and shows again what was typed, never a passphrase."""
    if isinstance(refused, NotPermitted):
        raise refused
    kept = {item: request.form.get(item, "") for item in ("name", "role")}
    again.keep(again.Again(_PAGE, {"form": form, **kept}, refused))
    return _go()


def _done(deed: str, name: str) -> ResponseReturnValue:
    again.keep(again.Again(_PAGE, {"done": deed, "name": name}))
    return _go()


def _go() -> ResponseReturnValue:
    return redirect(url_for("desk.staff"), code=303)
