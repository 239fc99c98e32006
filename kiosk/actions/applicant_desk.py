"""Serving a person from the desk: the same questions by the same rules, asked by staff and logged under their name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kiosk.actions import applicant, desk, form_qr, photo_desk
from kiosk.actions.form_watch import FormWatch
from kiosk.actions.photo_station import station_of
from kiosk.actions.resume import is_at_desk, put_at_desk
from kiosk.domain.errors import NotAllowedNow, NotFound, Refused, TappedFirst
from kiosk.domain.form_qr import FormId
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, allowed, is_abandoned
from kiosk.ports import Camera

ABANDON_REASONS = ("went_away", "own_wish", "begun_twice", "other")


class Parts(photo_desk.Parts, Protocol):
    """What these deeds need of the kiosk's parts."""

    @property
    def camera_form(self) -> Camera:
        """The camera the form is held up to."""


def begin(parts: Parts, uid: str, language: str, staff: str, *, has_consented: bool) -> Application:
    """Begin the draft ``uid`` for a person who heard the purpose of use and consented orally.

    A second tap changes nothing; raises Refused without the consent.
    """
    if not has_consented:
        raise Refused("queue.error_consent_first")
    with parts.window_store().write():
        is_new = not _exists(parts, uid)
        application = applicant.begin(parts, uid, language)
        desk.hold(parts, uid, staff)
        if is_new:
            desk.note(parts, "begun_by_staff", staff, uid, "oral consent")
    put_at_desk(parts, uid)
    return application


def bring_to_desk(parts: Parts, uid: str, staff: str) -> Application:
    """Go on at the desk with a draft or returned application; the applicant screen lets go of it."""
    with parts.window_store().write():
        application = _held(parts, uid, staff)
        desk.note(parts, "brought_to_desk", staff, uid)
    put_at_desk(parts, uid)
    if form_qr.station_of(parts).current(uid):
        form_qr.station_of(parts).end()
    return application


def answer(parts: Parts, uid: str, staff: str, key: str, fields: Mapping[str, str], version: int) -> Application:
    """Keep one answer as the applicant screen would; raises as ``applicant.answer``, TappedFirst for a stale form."""

    def keep() -> Application:
        return applicant.answer(parts, uid, key, fields)

    return _do(parts, uid, staff, ("answered_by_staff", key), keep, version)


def read_form(parts: Parts, uid: str, staff: str, payloads: Sequence[str]) -> FormId:
    """Take what a scanner or staff typed, to be compared with the paper; raises Refused and its kinds."""
    _held(parts, uid, staff)
    return form_qr.take_payloads(parts, uid, payloads)


def watch_form(parts: Parts, uid: str, staff: str, *, afresh: bool = False) -> FormWatch:
    """Look for a form before the camera; raises Refused while the applicant screen does."""
    _held(parts, uid, staff)
    station = form_qr.station_of(parts)
    if station.is_busy_for(uid):
        raise Refused("queue.error_camera_in_use")
    return station.watch_for(uid, afresh=afresh)


def watched_form(parts: Parts, uid: str, staff: str) -> FormWatch:
    """What is being looked for, without taking the case; raises NotFound when that ended or the case is another's."""
    watch = form_qr.station_of(parts).current(uid)
    if watch is None or parts.window_store().applications.get(uid).claimed_by != staff:
        raise NotFound("no form of this case is looked for")
    return watch


def take_form(parts: Parts, uid: str, staff: str) -> FormId:
    """Take the form the camera has just read; raises Refused and its kinds."""
    _held(parts, uid, staff)
    return form_qr.take_reading(parts, uid)


def form_to_compare(parts: Parts, uid: str, staff: str) -> FormId | None:
    """The whole number shown or kept, for who holds the application only; raises TappedFirst for anybody else."""
    if parts.window_store().applications.get(uid).claimed_by != staff:
        raise TappedFirst("somebody else holds it, or nobody does")
    return form_qr.offered(parts, uid)


def confirm_form(parts: Parts, uid: str, staff: str, version: int) -> Application:
    """The number agrees with the paper, and name and address on it are those of today."""
    return _do(parts, uid, staff, ("form_confirmed_by_staff", ""), lambda: form_qr.confirm_form(parts, uid), version)


def refuse_form(parts: Parts, uid: str, staff: str, version: int) -> Application:
    """Name or address on the form are not those of today."""
    return _do(parts, uid, staff, ("form_refused_by_staff", ""), lambda: form_qr.refuse_form(parts, uid), version)


def go_without_form(parts: Parts, uid: str, staff: str, version: int) -> Application:
    """Go on by hand, without an application form ID."""
    deed = ("without_form_by_staff", "")
    return _do(parts, uid, staff, deed, lambda: form_qr.go_without_form(parts, uid), version)


def start_photo(parts: Parts, uid: str, staff: str) -> None:
    """Begin, or begin again, to watch the camera for this person; raises Refused while somebody else is before it."""
    _held(parts, uid, staff)
    station = station_of(parts)
    other = station.at_camera()
    if other is not None and other.uid != uid:
        raise Refused("queue.error_camera_in_use")
    station.session_for(uid).retake()
    put_at_desk(parts, uid)
    desk.note(parts, "photo_begun_by_staff", staff, uid)


def leave_out_photo(parts: Parts, uid: str, staff: str, version: int) -> Application:
    """Go on without a photo where it is only offered; raises NotFound where the card carries one."""
    deed = ("photo_left_out_by_staff", "")
    application = _do(parts, uid, staff, deed, lambda: applicant.leave_out_photo(parts, uid), version)
    station_of(parts).end(uid)
    return application


def keep_photo_going(parts: Parts, uid: str) -> None:
    """The desk is looking: a photo session that staff run does not end by itself."""
    if is_at_desk(parts, uid):
        station_of(parts).current(uid)


def submit(parts: Parts, uid: str, staff: str, version: int) -> Application:
    """Hand it in for the person, who has heard or seen it all; raises NotAllowedNow while something is still open."""
    application = _do(
        parts, uid, staff, ("submitted_by_staff", ""), lambda: applicant.submit(parts, uid, staff), version
    )
    _finish(parts, uid)
    return application


def end_here(parts: Parts, uid: str, staff: str, version: int) -> Application:
    """End a draft of what cannot be applied for here; the reason is counted.

    Raises NotAllowedNow where nothing says so, and for a returned application, which is rejected or withdrawn.
    """

    def end() -> None:
        applicant.end_here(parts, uid, staff)
        if not is_abandoned(parts.window_store().applications.get(uid).state):
            raise NotAllowedNow("only a draft that cannot be applied for ends so")

    application = _do(parts, uid, staff, ("ended_by_staff", ""), end, version)
    _finish(parts, uid)
    return _let_go(parts, application.uid, staff)


def abandon(parts: Parts, uid: str, staff: str, fields: Mapping[str, str], version: int) -> Application:
    """Count a draft whose person went away and does not come back as abandoned, with a reason, and wipe it."""
    reason, at = desk.checked_reason(fields, ABANDON_REASONS), desk.now(parts)
    applications = parts.window_store().applications
    with parts.window_store().write():
        _refuse_stale(desk.hold(parts, uid, staff), version)
        applications.move(uid, ApplicationEvent.ABANDON, staff, at, reason)
        applications.wipe(uid, at)
        desk.note(parts, ApplicationEvent.ABANDON, staff, uid, reason.partition(":")[0])
    _finish(parts, uid)
    return _let_go(parts, uid, staff)


def _let_go(parts: Parts, uid: str, staff: str) -> Application:
    return parts.window_store().applications.release(uid, staff, desk.now(parts))


def _do(
    parts: Parts, uid: str, staff: str, entry: tuple[str, str], deed: Callable[[], object], version: int
) -> Application:
    """Do it under the holder's name, if it is still as it was on screen, and log it with it."""
    with parts.window_store().write():
        _refuse_stale(_held(parts, uid, staff), version)
        deed()
        desk.note(parts, entry[0], staff, uid, entry[1])
    return parts.window_store().applications.get(uid)


def _held(parts: Parts, uid: str, staff: str) -> Application:
    application = desk.hold(parts, uid, staff)
    if ApplicationEvent.SUBMIT not in allowed(application.state):
        raise NotAllowedNow("it was handed in already")
    return application


def _refuse_stale(application: Application, version: int) -> None:
    if application.version != version:
        raise TappedFirst("the form on screen is out of date")


def _exists(parts: Parts, uid: str) -> bool:
    try:
        return bool(parts.window_store().applications.get(uid))
    except NotFound:
        return False


def _finish(parts: Parts, uid: str) -> None:
    station_of(parts).end(uid)
    station_of(parts).forget_grants(uid)
