"""What the photo screen's buttons do: use a photo, take it again, take it now."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from hashlib import sha256

from kiosk.actions.photo_shot import Grant, Shot
from kiosk.actions.photo_station import Parts, PhotoStation, guard_of, station_of
from kiosk.clock import stamp
from kiosk.domain.applicant_rules import Kind
from kiosk.domain.errors import NoOpenWindow, NotAllowedNow, Refused
from kiosk.domain.states import ApplicationEvent, allowed
from kiosk.ports import Features
from kiosk.store.photo_grants import StoredGrant
from kiosk.store.photos import StoredPhoto
from kiosk.store.window_file import WindowStore


def use_photo(parts: Parts, uid: str, number: int) -> None:
    """Keep the chosen shot, tell the wrong-person guard, and log under whose exception, if any, it was kept.

    Raises as ``accept_photo`` does.
    """
    window = parts.current_window()
    if window is None:
        raise NoOpenWindow("no window is open")

    def remember(features: Features | None) -> None:
        guard_of(parts).accepted(window.id, uid, features)

    grant = accept_photo(parts.window_store(window.id), station_of(parts), uid, number, remember)
    if grant is not None:
        at = stamp(parts.clock)
        parts.kiosk_store.audit.append("photo_by_exception", grant.granted_by, uid, ",".join(grant.exceptions), at=at)


def accept_photo(
    store: WindowStore,
    station: PhotoStation,
    uid: str,
    number: int,
    remember: Callable[[Features | None], None] | None = None,
) -> StoredGrant | None:
    """Keep the chosen shot as the application's photo and forget the others; gives the grant it was kept under.

    A grant is for one application and one photo: the next one needs another. A second tap changes nothing. Raises
    Refused when the shot is gone or cannot be used, NotAllowedNow when the application is no longer the applicant's to
    change; the shots then stay.
    """
    session = station.current(uid)
    if session is None:
        if store.photos.has(uid):
            return None
        raise Refused("photo.error_shots_gone")
    shot = _usable(session.shots, number)
    _refuse_when_handed_in(store, uid)
    with store.write():
        store.photos.save(uid, stored_photo(shot, session.grant))
        _forget_left_out(store, uid, shot.taken_at)
        if shot.noted is not None:
            store.statistics.photo_accepted(shot.noted)
        grant = store.photo_grants.use(uid, shot.taken_at) if session.grant.names else None
    if remember:
        remember(shot.features)
    station.end(uid)
    station.forget_grants(uid)
    return grant


def _forget_left_out(store: WindowStore, uid: str, at: str) -> None:
    """Who has a photo after all did not leave it out."""
    if store.applications.get(uid).answers.get(Kind.PHOTO) is not None:
        store.applications.save_answers(uid, {Kind.PHOTO.value: None}, at)


def retake_photo(station: PhotoStation, uid: str) -> None:
    """Watch the camera again; the last shots stay to choose from."""
    station.session_for(uid).retake()


def take_photo_now(station: PhotoStation, uid: str | None) -> None:
    """Take a photo within a second; for staff ``uid`` None means whoever is before the camera."""
    session = station.current(uid)
    if session is None or not session.is_live:
        raise NotAllowedNow("nobody is before the camera")
    session.trigger()


def stored_photo(shot: Shot, grant: Grant | None = None) -> StoredPhoto:
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
        exception=",".join(sorted(grant.names)) or None if grant else None,
        exception_reason=grant.reason or None if grant else None,
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
