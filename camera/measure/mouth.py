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
    """Strength of a smile, 0 to 1: both smile expression values, counted in full only when the lips part over teeth."""
    strength = (view.mesh.shape("mouthSmileLeft") + view.mesh.shape("mouthSmileRight")) / 2
    parted = float(np.clip((mouth_gap(view) - 0.03) / 0.03, 0, 1))
    return strength * (0.7 + 0.3 * parted)
