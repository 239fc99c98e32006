"""The virtual camera: product code for demo and training, behind the same small port as a real one.

It shows a person, a form being held up, nobody at all, or is unplugged; which of them can be set while it runs.
"""

import threading
import time
from collections.abc import Callable
from typing import Literal, Protocol, get_args

from camera.errors import CameraLost, CameraMissing
from camera.pace import Pace
from camera.types import Image
from camera.virtual_form import FormScene
from camera.virtual_person import PersonScene, noise_planes, wall, with_noise

Scene = Literal["person", "form", "visit", "nobody", "unplugged"]
SCENES: tuple[Scene, ...] = get_args(Scene)

_VISIT_FORM_SECONDS = 15.0  # a visit on one camera: first the form, then the person
_VISIT_SECONDS = 75.0


class DrawnScene(Protocol):
    """A scene gives the frame at a time after it began."""

    def picture(self, t: float) -> Image:
        """The frame at ``t`` seconds."""


class VirtualCamera:
    """A FrameSource that draws what it shows; the same seed and times give the same pictures."""

    def __init__(
        self,
        scene: str = "person",
        seed: int = 1,
        size: tuple[int, int] = (1920, 1080),
        fps: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._size = size
        self._seed = seed
        self._fps = fps
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._drawn: dict[Scene, DrawnScene] = {}
        self._pace: Pace | None = None
        self.show(scene)

    @property
    def scene(self) -> Scene:
        """What the camera shows now."""
        with self._lock:
            return self._scene

    def show(self, scene: str) -> None:
        """Show another scene from its beginning; each showing of the form is a new form. ValueError if unknown."""
        if scene not in SCENES:
            raise ValueError("a virtual camera shows person, form, visit, nobody or unplugged")
        with self._lock:
            self._scene = next(known for known in SCENES if known == scene)
            self._began = self._clock()
            self._seed += 1
            self._drawn.pop("form", None)

    def open(self) -> None:
        """Be ready, or raise CameraMissing while unplugged."""
        if self.scene == "unplugged":
            raise CameraMissing("the virtual camera is unplugged")
        self._pace = Pace(self._fps, self._clock, self._sleep)

    def read(self) -> Image:
        """The next frame at the camera's pace; CameraLost once it is unplugged or closed."""
        if self._pace is None:
            raise CameraLost("the camera is closed")
        now = self._pace.wait()
        with self._lock:
            scene, t = self._scene, now - self._began
        if scene == "unplugged":
            raise CameraLost("the virtual camera was unplugged")
        return self.picture(scene, t)

    def skip(self) -> None:
        """Let the next frame pass without drawing it; CameraLost once it is unplugged or closed."""
        if self._pace is None or self.scene == "unplugged":
            raise CameraLost("the virtual camera was unplugged")
        self._pace.wait()

    def close(self) -> None:
        """Stop giving pictures."""
        self._pace = None

    def picture(self, scene: Scene, t: float) -> Image:
        """The frame ``t`` seconds into a scene."""
        if scene == "visit":
            t %= _VISIT_SECONDS
            is_form = t < _VISIT_FORM_SECONDS
            return self.picture("form" if is_form else "person", t if is_form else t - _VISIT_FORM_SECONDS)
        return self._scene_for(scene).picture(t)

    def _scene_for(self, scene: Scene) -> DrawnScene:
        with self._lock:
            if scene not in self._drawn:
                self._drawn[scene] = _made(scene, self._size, self._seed)
            return self._drawn[scene]


class EmptyScene:
    """The wall and nobody before it."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        self._seed = seed
        self._wall = wall(size)
        self._noise = noise_planes(size, seed)

    def picture(self, t: float) -> Image:
        """The frame at ``t`` seconds; only its noise changes."""
        return with_noise(self._wall, self._noise, (self._seed, round(t * 1000)))


def _made(scene: Scene, size: tuple[int, int], seed: int) -> DrawnScene:
    if scene == "person":
        return PersonScene(size, seed)
    return FormScene(size, seed) if scene == "form" else EmptyScene(size, seed)
