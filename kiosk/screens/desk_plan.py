"""What is agreed for a window: the fields staff fill in, and changing them afterwards."""

from datetime import date
from hashlib import sha256
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kiosk.actions import window as deeds
from kiosk.actions.identity import identity_rules
from kiosk.domain.errors import AnswerRefused, TappedFirst
from kiosk.domain.staff import Role, require_role
from kiosk.domain.states import WindowEvent, allowed_window
from kiosk.domain.window import CONTACT_MAIL, OTHER_CITIES, Window, WindowPlan
from kiosk.screens import again, services, settings, signed_in
from kiosk.texts import leading, translator


def register(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    blueprint.get("/windows/<window_id>/change")(window_change)
    blueprint.post("/windows/<window_id>/change")(window_changed)


def window_change(window_id: str) -> ResponseReturnValue:
    """What was agreed, to be changed by a supervisor."""
    require_role(signed_in.account(), Role.SUPERVISOR)
    each, shown = services().kiosk_store.windows.get(window_id), again.take(_place(window_id))
    typed = MultiDict(shown.typed) if shown.refused else _as_typed(each)
    context = {
        "each": each,
        "typed": typed,
        "seen": typed.get("seen") or _mark(each),
        "is_open": WindowEvent.CLOSE in allowed_window(each.state),
        "error": shown.text_key,
        "error_item": label_of(shown),
    }
    page = render_template("desk_window_change.html", **context, **choices())
    return page, 422 if shown.refused else 200


def window_changed(window_id: str) -> ResponseReturnValue:
    """Keep the change, unless the window is no longer what the form showed."""
    before = services().kiosk_store.windows.get(window_id)
    if request.form.get("seen") != _mark(before):
        raise TappedFirst("the window was changed first")
    try:
        deeds.change_window(services().vault, services().clock, before, plan(before.held_on), signed_in.staff())
    except AnswerRefused as refused:
        again.keep(again.Again(_place(window_id), request.form, refused))
        return redirect(url_for("desk.window_change", window_id=window_id), code=303)
    return redirect(url_for("desk.window_list"), code=303)


def _place(window_id: str) -> str:
    return f"windows/{window_id}/change"


def _mark(each: Window) -> str:
    """Differs whenever the form would show something else."""
    return sha256(repr((each.state, *sorted(_as_typed(each).lists()))).encode()).hexdigest()[:16]


def _as_typed(each: Window) -> MultiDict[str, str]:
    """A window as the form that made it."""
    fields: dict[str, Any] = {"company": each.company, "place": each.place, "head_count": str(each.head_count)}
    return MultiDict({**fields, **each.options})


def choices() -> dict[str, Any]:
    """What the fields offer."""
    return {
        "presets": tuple(identity_rules(services()).post),
        "languages": [(code, translator(code)("applicant.label_language")) for code in leading(settings().languages)],
        "contact_mails": CONTACT_MAIL,
        "other_cities": OTHER_CITIES,
        "accounts": [each.name for each in services().kiosk_store.staff.list() if each.is_active],
    }


def label_of(shown: again.Again) -> str:
    """Where the words for the field that was refused are; empty when it was none."""
    item = shown.refused.item if isinstance(shown.refused, AnswerRefused) else ""
    return "identity.label_preset" if item == "preset" else f"window.label_{item}" if item else ""


def plan(held_on: str = "") -> WindowPlan:
    """The plan in the form; ``held_on`` where the day stays as it is. Raises AnswerRefused."""
    form = request.form
    try:
        day = date.fromisoformat(held_on or form.get("held_on", ""))
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
        held_on=day,
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
