"""The applicant screen goes on with an application staff have just offered it."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk.actions import resume as deeds
from kiosk.screens import again, services

blueprint = Blueprint("resume", __name__, url_prefix="/resume")


@blueprint.app_context_processor
def resume_words() -> dict[str, Any]:
    """The offer that stands, for the start page."""
    return {"resume_offer": deeds.standing(services())}


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
    key, words = deeds.what_to_mend(services(), offer.uid)
    return render_template("resume.html", offer=offer, mend=key, words=words)


@blueprint.post("/")
def go_on() -> ResponseReturnValue:
    """Begin a fresh session for the application offered; somebody else's session on this screen is wiped."""
    application = deeds.take(services(), request.form.get("call_number", ""))
    language = session.get("language", application.language)
    session.clear()
    session.update(uid=application.uid, language=language)
    return redirect(url_for("applicant.next_step"), code=303)
