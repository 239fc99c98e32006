"""What covers the face: dark glasses, glare, fringe, mask. All relative to the skin of the same face."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera.regions import (
    CHIN_PATCH,
    FOREHEAD,
    LEFT_CHEEK,
    LEFT_EYE,
    LEFT_LID,
    LEFT_SOCKET,
    LIPS,
    NOSE_BRIDGE,
    NOSE_POINT,
    NOSE_ROOT,
    RIGHT_CHEEK,
    RIGHT_EYE,
    RIGHT_LID,
    RIGHT_SOCKET,
    UNDER_LEFT_EYE,
    UNDER_RIGHT_EYE,
    Mask,
)
from camera.view import FaceView

LIFT = 12.0
"""Added to every channel before taking logarithms, so that noise in the dark does not look like colour."""
LOGS = np.log(np.arange(256, dtype=np.float32) + np.float32(LIFT))
CHROMA_STEP = 0.16
LIGHT_STEP = 0.55
"""Log-colour and log-light distances from the face's own skin at which a pixel no longer counts as skin."""
EVEN_STRANDS = 0.95
"""Upright over level detail from which strands are suspected: 0.92 is the most that an open face has shown."""
SURE_STRANDS = 2.5
"""The same measure above which it cannot be the frame of dark glasses, which has shown 1.6 at most."""
LENS_STEP, DARK_LENS_STEP, FREE = 0.9, 1.3, 0.3
"""Log-light from the forehead down to what is around the eyes, from which that is a lens: to the shaded sockets of an
open face it is 0.8 at most. The lower one is for a free forehead, of which at most the share FREE is covered."""
MOST_LIGHT, LIGHTEST_SKIN = 248.0, 243.0
"""Luma that is a reflection on any skin, and of cheeks on which none can be told any more."""
UPPER_FACE_STEP = 0.8
"""Log-light between forehead and the skin under the eyes beyond which one of them is covered."""


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


def logs(view: FaceView) -> NDArray[np.float32]:
    """Logarithms of the half-size chip's channels, in which a change of light is a shift."""
    return np.asarray(LOGS[view.half], np.float32)


def skin_of(view: FaceView, patches: tuple[tuple[int, ...], ...]) -> Skin | None:
    """Compare every pixel with the skin of these mesh patches: the patch whose colour the others agree with most."""
    colours = logs(view)
    inside = view.inside[::2, ::2]
    medians = [np.median(colours[m], axis=0) for m in ((view.half_region(p) & inside) > 0 for p in patches) if m.any()]
    if not medians:
        return None
    stack = np.array(medians)
    reference = stack[np.abs(stack[:, None] - stack[None]).sum(axis=(1, 2)).argmin()]
    away = colours - reference.astype(np.float32)
    light = cv2.transform(away, np.full((1, 3), 1 / 3))
    squares = cv2.transform(away * away, np.ones((1, 3)))
    chroma = np.sqrt(np.maximum(squares - 3 * light * light, 0))
    return Skin(chroma.astype(np.float32, copy=False), light.astype(np.float32, copy=False))


def upper_skin(view: FaceView) -> Skin | None:
    """Skin as forehead, nose bridge and under the eyes show it: for judging the lower face."""
    return skin_of(view, (FOREHEAD, NOSE_BRIDGE, UNDER_LEFT_EYE, UNDER_RIGHT_EYE))


def lower_skin(view: FaceView) -> Skin | None:
    """Skin as cheeks and nose bridge show it: for judging eyes and forehead."""
    return skin_of(view, (LEFT_CHEEK, RIGHT_CHEEK, NOSE_BRIDGE))


def _eye_masks(view: FaceView) -> tuple[Mask, Mask]:
    """Both eye openings, and the skin around both eyes; half size."""
    eyes = view.half_region(LEFT_EYE) | view.half_region(RIGHT_EYE)
    return eyes, view.half_region(LEFT_SOCKET) | view.half_region(RIGHT_SOCKET) | eyes


def eye_contrast(view: FaceView, skin: Skin) -> float | None:
    """Light less dark parts inside the eye openings, over the cheeks' light: white and iris make it large."""
    light = np.exp(skin.light[_eye_masks(view)[0] > 0])
    return float(np.percentile(light, 92) - np.percentile(light, 8)) if light.size else None


def sunglasses(view: FaceView, skin: Skin) -> float | None:
    """Light of the skin just under the eyes over that of the cheeks; dark glasses make it small."""
    under = (view.half_region(UNDER_LEFT_EYE) | view.half_region(UNDER_RIGHT_EYE)) > 0
    return float(np.exp(np.median(skin.light[under]))) if under.any() else None


def glasses_glare(view: FaceView) -> float | None:
    """Largest blown-out blob over an eye, as a share of the eye socket's area."""
    limit, white_from = _blown_from(view), _white_from(view)
    if limit is None:
        return None
    worst = 0.0
    for socket in (LEFT_SOCKET, RIGHT_SOCKET):
        area = view.region(socket)
        x, y, width, height = cv2.boundingRect(area)
        area = area[y : y + height, x : x + width]
        part = slice(y, y + height), slice(x, x + width)
        white = view.image[part].min(axis=2) > white_from
        blown = (((view.grey[part] > limit) | white) & (area > 0)).astype(np.uint8)
        stats = cv2.connectedComponentsWithStats(blown, connectivity=8)[2]
        largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if len(stats) > 1 else 0
        worst = max(worst, largest / max(1, int(np.count_nonzero(area))))
    return worst


def _white_from(view: FaceView) -> float:
    """The least of the three channels from which a place is white: skin, light as it may be, has less blue than red."""
    cheeks = (view.region(LEFT_CHEEK) | view.region(RIGHT_CHEEK)) > 0
    skin = float(np.percentile(view.image[cheeks].min(axis=1), 90)) if cheeks.any() else 255.0
    return float(np.clip(skin + 25, 225, MOST_LIGHT))


def _blown_from(view: FaceView) -> float | None:
    """Luma from which light over an eye is a reflection and not skin; None where the skin itself is blown out."""
    cheeks = (view.region(LEFT_CHEEK) | view.region(RIGHT_CHEEK)) > 0
    light = float(np.percentile(view.grey[cheeks], 90)) if cheeks.any() else 255.0
    return float(np.clip(light + 25, 225, MOST_LIGHT)) if light < LIGHTEST_SKIN else None


@dataclass(frozen=True, slots=True)
class EyeCover:
    """What lies over eyes and forehead: ``strands`` upright over level detail; ``alike`` the least covered share of
    forehead, nose root and eye sockets, in so far as what covers them is of one light; ``is_lens`` a dark lens."""

    strands: float
    alike: float
    is_lens: bool


def eye_cover(view: FaceView, skin: Skin) -> EyeCover | None:
    """Look at forehead, nose root and sockets once; None where one of them lies outside the picture."""
    eyes, sockets = _eye_masks(view)
    forehead, around = view.half_region(FOREHEAD), (sockets & ~eyes).astype(np.uint8)
    strands = _strands(view)
    shares = [skin.other_share(part) for part in (forehead, view.half_region(NOSE_ROOT), around)]
    known = [share for share in shares if share is not None]
    if strands is None or len(known) < len(shares):
        return None
    step = _light(skin, forehead) - _light(skin, around)
    alike = float(np.clip((0.4 - abs(step)) / 0.15, 0, 1))
    return EyeCover(strands, alike * min(known), step > (LENS_STEP if known[0] < FREE else DARK_LENS_STEP))


def hair_over_eyes(cover: EyeCover) -> float:
    """0 to 1: strands running down over the eyes, or forehead, nose root and eye sockets covered by one thing.

    What is dark around the eyes below a free forehead is glasses, whose frames are no strands.
    """
    is_frame = cover.is_lens and cover.strands < SURE_STRANDS
    running = 0.0 if is_frame else float(np.clip((cover.strands - EVEN_STRANDS) / 0.6, 0, 1))
    return max(running, float(np.clip((cover.alike - 0.25) / 0.45, 0, 1)))


def hair_hides_eyes(cover: EyeCover) -> bool:
    """Whether it is hair that keeps the eyes from being seen: it covers forehead and nose root as well."""
    return cover.alike > 0.5


def _light(skin: Skin, where: Mask) -> float:
    return float(np.median(skin.light[where > 0])) if where.any() else 0.0


def _strands(view: FaceView) -> float | None:
    """Upright over level detail on eyes and lids: strands run down, while lids, lashes and folds run across.

    Reflections and what is near them are left out; 0 where little else is left.
    """
    fine = cv2.GaussianBlur(view.half_grey, (0, 0), 0.7)
    around = (_eye_masks(view)[1] | view.half_region(LEFT_LID) | view.half_region(RIGHT_LID)) > 0
    if not around.any():
        return None
    limit = _blown_from(view) or MOST_LIGHT
    near_glare = cv2.dilate((view.half_grey > limit).astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    if np.count_nonzero(around & ~near_glare) < 0.5 * np.count_nonzero(around):
        return 0.0
    across = cv2.Sobel(fine, cv2.CV_32F, 1, 0)[around & ~near_glare]
    down = cv2.Sobel(fine, cv2.CV_32F, 0, 1)[around & ~near_glare]
    return float(np.sqrt(np.mean(across * across) / max(float(np.mean(down * down)), 1e-3)))


def face_occlusion(view: FaceView) -> float | None:
    """The least share of nose tip, lips and chin that is not like the skin of the upper face: a mask covers all.

    None where the upper face is itself covered and shows no skin to compare with.
    """
    skin = upper_skin(view)
    if skin is None or abs(_light(skin, view.half_region(FOREHEAD))) > UPPER_FACE_STEP:
        return None
    shares = [skin.other_share(view.half_region(part)) for part in (NOSE_POINT, LIPS, CHIN_PATCH)]
    return min((share for share in shares if share is not None), default=None)


def mouth_visible(view: FaceView) -> float | None:
    """The strongest level edge on the mouth, over the light of the face's upper skin: the line between the lips."""
    lips = cv2.dilate(view.region(LIPS), np.ones((5, 5), np.uint8)) > 0
    forehead = view.region(FOREHEAD) > 0
    if not lips.any() or not forehead.any():
        return None
    smooth = cv2.GaussianBlur(view.grey, (0, 0), 2.5)
    edge = np.abs(cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8))[lips]
    return float(np.percentile(edge, 95)) / max(float(np.median(smooth[forehead])), 10.0)
