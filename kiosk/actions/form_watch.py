"""Watching the form camera for one applicant: what was read last, and what would help. Payloads live in memory only."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from camera.qr import Hint
from camera.qr_live import FormReader
from camera.types import CameraState
from kiosk.domain.form_qr import NOTHING_READ, FormReading, ReadingKind, read_payload, read_payloads
from kiosk.ports import Camera, Clock

_FRAME_SECONDS = 0.5
_WORDS_STAY = 2.5
"""Seconds a finding stays on screen after it was last seen, so that words can be read."""
_REST_AFTER = 10.0
"""Seconds without a question from the page after which the watch ends."""
_LOOK_EVERY = 1 / 15
_REST_SHARE = 0.5
"""A look is followed by a rest of half its length, so that a hard one does not take the processor from the page."""


@dataclass(frozen=True, slots=True)
class FormView:
    """What the screen shows now; ``number`` grows with every change. The reading's ID stays on this side."""

    number: int
    camera: CameraState
    hint: Hint
    reading: FormReading = field(repr=False)


class FormWatch:
    """Reads the newest frame again and again in a thread of its own until a form was read or nobody asks any more."""

    def __init__(self, uid: str, camera: Camera, hosts: Sequence[str], clock: Clock) -> None:
        self.uid = uid
        self._camera = camera
        self._hosts = tuple(hosts)
        self._clock = clock
        self._news = threading.Condition()
        self._ending = threading.Event()
        self._asked_at = clock.monotonic()
        self._found_at = 0.0
        self._view = FormView(1, camera.state, Hint.NONE, NOTHING_READ)
        self._thread = threading.Thread(target=self._run, name="form", daemon=True)

    @property
    def has_ended(self) -> bool:
        """Whether nothing is being read any more."""
        return self._ending.is_set()

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody has asked for long, also for a reading that waits to be taken."""
        return self._clock.monotonic() - self._asked_at > _REST_AFTER

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End, and forget what was read; the look under way ends by itself and is not told any more."""
        with self._news:
            self._ending.set()
            self._view = FormView(self._view.number + 1, self._camera.state, Hint.NONE, NOTHING_READ)
            self._news.notify_all()

    def view(self, after: int, timeout: float) -> FormView:
        """What is to be shown, as soon as it is newer than ``after``, at the latest after ``timeout`` seconds."""
        with self._news:
            self._asked_at = self._clock.monotonic()
            self._news.wait_for(lambda: self._view.number > after or self.has_ended, timeout)
            return self._view

    def _run(self) -> None:
        reader = FormReader(self._is_form)
        number = 0
        while not self._ending.is_set() and not self.is_forgotten:
            frame = self._camera.next_frame(number, _FRAME_SECONDS)
            if frame is None:
                self._tell(Hint.NONE, NOTHING_READ)
                continue
            number, began = frame.number, time.monotonic()
            look = reader.look(frame.image)
            reading = read_payloads(look.texts, self._hosts)
            self._tell(look.hint, reading)
            if reading.kind is ReadingKind.FORM_ID:
                return  # the reading waits to be taken: this watch has not ended
            self._ending.wait(max(_LOOK_EVERY, _REST_SHARE * (time.monotonic() - began)))
        self._ending.set()

    def _is_form(self, text: str) -> bool:
        return read_payload(text, self._hosts).kind is ReadingKind.FORM_ID

    def _tell(self, hint: Hint, reading: FormReading) -> None:
        now = self._clock.monotonic()
        with self._news:
            if self.has_ended:
                return
            shown = self._view
            if reading.kind is ReadingKind.NONE and now - self._found_at < _WORDS_STAY:
                hint, reading = shown.hint, shown.reading
            elif reading.kind is not ReadingKind.NONE or hint is not Hint.NONE:
                self._found_at = now
            changed = FormView(shown.number, self._camera.state, hint, reading)
            if changed != shown:
                self._view = FormView(shown.number + 1, changed.camera, hint, reading)
                self._news.notify_all()


class FormStation:
    """The one place before the form camera, and the ID each applicant has shown but not yet confirmed."""

    def __init__(self, make: Callable[[str], FormWatch]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._watch: FormWatch | None = None

    def watch_for(self, uid: str, *, afresh: bool = False) -> FormWatch:
        """The watch of this application, begun if need be or ``afresh``; another applicant's is ended first."""
        with self._lock:
            watch = self._watch
            if watch is not None and watch.uid == uid and not watch.has_ended and not afresh:
                return watch
            self._drop()
            self._watch = watch = self._make(uid)
            watch.start()
            return watch

    def current(self, uid: str) -> FormWatch | None:
        """The watch of this application, also one that ended with a reading, or None; nothing is begun."""
        with self._lock:
            return self._watch if self._watch is not None and self._watch.uid == uid else None

    def is_busy_for(self, uid: str) -> bool:
        """Whether somebody else's form is being looked for now."""
        with self._lock:
            watch = self._watch
            return watch is not None and watch.uid != uid and not watch.has_ended and not watch.is_forgotten

    def end(self, uid: str | None = None) -> None:
        """End the watch (only this application's, if one is named) and forget what it read."""
        with self._lock:
            if self._watch is not None and uid in (None, self._watch.uid):
                self._drop()

    def _drop(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()
