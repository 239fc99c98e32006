"""Parts that answer the same every time, used by demo mode and by tests."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

JAPAN = timezone(timedelta(hours=9), "JST")


@dataclass
class FixedClock:
    """A clock that stands still until ``tick`` is called."""

    at: datetime = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)
    seconds: float = 0.0

    def now(self) -> datetime:
        """The time it was set to, plus what has been ticked."""
        return self.at + timedelta(seconds=self.seconds)

    def today(self) -> date:
        """The date of ``now``."""
        return self.now().date()

    def monotonic(self) -> float:
        """The seconds ticked so far."""
        return self.seconds

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
