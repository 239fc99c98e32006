"""The form screen: camera, scanner or keypad, then whether the form is current. No frame is written to disk."""

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

from kiosk.actions import form_qr as deeds
from kiosk.actions.form_watch import FormView
from kiosk.domain.errors import FormAlreadyUsed, KioskError, NotFound, Refused
from kiosk.domain.form_qr import ReadingKind, masked
from kiosk.screens import again, services
from kiosk.screens.applicant import switch
from kiosk.screens.contexts import language
from kiosk.screens.frames import WAIT_SECONDS, applicants_frame
from kiosk.texts import Translate, translator

blueprint = Blueprint("form_qr", __name__, url_prefix="/form_qr")
_KEYPAD = "form_qr/type"


@blueprint.get("/")
def live() -> ResponseReturnValue:
    """The camera's picture with guidance, the keypad and the way without a form."""
    uid = _uid()
    deeds.refuse_when_handed_in(services(), uid)
    services().stage("form")
    deeds.station_of(services()).watch_for(uid, afresh=True)
    return _live_page()


@blueprint.get("/frame.jpg")
def frame() -> ResponseReturnValue:
    """The newest frame of the form camera after ``?after=N``."""
    return applicants_frame(services().camera_form, _uid())


@blueprint.get("/guide.json")
def guide() -> ResponseReturnValue:
    """What was read and what would help, as soon as it is newer than ``?after=N``; never the number itself."""
    watch = deeds.station_of(services()).watch_for(_uid())
    return as_shown(watch.view(request.args.get("after", 0, type=int), WAIT_SECONDS), translator(language()))


@blueprint.post("/take")
def take() -> ResponseReturnValue:
    """Take the form the camera has read."""
    return _taken(lambda uid: deeds.take_reading(services(), uid))


@blueprint.post("/scan")
def scan() -> ResponseReturnValue:
    """Take what a scanner typed: the same keys read by each keyboard layout."""
    return _taken(lambda uid: deeds.take_payloads(services(), uid, request.form.getlist("keys")))


@blueprint.get("/type")
def keypad() -> ResponseReturnValue:
    """Key the number, once and then again."""
    _uid()
    if "afresh" in request.args:
        again.forget()
    shown = again.kept(_KEYPAD) or again.Again("")
    entry = shown.typed.get("entry", "")
    if entry:  # shown once more after a switch of the language, then forgotten
        again.keep(again.Again(_KEYPAD, _first_of(shown), shown.refused))
    error = _words(shown.refused)
    return render_template("form_qr_type.html", is_again="first" in shown.typed, entry=entry, error=error)


@blueprint.post("/type")
def typed() -> ResponseReturnValue:
    """Take the number keyed once and ask for it again, or take it keyed twice or for staff to compare."""
    uid, entry, shown = _uid(), request.form.get("entry", ""), again.kept(_KEYPAD)
    first = shown.typed.get("first") if shown else None
    if switch():
        return _shown_again(first, entry, shown.refused if shown else None)
    try:
        if first is None:
            return _shown_again(deeds.check_entry(services(), entry))
        _take_keyed(uid, first, entry)
    except Refused as refused:
        return _typed_again(refused, first, entry)
    again.forget()
    return redirect(url_for("form_qr.check"), code=303)


def _take_keyed(uid: str, first: str, entry: str) -> None:
    if request.form.get("compare") == "staff":
        deeds.take_entry_once(services(), uid, first)
    else:
        deeds.take_entries(services(), uid, first, entry)


def _shown_again(first: str | None, entry: str = "", refused: KioskError | None = None) -> ResponseReturnValue:
    typed = {"first": first, "entry": entry}
    again.keep(again.Again(_KEYPAD, {name: value for name, value in typed.items() if value}, refused))
    return redirect(url_for("form_qr.keypad"), code=303)


def _first_of(shown: again.Again) -> dict[str, str]:
    return {name: value for name, value in shown.typed.items() if name == "first"}


@blueprint.get("/check")
def check() -> ResponseReturnValue:
    """The form that was read, masked, and whether its name and address are those of today."""
    form_id = deeds.offered(services(), _uid())
    if form_id is None:
        return redirect(url_for("form_qr.live"), code=303)
    return render_template("form_qr_check.html", form_id=masked(form_id))


@blueprint.post("/check")
def checked() -> ResponseReturnValue:
    """Keep a current form and go on; an old one cannot be used."""
    if request.form.get("answer") == "yes":
        deeds.confirm_form(services(), _uid())
        return redirect(url_for("applicant.next_step"), code=303)
    deeds.refuse_form(services(), _uid())
    return redirect(url_for("form_qr.without", reason="old"), code=303)


@blueprint.get("/without")
def without() -> ResponseReturnValue:
    """What can be done without a usable form."""
    _uid()
    return render_template("form_qr_without.html", is_old=request.args.get("reason") == "old")


@blueprint.post("/without")
def went_without() -> ResponseReturnValue:
    """Go on by hand; a new form is asked for at the office."""
    deeds.go_without_form(services(), _uid())
    return redirect(url_for("applicant.next_step"), code=303)


def _uid() -> str:
    """Whose application it is; raises NotFound before consent was given."""
    if "uid" not in session:
        raise NotFound("nobody is at this screen")
    return services().window_store().applications.get(session["uid"]).uid


def _taken(deed: Any) -> ResponseReturnValue:
    uid = _uid()
    try:
        deed(uid)
    except Refused as refused:
        again.keep(again.Again("form_qr/live", refused=refused))
        return redirect(url_for("form_qr.live"), code=303)
    deeds.station_of(services()).end()
    return redirect(url_for("form_qr.check"), code=303)


def _live_page() -> str:
    shown = again.kept("form_qr/live")
    again.forget()
    return render_template("form_qr.html", error=_words(shown.refused if shown else None))


def _typed_again(refused: Refused, first: str | None, entry: str) -> ResponseReturnValue:
    """Say why; a digit missed or doubled is mended in place, what may be any other number is shown to nobody again."""
    is_slip = isinstance(refused, deeds.WrongLength) and refused.is_near
    can_go_on = is_slip or isinstance(refused, deeds.EntriesDiffer)
    return _shown_again(first if can_go_on else None, entry if is_slip else "", refused)


def _words(refused: KioskError | None) -> str:
    return words_for(refused, translator(language()))


def words_for(refused: KioskError | None, t: Translate) -> str:
    """Why a form was not taken, in the words of one language; empty when it was."""
    if refused is None:
        return ""
    if isinstance(refused, FormAlreadyUsed):
        return _used_since(refused, t)
    if isinstance(refused, deeds.EntriesDiffer):
        return t(refused.text_key, groups=t("form_qr.label_and").join(str(group) for group in refused.groups))
    return t(refused.text_key)


def _used_since(used: FormAlreadyUsed, t: Translate) -> str:
    since = datetime.fromisoformat(used.since)
    if since.date() == services().clock.today():
        return t(used.text_key, time=f"{since:%H:%M}")
    return t("form_qr.error_already_used_before", month=since.month, day=since.day, time=f"{since:%H:%M}")


def as_shown(view: FormView, t: Translate) -> dict[str, Any]:
    """What a page shows of a form watch, in the words of one language."""
    kind = view.reading.kind
    key = f"form_qr.error_{kind}" if kind in _LIVE_ERRORS else f"form_qr.help_{view.hint}"
    return {
        "number": view.number,
        "camera": view.camera.value,
        "is_read": kind is ReadingKind.FORM_ID,
        "words": escape(t("form_qr.note_read" if kind is ReadingKind.FORM_ID else key)),
        "colour": "green" if kind is ReadingKind.FORM_ID else "red" if kind in _LIVE_ERRORS else "neutral",
    }


_LIVE_ERRORS = (ReadingKind.MY_NUMBER_REFUSED, ReadingKind.OTHER_CODE, ReadingKind.SEVERAL_FORMS)
