"""Mouth: closed, neutral."""

import numpy as np

from camera.regions import INNER_LIPS_GAP, distance
from camera.view import UNIT, FaceView


def mouth_gap(view: FaceView) -> float:
    """Gap between the inner lips over eye-to-chin distance."""
    return float(np.mean([distance(view.points, a, b) for a, b in INNER_LIPS_GAP])) / UNIT


def jaw_open(view: FaceView) -> float:
    """The jaw-open expression value, 0 to 1."""
    return view.mesh.shape("jawOpen")


def smile(view: FaceView) -> float:
    """The mean of both smile expression values, 0 to 1."""
    return (view.mesh.shape("mouthSmileLeft") + view.mesh.shape("mouthSmileRight")) / 2
