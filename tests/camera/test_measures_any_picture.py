"""Whatever the picture, every measure is a finite number or None; and none of them is changed by the analyser."""

from math import isfinite

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera.face import UNITS, FaceAnalyser
from camera.landmarks import BLENDSHAPE_NAMES, Mesh
from camera.measure import geometry, groups
from camera.pose import CanonicalFace
from camera.types import Image
from camera.view import view_of
from camera.virtual_person import PersonScene, Pose

CALM = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="module")
def person() -> Image:
    return PersonScene((1280, 720)).posed(Pose())


@CALM
@given(
    gain=st.sampled_from([0.0, 0.02, 0.3, 1.0, 3.0, 40.0]),
    channels=st.tuples(*[st.sampled_from([0.0, 0.4, 1.0])] * 3),
    corner=st.tuples(st.integers(0, 900), st.integers(0, 500)),
    size=st.tuples(st.integers(1, 1280), st.integers(1, 720)),
    noise=st.sampled_from([0, 20, 120]),
    live=st.booleans(),
)
def test_every_measure_of_any_picture_is_finite_or_none(
    analyser: FaceAnalyser, person: Image, gain, channels, corner, size, noise, live
) -> None:
    cut = person[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]].astype(float)
    cut = cut * gain * np.array(channels) + np.random.default_rng(0).normal(0, 1, cut.shape) * noise
    picture = np.clip(cut, 0, 255).astype(np.uint8)
    before = picture.copy()
    found = analyser.analyse(picture, live=live)
    assert [m.name for m in found.measurements] == list(UNITS)
    assert all(m.value is None or isfinite(m.value) for m in found.measurements)
    assert np.array_equal(picture, before)


@CALM
@given(
    scale=st.sampled_from([0.0, 0.01, 1.0, 50.0]),
    place=st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)),
    fill=st.sampled_from([0, 127, 255]),
    seed=st.integers(0, 9),
)
def test_a_nonsensical_mesh_does_no_harm(scale: float, place: tuple[float, float], fill: int, seed: int) -> None:
    """The network may put points anywhere: far outside, all in one spot, inside out."""
    points = np.random.default_rng(seed).normal(0, 100, (478, 3)) * scale + (*place, 0)
    mesh = Mesh(points.astype(np.float32), 1.0, np.full(len(BLENDSHAPE_NAMES), 0.5, np.float32))
    image = np.full((300, 400, 3), fill, np.uint8)
    view = view_of(image, mesh)
    if view is None:
        return
    head = geometry.head_of(view)
    values = (
        groups.at_once(view, head, (300, 400), CanonicalFace())
        | groups.on_the_face(view)
        | groups.of_the_light(view)
        | groups.around_the_head(view)
    )
    assert all(value is None or isfinite(value) for value in values.values())
