"""What covers the face: dark glasses, glare, fringe, mask, hat. All relative to the skin of the same face."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.regions import (
    FOREHEAD,
    LEFT_CHEEK,
    LEFT_EYE,
    LEFT_SOCKET,
    LIPS,
    LOWER_FACE,
    NOSE_BRIDGE,
    RIGHT_CHEEK,
    RIGHT_EYE,
    RIGHT_SOCKET,
    UNDER_LEFT_EYE,
    UNDER_RIGHT_EYE,
    Mask,
)
from camera.view import FaceView

LIFT = 12.0
"""Added to every channel before taking logarithms, so that noise in the dark does not look like colour."""
CHROMA_STEP = 0.16
LIGHT_STEP = 0.55
"""Log-colour and log-light distances from the face's own skin at which a pixel no longer counts as skin."""


@dataclass(frozen=True, slots=True)
class Skin:
    """Per-pixel distance from a reference skin patch of the same face, half size: ``chroma`` and ``light`` (logs)."""

    chroma: NDArray[np.float32]
    light: NDArray[np.float32]

    def other_share(self, where: Mask) -> float | None:
        """Share of the masked pixels that are not skin-like."""
        inside = where > 0
        if not inside.any():
            return None
        other = (self.chroma[inside] > CHROMA_STEP) | (np.abs(self.light[inside]) > LIGHT_STEP)
        return float(np.mean(other))


def _logs(view: FaceView) -> NDArray[np.float32]:
    half = cv2.resize(view.image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    logs: NDArray[np.float32] = np.log(half.astype(np.float32) + np.float32(LIFT))
    return logs


def skin_of(view: FaceView, patches: tuple[tuple[int, ...], ...]) -> Skin | None:
    """Compare every pixel with the skin of these mesh patches: the patch whose colour the others agree with most."""
    logs = _logs(view)
    inside = view.inside[::2, ::2]
    medians = [np.median(logs[m], axis=0) for m in ((view.half_region(p) & inside) > 0 for p in patches) if m.any()]
    if not medians:
        return None
    stack = np.array(medians)
    reference = stack[np.abs(stack[:, None] - stack[None]).sum(axis=(1, 2)).argmin()]
    away = logs - reference.astype(np.float32)
    light = away.mean(axis=2)
    chroma = np.sqrt(((away - light[:, :, None]) ** 2).sum(axis=2))
    return Skin(chroma, light)


def upper_skin(view: FaceView) -> Skin | None:
    """Skin as forehead, nose bridge and under the eyes show it: for judging the lower face."""
    return skin_of(view, (FOREHEAD, NOSE_BRIDGE, UNDER_LEFT_EYE, UNDER_RIGHT_EYE))


def lower_skin(view: FaceView) -> Skin | None:
    """Skin as cheeks and nose bridge show it: for judging eyes and forehead."""
    return skin_of(view, (LEFT_CHEEK, RIGHT_CHEEK, NOSE_BRIDGE))


def sunglasses(view: FaceView) -> float | None:
    """Light of the skin around the eyes over that of the cheeks; dark glasses make it small."""
    skin = lower_skin(view)
    if skin is None:
        return None
    ring = (view.half_region(LEFT_SOCKET) | view.half_region(RIGHT_SOCKET)) > 0
    return float(np.exp(np.median(skin.light[ring]))) if ring.any() else None


def glasses_glare(view: FaceView) -> float | None:
    """Largest blown-out blob over an eye, as a share of the eye socket's area."""
    cheeks = (view.region(LEFT_CHEEK) | view.region(RIGHT_CHEEK)) > 0
    if not cheeks.any():
        return None
    limit = max(225.0, float(np.percentile(view.grey[cheeks], 90)) + 25)
    worst = 0.0
    for socket in (LEFT_SOCKET, RIGHT_SOCKET):
        area = view.region(socket)
        blown = ((view.grey > limit) & (area > 0)).astype(np.uint8)
        stats = cv2.connectedComponentsWithStats(blown, connectivity=8)[2]
        largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if len(stats) > 1 else 0
        worst = max(worst, largest / max(1, np.count_nonzero(area)))
    return worst


def hair_over_eyes(view: FaceView) -> float | None:
    """The lesser of the covered shares of forehead and of the skin around the eyes: a fringe covers both."""
    skin = lower_skin(view)
    if skin is None:
        return None
    ring = (view.half_region(LEFT_SOCKET) | view.half_region(RIGHT_SOCKET)) & ~(
        view.half_region(LEFT_EYE) | view.half_region(RIGHT_EYE)
    )
    around, above = skin.other_share(ring), skin.other_share(view.half_region(FOREHEAD))
    return None if around is None or above is None else min(around, above)


def face_occlusion(view: FaceView) -> float | None:
    """Share of the lower face, lips left out, that is not like the skin of the upper face."""
    skin = upper_skin(view)
    return None if skin is None else skin.other_share(view.half_region(LOWER_FACE) & ~view.half_region(LIPS))


def head_covering(view: FaceView) -> float | None:
    """How unlike hair the part above the forehead is coloured: mean chroma beyond what hair has."""
    if view.person is None:
        return None
    above = (view.person > 0.8) & (np.arange(256)[:, None] < view.half_points[10, 1] - 6)
    if np.count_nonzero(above) < 200:
        return None
    a, b = np.median(view.lab[above][:, 1:], axis=0)
    return float(max(0.0, np.hypot(a, b) - 12) if b < 0.35 * abs(a) else 0.0)
