"""What the photo screen's buttons do: use a photo, take it again, take it now; and what staff may grant."""

from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256

from kiosk.actions.photo_live import Shot
from kiosk.actions.photo_station import PhotoStation
from kiosk.domain.errors import NotAllowedNow, Refused
from kiosk.domain.states import ApplicationEvent, allowed
from kiosk.store.photos import StoredPhoto
from kiosk.store.window_file import WindowStore


def accept_photo(store: WindowStore, station: PhotoStation, uid: str, number: int) -> None:
    """Keep the chosen shot as the application's photo and forget the others.

    A second tap changes nothing. Raises Refused when the shot is gone or cannot be used, NotAllowedNow when the
    application is no longer the applicant's to change; the shots then stay.
    """
    session = station.current(uid)
    if session is None:
        if store.photos.has(uid):
            return
        raise Refused("photo.error_shots_gone")
    shot = _usable(session.shots, number)
    _refuse_when_handed_in(store, uid)
    with store.write():
        store.photos.save(uid, stored_photo(shot, session.exceptions))
        _note_attempts(store, uid, session.shots, shot)
    station.end(uid)


def retake_photo(station: PhotoStation, uid: str) -> None:
    """Watch the camera again; the last shots stay to choose from."""
    station.session_for(uid).retake()


def take_photo_now(station: PhotoStation, uid: str | None) -> None:
    """Take a photo with the next frame; for staff ``uid`` None means whoever is before the camera."""
    session = station.current(uid)
    if session is None or not session.is_live:
        raise NotAllowedNow("nobody is before the camera")
    session.trigger()


def grant_photo_exceptions(station: PhotoStation, uid: str | None, names: frozenset[str]) -> None:
    """Staff excuse named checks for the person before the camera; ValueError for a name not in the limits."""
    session = station.current(uid)
    if session is None:
        raise NotAllowedNow("nobody is before the camera")
    session.except_from(names)


def stored_photo(shot: Shot, exceptions: frozenset[str] = frozenset()) -> StoredPhoto:
    """The shot as the store keeps it; raises Refused for one that cannot be used."""
    check = shot.check
    if check.jpeg is None:
        raise Refused("photo.error_not_usable")
    return StoredPhoto(
        jpeg=check.jpeg,
        sha256=sha256(check.jpeg).hexdigest(),
        width=check.width,
        height=check.height,
        verdict=check.verdict,
        reasons=check.reasons,
        taken_at=shot.taken_at,
        measures=[asdict(measure) for measure in check.measures],
        exception=",".join(sorted(exceptions)) or None,
    )


def _usable(shots: Sequence[Shot], number: int) -> Shot:
    shot = next((each for each in shots if each.number == number), None)
    if shot is None:
        raise Refused("photo.error_shots_gone")
    if not shot.is_usable:
        raise Refused("photo.error_not_usable")
    return shot


def _refuse_when_handed_in(store: WindowStore, uid: str) -> None:
    if ApplicationEvent.SUBMIT not in allowed(store.applications.get(uid).state):
        raise NotAllowedNow("the application is with the staff")


def _note_attempts(store: WindowStore, uid: str, shots: Sequence[Shot], chosen: Shot) -> None:
    for shot in shots:
        check = shot.check
        store.statistics.photo_attempt(
            uid, shot.taken_at, check.verdict, check.reasons, shot.number, shot.seconds, shot is chosen
        )
