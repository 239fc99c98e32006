"""The live photo session of one applicant at one station: guides, fires the shutter, keeps the last three shots.

Frames and shots live in memory only and are gone when the session ends. Nothing here writes to disk.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from camera.types import CameraState, Frame, Image
from kiosk.actions.photo_check import packaged_rules
from kiosk.actions.photo_shot import Grant, Oval, PhotoJudge, Shot, oval_around
from kiosk.clock import stamp
from kiosk.domain.photo import PhotoLimits, Verdict
from kiosk.domain.photo_file import PhotoFileRules
from kiosk.domain.photo_guide import CHECKING, Guidance, PhotoGuide, ShotQuality
from kiosk.ports import Analyser, Camera, Clock, FaceReader, Features

KEPT_SHOTS = 3
BURST_FRAMES = 8
_BURST_SECONDS, _BURST_ENOUGH = 2.0, 0.6
"""How long the first frame of a burst is waited for, and after how long no more are added to those there are."""
_FRAME_SECONDS = 0.5
_BUTTON_WAITS = 1.0
"""Seconds the button waits at most for a picture that is not refused: a blink or a turn of the head is over by then."""
_LOOK_EVERY = 1 / 15
"""Seconds between looks at the most: a faster camera shall not take the processor from the picture on screen."""
_REST_AFTER = 5.0
_FORGET_AFTER = 240.0
"""Seconds without a request after which looking stops, and after which the session ends with all its pictures."""

log = logging.getLogger("kiosk.photo")


@dataclass(frozen=True, slots=True)
class Live:
    """What the screen shows now; ``number`` grows with every change, ``shots`` counts all that were taken.

    ``verdict`` and ``reasons`` judge the frame last looked at, for staff.
    """

    number: int
    camera: CameraState
    guidance: Guidance | None
    oval: Oval | None
    shots: int
    verdict: str = ""
    reasons: tuple[str, ...] = ()


class PhotoSession:
    """Reads the newest frames in a thread of its own until ``stop``; everything else may be called from any thread."""

    def __init__(
        self,
        uid: str,
        camera: Camera,
        analyser: Analyser,
        limits: PhotoLimits,
        clock: Clock,
        rules: PhotoFileRules | None = None,
        *,
        faces: FaceReader | None = None,
        note: Callable[[Shot], int | None] | None = None,
    ) -> None:
        """``faces`` describes the face of each shot, ``note`` writes each shot down and returns its line."""
        self.uid = uid
        self._camera = camera
        self._judge = PhotoJudge(analyser, limits, rules or packaged_rules())
        self._clock = clock
        self._faces = faces
        self._note = note
        self._guide = PhotoGuide(limits.guide)
        self._grant = Grant()
        self._features: list[Features] = []
        self._has_two_persons = False
        self._news = threading.Condition()
        self._ending = threading.Event()
        self._go = threading.Event()
        self._fire = threading.Event()
        self._fired_at: float | None = None
        self._live = Live(0, camera.state, None, None, 0)
        self._shots: deque[Shot] = deque(maxlen=KEPT_SHOTS)
        self._began = self._touched = clock.monotonic()
        self._thread = threading.Thread(target=self._run, name="photo", daemon=True)

    def start(self) -> None:
        """Begin guiding, with nothing left of the person before."""
        self._judge.analyser.forget()
        self._go.set()
        self._thread.start()

    def stop(self) -> None:
        """End the session and forget every picture."""
        self._forget()
        self._go.set()
        if self._thread.is_alive():
            self._thread.join()
        self._forget()

    def touch(self) -> None:
        """Somebody is there: keep looking, keep the pictures."""
        self._touched = self._clock.monotonic()

    @property
    def has_ended(self) -> bool:
        """Whether its pictures are gone."""
        return self._ending.is_set()

    @property
    def is_live(self) -> bool:
        """Whether the camera is being watched; False while the person looks at the shots."""
        return self._go.is_set() and not self._ending.is_set()

    @property
    def shots(self) -> Sequence[Shot]:
        """The last three shots, oldest first."""
        with self._news:
            return tuple(self._shots)

    @property
    def grant(self) -> Grant:
        """The named exceptions staff granted for this person, and why."""
        return self._grant

    @property
    def has_two_persons(self) -> bool:
        """Whether the shots of this session show different faces."""
        return self._has_two_persons

    @property
    def now(self) -> Live:
        """What the screen shows, for a look from elsewhere: it does not count as somebody being there."""
        with self._news:
            return self._live

    def live(self, after: int, timeout: float) -> Live:
        """What to show, as soon as its number is greater than ``after`` or ``timeout`` seconds are over."""
        self.touch()
        with self._news:
            self._news.wait_for(lambda: self._live.number > after or self._ending.is_set(), timeout)
            return self._live

    def trigger(self) -> None:
        """Take a photo as soon as a frame is not refused, within a second in any case; it is judged all the same."""
        self._fire.set()

    def pass_warnings(self) -> None:
        """Staff let the warnings pass: the guide no longer waits for them (until the next retake)."""
        self.touch()
        self._guide.pass_warnings()

    def retake(self) -> None:
        """Watch the camera again; the shots so far stay. While it is being watched this changes nothing."""
        if self.is_live:
            return
        self._let_go_of_button()
        self._guide.restart()
        self._go.set()

    def except_from(self, grant: Grant) -> None:
        """Grant named exceptions (staff) and judge the shots so far anew; raises ValueError for an unknown name."""
        self._judge.limits.exceptions.excused(grant.names)
        self._grant = grant
        anew = {shot.number: self._judge.again(shot, grant.names) for shot in self.shots}
        with self._news:
            kept = [anew.get(shot.number, shot) for shot in self._shots]
            self._shots.clear()
            self._shots.extend(kept)

    def _run(self) -> None:
        after = self._last_before()
        while not self._ending.is_set():
            if not self._is_wanted():
                continue
            frame = self._camera.next_frame(after, _FRAME_SECONDS)
            if self._ending.is_set():
                return
            if frame is None:
                if self._camera.state is not CameraState.STREAMING:
                    self._let_go_of_button()
                self._guide.restart()
                self._tell(None, None)
                continue
            after = frame.number
            began = time.monotonic()
            self._look(frame)
            self._ending.wait(max(0.0, _LOOK_EVERY - (time.monotonic() - began)))

    def _last_before(self) -> int:
        """The last picture that may still show what was before the camera until now: the newest, or the one in work."""
        newest = self._camera.next_frame(0, 0.0)
        return newest.number + 1 if newest else 0

    def _is_wanted(self) -> bool:
        """Wait until somebody wants to be looked at; forget everything when nobody has been there for long."""
        idle = self._clock.monotonic() - self._touched
        if idle > _FORGET_AFTER:
            self._forget()
        if idle > _REST_AFTER:
            self._guide.restart()
            self._ending.wait(0.1)
            return False
        return self._go.wait(_FRAME_SECONDS)

    def _forget(self) -> None:
        self._ending.set()
        with self._news:
            self._shots.clear()
            self._features.clear()
            self._news.notify_all()

    def _look(self, frame: Frame) -> None:
        findings = self._judge.analyser.analyse(frame.image, live=True)
        verdict = self._judge.live(findings, self._grant.names)
        guidance = self._guide.feed(verdict, frame.taken_at)
        self._tell(guidance, oval_around(findings), verdict)
        if guidance.phase == "burst" or self._is_pressed(verdict, frame.taken_at):
            self._shoot(frame)

    def _is_pressed(self, verdict: Verdict, now: float) -> bool:
        """Whether the button's moment has come: a picture that is not refused, or none came for long enough."""
        if not self._fire.is_set():
            self._fired_at = None
            return False
        if self._fired_at is None:
            self._fired_at = now
        return verdict.verdict != "fail" or now - self._fired_at >= _BUTTON_WAITS

    def _let_go_of_button(self) -> None:
        """A press is for the picture of that moment: not for one after a retake, nor after the camera was away."""
        self._fire.clear()
        self._fired_at = None

    def _shoot(self, seen: Frame) -> None:
        burst = self._burst()
        if not burst and self._camera.state is CameraState.STREAMING:
            burst = [(seen, self._judge.quality(seen))]  # a camera so slow that none came in time: the one just judged
        self._let_go_of_button()
        self._tell(CHECKING, self._live.oval)
        grant = self._grant
        best = self._judge.best(burst, grant.names)
        if best is None:  # the camera went away in this moment: begin again when it is back
            self._guide.restart()
            return
        at, seconds = stamp(self._clock), self._clock.monotonic() - self._began
        face = self._face_of(best[0].image)
        shot = Shot(self._live.shots + 1, *best, at, seconds, features=face, has_two_persons=self._has_two_persons)
        self._keep(shot if self._grant is grant else self._judge.again(shot, self._grant.names))

    def _burst(self) -> list[tuple[Frame, ShotQuality]]:
        """The next frames, each measured while the camera brings the one after; fewer where that takes long."""
        began, burst = time.monotonic(), list[tuple[Frame, ShotQuality]]()
        left = _BURST_SECONDS
        while len(burst) < BURST_FRAMES and left > 0:
            frames = self._camera.burst(1, left)
            if not frames:
                break
            burst += [(frame, self._judge.quality(frame)) for frame in frames]
            left = _BURST_ENOUGH - (time.monotonic() - began)
        return burst

    def _keep(self, shot: Shot) -> None:
        """Put a shot beside the others and write it down, then let the person look at it."""
        shot = replace(shot, noted=self._note(shot) if self._note else None)
        self._go.clear()
        with self._news:
            if not self._ending.is_set():
                self._shots.append(shot)
        self._tell(self._live.guidance, self._live.oval, taken=1)
        log.info("photo taken: shot %d, %s", shot.number, shot.check.verdict)

    def _face_of(self, image: Image) -> Features | None:
        """The face's features; seeing two persons among the shots is remembered until the session ends."""
        features = self._faces.read(image) if self._faces else None
        if features is None:
            return None
        other = self._judge.limits.person.other_below
        with self._news:
            if any(features.likeness(before) < other for before in self._features):
                self._has_two_persons = True
            if not self._ending.is_set():
                self._features.append(features)
        return features

    def _tell(
        self, guidance: Guidance | None, oval: Oval | None, verdict: Verdict | None = None, taken: int = 0
    ) -> None:
        with self._news:
            number, shots = self._live.number + 1, self._live.shots + taken
            seen = (verdict.verdict, verdict.reasons) if verdict else ("", ())
            self._live = Live(number, self._camera.state, guidance, oval, shots, *seen)
            self._news.notify_all()
