"""Reading codes from live video: a quick look at every frame given, a hard look at most at every third one."""

from collections.abc import Callable
from dataclasses import dataclass, field

from camera.qr import Hint, as_grey, first_pass, harder_pass
from camera.qr_hint import hint_for
from camera.types import Image

HARD_LOOK_EVERY = 3
HARD_LOOK_SECONDS = 0.5
"""About how long a hard look may take; the picture has moved on by then."""


@dataclass(frozen=True, slots=True)
class LiveLook:
    """What one frame gave: payloads (not shown in a log), a hint, and whether it was looked at hard."""

    texts: tuple[str, ...] = field(repr=False)
    hint: Hint
    was_hard: bool


class FormReader:
    """Looks at frames one by one, in the caller's thread; keeps no picture. Give it the newest frame, skip the others.

    ``is_enough`` says whether a payload is the one wanted, which spares the hard look; that ends after about
    ``hard_look_seconds``.
    """

    def __init__(self, is_enough: Callable[[str], bool], hard_look_seconds: float = HARD_LOOK_SECONDS) -> None:
        self._is_enough = is_enough
        self._hard_look_seconds = hard_look_seconds
        self._since_hard_look = HARD_LOOK_EVERY
        self._hint = Hint.NONE

    def look(self, image: Image) -> LiveLook:
        """What can be read in one frame; between hard looks the hint stays what it was."""
        grey = as_grey(image)
        seen = first_pass(grey)
        self._since_hard_look += 1
        is_found = any(self._is_enough(text) for text in seen.texts)
        is_hard = not is_found and self._since_hard_look >= HARD_LOOK_EVERY
        if is_hard:
            self._since_hard_look = 0
            seen = harder_pass(grey, seen, self._is_enough, self._hard_look_seconds)
            is_found = any(self._is_enough(text) for text in seen.texts)
        self._hint = Hint.NONE if is_found else hint_for(grey, seen) if is_hard else self._hint
        return LiveLook(seen.texts, self._hint, is_hard)
