"""The wrong-person guard's features: alike for one person, apart from others, nothing where nobody is."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from camera.same_person import FaceFeatureReader, FaceFeatures
from camera.virtual_person import PersonScene, Pose


@pytest.fixture(scope="module")
def reader() -> FaceFeatureReader:
    return FaceFeatureReader()


def read(reader: FaceFeatureReader, path: Path) -> FaceFeatures:
    features = reader.read(np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8))
    assert features is not None
    return features


def test_one_person_a_moment_later_is_the_same_person(reader: FaceFeatureReader) -> None:
    scene = PersonScene((1280, 720))
    first, later = reader.read(scene.posed(Pose(), 0.0)), reader.read(scene.posed(Pose((0.05, 0.02), 8.0), 3.0))
    assert first is not None
    assert later is not None
    assert first.likeness(later) > 0.8


def test_nobody_has_no_features(reader: FaceFeatureReader) -> None:
    assert reader.read(np.full((480, 640, 3), 200, np.uint8)) is None


def test_features_do_not_show_themselves(reader: FaceFeatureReader) -> None:
    features = reader.read(PersonScene((1280, 720)).posed(Pose()))
    assert str(features.__class__.__name__) in repr(features)
    assert "array" not in repr(features)


@pytest.mark.photos
def test_other_persons_stay_below_the_starting_limit(reader: FaceFeatureReader, photos: Path) -> None:
    features = [read(reader, path) for path in sorted(photos.glob("frontal-*.jpg"))]
    likest = max(a.likeness(b) for i, a in enumerate(features) for b in features[:i])
    assert likest < 0.5
