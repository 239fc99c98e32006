"""What staff may do for the person before the camera: take the photo, pass warnings, grant exceptions, use a shot."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from kiosk.actions import desk, photo, photo_station
from kiosk.actions.photo_shot import Grant
from kiosk.actions.photo_station import guard_of, station_of
from kiosk.domain.errors import NotAllowedNow, Refused, TappedFirst
from kiosk.domain.free_text import check_text
from kiosk.domain.queue import Application
from kiosk.domain.states import is_correctable


class Parts(desk.Parts, photo_station.Parts, Protocol):
    """What these deeds need of the kiosk's parts."""


def take_photo(parts: Parts, uid: str, staff: str) -> None:
    """Take the photo within a second; raises NotAllowedNow when the person is not before the camera."""
    _not_somebody_elses(parts, uid, staff)
    photo.take_photo_now(station_of(parts), uid)
    desk.note(parts, "photo_taken_by_staff", staff, uid)


def pass_warnings(parts: Parts, uid: str, staff: str) -> None:
    """Let the warnings now shown pass; raises NotAllowedNow when the person is not before the camera."""
    _not_somebody_elses(parts, uid, staff)
    session = station_of(parts).peek(uid)
    if session is None or not session.is_live:
        raise NotAllowedNow("nobody is before the camera")
    session.pass_warnings()
    desk.note(parts, "photo_warnings_passed", staff, uid, ",".join(session.now.reasons))


def retake(parts: Parts, uid: str, staff: str) -> None:
    """Watch the camera again for the person; raises NotAllowedNow when their session has ended."""
    _not_somebody_elses(parts, uid, staff)
    session = station_of(parts).current(uid)
    if session is None:
        raise NotAllowedNow("nobody is before the camera")
    session.retake()
    desk.note(parts, "photo_retake_by_staff", staff, uid)


def grant_exception(parts: Parts, uid: str, staff: str, fields: Mapping[str, str]) -> None:
    """Excuse exactly the checks of one named exception, with its reason; kept with a photo already there too.

    No name takes the exception back. Raises Refused for a name not in the table or without a reason, NotAllowedNow
    once the application is accepted or over. The reason stands with the photo, never in the audit log.
    """
    application = _not_somebody_elses(parts, uid, staff)
    if not is_correctable(application.state):
        raise NotAllowedNow("the application is accepted or over")
    grant = _grant_from(parts, fields)
    with parts.window_store().write():
        _keep(parts, uid, grant, staff)
        desk.note(parts, "photo_exception", staff, uid, ",".join(sorted(grant.names)) or "none")
    station_of(parts).grant(uid, grant)


def use_photo(parts: Parts, uid: str, staff: str, number: int) -> None:
    """Keep a shot for the person; raises Refused for one that is refused and not excused."""
    _not_somebody_elses(parts, uid, staff)
    session = station_of(parts).peek(uid)
    photo.use_photo(parts, uid, number)
    names = ",".join(sorted(session.grant.names)) if session else ""
    desk.note(parts, "photo_used_by_staff", staff, uid, names)


def alike(parts: Parts, uid: str) -> tuple[str, ...]:
    """Call numbers of applicants whose photo seems to show the same person; empty while the guard is off."""
    window = parts.current_window()
    if window is None:
        return ()
    table = parts.window_store(window.id).applications
    return tuple(sorted(table.get(other).call_number for other in guard_of(parts).alike(window.id, uid)))


def has_two_persons(parts: Parts, uid: str) -> bool:
    """Whether the shots of this application, now or when its photo was chosen, show two persons."""
    session, window = station_of(parts).peek(uid), parts.current_window()
    if session is not None and session.has_two_persons:
        return True
    return window is not None and parts.window_store(window.id).photo_grants.has_two_persons(uid)


def _grant_from(parts: Parts, fields: Mapping[str, str]) -> Grant:
    name, reason = fields.get("exception", ""), fields.get("reason", "").strip()
    if not name:
        return Grant()
    if name not in parts.photo_limits.exceptions.named:
        raise Refused("queue.error_exception_unknown")
    if not reason:
        raise Refused("queue.error_reason_needed")
    return Grant(frozenset({name}), check_text("words", reason, desk.LONGEST_REASON))


def _keep(parts: Parts, uid: str, grant: Grant, staff: str) -> None:
    """Write the grant down for the photo to come, and the exception beside a photo that is already stored."""
    store = parts.window_store()
    if grant.names:
        store.photo_grants.save(uid, grant.names, grant.reason, staff, desk.now(parts))
    else:
        store.photo_grants.remove(uid)
    photos = store.photos
    stored = photos.get(uid)
    if stored is not None:
        name = ",".join(sorted(grant.names)) or None
        photos.save(uid, replace(stored, exception=name, exception_reason=grant.reason or None))


def _not_somebody_elses(parts: Parts, uid: str, staff: str) -> Application:
    application = parts.window_store().applications.get(uid)
    if application.claimed_by not in (None, staff):
        raise TappedFirst("a colleague holds this application")
    return application
