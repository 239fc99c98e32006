"""Capture: one thread owns one camera, keeps the newest picture and finds its way back when the camera goes away.

The only module that opens devices and video files. Pictures live in memory only; nothing here writes to disk.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

# V4L2 waits 10 s for a silent device by default; this makes a hanging read come back, so the thread can recover.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "3")

import cv2

from camera.errors import CameraError, CameraLost, CameraMissing
from camera.pace import Pace
from camera.stills import PictureSource
from camera.types import CameraState, Frame, FrameSource, Image, SkippingSource

FULL_SIZE = (1920, 1080)
"""Width and height asked of a device: the photo's crop needs it; live work is done on a smaller copy."""

SILENCE_LIMIT = 3.0
"""Seconds without a picture after which a camera counts as lost."""

REST_AFTER = 3.0
"""Seconds without anybody asking for a picture after which a camera rests: its pictures are taken off, not decoded."""

REST_PICTURE_EVERY = 0.5
"""Seconds between the pictures decoded all the same while it rests, so that a lost camera is noticed."""

RETRY_WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries to open a camera; the last one repeats."""

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a missing camera is our message to give, in words


class _Burst:
    """A wish for the next ``count`` pictures, filled by the capture thread."""

    def __init__(self, count: int) -> None:
        self.wanted = count
        self.frames: list[Frame] = []

    @property
    def is_full(self) -> bool:
        return len(self.frames) >= self.wanted


class CaptureThread:
    """A Camera over any FrameSource. The newest frame wins; slow readers skip frames, nothing queues up."""

    def __init__(
        self,
        source: FrameSource,
        clock: Callable[[], float] = time.monotonic,
        silence_limit: float = SILENCE_LIMIT,
        retry_waits: Sequence[float] = RETRY_WAITS,
        rest_after: float = REST_AFTER,
    ) -> None:
        self._source = source
        self._clock = clock
        self._silence_limit = silence_limit
        self._retry_waits = tuple(retry_waits)
        self._rest_after = rest_after
        self._news = threading.Condition()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._state = CameraState.STOPPED
        self._newest: Frame | None = None
        self._number = 0
        self._heard_at = 0.0
        self._asked_at = clock()
        self._bursts: list[_Burst] = []

    @property
    def source(self) -> FrameSource:
        """What stands behind the camera: a virtual one can be told what to show."""
        return self._source

    @property
    def state(self) -> CameraState:
        """What the camera is doing now; LOST too while a device hangs without giving pictures."""
        with self._news:
            is_silent = self._clock() - self._heard_at > self._silence_limit
            return CameraState.LOST if self._state is CameraState.STREAMING and is_silent else self._state

    def start(self) -> None:
        """Begin capturing in a thread of its own; a second start changes nothing."""
        with self._news:
            if self._thread is not None and self._thread.is_alive():
                return
            self._ending = threading.Event()
            self._state = CameraState.STARTING
            self._thread = threading.Thread(target=self._run, args=(self._ending,), name="camera", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End capturing, wait for the thread and let go of the device; the last picture is forgotten."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout=self._silence_limit + 1.0)
        with self._news:
            self._thread = None
            self._state = CameraState.STOPPED
            self._newest = None
            self._news.notify_all()

    def next_frame(self, after: int, timeout: float) -> Frame | None:
        """The newest frame whose number is greater than ``after``, waiting up to ``timeout`` seconds; else None."""
        with self._news:
            self._asked_at = self._clock()
            self._news.wait_for(lambda: self._has_after(after) or self._ending.is_set(), timeout)
            return self._newest if self._has_after(after) else None

    def burst(self, count: int, timeout: float) -> Sequence[Frame]:
        """The next ``count`` pictures without a gap, newest last; fewer when ``timeout`` seconds are over."""
        wish = _Burst(count)
        with self._news:
            self._asked_at = self._clock()
            self._bursts.append(wish)
            self._news.wait_for(lambda: wish.is_full or self._ending.is_set(), timeout)
            self._bursts.remove(wish)
            return tuple(wish.frames)

    def _has_after(self, number: int) -> bool:
        return self._newest is not None and self._newest.number > number

    def _run(self, ending: threading.Event) -> None:
        failures = 0
        while not ending.is_set():
            before = self._number
            try:
                self._stream(ending)
            except CameraMissing:
                self._tell(CameraState.MISSING, ending)
            except CameraError:
                self._tell(CameraState.LOST, ending)
            finally:
                self._source.close()
            failures = 0 if self._number > before else failures + 1
            ending.wait(self._retry_waits[min(failures, len(self._retry_waits) - 1)])

    def _stream(self, ending: threading.Event) -> None:
        self._source.open()
        while not ending.is_set():
            if isinstance(self._source, SkippingSource) and self._may_skip():
                self._source.skip()
                continue
            image = self._source.read()
            if not ending.is_set():
                self._keep(image)

    def _may_skip(self) -> bool:
        """Whether nobody has asked for a picture for a while and the newest one is recent enough."""
        with self._news:
            now = self._clock()
            return now - self._asked_at > self._rest_after and now - self._heard_at < REST_PICTURE_EVERY

    def _keep(self, image: Image) -> None:
        image.flags.writeable = False  # shared between threads without copying
        with self._news:
            self._number += 1
            self._heard_at = self._clock()
            self._newest = Frame(self._number, image, self._heard_at)
            self._state = CameraState.STREAMING
            for wish in self._bursts:
                if not wish.is_full:
                    wish.frames.append(self._newest)
            self._news.notify_all()

    def _tell(self, state: CameraState, ending: threading.Event) -> None:
        with self._news:
            if not ending.is_set():
                self._state = state
                self._newest = None  # an old picture must not pass for a live one
                self._news.notify_all()


class DeviceSource:
    """A camera of this machine, by index or path (``/dev/v4l/by-id/…`` keeps its name when plugged in again)."""

    def __init__(self, device: int | str, width: int = FULL_SIZE[0], height: int = FULL_SIZE[1], fps: int = 30) -> None:
        self._device = device
        self._wishes = [
            *(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw 1080p does not fit through USB 2
            *(cv2.CAP_PROP_FRAME_WIDTH, width),
            *(cv2.CAP_PROP_FRAME_HEIGHT, height),
            *(cv2.CAP_PROP_FPS, fps),
        ]
        self._capture: cv2.VideoCapture | None = None

    def open(self) -> None:
        """Open the device with the largest picture it has up to the wish, or raise CameraMissing."""
        self.close()
        backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
        try:
            capture = cv2.VideoCapture(self._device, backend, self._wishes)
        except cv2.error as error:
            raise CameraMissing("the camera cannot be opened") from error
        if not capture.isOpened():
            capture.release()
            raise CameraMissing("the camera cannot be opened")
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest picture, not one from a queue; not every driver listens
        self._capture = capture

    def read(self) -> Image:
        """Wait for the device's next picture, or raise CameraLost."""
        return _read_picture(self._capture)

    def skip(self) -> None:
        """Take the device's next picture off without decoding it, or raise CameraLost."""
        try:
            is_given = self._capture is not None and self._capture.grab()
        except cv2.error as error:
            raise CameraLost("the camera gave no picture") from error
        if not is_given:
            raise CameraLost("the camera gave no picture")

    def close(self) -> None:
        """Let go of the device."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


class VideoFileSource:
    """A recorded video in place of a camera, at ``fps`` pictures a second (0: the file's own)."""

    def __init__(self, path: Path, loop: bool = True, fps: float = 0.0) -> None:
        self._path = path
        self._loop = loop
        self._fps = fps
        self._capture: cv2.VideoCapture | None = None
        self._pace = Pace(30)

    def open(self) -> None:
        """Open the file at its beginning, or raise CameraMissing."""
        self.close()
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_ANY)
        if not self._path.is_file() or not capture.isOpened():
            capture.release()
            raise CameraMissing("the video cannot be opened")
        self._capture = capture
        self._pace = Pace(self._fps or capture.get(cv2.CAP_PROP_FPS) or 30)

    def read(self) -> Image:
        """The next picture at the video's pace; at the end from the start again, or CameraLost without ``loop``."""
        self._pace.wait()
        try:
            return _read_picture(self._capture)
        except CameraLost:
            if not self._loop or self._capture is None:
                raise
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            return _read_picture(self._capture)

    def close(self) -> None:
        """Let go of the file."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def open_source(spec: str) -> FrameSource:
    """A source by its spec: ``device:0``, ``video:FILE``, ``picture:FILE`` or a folder, ``virtual:SCENE``.

    Nothing is opened yet. Raises ValueError for a spec of any other form.
    """
    kind, _, rest = spec.partition(":")
    if not rest:
        raise ValueError("a camera is written as device:, video:, picture: or virtual: and what follows")
    if kind == "device":
        return DeviceSource(int(rest) if rest.isascii() and rest.isdigit() else rest)
    if kind == "video":
        return VideoFileSource(Path(rest))
    if kind == "picture":
        return PictureSource(_pictures_at(Path(rest)))
    if kind == "virtual":
        return _virtual(rest)
    raise ValueError("a camera is written as device:, video:, picture: or virtual: and what follows")


def _virtual(scene: str) -> FrameSource:
    from camera.virtual import VirtualCamera  # its portrait is loaded only where it is used

    return VirtualCamera(scene)


def _pictures_at(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)
    return [path]


def _read_picture(capture: cv2.VideoCapture | None) -> Image:
    if capture is None:
        raise CameraLost("the camera is closed")
    try:
        is_given, image = capture.read()
    except cv2.error as error:
        raise CameraLost("the camera gave no picture") from error
    if not is_given or image is None:
        raise CameraLost("the camera gave no picture")
    return image.astype("uint8", copy=False)
