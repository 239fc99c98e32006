"""What we ask of the world outside: clock, numbers, cameras, voices. Real and fake parts are chosen in wiring only."""

from datetime import date, datetime
from typing import Any, Protocol

from camera.types import Camera as Camera
from camera.types import FaceFindings as FaceFindings
from camera.types import Image


class Clock(Protocol):
    """The wall clock and the steady one."""

    def now(self) -> datetime:
        """The time with its offset (Japan's, unless set otherwise)."""

    def today(self) -> date:
        """The date at the window's place."""

    def monotonic(self) -> float:
        """Seconds that never run backwards."""


class Ids(Protocol):
    """Where fresh numbers come from."""

    def uid(self) -> str:
        """A random name for one application: 26 lower-case letters and digits."""

    def call_number(self, taken: frozenset[str]) -> str:
        """A neutral call number not in ``taken``, not in order of arrival."""


class Analyser(Protocol):
    """Finds and measures faces."""

    def analyse(self, image: Image, *, live: bool) -> FaceFindings:
        """Everything the models see in one picture."""

    def forget(self) -> None:
        """Drop what live pictures left behind, for the next person."""


class Features(Protocol):
    """What tells one face from another; in memory only."""

    def likeness(self, other: Any) -> float:
        """Cosine of the two, -1 to 1."""


class FaceReader(Protocol):
    """Describes the largest face of a picture."""

    def read(self, image: Image) -> Features | None:
        """Its features; None when there is no face."""


class Speaker(Protocol):
    """Reads the words of a screen aloud."""

    def speaks(self, language: str) -> bool:
        """Whether there is a voice for this language."""

    def say(self, language: str, line: str) -> bytes | None:
        """One line as WAV, or None when it cannot be spoken."""
