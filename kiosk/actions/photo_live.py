"""The live photo session of one applicant at one station: guides, fires the shutter, keeps the last three shots.

Frames and shots live in memory only and are gone when the session ends. Nothing here writes to disk.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from camera.crop import plan_crop
from camera.picture import picture_of_frame
from camera.types import CameraState, FaceFindings, Frame, Head
from kiosk.actions.photo_check import PhotoCheck, check_picture, geometry_of, packaged_rules
from kiosk.domain.photo import Measured, PhotoLimits, Verdict, judge
from kiosk.domain.photo_file import Framing, PhotoFileRules, frame_measures, limits_of
from kiosk.domain.photo_guide import Guidance, PhotoGuide, ShotQuality, best_of
from kiosk.ports import Analyser, Camera, Clock

KEPT_SHOTS = 3
BURST_FRAMES = 8
_BURST_SECONDS = 2.0
_FRAME_SECONDS = 0.5
_BURST_TRIES = 3
_LOOK_EVERY = 1 / 15
"""Seconds between looks at the most: a faster camera shall not take the processor from the picture on screen."""
_REST_AFTER = 5.0
_FORGET_AFTER = 240.0
"""Seconds without a request after which looking stops, and after which the session ends with all its pictures."""

log = logging.getLogger("kiosk.photo")


@dataclass(frozen=True, slots=True)
class Oval:
    """Where the guide is drawn, as shares of the frame's width and height; ``roll_deg`` > 0 is clockwise."""

    x: float
    y: float
    half_width: float
    half_height: float
    roll_deg: float


@dataclass(frozen=True, slots=True)
class Live:
    """What the screen shows now; ``number`` grows with every change, ``shots`` counts all that were taken."""

    number: int
    camera: CameraState
    guidance: Guidance | None
    oval: Oval | None
    shots: int


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo taken: the frame it came from, its judgement, when, and how long after the session began."""

    number: int
    frame: Frame
    check: PhotoCheck
    taken_at: str
    seconds: float

    @property
    def is_usable(self) -> bool:
        """Whether a card application could carry it."""
        return self.check.jpeg is not None


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
    ) -> None:
        self.uid = uid
        self._camera = camera
        self._analyser = analyser
        self._limits = limits
        self._clock = clock
        self._rules = rules or packaged_rules()
        self._guide = PhotoGuide(limits.guide)
        self._exceptions: frozenset[str] = frozenset()
        self._news = threading.Condition()
        self._ending = threading.Event()
        self._go = threading.Event()
        self._fire = threading.Event()
        self._live = Live(0, camera.state, None, None, 0)
        self._shots: deque[Shot] = deque(maxlen=KEPT_SHOTS)
        self._began = self._touched = clock.monotonic()
        self._thread = threading.Thread(target=self._run, name="photo", daemon=True)

    def start(self) -> None:
        """Begin guiding."""
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
    def exceptions(self) -> frozenset[str]:
        """The named exceptions staff granted for this person."""
        return self._exceptions

    def live(self, after: int, timeout: float) -> Live:
        """What to show, as soon as its number is greater than ``after`` or ``timeout`` seconds are over."""
        self.touch()
        with self._news:
            self._news.wait_for(lambda: self._live.number > after or self._ending.is_set(), timeout)
            return self._live

    def trigger(self) -> None:
        """Take a photo with the next frame, whatever the guide thinks; it is judged all the same."""
        self._fire.set()

    def retake(self) -> None:
        """Watch the camera again; the shots so far stay. While it is being watched this changes nothing."""
        if self.is_live:
            return
        self._guide.restart()
        self._go.set()

    def except_from(self, names: frozenset[str]) -> None:
        """Grant named exceptions (staff) and judge the shots so far anew; raises ValueError for an unknown name."""
        self._limits.exceptions.excused(names)
        self._exceptions = names
        anew = [Shot(s.number, s.frame, self._checked(s.frame), s.taken_at, s.seconds) for s in self.shots]
        with self._news:
            self._shots.clear()
            self._shots.extend(anew)

    def _run(self) -> None:
        after = 0
        while not self._ending.is_set():
            if not self._is_wanted():
                continue
            frame = self._camera.next_frame(after, _FRAME_SECONDS)
            if self._ending.is_set():
                return
            if frame is None:
                self._guide.restart()
                self._tell(None, None)
                continue
            after = frame.number
            began = time.monotonic()
            self._look(frame)
            self._ending.wait(max(0.0, _LOOK_EVERY - (time.monotonic() - began)))

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
            self._news.notify_all()

    def _look(self, frame: Frame) -> None:
        findings = self._analyser.analyse(frame.image, live=True)
        guidance = self._guide.feed(self._judged(findings), frame.taken_at)
        self._tell(guidance, oval_around(findings))
        if guidance.phase == "burst" or self._fire.is_set():
            self._shoot()

    def _shoot(self) -> None:
        frames = self._camera.burst(BURST_FRAMES, _BURST_SECONDS)
        self._fire.clear()
        best = self._best(frames)
        if best is None:  # the camera went away in this moment: begin again when it is back
            self._guide.restart()
            return
        at, seconds = self._clock.now().isoformat(timespec="milliseconds"), self._clock.monotonic() - self._began
        shot = Shot(self._live.shots + 1, *best, at, seconds)
        self._go.clear()
        with self._news:
            if not self._ending.is_set():
                self._shots.append(shot)
        self._tell(self._live.guidance, self._live.oval, taken=1)
        log.info("photo taken: shot %d, %s", shot.number, shot.check.verdict)

    def _best(self, frames: Sequence[Frame]) -> tuple[Frame, PhotoCheck] | None:
        """The best frame of a burst with its full check; the next best ones where that refuses it."""
        qualities = {frame.number: quality_of(self._analyser.analyse(frame.image, live=True)) for frame in frames}
        left, first = list(frames), None
        for _ in range(min(_BURST_TRIES, len(left))):
            frame = best_of(left, lambda each: qualities[each.number])
            if frame is None:
                break
            check = self._checked(frame)
            first = first or (frame, check)
            if check.verdict != "fail":
                return frame, check
            left = [each for each in left if each.number != frame.number]
        return first

    def _checked(self, frame: Frame) -> PhotoCheck:
        picture = picture_of_frame(frame.image)
        return check_picture(
            picture, self._analyser, self._limits, as_camera=True, exceptions=self._exceptions, rules=self._rules
        )

    def _judged(self, findings: FaceFindings) -> Verdict:
        return live_verdict(findings, self._limits, self._rules, self._exceptions)

    def _tell(self, guidance: Guidance | None, oval: Oval | None, taken: int = 0) -> None:
        with self._news:
            before = self._live
            self._live = Live(before.number + 1, self._camera.state, guidance, oval, before.shots + taken)
            self._news.notify_all()


def live_verdict(
    findings: FaceFindings, limits: PhotoLimits, rules: PhotoFileRules, exceptions: frozenset[str] = frozenset()
) -> Verdict:
    """The judgement of a live frame: its measures, and whether a lawful frame around the head lies in the picture."""
    head = findings.head
    plan = plan_crop(head, findings.width, findings.height, geometry_of(rules)) if head else None
    framing = (
        Framing(plan.crop.width, plan.crop.height, plan.head_share, plan.gap_share, plan.off_centre) if plan else None
    )
    measures = (*(Measured(m.name, m.value, m.unit) for m in findings.measurements), *frame_measures(framing))
    all_limits = PhotoLimits(limits.version, {**limits.measures, **limits_of(rules)}, limits.exceptions, limits.guide)
    cut_off = {"face_cropped": "fail"} if head and plan is None else {}
    return judge(measures, all_limits, exceptions=exceptions, extra_reasons=cut_off)


def oval_around(findings: FaceFindings) -> Oval | None:
    """The guide around the head that was found, a little larger than it; None when there is none."""
    head = findings.head
    if head is None:
        return None
    height = ((head.crown[0] - head.chin[0]) ** 2 + (head.crown[1] - head.chin[1]) ** 2) ** 0.5 * 1.12
    x, y = _middle(head)
    return Oval(
        x / findings.width, y / findings.height, 0.39 * height / findings.width, 0.5 * height / findings.height,
        head.roll_deg,
    )  # fmt: skip


def _middle(head: Head) -> tuple[float, float]:
    return (head.crown[0] + head.chin[0]) / 2, (head.crown[1] + head.chin[1]) / 2


def quality_of(findings: FaceFindings) -> ShotQuality:
    """What decides between the frames of a burst, out of one frame's measures."""
    turns = [abs(v) for n in ("HeadPoseYaw", "HeadPosePitch", "HeadPoseRoll") if (v := findings.value(n)) is not None]
    return ShotQuality(findings.value("Sharpness"), findings.value("EyesOpen"), max(turns, default=None))
