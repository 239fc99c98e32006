"""Where things are on the 478-point face mesh; "left" and "right" are as seen in the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
"""Mesh points, shape (478, 2) or (478, 3), in pixels."""

Mask = NDArray[np.uint8]
"""0 or 255 per pixel."""

CHIN = 152
FOREHEAD_TOP = 10
NOSE_TIP = 1
LEFT_IRIS, RIGHT_IRIS = 468, 473
LEFT_IRIS_RING, RIGHT_IRIS_RING = (469, 470, 471, 472), (474, 475, 476, 477)
LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS = (33, 133), (362, 263)
LEFT_LIDS = ((159, 145), (158, 153), (160, 144))
RIGHT_LIDS = ((386, 374), (385, 380), (387, 373))
INNER_LIPS_GAP = ((13, 14), (82, 87), (312, 317))

FACE_SIDES = (234, 454)
"""Where the face's outline is widest: beside the ears."""
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
RIGHT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
LEFT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
RIGHT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
INNER_LIPS = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
LEFT_CHEEK = (116, 117, 118, 101, 36, 205, 187, 123)
RIGHT_CHEEK = (345, 346, 347, 330, 266, 425, 411, 352)
FOREHEAD = (67, 109, 10, 338, 297, 299, 337, 151, 108, 69)
CHIN_PATCH = (182, 83, 18, 313, 406, 369, 396, 175, 171, 140)
NOSE_BRIDGE = (168, 193, 122, 196, 3, 51, 5, 281, 248, 419, 351, 417)
NOSE_POINT = (4, 45, 220, 237, 44, 1, 274, 457, 440, 275)
LEFT_SOCKET = (226, 247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110, 25)
RIGHT_SOCKET = (446, 467, 260, 259, 257, 258, 286, 414, 463, 341, 256, 252, 253, 254, 339, 255)
LEFT_LID = (46, 53, 52, 65, 55, 189, 221, 222, 223, 224, 225, 113)
RIGHT_LID = (276, 283, 282, 295, 285, 413, 441, 442, 443, 444, 445, 342)
"""From the lower edge of the brow down to the crease."""
NOSE_ROOT = (193, 8, 417, 351, 6, 122)
"""Between the eyes: dark glasses leave it free, a fringe over the eyes does not."""
UNDER_LEFT_EYE = (111, 117, 118, 119, 120, 121, 128, 232, 231, 230, 229, 228, 31)
UNDER_RIGHT_EYE = (340, 346, 347, 348, 349, 350, 357, 452, 451, 450, 449, 448, 261)


def polygon(points: Points, indices: tuple[int, ...], size: tuple[int, int]) -> Mask:
    """Mask of shape ``size`` (height, width) with the polygon through these mesh points filled."""
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.round(points[list(indices), :2]).astype(np.int32)], 255)
    return mask


def centre(points: Points, indices: tuple[int, ...]) -> NDArray[np.float32]:
    """Mean position of these mesh points."""
    mean: NDArray[np.float32] = points[list(indices), :2].mean(axis=0)
    return mean


def distance(points: Points, a: int, b: int) -> float:
    """Distance between two mesh points in pixels."""
    return float(np.hypot(*(points[a, :2] - points[b, :2])))
