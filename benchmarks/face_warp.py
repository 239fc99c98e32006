"""Faces moved by a known amount: turned, nodding, tilted, blinking, looking aside, opening the mouth.

A portrait's mesh is moved point by point and the pixels follow by piecewise linear interpolation. What was moved is the
truth that measures are held against; nothing here is used by the program itself.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.tri import LinearTriInterpolator, Triangulation
from numpy.typing import NDArray

from camera.detect import FaceDetector, brightened
from camera.landmarks import FaceLandmarker, Mesh, roi_of_detection, roi_of_points
from camera.pose import CAMERA_DISTANCE_CM, RIGID_POINTS, CanonicalFace
from camera.regions import (
    FACE_OVAL,
    INNER_LIPS,
    LEFT_EYE,
    LEFT_IRIS_RING,
    RIGHT_EYE,
    RIGHT_IRIS_RING,
    UNDER_LEFT_EYE,
    UNDER_RIGHT_EYE,
)
from camera.types import Image

Floats = NDArray[np.float64]

UPPER_LIDS = {(33, 133): (246, 161, 160, 159, 158, 157, 173), (263, 362): (466, 388, 387, 386, 385, 384, 398)}
LOWER_LIDS = {(33, 133): (7, 163, 144, 145, 153, 154, 155), (263, 362): (249, 390, 373, 374, 380, 381, 382)}
UNDER_EYE = {(33, 133): UNDER_LEFT_EYE, (263, 362): UNDER_RIGHT_EYE}
JAW = (17, 84, 181, 91, 314, 405, 321, 18, 83, 182, 106, 313, 406, 335, 200, 199, 175, 152, 148, 176, 377, 400, 140,
       171, 369, 396, 14, 87, 178, 88, 317, 402, 318, 95, 324)  # fmt: skip


@dataclass(frozen=True)
class Move:
    """What is done to a face: turn in degrees (as measured by camera.pose), shares 0–1, gaze in eye widths."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    blink: float = 0.0
    gaze: float = 0.0
    mouth: float = 0.0


class Portrait:
    """One portrait with its mesh, ready to be moved; angles are absolute, the portrait's own pose being known."""

    def __init__(self, image: Image, models_dir: Path | None = None) -> None:
        self.image = image
        lit = brightened(image)
        landmarker, canonical = FaceLandmarker(models_dir), CanonicalFace(models_dir)
        mesh = landmarker.find(lit, roi_of_detection(FaceDetector(models_dir).detect(lit, 640)[0]))
        self.mesh: Mesh = landmarker.find(lit, roi_of_points(mesh.points))
        self.points = self.mesh.points[:, :2].astype(np.float64)
        self._fit(canonical)

    def _fit(self, canonical: CanonicalFace) -> None:
        rigid = list(RIGID_POINTS)
        seen, model = self.points[rigid], canonical.points[rigid]
        spread = np.linalg.norm(seen - seen.mean(axis=0))
        focal = CAMERA_DISTANCE_CM * spread / np.linalg.norm((model - model.mean(axis=0))[:, :2])
        middle = seen.mean(axis=0)
        self._camera = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]])
        _, rotation, self._shift = cv2.solvePnP(model, seen, self._camera, np.zeros(4), flags=cv2.SOLVEPNP_SQPNP)
        self.rotation = np.asarray(cv2.Rodrigues(rotation)[0])
        self._model = self._own_shape(np.vstack([canonical.points, self._irises(canonical.points)]))

    def _own_shape(self, model: Floats) -> Floats:
        """The canonical face bent to this person: its depths kept, every point exactly where the portrait has it."""
        depth = (model @ self.rotation.T + self._shift.ravel())[:, 2:]
        rays = np.column_stack([self.points, np.ones(len(self.points))]) @ np.linalg.inv(self._camera).T
        return np.asarray((rays * depth - self._shift.ravel()) @ self.rotation)

    def _irises(self, model: Floats) -> Floats:
        """Where the irises lie on the model: between the eye's points as they do in the picture."""
        return np.vstack([model[list(eye)].mean(axis=0).repeat(5).reshape(3, 5).T for eye in (LEFT_EYE, RIGHT_EYE)])

    def _seen(self, rotation: Floats) -> Floats:
        centre = self._model[list(RIGID_POINTS)].mean(axis=0)
        at = (self._model - centre) @ rotation.T + self.rotation @ centre + self._shift.ravel()
        flat = at @ self._camera.T
        return np.asarray(flat[:, :2] / flat[:, 2:])

    def moved_points(self, move: Move, *, absolute: bool = True) -> Floats:
        """Where every mesh point goes."""
        start = np.eye(3) if absolute else self.rotation
        target = turn(move.yaw, move.pitch, move.roll) @ start
        points = self.points + self._seen(target) - self._seen(self.rotation)
        if move.blink:
            _close_lids(points, move.blink)
        if move.mouth:
            points[list(JAW), 1] += move.mouth * 0.14 * np.hypot(*(self.points[152] - self.points[168]))
        return points

    def moved(self, move: Move, *, absolute: bool = True) -> Image:
        """The picture with the face moved; with ``absolute`` the pose is set, otherwise added to the portrait's own."""
        points = self.moved_points(move, absolute=absolute)
        image = _looking_aside(self.image, self.points, move.gaze) if move.gaze else self.image
        used = slice(0, 468) if move.blink else slice(None)
        result = warped(image, self.points[used], points[used])
        if move.blink:
            _cover_eyes(result, self.points, points, move.blink)
        if move.mouth > 0.2:
            _darken_mouth(result, points)
        return result


def turn(yaw: float, pitch: float, roll: float) -> Floats:
    """The rotation matrix whose angles camera.pose names so (x right, y down, z away)."""
    y, p, r = np.radians([-yaw, -pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def _close_lids(points: Floats, share: float) -> None:
    for corners, upper in UPPER_LIDS.items():
        lower = LOWER_LIDS[corners]
        points[list(upper)] += share * 0.97 * (points[list(lower)] - points[list(upper)])


def _looking_aside(image: Image, points: Floats, widths: float) -> Image:
    """The irises moved inside their eyes by this share of an eye's width; where they were, the white is filled in."""
    result = image.copy()
    for eye, (a, b), ring in ((LEFT_EYE, (33, 133), LEFT_IRIS_RING), (RIGHT_EYE, (362, 263), RIGHT_IRIS_RING)):
        middle = points[list(ring)].mean(axis=0)
        radius = np.linalg.norm(points[list(ring)] - middle, axis=1).mean() * 1.08
        opening, disc = np.zeros((2, *image.shape[:2]), np.uint8)
        cv2.fillPoly(opening, [np.round(points[list(eye)]).astype(np.int32)], 255)
        cv2.circle(disc, (round(middle[0]), round(middle[1])), round(radius), 255, -1)
        white = np.median(image[(opening > 0) & (disc == 0)].reshape(-1, 3), axis=0)
        shift = widths * (points[b] - points[a])
        move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        size = (image.shape[1], image.shape[0])
        iris, place = (cv2.warpAffine(what, move, size, borderMode=cv2.BORDER_REPLICATE) for what in (image, disc))
        over = cv2.GaussianBlur(place, (0, 0), 1.0)[:, :, None] / 255.0
        eyeball = np.where((disc > 0)[:, :, None], white, image) * (1 - over) + iris * over
        inside = cv2.GaussianBlur(opening, (0, 0), 1.0)[:, :, None] / 255.0
        result = np.round(result * (1 - inside) + eyeball * inside).astype(np.uint8)
    return result


def _cover_eyes(image: Image, start: Floats, points: Floats, share: float) -> None:
    """Skin of the upper lid over what the warp left of the open eye, and the lashes along the lid's edge."""
    for corners, upper in UPPER_LIDS.items():
        lower = np.array([points[corners[0]], *points[list(LOWER_LIDS[corners])], points[corners[1]]])
        top = np.array([start[corners[0]], *start[list(upper)], start[corners[1]]])
        size = float(np.hypot(*(top[0] - top[-1])))
        edge = top + share * (lower - top)
        lid = np.zeros(image.shape[:2], np.uint8)
        crease = top - np.outer(np.sin(np.linspace(0, np.pi, len(top))), (0, 0.24 * size))
        cv2.fillPoly(lid, [np.round(np.vstack([crease, edge[::-1]])).astype(np.int32)], 255)
        y = top[3:6, 1].mean() - 0.3 * size
        skin = np.median(image[_mask(image, start[list(UNDER_EYE[corners])]) > 0], axis=0)
        soft = cv2.GaussianBlur(lid, (0, 0), 0.04 * size)[:, :, None] / 255.0
        falls = np.clip((np.arange(image.shape[0]) - y) / (0.5 * size), 0, 1)[:, None, None]
        image[:] = np.round(image * (1 - soft) + skin * (1 - 0.3 * falls) * soft).astype(np.uint8)
        cv2.polylines(image, [np.round(edge).astype(np.int32)], False, (skin * 0.25).tolist(), max(1, int(0.05 * size)),
                      cv2.LINE_AA)  # fmt: skip


def _mask(image: Image, points: Floats) -> Image:
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 255)
    return mask


def _darken_mouth(image: Image, points: Floats) -> None:
    hole = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(hole, [np.round(points[list(INNER_LIPS)]).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(hole, (0, 0), 2)[:, :, None] / 255.0
    image[:] = np.round(image * (1 - 0.8 * soft)).astype(np.uint8)


def warped(image: Image, start: Floats, end: Floats) -> Image:
    """The picture with every start point moved to its end, fading out over the hair to nothing at the shoulders."""
    height, width = image.shape[:2]
    start, end = _with_surroundings(start, end, width, height)
    mesh = Triangulation(end[:, 0], end[:, 1])
    low = np.clip(np.floor(end.min(axis=0)).astype(int), 0, (width, height))
    high = np.clip(np.ceil(end.max(axis=0)).astype(int), 0, (width, height))
    columns, rows = np.meshgrid(np.arange(low[0], high[0], dtype=float), np.arange(low[1], high[1], dtype=float))
    flow = [LinearTriInterpolator(mesh, start[:, c] - end[:, c])(columns, rows).filled(0) for c in (0, 1)]
    result = image.copy()
    piece = cv2.remap(
        image, (columns + flow[0]).astype(np.float32), (rows + flow[1]).astype(np.float32), cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    result[low[1] : high[1], low[0] : high[0]] = piece
    return result


def _with_surroundings(start: Floats, end: Floats, width: int, height: int) -> tuple[Floats, Floats]:
    oval = list(FACE_OVAL)
    middle = start[oval].mean(axis=0)
    starts, ends = [start], [end]
    for reach, share in ((1.25, 0.85), (1.5, 0.6), (1.8, 0.25), (2.2, 0.0)):
        ring = middle + reach * (start[oval] - middle)
        starts.append(ring)
        ends.append(ring + share * (end[oval] - start[oval]))
    corners = np.array([[-width, -height], [2 * width, -height], [-width, 2 * height], [2 * width, 2 * height]], float)
    return np.vstack([*starts, corners]), np.vstack([*ends, corners])
