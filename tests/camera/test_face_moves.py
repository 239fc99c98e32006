"""A shipped portrait moved by known angles: pose, blink, gaze and mouth must come back as they were made."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from camera.face import FaceAnalyser
from camera.types import FaceFindings, Image
from camera.virtual_person import PersonScene, Pose
from kiosk.domain.photo import Measured, judge, load_limits
from kiosk.rules import rules_text

FRAME_SECONDS = 1 / 30


def _face_warp() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "face_warp.py"
    spec = importlib.util.spec_from_file_location("face_warp", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["face_warp"] = module
    spec.loader.exec_module(module)
    return module


warp = _face_warp()


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="module")
def scene() -> PersonScene:
    return PersonScene((1280, 720))


@pytest.fixture(scope="module")
def portrait(scene: PersonScene):
    return warp.Portrait(scene.posed(Pose()))


def reasons(findings: FaceFindings) -> tuple[str, ...]:
    measures = [Measured(m.name, m.value, m.unit) for m in findings.measurements]
    return judge(measures, load_limits(rules_text("photo"))).reasons


@pytest.mark.parametrize("angle", [-20, -15, -10, -5, 0, 5, 10, 15, 20])
@pytest.mark.parametrize("axis", ["yaw", "pitch", "roll"])
def test_the_pose_is_known_within_three_degrees(analyser: FaceAnalyser, portrait, axis: str, angle: int) -> None:
    found = analyser.analyse(portrait.moved(warp.Move(**{axis: float(angle)})), live=False)
    assert found.value(f"HeadPose{axis.capitalize()}") == pytest.approx(angle, abs=3.0)


def test_a_head_turned_far_is_named_and_a_straight_one_is_not(analyser: FaceAnalyser, portrait) -> None:
    assert "head_turned" in reasons(analyser.analyse(portrait.moved(warp.Move(yaw=18.0)), live=False))
    straight = reasons(analyser.analyse(portrait.moved(warp.Move()), live=False))
    assert not {"head_turned", "head_tilted", "eyes_closed", "gaze_away", "mouth_open"} & set(straight)


def test_a_blink_is_caught_within_a_tenth_of_a_second(analyser: FaceAnalyser, scene: PersonScene) -> None:
    analyser.forget()
    lids = [0.0] * 12 + [0.5] + [1.0] * 6
    named = [
        "eyes_closed" in reasons(analyser.analyse(scene.posed(Pose(lids=each), t=i * FRAME_SECONDS), live=True))
        for i, each in enumerate(lids)
    ]
    assert not any(named[:12])
    shut_at = lids.index(1.0)
    assert (named.index(True, 12) - shut_at) * FRAME_SECONDS <= 0.1
    assert all(named[shut_at + 1 :])


@pytest.mark.parametrize("side", [-0.22, 0.22])
def test_eyes_turned_aside_are_named(analyser: FaceAnalyser, portrait, side: float) -> None:
    found = analyser.analyse(portrait.moved(warp.Move(gaze=side), absolute=False), live=False)
    assert "gaze_away" in reasons(found)
    assert np.sign(found.value("Gaze")) == np.sign(side)


def test_an_open_mouth_is_named(analyser: FaceAnalyser, portrait) -> None:
    assert "mouth_open" in reasons(analyser.analyse(portrait.moved(warp.Move(mouth=1.0), absolute=False), live=False))


def test_live_and_final_measure_the_same_face_alike(analyser: FaceAnalyser, scene: PersonScene) -> None:
    analyser.forget()
    picture: Image = scene.posed(Pose())
    for _ in range(4):
        live = analyser.analyse(picture, live=True)
    final = analyser.analyse(picture, live=False)
    for name in ("HeadPoseYaw", "HeadPosePitch", "HeadPoseRoll"):
        assert live.value(name) == pytest.approx(final.value(name), abs=2.0)
    assert live.head is not None
    assert final.head is not None
    assert np.hypot(*np.subtract(live.head.crown, final.head.crown)) < 12
    assert {m.name for m in live.measurements if m.value is None} == {
        m.name for m in final.measurements if m.value is None
    }
