"""Speech from programs of the operating system: Open JTalk for Japanese, espeak-ng for the rest. Memory and pipes only.

A line goes in by standard input and the sound comes out by standard output, so nothing spoken is ever a file.
"""

import io
import shutil
import subprocess
import threading
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path

DICTIONARY = Path("/var/lib/mecab/dic/open-jtalk/naist-jdic")
_SECONDS = 15.0
_AT_ONCE = threading.Semaphore(2)
_ESPEAK = {"en": "en-us", "zh-Hans": "cmn", "ko": "ko", "es": "es-419", "pt": "pt-br"}
_SLOWER = {"ja": "1.0", "ja-easy": "0.88"}


@dataclass(frozen=True)
class Voices:
    """The engines that are installed; ``commands`` has per language the words that start one."""

    commands: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: installed())

    def speaks(self, language: str) -> bool:
        """Whether there is a voice for this language."""
        return language in self.commands

    def say(self, language: str, line: str) -> bytes | None:
        """One line as WAV (PCM, 16 bit, mono); None without a voice, or when the engine fails or takes too long."""
        return _spoken(self.commands[language], line) if self.speaks(language) else None


def installed(dictionary: Path = DICTIONARY) -> dict[str, tuple[str, ...]]:
    """What to start for each language there is an engine for on this machine."""
    found: dict[str, tuple[str, ...]] = {}
    open_jtalk, espeak = shutil.which("open_jtalk"), shutil.which("espeak-ng")
    if open_jtalk and dictionary.is_dir():
        voice = str(resources.files("kiosk.voices").joinpath("mei_normal.htsvoice"))
        start = (open_jtalk, "-x", str(dictionary), "-m", voice, "-ow", "/dev/stdout")
        found |= {language: (*start, "-r", rate) for language, rate in _SLOWER.items()}
    if espeak:
        found |= {language: (espeak, "--stdout", "--stdin", "-s", "150", "-v", v) for language, v in _ESPEAK.items()}
    return found


@lru_cache(maxsize=128)
def _spoken(command: tuple[str, ...], line: str) -> bytes | None:
    """The sound of a line; kept for the next person, since only words of the catalogue come here."""
    try:
        with _AT_ONCE:
            done = subprocess.run(  # noqa: S603 -- fixed words, no shell; the line goes in by a pipe
                command, input=f"{line}\n".encode(), capture_output=True, timeout=_SECONDS, check=True
            )
    except (OSError, subprocess.SubprocessError):
        return None
    return _whole_wav(done.stdout)


def _whole_wav(stream: bytes) -> bytes | None:
    """The same sound with the right length in its header: an engine that writes to a pipe cannot know it beforehand."""
    start = stream.find(b"data")
    if not stream.startswith(b"RIFF") or start < 0:
        return None
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(int.from_bytes(stream[24:28], "little"))
        sound.writeframes(stream[start + 8 :])
    return out.getvalue()
