"""Eyes: open, red."""

import cv2
import numpy as np

from camera.regions import (
    LEFT_CHEEK,
    LEFT_EYE,
    LEFT_EYE_CORNERS,
    LEFT_IRIS,
    LEFT_IRIS_RING,
    LEFT_LIDS,
    LEFT_SOCKET,
    RIGHT_CHEEK,
    RIGHT_EYE,
    RIGHT_EYE_CORNERS,
    RIGHT_IRIS,
    RIGHT_IRIS_RING,
    RIGHT_LIDS,
    RIGHT_SOCKET,
    distance,
)
from camera.view import UNIT, FaceView

SIDES = (
    (LEFT_LIDS, LEFT_EYE_CORNERS, LEFT_IRIS, LEFT_IRIS_RING, LEFT_EYE, LEFT_SOCKET, LEFT_CHEEK),
    (RIGHT_LIDS, RIGHT_EYE_CORNERS, RIGHT_IRIS, RIGHT_IRIS_RING, RIGHT_EYE, RIGHT_SOCKET, RIGHT_CHEEK),
)


def eyes_open(view: FaceView) -> float:
    """Lid gap of the more closed eye over eye-to-chin distance."""
    gaps = [np.mean([distance(view.points, a, b) for a, b in lids]) for lids, *_ in SIDES]
    return float(min(gaps)) / UNIT


def eye_blink(view: FaceView) -> float:
    """The greater blink expression value of the two eyes, 0 to 1."""
    return max(view.mesh.shape("eyeBlinkLeft"), view.mesh.shape("eyeBlinkRight"))


def red_eye(view: FaceView) -> float | None:
    """Redness (a*) of the iris above that of the cheek beside it; the redder eye."""
    worst = None
    for _, _, iris, ring, _, _, cheek in SIDES:
        radius = max(2.0, float(np.mean([distance(view.half_points, iris, r) for r in ring])))
        disc = np.zeros(view.lab.shape[:2], np.uint8)
        x, y = view.half_points[iris]
        cv2.circle(disc, (round(float(x)), round(float(y))), max(1, round(0.7 * radius)), 255, -1)
        a = view.lab[:, :, 1]
        inside, skin = a[disc > 0], a[view.half_region(cheek) > 0]
        if inside.size and skin.size:
            value = float(np.percentile(inside, 75) - np.median(skin))
            worst = value if worst is None else max(worst, value)
    return worst
