"""The camera as staff see it beside one application: live verdict, shots, and what may be done about them."""

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from camera.live import live_jpeg
from kiosk.actions import photo_desk as deeds
from kiosk.actions.applicant_desk import keep_photo_going
from kiosk.actions.photo_station import station_of
from kiosk.domain.errors import NotFound
from kiosk.screens import services, signed_in
from kiosk.screens.applicant_desk import do
from kiosk.screens.fragments import render_block
from kiosk.screens.frames import frame_response
from kiosk.screens.photo_panel import photo_panel

PAGE = "queue_application.html"


def register(blueprint: Blueprint) -> None:
    """Add these addresses to the queue's."""
    blueprint.get("/<uid>/photo-live")(photo_live)
    blueprint.get("/<uid>/photo-frame.jpg")(photo_frame)
    blueprint.get("/<uid>/photo-shot/<int:number>.jpg")(photo_shot)
    blueprint.post("/<uid>/photo-take")(photo_take)
    blueprint.post("/<uid>/photo-pass")(photo_pass)
    blueprint.post("/<uid>/photo-retake")(photo_retake)
    blueprint.post("/<uid>/photo-use/<int:number>")(photo_use)
    blueprint.post("/<uid>/photo-exception")(photo_exception)


def photo_live(uid: str) -> ResponseReturnValue:
    """The live panel's fragment; 204 while nothing on it changed."""
    keep_photo_going(services(), uid)
    context = photo_panel(services().window_store().applications.get(uid))
    if request.args.get("seen") == context["photo_digest"]:
        return "", 204
    return render_block(PAGE, "photo_live", **context)


def photo_frame(uid: str) -> ResponseReturnValue:
    """The camera's picture, only while this person is the one before it."""
    session = station_of(services()).peek(uid)
    return frame_response(services().camera_face, is_theirs=session is not None and session.is_live)


def photo_shot(uid: str, number: int) -> ResponseReturnValue:
    """One shot: the photo it would be, or the whole frame of a refused one."""
    session = station_of(services()).peek(uid)
    shot = next((each for each in session.shots if each.number == number), None) if session else None
    if shot is None:
        raise NotFound("this shot is gone")
    return Response(shot.check.jpeg or live_jpeg(shot.frame.image), mimetype="image/jpeg")


def photo_take(uid: str) -> ResponseReturnValue:
    """Take the photo now."""
    return do(uid, lambda: deeds.take_photo(services(), uid, signed_in.staff()), _back())


def photo_pass(uid: str) -> ResponseReturnValue:
    """Let the warnings pass."""
    return do(uid, lambda: deeds.pass_warnings(services(), uid, signed_in.staff()), _back())


def photo_retake(uid: str) -> ResponseReturnValue:
    """Back to the camera; the last shots stay to choose from."""
    return do(uid, lambda: deeds.retake(services(), uid, signed_in.staff()))


def photo_use(uid: str, number: int) -> ResponseReturnValue:
    """Keep one of the shots as the application's photo."""
    return do(uid, lambda: deeds.use_photo(services(), uid, signed_in.staff(), number))


def photo_exception(uid: str) -> ResponseReturnValue:
    """Grant one named exception with its reason, or take it back."""
    return do(uid, lambda: deeds.grant_exception(services(), uid, signed_in.staff(), request.form))


def _back() -> str | None:
    """The board, for a button pressed there."""
    return url_for("queue.index") if request.form.get("back") == "board" else None
