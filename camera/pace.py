"""Even steps in time, for sources that would otherwise give pictures as fast as they are asked."""

import time
from collections.abc import Callable


class Pace:
    """Lets ``wait`` return at most ``fps`` times a second; steps missed by a slow caller are dropped, not caught up."""

    def __init__(
        self,
        fps: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.step = 1.0 / fps
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    def wait(self) -> float:
        """Sleep until the next step is due and return the time, in seconds of the clock."""
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
            now = self._clock()
        self._next = max(self._next + self.step, now)
        return now
