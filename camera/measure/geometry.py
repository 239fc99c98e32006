"""Where the head lies in the picture and how it is turned: sizes, margins, pose."""

import numpy as np

from camera.pose import CanonicalFace, head_pose
from camera.regions import CHIN, FACE_OVAL, FOREHEAD_TOP, LEFT_IRIS, RIGHT_IRIS
from camera.segment import crown_row
from camera.types import Head
from camera.view import EYE_X, EYE_Y, FaceView

HEAD_SHARE, TOP_SHARE, FRAME_RATIO = 0.756, 0.089, 7 / 9
"""The printed frame: crown to chin over its height, gap above the crown over its height, width over height."""

BALD_CROWN, MEAN_CROWN = 0.65, 1.0
"""Crown above the eyes over eyes-to-chin: the least believed of the segmentation, and the mean used without one."""
TALLEST_HAIR = 1.9
JUST_BEYOND = 2.0
"""Chip rows beyond the picture's edge that hair cut off by it is said to reach: how far it went on is not known."""


def head_of(view: FaceView) -> Head:
    """Crown (hair included), chin and iris centres in source pixels; a bald mean crown where nothing was segmented."""
    points = view.mesh.points
    crown = view.to_source(EYE_X, crown_y(view))
    left, right = points[LEFT_IRIS, :2], points[RIGHT_IRIS, :2]
    roll = float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])))
    chin = points[CHIN, :2]
    return Head(crown, _pair(chin), _pair(left), _pair(right), roll)


def crown_y(view: FaceView) -> float:
    """Row of the crown in the chip."""
    unit = float(view.points[CHIN, 1]) - EYE_Y
    least = EYE_Y - BALD_CROWN * unit
    mean = EYE_Y - MEAN_CROWN * unit
    if view.person is None:
        return mean
    row = crown_row(view.person, EYE_X / 2, float(view.half_points[FOREHEAD_TOP, 1]), 0.35 * unit / 2)
    found = mean if row is None else 2 * row
    edge = _upper_edge(view)
    if found < edge:
        found = min(edge - JUST_BEYOND, mean)
    return float(np.clip(found, EYE_Y - TALLEST_HAIR * unit, least))


def _upper_edge(view: FaceView) -> float:
    """The chip's first row that shows the picture above the eyes; beyond it hair is the border carried on."""
    rows = np.flatnonzero(view.inside[:, round(EYE_X)])
    return float(rows[0]) if rows.size else 0.0


def _pair(point: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> tuple[float, float]:
    return float(point[0]), float(point[1])


def head_height(head: Head) -> float:
    """Crown to chin in source pixels."""
    return float(np.hypot(head.crown[0] - head.chin[0], head.crown[1] - head.chin[1]))


def head_size(head: Head, picture_height: int) -> float:
    """Crown to chin as a share of the picture's height."""
    return head_height(head) / max(picture_height, 1)


def crop_of_face(view: FaceView, head: Head, size: tuple[int, int]) -> float:
    """The least margin between face outline or crown and the picture's edge, over head height; < 0 is cut off."""
    height, width = size
    outline = np.vstack([view.mesh.points[list(FACE_OVAL), :2], np.array([head.crown], np.float32)])
    margin = min(outline[:, 0].min(), outline[:, 1].min(), width - outline[:, 0].max(), height - outline[:, 1].max())
    return float(margin) / max(head_height(head), 1.0)


def centring(head: Head, size: tuple[int, int]) -> float:
    """How much of the printed frame around this head would lie beyond the picture, as a share of the frame's side."""
    height, width = size
    frame = head_height(head) / HEAD_SHARE
    top = min(head.crown[1], head.chin[1]) - TOP_SHARE * frame
    middle = (head.left_eye[0] + head.right_eye[0]) / 2
    half = frame * FRAME_RATIO / 2
    beyond = max(half - middle, middle + half - width) / max(2 * half, 1.0)
    return float(max(0.0, beyond, -top / max(frame, 1.0), (top + frame - height) / max(frame, 1.0)))


def inter_eye_distance(view: FaceView) -> float:
    """Iris centre to iris centre in source pixels."""
    difference = view.mesh.points[LEFT_IRIS, :2] - view.mesh.points[RIGHT_IRIS, :2]
    return float(np.hypot(difference[0], difference[1]))


def pose_values(canonical: CanonicalFace, view: FaceView) -> dict[str, float | None]:
    """Yaw, pitch and roll in degrees; roll is taken from the eye line, which the mesh gives more steadily."""
    found = head_pose(canonical, view.mesh.points)
    left, right = view.mesh.points[LEFT_IRIS], view.mesh.points[RIGHT_IRIS]
    return {
        "HeadPoseYaw": found.yaw if found else None,
        "HeadPosePitch": found.pitch if found else None,
        "HeadPoseRoll": float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0]))),
    }
