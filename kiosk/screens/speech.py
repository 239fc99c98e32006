"""Sound for the words of a screen; a page asks line by line and plays it, nothing is kept."""

from flask import Blueprint, Response, request, session
from flask.typing import ResponseReturnValue

from kiosk.actions import applicant as deeds
from kiosk.actions.speech import speak
from kiosk.domain.errors import KioskError
from kiosk.screens import services, settings
from kiosk.screens.contexts import language
from kiosk.texts import languages

blueprint = Blueprint("speech", __name__, url_prefix="/speech")


@blueprint.post("/line")
def line() -> ResponseReturnValue:
    """One line as WAV; 204 for a line that is none of our words or has no voice."""
    asked = request.form.get("language", "")
    sound = speak(services(), asked if asked in languages() else language(), request.form.get("line", ""), _also())
    return Response(sound, mimetype="audio/wav") if sound else ("", 204)


def _also() -> tuple[str, ...]:
    names = tuple(row["name"] for row in deeds.applicant_rules(settings()).municipalities)
    return (*names, *_call_number())


def _call_number() -> tuple[str, ...]:
    try:
        return (deeds.current(services(), session["uid"]).call_number,) if "uid" in session else ()
    except KioskError:
        return ()
