"""Live pictures for a page: a long poll that answers with the newest frame as soon as there is one.

A canvas fed this way shows a frame sooner than a multipart stream, and a slow page skips frames by itself.
"""

from flask import Response, request

from camera.live import live_jpeg
from kiosk.ports import Camera

WAIT_SECONDS = 1.5


def frame_response(camera: Camera) -> Response:
    """The newest frame after ``?after=N`` as JPEG with its X-Frame-Number; 204 when there is none yet.

    X-Camera-State always says what the camera is doing, so that the page can put it into words.
    """
    frame = camera.next_frame(request.args.get("after", 0, type=int), WAIT_SECONDS)
    response = Response(status=204) if frame is None else Response(live_jpeg(frame.image), mimetype="image/jpeg")
    if frame is not None:
        response.headers["X-Frame-Number"] = str(frame.number)
    response.headers["X-Camera-State"] = camera.state.value
    return response
