"""The 478-point face mesh and 52 expression values, by the MediaPipe networks run in LiteRT."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from camera.detect import Detection
from camera.models import BLENDSHAPES, LANDMARKS, model_bytes
from camera.regions import LEFT_EYE, RIGHT_EYE
from camera.types import Image

INPUT_SIDE = 256
ROI_SCALE = 1.5
"""The networks expect the face's bounding square enlarged by this much, eyes level."""

FIVE_POINTS = (468, 473, 1, 61, 291)
"""The mesh points that the detector finds too: both irises, nose tip, both mouth corners."""

BLENDSHAPE_NAMES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft",
    "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft",
    "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft",
    "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft",
    "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower",
    "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""What the 52 outputs of the expression network mean, in its order."""

BLENDSHAPE_POINTS = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314,
    317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384,
    385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475,
    476, 477,
)  # fmt: skip
"""The 146 mesh points the expression network reads, in its order."""


@dataclass(frozen=True, slots=True)
class Roi:
    """A square to look at: centre and side in source pixels, ``angle`` radians clockwise as seen."""

    x: float
    y: float
    side: float
    angle: float


@dataclass(frozen=True, slots=True)
class Mesh:
    """One face's mesh: ``points`` (478, 3) in source pixels (z: same scale, smaller is nearer), ``presence`` 0–1."""

    points: NDArray[np.float32]
    presence: float
    blendshapes: NDArray[np.float32]

    def shape(self, name: str) -> float:
        """One expression value 0–1 by its name."""
        return float(self.blendshapes[BLENDSHAPE_NAMES.index(name)])


def roi_of_detection(face: Detection) -> Roi:
    """Where to look for the mesh of a detected face, before any mesh is known."""
    (lx, ly), (rx, ry) = face.points[0], face.points[1]
    box = face.box
    angle = float(np.arctan2(ry - ly, rx - lx))
    return Roi(box.x + box.width / 2, box.y + box.height / 2, ROI_SCALE * max(box.width, box.height), angle)


def roi_of_points(points: NDArray[np.float32]) -> Roi:
    """Where to look again, or in the next frame, given the mesh just found."""
    (lx, ly), (rx, ry) = points[33, :2], points[263, :2]
    angle = float(np.arctan2(ry - ly, rx - lx))
    cos, sin = np.cos(-angle), np.sin(-angle)
    turned = points[:, :2] @ np.array([[cos, sin], [-sin, cos]], np.float32)
    low, high = turned.min(axis=0), turned.max(axis=0)
    x, y = (low + high) / 2 @ np.array([[cos, -sin], [sin, cos]], np.float32)
    return Roi(float(x), float(y), ROI_SCALE * float((high - low).max()), angle)


def disagreement(mesh: Mesh, face: Detection) -> float:
    """Mean distance of the mesh's eyes, nose and mouth corners from the detected ones, over the face's size."""
    away = mesh.points[list(FIVE_POINTS), :2] - face.points
    return float(np.hypot(away[:, 0], away[:, 1]).mean()) / max(face.box.width, face.box.height, 1.0)


def laid_on(mesh: Mesh, shape: NDArray[np.float64], face: Detection) -> Mesh:
    """The mesh with a usual face's ``shape`` (468, 3) in its place, laid on the detected eyes, nose and mouth."""
    irises = [np.repeat(shape[list(eye)].mean(axis=0)[None], 5, axis=0) for eye in (LEFT_EYE, RIGHT_EYE)]
    usual = np.vstack([shape, *irises])
    plane = usual[:, 0] + 1j * usual[:, 1]
    there = np.asarray(face.points[:, 0] + 1j * face.points[:, 1], np.complex128)
    here = plane[list(FIVE_POINTS)]
    off = here - here.mean()
    turn = np.vdot(off, there - there.mean()) / max(float(np.vdot(off, off).real), 1e-6)
    flat = (plane - here.mean()) * turn + there.mean()
    return replace(mesh, points=np.column_stack([flat.real, flat.imag, usual[:, 2] * abs(turn)]).astype(np.float32))


def roi_matrix(roi: Roi, side: int) -> NDArray[np.float64]:
    """The 2x3 affine map from source pixels to a ``side`` x ``side`` picture of the region."""
    scale = side / roi.side
    cos, sin = scale * np.cos(roi.angle), scale * np.sin(roi.angle)
    shift = side / 2
    return np.array(
        [
            [cos, sin, shift - cos * roi.x - sin * roi.y],
            [-sin, cos, shift + sin * roi.x - cos * roi.y],
        ]
    )


def sigmoid(value: float) -> float:
    """The logistic function, safe for any size of argument."""
    return float(1.0 / (1.0 + np.exp(-np.clip(value, -60.0, 60.0))))


class FaceLandmarker:
    """Mesh and expression networks; one object per thread."""

    def __init__(self, models_dir: Path | None = None, threads: int = 1) -> None:
        self._mesh = Interpreter(model_content=model_bytes(LANDMARKS, models_dir), num_threads=threads)
        self._mesh.allocate_tensors()
        self._expression = Interpreter(model_content=model_bytes(BLENDSHAPES, models_dir), num_threads=1)
        self._expression.allocate_tensors()
        self._mesh_in = self._mesh.get_input_details()[0]["index"]
        outputs = self._mesh.get_output_details()
        self._points_out = next(o["index"] for o in outputs if o["shape"][-1] == 1434)
        self._presence_out = next(o["index"] for o in outputs if o["name"] == "Identity_1")
        self._expression_in = self._expression.get_input_details()[0]["index"]
        self._expression_out = self._expression.get_output_details()[0]["index"]

    def find(self, image: Image, roi: Roi) -> Mesh:
        """The mesh inside a region of the picture; ``presence`` says how sure the network is of a face there."""
        matrix = roi_matrix(roi, INPUT_SIDE)
        patch = cv2.warpAffine(image, matrix, (INPUT_SIDE, INPUT_SIDE), flags=cv2.INTER_LINEAR)
        rgb = np.multiply(patch[None, :, :, ::-1], np.float32(1 / 255), dtype=np.float32)
        self._mesh.set_tensor(self._mesh_in, rgb)
        self._mesh.invoke()
        local = self._mesh.get_tensor(self._points_out).reshape(478, 3)
        presence = sigmoid(float(self._mesh.get_tensor(self._presence_out).ravel()[0]))
        points = _to_source(local, matrix, roi.side / INPUT_SIDE)
        return Mesh(points, presence, self._expressions(points))

    def _expressions(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        self._expression.set_tensor(self._expression_in, points[None, list(BLENDSHAPE_POINTS), :2])
        self._expression.invoke()
        values: NDArray[np.float32] = self._expression.get_tensor(self._expression_out).ravel().copy()
        return values


def _to_source(local: NDArray[np.float32], matrix: NDArray[np.float64], scale: float) -> NDArray[np.float32]:
    back = cv2.invertAffineTransform(matrix)
    flat = local[:, :2] @ back[:, :2].T + back[:, 2]
    return np.column_stack([flat, local[:, 2:] * scale]).astype(np.float32)
