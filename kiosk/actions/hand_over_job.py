"""Handing a window's batches over in the background of the desk, with how far it is and a way to stop waiting."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.errors import BatchError, KioskError
from kiosk.store.hand_overs import HandOver
from kiosk.store.medium import Told

log = logging.getLogger("kiosk.actions")
Deed = Callable[[Path, Told, Callable[[float], None]], HandOver]
"""Hands one file over; is given whom to tell how far it is, and how to wait between two tries."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How far a hand-over is: which file of how many, its bytes over there, whether a destination is waited for."""

    file_name: str
    number: int
    files: int
    done: int
    total: int
    is_waiting: bool


class HandOverJob:
    """One hand-over on a thread of its own; afterwards ``error`` holds a text key, ``lines`` what was handed over."""

    def __init__(self, deed: Deed, files: Sequence[Path]) -> None:
        self._deed, self._files = deed, list(files)
        self._number = self._done = self._total = 0
        self._waiting = False
        self._unwanted = threading.Event()
        self.lines: list[HandOver] = []
        self.error: str | None = None
        self._thread = threading.Thread(target=self._run, name="hand-over", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most that long."""
        self._thread.join(seconds)

    def stop(self) -> None:
        """Wait for a destination no longer; a copy under way comes to its end first."""
        self._unwanted.set()

    @property
    def is_running(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    @property
    def is_safe_to_remove(self) -> bool:
        """Whether everything lies on a medium that can be pulled out now."""
        whole = len(self.lines) == len(self._files) and not self.is_running
        return whole and all(line.medium.startswith("usb ") for line in self.lines)

    @property
    def step(self) -> Carried:
        """How far it is now."""
        file = self._files[self._number]
        return Carried(file.name, self._number + 1, len(self._files), self._done, self._total, self._waiting)

    def _told(self, done: int) -> None:
        self._done, self._waiting = done, False

    def _pause(self, seconds: float) -> None:
        self._waiting = True
        if self._unwanted.wait(seconds):
            raise BatchError("stopped")

    def _run(self) -> None:
        try:
            for number, file in enumerate(self._files):
                self._number, self._done, self._total = number, 0, file.stat().st_size
                self.lines.append(self._deed(file, self._told, self._pause))
        except KioskError as error:
            self.error = error.text_key
        except Exception as error:  # noqa: BLE001 - the desk has to say something; the message may name anything
            log.error("unexpected %s while handing over", type(error).__name__)
            self.error = "batch.error_medium_lost"
