"""The one place before the camera: which applicant's photo session is going on."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from kiosk.actions.photo_check import photo_rules
from kiosk.actions.photo_guard import PhotoGuard
from kiosk.actions.photo_live import PhotoSession
from kiosk.actions.photo_shot import Grant, Shot
from kiosk.domain.errors import KioskError
from kiosk.domain.photo import PhotoLimits
from kiosk.domain.window import Window
from kiosk.ports import Analyser, Camera, Clock, FaceReader
from kiosk.settings import Settings
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore

log = logging.getLogger("kiosk.photo")


class PhotoStation:
    """At most one session at a time, so that one person's pictures never meet another's.

    One session ends before the next begins (``_turn``). Its thread may be writing a shot down just then and find the
    window closed, which has grants forgotten: so ``_lock`` is never held while it is waited for.
    """

    def __init__(self, make: Callable[[str], PhotoSession], kept: Callable[[str], Grant] | None = None) -> None:
        """``kept`` gives what was granted to an application and not yet used, also before the last restart."""
        self._make = make
        self._kept = kept
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._session: PhotoSession | None = None
        self._grants: dict[str, Grant] = {}

    def session_for(self, uid: str) -> PhotoSession:
        """The session of this application, begun if need be; another applicant's is ended first."""
        grant = self.granted(uid)
        with self._turn:
            session = self.current(uid)
            if session is None:
                self._drop()
                session = self._make(uid)
                session.except_from(grant)
                session.start()
                with self._lock:
                    self._session = session
            return session

    def current(self, uid: str | None = None) -> PhotoSession | None:
        """The session that is going on (only this application's, if one is named), or None; nothing is begun."""
        with self._lock:
            session = self._session
            if session is None or session.has_ended or (uid is not None and session.uid != uid):
                return None
            session.touch()
            return session

    def peek(self, uid: str) -> PhotoSession | None:
        """This application's session without counting as somebody being there, so that it still ends by itself."""
        with self._lock:
            session = self._session
            return session if session and session.uid == uid and not session.has_ended else None

    def at_camera(self) -> PhotoSession | None:
        """Who is before the camera now; counts as little as ``peek``."""
        with self._lock:
            session = self._session
            return session if session and not session.has_ended else None

    def grant(self, uid: str, grant: Grant) -> None:
        """Excuse checks for an application, also in its later sessions; its shots so far are judged anew."""
        session = self.peek(uid)
        if session is not None:
            session.except_from(grant)
        with self._lock:
            self._grants[uid] = grant

    def granted(self, uid: str) -> Grant:
        """What was granted to an application and not yet used.

        The file is read without the lock: reading may find the window closed and have everything forgotten.
        """
        with self._lock:
            known = self._grants.get(uid)
        return known if known is not None else self._kept(uid) if self._kept else Grant()

    def forget_grants(self, uid: str | None = None) -> None:
        """Drop what was granted to an application (or to all), with its reason."""
        with self._lock:
            for each in [uid] if uid else list(self._grants):
                self._grants.pop(each, None)

    def end(self, uid: str | None = None) -> None:
        """End the session (only this application's, if one is named) and forget its pictures."""
        with self._turn:
            session = self._session
            if session is not None and uid in (None, session.uid):
                self._drop()

    def _drop(self) -> None:
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.stop()


class Parts(Protocol):
    """What a station needs of the kiosk's parts."""

    live: dict[str, Any]
    guard: threading.RLock

    @property
    def settings(self) -> Settings:
        """The configuration."""

    @property
    def vault(self) -> Vault:
        """Says when a window's key is dropped."""

    @property
    def camera_face(self) -> Camera:
        """The camera for the photo."""

    @property
    def analyser(self) -> Analyser:
        """The face models."""

    @property
    def face_reader(self) -> FaceReader:
        """The model that tells faces apart."""

    @property
    def photo_limits(self) -> PhotoLimits:
        """What photos are judged by."""

    @property
    def rules_folder(self) -> Path | None:
        """The municipality's own rule files."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def kiosk_store(self) -> KioskStore:
        """The kiosk's own file, for the audit log; raises Locked."""

    def current_window(self) -> Window | None:
        """The open or paused window."""

    def window_store(self, window_id: str | None = None) -> WindowStore:
        """The window's file; raises Locked or NotFound."""


def station_of(parts: Parts) -> PhotoStation:
    """The station of this kiosk, the same for every screen and for the desk."""
    with parts.guard:
        if "photo_station" not in parts.live:
            station = PhotoStation(lambda uid: _session(parts, uid), lambda uid: _kept_grant(parts, uid))
            parts.vault.when_key_dropped(lambda _window: station.forget_grants())
            parts.live["photo_station"] = station
        made: PhotoStation = parts.live["photo_station"]
        return made


def guard_of(parts: Parts) -> PhotoGuard:
    """The wrong-person guard of this kiosk; what it holds of a window goes when the window's key is dropped."""
    with parts.guard:
        if "photo_guard" not in parts.live:
            guard = PhotoGuard(parts.photo_limits.person.same_from, is_on=parts.settings.same_person_guard)
            parts.vault.when_key_dropped(guard.forget)
            parts.live["photo_guard"] = guard
        made: PhotoGuard = parts.live["photo_guard"]
        return made


def _session(parts: Parts, uid: str) -> PhotoSession:
    return PhotoSession(
        uid, parts.camera_face, parts.analyser, parts.photo_limits, parts.clock, photo_rules(parts.rules_folder),
        faces=parts.face_reader, note=lambda shot: _noted(parts, uid, shot),
    )  # fmt: skip


def _kept_grant(parts: Parts, uid: str) -> Grant:
    """The open grant in the window's file; none while that is locked."""
    try:
        kept = parts.window_store().photo_grants.get(uid)
    except KioskError:
        return Grant()
    return Grant(frozenset(kept.exceptions), kept.reason) if kept and kept.used_at is None else Grant()


def _noted(parts: Parts, uid: str, shot: Shot) -> int | None:
    """Write an attempt down; when that cannot be, the photo is not held up by it."""
    try:
        store = parts.window_store()
        if shot.has_two_persons:
            store.photo_grants.two_persons_seen(uid, shot.taken_at)
        statistics = store.statistics
        return statistics.photo_attempt(uid, shot.taken_at, shot.check.verdict, shot.check.reasons, shot.seconds)
    except KioskError as error:
        log.warning("photo attempt not noted: %s", type(error).__name__)
        return None
