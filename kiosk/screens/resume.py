"""The applicant screen goes on with an application staff have just offered it."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import resume as deeds
from kiosk.screens import again, services
from kiosk.texts import translator

blueprint = Blueprint("resume", __name__, url_prefix="/resume")
_PAGE_TO_MEND = {"photo": "photo.live", "form": "form_qr.live"}
"""Where a returned person goes on at once; everything else is mended from the review."""


@blueprint.app_context_processor
def resume_words() -> dict[str, Any]:
    """The offer that stands, for the start page, with words in the language of the person it is for."""
    offer = deeds.standing(services())
    return {"resume_offer": offer, "resume_t": translator(offer.language) if offer else None, "start_mark": _mark()}


def _mark() -> str:
    """What the start page shows besides the languages: the window that is open and the call number offered."""
    window, offer = services().current_window(), deeds.standing(services())
    return f"{window.id if window else ''} {offer.call_number if offer else ''}"


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
    """Is this your number? With what is to be mended."""
    offer = deeds.standing(services())
    if offer is None:
        return redirect(url_for("applicant.start"), code=303)
    session.setdefault("language", offer.language)
    key, words = deeds.what_to_mend(services(), offer.uid)
    return render_template("resume.html", offer=offer, mend=key, words=words)


@blueprint.get("/mark.json")
def mark() -> ResponseReturnValue:
    """Whether the start page still shows what it should; it asks while it stands."""
    return {"mark": _mark()}


@blueprint.post("/")
def go_on() -> ResponseReturnValue:
    """Begin a fresh session for the application offered, at what is to be mended; another session here is wiped."""
    application = deeds.take(services(), request.form.get("call_number", ""))
    language = session.get("language", application.language)
    session.clear()
    session.update(uid=application.uid, language=language)
    key, _ = deeds.what_to_mend(services(), application.uid)
    return redirect(url_for(_PAGE_TO_MEND.get(key, "applicant.next_step")), code=303)
