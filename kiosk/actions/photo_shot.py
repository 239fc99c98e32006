"""One photo taken, and the judge who looks at live frames and bursts by one municipality's limits and rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from camera.crop import plan_crop
from camera.picture import picture_of_frame
from camera.types import FaceFindings, Frame, Head
from kiosk.actions.photo_check import PhotoCheck, check_picture, geometry_of
from kiosk.domain.photo import Measured, PhotoLimits, Verdict, judge
from kiosk.domain.photo_file import Framing, PhotoFileRules, frame_measures, limits_of
from kiosk.domain.photo_guide import ShotQuality, best_of
from kiosk.ports import Analyser, Features

_BURST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo taken: the frame it came from, its judgement, when, and how long after the session began.

    ``noted`` is its line in the statistics, ``features`` describe the face for the wrong-person guard;
    ``has_two_persons`` says that it or a shot before it in the session shows another person than the rest.
    """

    number: int
    frame: Frame
    check: PhotoCheck
    taken_at: str
    seconds: float
    noted: int | None = None
    features: Features | None = field(default=None, repr=False)
    has_two_persons: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether a card application could carry it."""
        return self.check.jpeg is not None


@dataclass(frozen=True, slots=True)
class Grant:
    """Exceptions staff granted by name, and why; nothing granted when empty."""

    names: frozenset[str] = frozenset()
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PhotoJudge:
    """Looks with the models and judges by the limits and file rules in force here."""

    analyser: Analyser
    limits: PhotoLimits
    rules: PhotoFileRules

    def live(self, findings: FaceFindings, exceptions: frozenset[str]) -> Verdict:
        """The judgement of a live frame."""
        return live_verdict(findings, self.limits, self.rules, exceptions)

    def checked(self, frame: Frame, exceptions: frozenset[str]) -> PhotoCheck:
        """The full judgement of one frame, and the photo made of it."""
        picture = picture_of_frame(frame.image)
        return check_picture(
            picture, self.analyser, self.limits, as_camera=True, exceptions=exceptions, rules=self.rules
        )

    def quality(self, frame: Frame) -> ShotQuality:
        """What decides between this frame and the others of its burst."""
        return quality_of(self.analyser.analyse(frame.image, live=True))

    def best(
        self, burst: Sequence[tuple[Frame, ShotQuality]], exceptions: frozenset[str]
    ) -> tuple[Frame, PhotoCheck] | None:
        """The best frame of a burst with its full check; the next best ones where that refuses it."""
        qualities = {frame.number: quality for frame, quality in burst}
        left, first = [frame for frame, _ in burst], None
        for _ in range(min(_BURST_TRIES, len(left))):
            frame = best_of(left, lambda each: qualities[each.number])
            if frame is None:
                break
            check = self.checked(frame, exceptions)
            first = first or (frame, check)
            if check.verdict != "fail":
                return frame, check
            left = [each for each in left if each.number != frame.number]
        return first

    def again(self, shot: Shot, exceptions: frozenset[str]) -> Shot:
        """The same shot judged with other exceptions."""
        return replace(shot, check=self.checked(shot.frame, exceptions))


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
    all_limits = replace(limits, measures={**limits.measures, **limits_of(rules)})
    cut_off: dict[str, Literal["warn", "fail"]] = {"face_cropped": "fail"} if head and plan is None else {}
    return judge(measures, all_limits, exceptions=exceptions, extra_reasons=cut_off)


def quality_of(findings: FaceFindings) -> ShotQuality:
    """What decides between the frames of a burst, out of one frame's measures."""
    turns = [abs(v) for n in ("HeadPoseYaw", "HeadPosePitch", "HeadPoseRoll") if (v := findings.value(n)) is not None]
    return ShotQuality(findings.value("Sharpness"), findings.value("EyesOpen"), max(turns, default=None))


@dataclass(frozen=True, slots=True)
class Oval:
    """Where the guide is drawn, as shares of the frame's width and height; ``roll_deg`` > 0 is clockwise."""

    x: float
    y: float
    half_width: float
    half_height: float
    roll_deg: float


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
