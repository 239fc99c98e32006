"""The one place before the camera: which applicant's photo session is going on."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

from kiosk.actions.photo_live import PhotoSession
from kiosk.domain.photo import PhotoLimits
from kiosk.ports import Analyser, Camera, Clock


class PhotoStation:
    """At most one session at a time, so that one person's pictures never meet another's."""

    def __init__(self, make: Callable[[str], PhotoSession]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._session: PhotoSession | None = None

    def session_for(self, uid: str) -> PhotoSession:
        """The session of this application, begun if need be; another applicant's is ended first."""
        with self._lock:
            if self._session is None or self._session.uid != uid or self._session.has_ended:
                self._drop()
                self._session = self._make(uid)
                self._session.start()
            self._session.touch()
            return self._session

    def current(self, uid: str | None = None) -> PhotoSession | None:
        """The session that is going on (only this application's, if one is named), or None; nothing is begun."""
        with self._lock:
            session = self._session
            if session is None or session.has_ended or (uid is not None and session.uid != uid):
                return None
            session.touch()
            return session

    def end(self, uid: str | None = None) -> None:
        """End the session (only this application's, if one is named) and forget its pictures."""
        with self._lock:
            if self._session is not None and uid in (None, self._session.uid):
                self._drop()

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.stop()


class Parts(Protocol):
    """What a station needs of the kiosk's parts."""

    live: dict[str, Any]
    guard: threading.RLock

    @property
    def camera_face(self) -> Camera:
        """The camera for the photo."""

    @property
    def analyser(self) -> Analyser:
        """The face models."""

    @property
    def photo_limits(self) -> PhotoLimits:
        """What photos are judged by."""

    @property
    def clock(self) -> Clock:
        """The time."""


def station_of(parts: Parts) -> PhotoStation:
    """The station of this kiosk, the same for every screen and for the desk."""

    def make(uid: str) -> PhotoSession:
        return PhotoSession(uid, parts.camera_face, parts.analyser, parts.photo_limits, parts.clock)

    with parts.guard:
        if "photo_station" not in parts.live:
            parts.live["photo_station"] = PhotoStation(make)
        station: PhotoStation = parts.live["photo_station"]
        return station
