"""What the camera panel beside one application shows at the desk."""

from hashlib import sha256
from typing import Any

from kiosk.actions import photo_desk as deeds
from kiosk.actions.photo_station import station_of
from kiosk.actions.resume import is_at_desk
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, allowed
from kiosk.screens import services


def photo_panel(application: Application) -> dict[str, Any]:
    """What the panel shows of one application."""
    station = station_of(services())
    session, grant = station.peek(application.uid), station.granted(application.uid)
    live = session.now if session and session.is_live else None
    context = {
        "application": application,
        "camera_live": live,
        "instruction": live.guidance.instruction if live and live.guidance else "",
        "photo_shots": tuple(reversed(session.shots)) if session else (),
        "granted": grant,
        "exception_names": tuple(services().photo_limits.exceptions.named),
        "can_photo": ApplicationEvent.SUBMIT in allowed(application.state),
        "is_at_desk": is_at_desk(services(), application.uid),
        "two_persons": deeds.has_two_persons(services(), application.uid),
        "alike": deeds.alike(services(), application.uid),
    }
    return {**context, "photo_digest": _digest(context)}


def _digest(context: dict[str, Any]) -> str:
    """Changes whenever the panel would look different; never made of pictures or words a person typed."""
    live = context["camera_live"]
    seen = (
        live and (live.camera.value, live.verdict, live.reasons), context["instruction"],
        [(shot.number, shot.check.verdict, shot.check.reasons) for shot in context["photo_shots"]],
        sorted(context["granted"].names), context["two_persons"], context["alike"], context["is_at_desk"],
    )  # fmt: skip
    return sha256(repr(seen).encode()).hexdigest()[:16]
