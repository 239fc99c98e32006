"""Sealing in the background of the desk, with how far it is."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.actions.batch import Progress, Sealed
from kiosk.domain.errors import KioskError

log = logging.getLogger("kiosk.actions")


@dataclass(frozen=True, slots=True)
class Step:
    """How far a seal is: members written of all, and the seconds that are left by the pace so far."""

    done: int
    total: int
    seconds_left: int

    @property
    def is_checking(self) -> bool:
        """Whether all is written and the file is being read again."""
        return self.total > 0 and self.done == self.total


def seconds_left(passed: float, done: int, total: int) -> int:
    """How long the rest takes at the pace so far; 0 before there is a pace."""
    return round(passed / done * (total - done)) if done else 0


class SealJob:
    """One seal on a thread of its own; afterwards ``error`` holds a text key or ``sealed`` the result."""

    def __init__(self, seal: Callable[[Progress], Sealed], monotonic: Callable[[], float]) -> None:
        self._seal, self._monotonic = seal, monotonic
        self._began = monotonic()
        self._done = self._total = 0
        self.sealed: Sealed | None = None
        self.error: str | None = None
        self._thread = threading.Thread(target=self._run, name="seal", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most that long."""
        self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    @property
    def step(self) -> Step:
        """How far it is now."""
        left = seconds_left(self._monotonic() - self._began, self._done, self._total)
        return Step(self._done, self._total, left)

    def _told(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    def _run(self) -> None:
        try:
            self.sealed = self._seal(self._told)
        except KioskError as error:
            self.error = error.text_key
        except Exception as error:  # noqa: BLE001 - the desk has to say something; the message may hold personal data
            log.error("unexpected %s while sealing", type(error).__name__)
            self.error = "batch.error_sealing_failed"
