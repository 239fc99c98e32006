"""Which of the faces found is the person's."""

import numpy as np

from camera.detect import _that_count

ONE = np.ones(2, np.float32)


def row(x: float, width: float, height: float, score: float) -> list[float]:
    """A row as YuNet gives it: box, five points, score."""
    return [x, 0, width, height, *([x + width / 2, height / 2] * 5), score]


def test_a_large_pattern_on_the_wall_is_not_taken_for_the_person() -> None:
    pattern, person = row(0, 465, 593, 0.68), row(450, 434, 607, 0.94)
    found = _that_count(np.array([pattern, person], np.float32), ONE)
    assert [round(face.box.width) for face in found] == [434]


def test_a_covered_face_before_the_camera_is_the_person_and_not_the_poster_behind() -> None:
    covered, poster = row(0, 400, 500, 0.65), row(600, 100, 125, 0.95)
    found = _that_count(np.array([poster, covered], np.float32), ONE)
    assert round(found[0].box.width) == 400


def test_two_sure_faces_are_two_persons() -> None:
    found = _that_count(np.array([row(0, 200, 250, 0.9), row(400, 220, 260, 0.92)], np.float32), ONE)
    assert [round(face.box.width) for face in found] == [220, 200]
