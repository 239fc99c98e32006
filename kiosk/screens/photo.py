"""The photo screen: live guide, shots to choose from. Frames and shots go from memory to the page, never to disk."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

from camera.live import live_jpeg
from kiosk.actions import photo as deeds
from kiosk.actions.applicant import applicant_rules, leave_out_photo
from kiosk.actions.photo_live import Live, PhotoSession
from kiosk.actions.photo_shot import Shot
from kiosk.actions.photo_station import PhotoStation, station_of
from kiosk.domain.applicant import needs_photo
from kiosk.domain.errors import NotFound
from kiosk.screens import services, settings
from kiosk.screens.contexts import language
from kiosk.screens.frames import WAIT_SECONDS, applicants_frame
from kiosk.texts import translator

blueprint = Blueprint("photo", __name__, url_prefix="/photo")


@blueprint.get("/")
def live() -> ResponseReturnValue:
    """The person before the camera with the guide; while there are shots to look at, those."""
    uid = _uid()
    if _station().current(uid) is None:
        services().stage("person")
    photo_session = _station().session_for(uid)
    if not photo_session.is_live and photo_session.shots:
        return redirect(url_for("photo.shots"), code=303)
    photo_session.retake()
    context = {"taken": photo_session.live(0, 0).shots, "can_leave_out": _can_leave_out(uid)}
    return render_template("photo.html", shots=photo_session.shots, **context)


@blueprint.get("/frame.jpg")
def frame() -> ResponseReturnValue:
    """The newest camera frame after ``?after=N``."""
    return applicants_frame(services().camera_face, _uid())


@blueprint.get("/guide.json")
def guide() -> ResponseReturnValue:
    """What the guide shows, as soon as it is newer than ``?after=N``."""
    photo_session = _session()
    return _as_shown(photo_session.live(request.args.get("after", 0, type=int), WAIT_SECONDS))


@blueprint.post("/trigger")
def trigger() -> ResponseReturnValue:
    """Take a photo now, for a person who would rather press a button; a tap too many changes nothing."""
    deeds.take_photo_now(_station(), _uid())
    return redirect(url_for("photo.live"), code=303)


@blueprint.post("/retake")
def retake() -> ResponseReturnValue:
    """Back to the camera; the last shots stay to choose from."""
    deeds.retake_photo(_station(), _uid())
    return redirect(url_for("photo.live"), code=303)


@blueprint.post("/leave-out")
def leave_out() -> ResponseReturnValue:
    """Go on without a photo where it is only offered."""
    leave_out_photo(services(), _uid())
    _station().end(_uid())
    return redirect(url_for("applicant.next_step"), code=303)


@blueprint.get("/shots")
def shots() -> ResponseReturnValue:
    """The last three shots, one of them large with what was noticed about it."""
    photo_session = _station().current(_uid())
    if photo_session is None or not photo_session.shots:
        return redirect(url_for("photo.live"), code=303)
    kept = photo_session.shots
    chosen = _shot(photo_session, request.args.get("shot", kept[-1].number, type=int))
    return render_template("photo_shots.html", shots=kept, chosen=chosen, two_persons=photo_session.has_two_persons)


@blueprint.get("/shot/<int:number>.jpg")
def shot(number: int) -> ResponseReturnValue:
    """One shot: the very file that would be kept, or the whole frame of a refused one."""
    found = _shot(_session(), number)
    return Response(found.check.jpeg or live_jpeg(found.frame.image), mimetype="image/jpeg")


@blueprint.post("/accept")
def accept() -> ResponseReturnValue:
    """Use the chosen shot and go on."""
    number = request.form.get("shot", 0, type=int)
    deeds.use_photo(services(), _uid(), number)
    return redirect(url_for("applicant.next_step"), code=303)


def _uid() -> str:
    """Whose application it is; raises NotFound before consent was given."""
    if "uid" not in session:
        raise NotFound("nobody is at this screen")
    return services().window_store().applications.get(session["uid"]).uid


def _can_leave_out(uid: str) -> bool:
    """Whether the photo is only offered and none is stored yet."""
    answers = services().window_store().applications.get(uid).answers
    is_needed = needs_photo(answers, applicant_rules(settings()), services().clock.today())
    return not is_needed and not services().window_store().photos.has(uid)


def _station() -> PhotoStation:
    return station_of(services())


def _session() -> PhotoSession:
    found = _station().current(_uid())
    if found is None:
        raise NotFound("no photo is being taken")
    return found


def _shot(photo_session: PhotoSession, number: int) -> Shot:
    found = next((each for each in photo_session.shots if each.number == number), None)
    if found is None:
        raise NotFound("this shot is gone")
    return found


def _as_shown(now: Live) -> dict[str, Any]:
    guidance, oval = now.guidance, now.oval
    return {
        "number": now.number,
        "camera": now.camera.value,
        "shots": now.shots,
        "oval": oval and [oval.x, oval.y, oval.half_width, oval.half_height, oval.roll_deg],
        "phase": guidance.phase if guidance else "",
        "instruction": guidance.instruction if guidance else "",
        "words": escape(translator(language())(f"photo.help_{guidance.instruction}")) if guidance else "",
        "colour": guidance.colour if guidance else "neutral",
        "countdown": guidance.countdown if guidance else None,
        "progress": round(guidance.progress, 3) if guidance else 0,
    }
