"""The real clock, how its time is kept, and the real source of fresh numbers."""

import secrets
import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiosk.ports import Clock

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def stamp(clock: Clock) -> str:
    """The time as it is kept: ISO 8601 with offset, to the millisecond."""
    return clock.now().isoformat(timespec="milliseconds")


class SystemClock:
    """The computer's clock, told in the window's time zone."""

    def __init__(self, zone: str = "Asia/Tokyo") -> None:
        self._zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """The time with its offset."""
        return datetime.now(self._zone)

    def today(self) -> date:
        """The date in the window's time zone."""
        return self.now().date()

    def monotonic(self) -> float:
        """Seconds that never run backwards and go on while the computer sleeps."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


class SleepWatch:
    """Notices that the computer slept: then one of its clocks went on and the other stood still."""

    def __init__(self) -> None:
        self._slept = self._total()

    def has_slept(self) -> bool:
        """Whether it slept for a second or more since the last call."""
        before, self._slept = self._slept, self._total()
        return self._slept - before >= 1.0

    @staticmethod
    def _total() -> float:
        """Seconds slept since the computer was started."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class RandomIds:
    """Numbers from the operating system's randomness."""

    def uid(self) -> str:
        """A random name for one application: 26 characters, 130 bits."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(26))

    def call_number(self, taken: frozenset[str]) -> str:
        """Three digits (more once those run out) not in ``taken``, in no order."""
        for low, high in ((100, 1000), (1000, 10_000), (10_000, 100_000)):
            free = [number for number in map(str, range(low, high)) if number not in taken]
            if free:
                return secrets.choice(free)
        raise RuntimeError("no call number left")
