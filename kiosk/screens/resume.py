"""The applicant screen goes on with an application staff have just offered it."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import resume as deeds
from kiosk.domain.errors import Refused
from kiosk.screens import again, services
from kiosk.texts import translator

blueprint = Blueprint("resume", __name__, url_prefix="/resume")
_PAGE_TO_MEND = {"photo": "photo.live", "form": "form_qr.live"}
"""Where a returned person goes on; everything else is mended from the review."""


@blueprint.app_context_processor
def resume_words() -> dict[str, Any]:
    """The offer that stands, for the start page, with words in the language of the person it is for."""
    offer = deeds.standing(services())
    return {"resume_offer": offer, "resume_t": translator(offer.language) if offer else None, "start_mark": _mark()}


def _mark() -> str:
    """What the start page shows besides the languages: the window that is open and the offer that stands."""
    window, offer = services().current_window(), deeds.standing(services())
    return f"{window.id if window and window.lets_begin else ''} {offer.until if offer else ''}"


@blueprint.before_app_request
def let_go_of_what_is_at_the_desk() -> ResponseReturnValue | None:
    """Staff go on with this application at the desk: this screen is wiped for the next person."""
    if "uid" not in session or not deeds.is_at_desk(services(), session["uid"]):
        return None
    again.forget()
    session.clear()
    if request.path.endswith((".json", ".jpg")):
        abort(404)  # the page then loads itself anew
    return redirect(url_for("applicant.start"), code=303)


@blueprint.get("/")
def ask() -> ResponseReturnValue:
    """What is your number? It stands on no screen, so that nobody else goes on with what is not theirs."""
    offer = deeds.standing(services())
    if offer is None:
        return redirect(url_for("applicant.start"), code=303)
    session.setdefault("language", offer.language)
    shown = again.take("resume")
    return render_template("resume.html", error=shown.text_key, longest=deeds.LONGEST_NUMBER), shown.status


@blueprint.get("/mark.json")
def mark() -> ResponseReturnValue:
    """Whether the start page still shows what it should; it asks while it stands."""
    return {"mark": _mark()}


@blueprint.post("/")
def go_on() -> ResponseReturnValue:
    """Begin a fresh session for the application offered; another session here is wiped."""
    try:
        application = deeds.take(services(), request.form.get("call_number", ""))
    except Refused as refused:
        again.keep(again.Again("resume", refused=refused))
        return redirect(url_for("resume.ask"), code=303)
    language = session.get("language", application.language)
    session.clear()
    session.update(uid=application.uid, language=language)
    return redirect(url_for("resume.to_mend"), code=303)


@blueprint.get("/mend")
def to_mend() -> ResponseReturnValue:
    """What is to be mended, and the way to where it is; who has nothing to mend goes on at once."""
    if "uid" not in session:
        return redirect(url_for("applicant.start"), code=303)
    key, words = deeds.what_to_mend(services(), session["uid"])
    onward = url_for(_PAGE_TO_MEND.get(key, "applicant.next_step"))
    if not key:
        return redirect(onward, code=303)
    return render_template("resume_mend.html", mend=key, words=words, onward=onward)
