"""The virtual camera shows what it is told, the same for the same seed and time."""

import numpy as np
import pytest
import zxingcpp

from camera.capture import CaptureThread, open_source
from camera.errors import CameraLost, CameraMissing
from camera.types import CameraState
from camera.virtual import VirtualCamera
from camera.virtual_form import CYCLE, FormScene
from camera.virtual_person import PersonScene, Pose, pose_at

SMALL = (640, 360)


class SteppedTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def stepped_camera(scene: str, seed: int = 1) -> VirtualCamera:
    time = SteppedTime()
    camera = VirtualCamera(scene, seed, SMALL, fps=10, clock=time.clock, sleep=time.sleep)
    camera.open()
    return camera


def test_the_same_seed_and_time_give_the_same_picture_and_another_seed_does_not() -> None:
    one, same, other = (PersonScene(SMALL, seed).picture(9.0) for seed in (4, 4, 5))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_two_runs_of_the_camera_give_the_same_film() -> None:
    first, second = stepped_camera("person"), stepped_camera("person")
    for _ in range(12):
        assert np.array_equal(first.read(), second.read())


def test_frames_come_at_the_camera_s_pace() -> None:
    time = SteppedTime()
    camera = VirtualCamera("nobody", size=SMALL, fps=10, clock=time.clock, sleep=time.sleep)
    camera.open()
    for _ in range(21):
        camera.read()
    assert time.now - 100.0 == pytest.approx(2.0, abs=0.11)


def test_the_person_comes_in_turns_to_the_front_holds_still_blinks_and_goes() -> None:
    assert pose_at(0.5) is None
    coming, turned, still = pose_at(1.5), pose_at(3.5), pose_at(12.0)
    assert coming is not None
    assert turned is not None
    assert still is not None
    assert coming.shift[0] > 0.3
    assert turned.yaw_deg < -15
    assert abs(still.yaw_deg) < 2
    assert abs(still.shift[0]) < 0.005
    assert max(pose.lids for t in np.arange(5, 50, 0.05) if (pose := pose_at(float(t)))) > 0.9
    assert pose_at(59.5) is None


def test_blinking_changes_the_eyes_only_and_turning_the_head_only() -> None:
    scene = PersonScene((1920, 1080))
    front, shut, turned = (scene.posed(pose).astype(int) for pose in (Pose(), Pose(lids=1.0), Pose(yaw_deg=10)))
    x, y = (round(value) for value in scene.face_place)
    eyes = (slice(y - 40, y + 60), slice(x - 140, x + 140))
    changed = np.abs(front - shut).max(axis=2) > 0
    assert changed[eyes].sum() > 500
    assert changed.sum() == changed[eyes].sum()
    below_the_head = slice(y + 320, None)
    assert np.array_equal(front[below_the_head], turned[below_the_head])
    assert np.abs(front - turned).mean() > 1


def test_the_wall_is_plain_and_light() -> None:
    wall = stepped_camera("nobody").read()
    assert wall.mean() > 210
    assert wall.std() < 8


def test_the_form_held_up_is_read_and_each_cycle_and_showing_brings_another() -> None:
    scene = FormScene()
    ids = [scene.form_id_at(t) for t in (5.0, 5.0 + CYCLE, 5.0 + 2 * CYCLE)]
    assert len(set(ids)) == 3
    read = [code.text for code in zxingcpp.read_barcodes(scene.picture(5.0))]
    assert any(text.endswith(ids[0]) for text in read)
    assert zxingcpp.read_barcodes(scene.picture(0.2)) == []


def test_showing_the_form_again_is_a_new_form() -> None:
    camera = stepped_camera("form")
    first = camera.picture("form", 6.0)
    camera.show("form")
    assert np.abs(first.astype(int) - camera.picture("form", 6.0)).mean() > 0.5


def test_unplugging_is_lost_then_missing_and_plugging_in_recovers() -> None:
    source = VirtualCamera("nobody", size=SMALL, fps=100)
    camera = CaptureThread(source, retry_waits=(0.01,))
    camera.start()
    frame = camera.next_frame(0, 3.0)
    assert frame is not None
    source.show("unplugged")
    assert camera.next_frame(frame.number + 10**6, 0.3) is None
    assert camera.state is CameraState.MISSING
    source.show("nobody")
    assert camera.next_frame(frame.number, 3.0) is not None
    camera.stop()


def test_unplugged_it_neither_opens_nor_gives_pictures() -> None:
    source = VirtualCamera("nobody", size=SMALL)
    with pytest.raises(CameraLost):
        source.read()
    source.open()
    source.show("unplugged")
    with pytest.raises(CameraLost):
        source.read()
    with pytest.raises(CameraMissing):
        source.open()


def test_an_unknown_scene_is_refused() -> None:
    with pytest.raises(ValueError, match="shows person"):
        open_source("virtual:elephant")


def test_a_visit_shows_the_form_and_then_the_person() -> None:
    camera = VirtualCamera("visit", size=SMALL)
    form, person = camera.picture("visit", 8.0), camera.picture("visit", 15.0 + 10.0)
    assert np.array_equal(form, camera.picture("form", 8.0))
    assert np.array_equal(person, camera.picture("person", 10.0))
