"""Live pictures for a page: a long poll that answers with the newest frame as soon as there is one.

A canvas fed this way shows a frame sooner than a multipart stream, and a slow page skips frames by itself.
"""

from flask import Response, request

from camera.live import live_jpeg
from kiosk.actions import form_qr, photo_station
from kiosk.ports import Camera
from kiosk.screens import services

WAIT_SECONDS = 1.5


def applicants_frame(camera: Camera, uid: str) -> Response:
    """A frame for the applicant screen; none while somebody else, at the desk perhaps, is before it."""
    parts = services()
    photographed = photo_station.station_of(parts).at_camera() if camera is parts.camera_face else None
    if photographed is not None:
        return frame_response(camera, is_theirs=photographed.uid == uid)
    is_anothers_form = camera is parts.camera_form and form_qr.station_of(parts).is_busy_for(uid)
    return frame_response(camera, is_theirs=not is_anothers_form)


def frame_response(camera: Camera, *, is_theirs: bool = True) -> Response:
    """The newest frame after ``?after=N`` as JPEG with its X-Frame-Number; 204 when there is none yet.

    X-Camera-State always says what the camera is doing, so that the page can put it into words: ``stopped`` for one who
    may not look now.
    """
    if not is_theirs:
        return Response(status=204, headers={"X-Camera-State": "stopped"})
    frame = camera.next_frame(request.args.get("after", 0, type=int), WAIT_SECONDS)
    response = Response(status=204) if frame is None else Response(live_jpeg(frame.image), mimetype="image/jpeg")
    if frame is not None:
        response.headers["X-Frame-Number"] = str(frame.number)
    response.headers["X-Camera-State"] = camera.state.value
    return response
