"""The capture thread keeps its promises whatever the camera does; real threads, sources scripted by the test."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from camera.capture import CaptureThread, DeviceSource, VideoFileSource, open_source
from camera.errors import CameraLost, CameraMissing
from camera.stills import PictureSource
from camera.types import CameraState, Image


class ScriptedSource:
    """A source the test plugs, unplugs and hangs; gives a picture every 2 ms."""

    def __init__(self, plugged: bool = True) -> None:
        self.plugged = threading.Event()
        self.running = threading.Event()
        self.running.set()
        self.is_open = False
        self.reads = 0
        if plugged:
            self.plugged.set()

    def open(self) -> None:
        if not self.plugged.is_set():
            raise CameraMissing("absent")
        self.is_open = True

    def read(self) -> Image:
        time.sleep(0.002)
        self.running.wait(5)
        if not self.plugged.is_set():
            raise CameraLost("gone")
        self.reads += 1
        return np.full((4, 6, 3), self.reads % 256, np.uint8)

    def close(self) -> None:
        self.is_open = False


class TiringSource(ScriptedSource):
    """One that can let pictures pass without the work of them."""

    skips = 0

    def skip(self) -> None:
        time.sleep(0.002)
        if not self.plugged.is_set():
            raise CameraLost("gone")
        self.skips += 1


def until(wanted: CameraState, camera: CaptureThread, seconds: float = 3.0) -> bool:
    end = time.monotonic() + seconds
    while camera.state is not wanted and time.monotonic() < end:
        time.sleep(0.005)
    return camera.state is wanted


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
def camera(source: ScriptedSource) -> Iterator[CaptureThread]:
    thread = CaptureThread(source, silence_limit=0.15, retry_waits=(0.01, 0.02))
    yield thread
    source.running.set()
    thread.stop()


def test_the_newest_frame_is_given_and_old_ones_are_skipped(camera: CaptureThread) -> None:
    camera.start()
    first = camera.next_frame(0, 2.0)
    assert first is not None
    time.sleep(0.05)
    later = camera.next_frame(first.number, 2.0)
    assert later is not None
    assert later.number > first.number + 1
    assert later.taken_at > first.taken_at


def test_asking_for_what_is_not_there_yet_waits_and_gives_none(camera: CaptureThread) -> None:
    camera.start()
    assert camera.next_frame(10**9, 0.05) is None


def test_a_camera_nobody_asks_rests_and_is_awake_with_the_next_question() -> None:
    source = TiringSource()
    camera = CaptureThread(source, rest_after=0.05)
    camera.start()
    assert camera.next_frame(0, 2.0) is not None
    time.sleep(0.2)
    skips, reads = source.skips, source.reads
    time.sleep(0.3)
    assert source.skips - skips > 20
    assert source.reads - reads <= 2, "a picture now and then, so that a lost camera is noticed"
    assert camera.state is CameraState.STREAMING
    frames = camera.burst(4, 2.0)
    assert [frame.number - frames[0].number for frame in frames] == [0, 1, 2, 3]
    camera.stop()


def test_a_camera_lost_while_it_rests_is_noticed() -> None:
    source = TiringSource()
    camera = CaptureThread(source, rest_after=0.01, retry_waits=(0.01,))
    camera.start()
    assert camera.next_frame(0, 2.0) is not None
    time.sleep(0.05)
    source.plugged.clear()
    assert until(CameraState.MISSING, camera)
    camera.stop()


def test_the_same_picture_goes_to_every_reader_without_a_copy(camera: CaptureThread, source: ScriptedSource) -> None:
    camera.start()
    assert camera.next_frame(0, 2.0) is not None
    source.running.clear()
    time.sleep(0.02)
    one, two = camera.next_frame(0, 2.0), camera.next_frame(0, 2.0)
    assert one is not None
    assert two is not None
    assert one.image is two.image
    with pytest.raises(ValueError, match="read-only"):
        one.image[0, 0, 0] = 1


def test_a_camera_missing_at_start_streams_once_it_appears() -> None:
    source = ScriptedSource(plugged=False)
    camera = CaptureThread(source, retry_waits=(0.01,))
    camera.start()
    assert until(CameraState.MISSING, camera)
    assert camera.next_frame(0, 0.02) is None
    source.plugged.set()
    assert until(CameraState.STREAMING, camera)
    camera.stop()


def test_a_camera_pulled_out_comes_back_by_itself_and_numbers_go_on(
    camera: CaptureThread, source: ScriptedSource
) -> None:
    camera.start()
    before = camera.next_frame(0, 2.0)
    assert before is not None
    source.plugged.clear()
    assert until(CameraState.MISSING, camera)
    assert camera.next_frame(0, 0.02) is None, "an old picture must not pass for a live one"
    source.plugged.set()
    after = camera.next_frame(before.number, 2.0)
    assert after is not None
    assert after.number > before.number


def test_a_hanging_camera_counts_as_lost_until_it_gives_pictures(camera: CaptureThread, source: ScriptedSource) -> None:
    camera.start()
    assert until(CameraState.STREAMING, camera)
    source.running.clear()
    assert until(CameraState.LOST, camera)
    source.running.set()
    assert until(CameraState.STREAMING, camera)


def test_waits_between_tries_grow_to_the_last_one_and_stay_there() -> None:
    opened: list[float] = []

    class Absent(ScriptedSource):
        def open(self) -> None:
            opened.append(time.monotonic())
            raise CameraMissing("absent")

    camera = CaptureThread(Absent(), retry_waits=(0.01, 0.03, 0.1))
    camera.start()
    time.sleep(0.45)
    camera.stop()
    gaps = np.diff(opened)
    assert gaps[0] < gaps[1]
    assert all(0.09 < gap < 0.25 for gap in gaps[1:])


def test_a_burst_has_consecutive_full_size_frames_newest_last(camera: CaptureThread) -> None:
    camera.start()
    frames = camera.burst(8, 2.0)
    numbers = [frame.number for frame in frames]
    assert numbers == list(range(numbers[0], numbers[0] + 8))
    assert all(frame.image.shape == (4, 6, 3) for frame in frames)


def test_a_burst_gives_what_there_is_when_time_runs_out(camera: CaptureThread, source: ScriptedSource) -> None:
    source.running.clear()
    camera.start()
    assert camera.burst(8, 0.05) == ()


def test_stopping_leaves_no_thread_and_lets_go_of_the_device(camera: CaptureThread, source: ScriptedSource) -> None:
    before = threading.active_count()
    camera.start()
    camera.start()
    assert threading.active_count() == before + 1
    camera.stop()
    assert threading.active_count() == before
    assert camera.state is CameraState.STOPPED
    assert not source.is_open
    assert camera.next_frame(0, 0.01) is None


def test_stopping_wakes_those_who_wait(camera: CaptureThread) -> None:
    camera.start()
    waited: list[float] = []

    def wait_long() -> None:
        began = time.monotonic()
        camera.next_frame(10**9, 10.0)
        waited.append(time.monotonic() - began)

    waiter = threading.Thread(target=wait_long)
    waiter.start()
    time.sleep(0.05)
    camera.stop()
    waiter.join(2)
    assert waited
    assert waited[0] < 1.0


def test_a_stopped_camera_can_start_again(camera: CaptureThread) -> None:
    camera.start()
    assert until(CameraState.STREAMING, camera)
    camera.stop()
    camera.start()
    assert until(CameraState.STREAMING, camera)


def test_a_device_that_is_not_there_is_missing_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CameraMissing):
        DeviceSource(97).open()
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (64, 48))
    for level in (40, 120, 200):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path


def test_a_video_that_ends_is_lost_and_begins_again_by_itself(video: Path) -> None:
    camera = CaptureThread(VideoFileSource(video, loop=False, fps=200), retry_waits=(0.01,))
    camera.start()
    frames = camera.burst(7, 3.0)
    camera.stop()
    assert [round(float(frame.image.mean()), -1) for frame in frames] == [40, 120, 200, 40, 120, 200, 40]


def test_a_looping_video_never_ends(video: Path) -> None:
    source = VideoFileSource(video, fps=500)
    source.open()
    means = [round(float(source.read().mean()), -1) for _ in range(5)]
    source.close()
    assert means == [40, 120, 200, 40, 120]


def test_a_file_that_is_no_video_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.avi"
    path.write_bytes(b"no video")
    with pytest.raises(CameraMissing):
        VideoFileSource(path).open()
    with pytest.raises(CameraMissing):
        VideoFileSource(tmp_path / "absent.avi").open()


def test_still_pictures_follow_each_other_as_frames_of_full_size(tmp_path: Path) -> None:
    for name, level in (("a.png", 30), ("b.png", 90)):
        cv2.imwrite(str(tmp_path / name), np.full((50, 30, 3), level, np.uint8))
    source = open_source(f"picture:{tmp_path}")
    assert isinstance(source, PictureSource)
    held = PictureSource(sorted(tmp_path.iterdir()), size=(160, 90), fps=500, hold=0.004)
    held.open()
    frames = [held.read() for _ in range(5)]
    assert {frame.shape for frame in frames} == {(90, 160, 3)}
    assert [int(frame.mean()) for frame in frames] == [30, 30, 90, 90, 30]


def test_an_unreadable_picture_is_lost_and_none_at_all_is_missing(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"no picture")
    source = PictureSource([tmp_path / "x.jpg"])
    source.open()
    with pytest.raises(CameraLost):
        source.read()
    with pytest.raises(CameraMissing):
        PictureSource([]).open()


@pytest.mark.parametrize("spec", ["", "0", "device", "device:", "film:x", "http://x"])
def test_a_camera_spec_of_no_known_form_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="a camera is written as"):
        open_source(spec)


def test_a_device_spec_names_an_index_or_a_path() -> None:
    assert isinstance(open_source("device:0"), DeviceSource)
    assert isinstance(open_source("device:/dev/v4l/by-id/x"), DeviceSource)
    assert isinstance(open_source("video:x.mp4"), VideoFileSource)
