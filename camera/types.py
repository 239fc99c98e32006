"""The shapes that cross this package's border. Pixels are in the upright source; x right, y down; angles in degrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]
else:  # numpy takes a fifth of a second to load, and most commands of the shell touch no picture
    Image = Any
"""A picture: shape (height, width, 3), BGR, 8 bit."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from a camera. ``number`` grows by one per frame; ``taken_at`` is monotonic seconds."""

    number: int
    image: Image
    taken_at: float


class CameraState(StrEnum):
    """What a capture thread is doing; each has words on screen."""

    STARTING = "starting"
    STREAMING = "streaming"
    MISSING = "missing"
    LOST = "lost"
    STOPPED = "stopped"


class FrameSource(Protocol):
    """A thing that gives pictures one after the other: device, video file, virtual camera."""

    def open(self) -> None:
        """Get ready, or raise CameraMissing."""

    def read(self) -> Image:
        """Wait for the next picture at the source's own pace, or raise CameraLost."""

    def close(self) -> None:
        """Let go of the device; safe to call twice."""


@runtime_checkable
class SkippingSource(Protocol):
    """A source that can let a picture pass without the work of decoding or drawing it."""

    def skip(self) -> None:
        """Wait for the next picture and drop it, or raise CameraLost."""


class Camera(Protocol):
    """What the rest of the program asks of a camera; one capture thread stands behind it."""

    @property
    def state(self) -> CameraState:
        """What the camera is doing now."""

    def start(self) -> None:
        """Begin capturing in a thread of its own; returns at once, never raises for a missing device."""

    def stop(self) -> None:
        """End capturing and let go of the device."""

    def next_frame(self, after: int, timeout: float) -> Frame | None:
        """The newest frame whose number is greater than ``after``, waiting up to ``timeout`` seconds; else None."""

    def burst(self, count: int, timeout: float) -> Sequence[Frame]:
        """Up to ``count`` full-resolution frames in a row, newest last; fewer when time runs out."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One named measure of a face photo; ``value`` is finite, or None where it could not be measured."""

    name: str
    value: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the head is: crown (hair included), chin, iris centres; ``roll_deg`` > 0 is clockwise as seen."""

    crown: Point
    chin: Point
    left_eye: Point
    right_eye: Point
    roll_deg: float


@dataclass(frozen=True, slots=True)
class FaceFindings:
    """All that was seen in one picture. ``faces`` largest first; ``head`` is None when no face was found."""

    width: int
    height: int
    faces: tuple[Box, ...]
    head: Head | None
    measurements: tuple[Measurement, ...]

    def value(self, name: str) -> float | None:
        """The value of one measure, or None when absent or not measured."""
        return next((m.value for m in self.measurements if m.name == name), None)


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of the upright source after rotating it by ``rotation_deg`` about its centre (same canvas size)."""

    x: int
    y: int
    width: int
    height: int
    rotation_deg: float
