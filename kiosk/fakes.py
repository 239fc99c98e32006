"""Parts that answer the same every time, used by demo mode and by tests."""

import io
import wave
from dataclasses import dataclass, field
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


@dataclass
class ToneSpeaker:
    """Speaks every language as a short tone, and remembers what it was asked to say."""

    said: list[tuple[str, str]] = field(default_factory=list)

    def speaks(self, language: str) -> bool:
        """Every language."""
        return bool(language)

    def say(self, language: str, line: str) -> bytes | None:
        """A fifth of a second of a square wave as WAV."""
        self.said.append((language, line))
        out = io.BytesIO()
        with wave.open(out, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes((b"\x00\x10" * 20 + b"\x00\xf0" * 20) * 40)
        return out.getvalue()
