"""How the head is turned, by fitting the canonical 3-D face to the mesh with OpenCV's solvePnP."""

import struct
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.models import CANONICAL_FACE, model_bytes
from camera.regions import Points

RIGID_POINTS = (
    33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 10, 109, 338, 67, 297, 103, 332, 54, 284, 21, 251,
    127, 356, 234, 454, 93, 323, 9, 151, 46, 276, 55, 285, 116, 345, 50, 280,
)  # fmt: skip
"""Mesh points that neither mouth nor lids nor jaw move."""

CAMERA_DISTANCE_CM = 80.0
"""The usual distance of a person; perspective is taken about the face itself, so its exact value matters little."""

YAW_GAIN, PITCH_GAIN, PITCH_SHIFT = 1.14, 1.38, 0.6
"""The network draws turned faces a little too frontal: found by turning eight portraits by known angles
(docs/photo-checks.md), so that the angle reported is the angle turned."""

Mesh3D = NDArray[np.float64]
"""Points (n, 3) in centimetres: x right as seen, y down, z away from the camera."""


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Degrees: ``yaw`` > 0 nose towards the right of the picture, ``pitch`` > 0 nose up, ``roll`` > 0 clockwise."""

    yaw: float
    pitch: float
    roll: float


class CanonicalFace:
    """The mean 3-D face of the mesh: ``points`` (468, 3) and ``triangles`` (n, 3)."""

    def __init__(self, models_dir: Path | None = None) -> None:
        mesh = _fields(_fields(model_bytes(CANONICAL_FACE, models_dir))[1][0])
        vertices = np.array([struct.unpack("<f", raw)[0] for raw in mesh[3]]).reshape(-1, 5)
        self.points: Mesh3D = vertices[:, :3] * np.array([1.0, -1.0, -1.0])
        self.triangles = np.array([int.from_bytes(raw, "little") for raw in mesh[4]], np.int32).reshape(-1, 3)


def head_pose(canonical: CanonicalFace, points: Points) -> HeadPose | None:
    """The pose of the head from its mesh in source pixels; None when no pose fits."""
    rigid = list(RIGID_POINTS)
    seen = points[rigid, :2].astype(np.float64)
    model = canonical.points[rigid]
    spread = float(np.linalg.norm(seen - seen.mean(axis=0)))
    focal = CAMERA_DISTANCE_CM * spread / float(np.linalg.norm((model - model.mean(axis=0))[:, :2]))
    if not np.isfinite(focal) or focal <= 0:
        return None
    middle = seen.mean(axis=0)
    camera = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]])
    found, rotation, _ = cv2.solvePnP(model, seen, camera, np.zeros(4), flags=cv2.SOLVEPNP_SQPNP)
    if not found or not np.isfinite(rotation).all():
        return None
    return _angles(np.asarray(cv2.Rodrigues(rotation)[0]))


def _angles(matrix: NDArray[np.float64]) -> HeadPose:
    nose = matrix @ np.array([0.0, 0.0, -1.0])
    yaw = np.degrees(np.arctan2(nose[0], -nose[2]))
    pitch = np.degrees(np.arcsin(np.clip(-nose[1], -1, 1)))
    roll = np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))
    return HeadPose(float(yaw) * YAW_GAIN, float(pitch) * PITCH_GAIN + PITCH_SHIFT, float(roll))


def _fields(message: bytes) -> dict[int, list[bytes]]:
    """Protocol-buffer fields by number, each as raw bytes in order of appearance."""
    found: dict[int, list[bytes]] = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            raw = value.to_bytes(8, "little")
        else:
            length, at = (4, at) if kind == 5 else _varint(message, at)
            raw, at = message[at : at + length], at + length
        found.setdefault(key >> 3, []).append(raw)
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at
