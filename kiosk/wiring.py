"""The only place that chooses real or fake parts and loads camera.capture."""

import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from camera.capture import CaptureThread, open_source
from camera.face import FaceAnalyser
from camera.picture import read_picture_file
from camera.same_person import FaceFeatureReader
from camera.virtual import VirtualCamera
from kiosk.actions.photo_check import PORTRAIT
from kiosk.clock import RandomIds, SystemClock
from kiosk.domain.errors import NoOpenWindow
from kiosk.domain.photo import PhotoLimits, load_limits
from kiosk.domain.window import Window
from kiosk.ports import Camera, Clock, Ids, Speaker
from kiosk.rules import own_rules_text, rules_text
from kiosk.settings import Settings, for_window
from kiosk.speech import Voices
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore

_SEEN: ContextVar[list[Window | None] | None] = ContextVar("window_seen", default=None)
"""The window at work as one request saw it: an empty list until it looks, None outside such a request."""


@runtime_checkable
class Ending(Protocol):
    """Something in memory with threads of its own."""

    def end(self) -> None:
        """Stop the threads and forget."""


@dataclass
class Cameras:
    """The capture threads: one per device, so that two settings may name the same one."""

    face: Camera
    form: Camera
    virtual: tuple[VirtualCamera, ...] = ()

    def start(self) -> None:
        """Begin capturing."""
        for camera in self._each():
            camera.start()

    def stop(self) -> None:
        """End capturing."""
        for camera in self._each():
            camera.stop()

    def _each(self) -> list[Camera]:
        return [self.face] if self.form is self.face else [self.face, self.form]


def open_cameras(settings: Settings) -> Cameras:
    """The cameras the settings name; raises ValueError for a specification nobody understands."""
    face_source = open_source(settings.camera_face)
    face = CaptureThread(face_source)
    if settings.camera_form in ("", settings.camera_face):
        return Cameras(face, face, _virtual(face_source))
    form_source = open_source(settings.camera_form)
    return Cameras(face, CaptureThread(form_source), _virtual(face_source, form_source))


def _virtual(*sources: object) -> tuple[VirtualCamera, ...]:
    return tuple(source for source in sources if isinstance(source, VirtualCamera))


@dataclass
class Services:
    """The parts one running kiosk is made of; see docs/architecture.md."""

    installed: Settings
    """The configuration as it was started with."""
    clock: Clock
    ids: Ids
    vault: Vault
    cameras: Cameras
    live: dict[str, Any] = field(default_factory=dict)
    """What lives in memory only and belongs to one visitor: live photo sessions, form readings."""
    guard: threading.RLock = field(default_factory=threading.RLock)
    speaker: Speaker = field(default_factory=Voices)
    _at_work: str = ""
    """The window that was at work when last asked."""

    @property
    def settings(self) -> Settings:
        """The configuration, with what was agreed for the window at work."""
        window = self.current_window()
        return for_window(self.installed, window.options) if window and window.options else self.installed

    @property
    def camera_face(self) -> Camera:
        """The camera for the photo."""
        return self.cameras.face

    @property
    def camera_form(self) -> Camera:
        """The camera for the form, perhaps the same one."""
        return self.cameras.form

    @property
    def kiosk_store(self) -> KioskStore:
        """kiosk.db; raises Locked."""
        return self.vault.kiosk_store

    @cached_property
    def analyser(self) -> FaceAnalyser:
        """The face models, loaded at first use; raises ModelDamaged."""
        return FaceAnalyser()

    @cached_property
    def face_reader(self) -> FaceFeatureReader:
        """The model that tells faces apart, loaded at first use; raises ModelDamaged."""
        return FaceFeatureReader()

    def warm_up(self) -> None:
        """Load the models and run them once, so that the first person does not wait; meant for a thread of its own."""
        portrait = read_picture_file(PORTRAIT).image
        self.analyser.analyse(portrait, live=False)
        self.analyser.analyse(portrait, live=True)
        self.analyser.forget()
        self.face_reader.read(portrait)

    @cached_property
    def photo_limits(self) -> PhotoLimits:
        """The limits photos are judged by, the municipality's own where it has them."""
        return load_limits(rules_text("photo"), own_rules_text("photo", self.rules_folder))

    @property
    def rules_folder(self) -> Path | None:
        """The municipality's own rule files, or None."""
        return Path(self.settings.rules) if self.settings.rules else None

    def current_window(self) -> Window | None:
        """The window that is open or paused now; None also while locked."""
        return self._window_at_work() if self.vault.is_unlocked else None

    def look_once(self, is_on: bool = True) -> None:
        """Ask the file only once which window is at work, in this context, until called with False.

        For a request that moves no window: a page asks some twenty times.
        """
        _SEEN.set([] if is_on else None)

    def _window_at_work(self) -> Window | None:
        seen = _SEEN.get()
        if seen is None:
            return self._read_window_at_work()
        if not seen:
            seen.append(self._read_window_at_work())
        return seen[0]

    def _read_window_at_work(self) -> Window | None:
        """Read it from the file; when the one before was closed, perhaps by a command beside us, drop its key here."""
        window = self.kiosk_store.windows.current()
        before, self._at_work = self._at_work, window.id if window else ""
        if before and before != self._at_work:
            self.vault.forget_window(before)
        return window

    def window_store(self, window_id: str | None = None) -> WindowStore:
        """The file of a window (the current one unless named); raises Locked or NotFound."""
        if window_id is None:
            window = self._window_at_work()
            if window is None:
                raise NoOpenWindow("no window is open")
            window_id = window.id
        return self.vault.window_store(window_id)

    def stage(self, scene: str) -> None:
        """In demo, let the virtual camera that can show ``scene`` begin it afresh; otherwise nothing."""
        for camera, home in zip(self.cameras.virtual, ("person", "form"), strict=False):
            if home == scene:
                camera.show(scene)

    def lock(self) -> None:
        """Forget pictures, sign-ins and keys: until somebody signs in at the desk, applicants are to call staff."""
        for part in list(self.live.values()):
            if isinstance(part, Ending):
                part.end()
        self.vault.lock()

    def stop(self) -> None:
        """End what watches the cameras, let go of cameras and keys."""
        self.lock()
        self.cameras.stop()


def make_services(
    settings: Settings,
    vault: Vault,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    cameras: Cameras | None = None,
) -> Services:
    """The parts of one kiosk, real ones unless given; cameras are started."""
    chosen = cameras or open_cameras(settings)
    chosen.start()
    return Services(settings, clock or SystemClock(settings.time_zone), ids or RandomIds(), vault, chosen)
