"""Photos for practice applications: the shipped portrait as the virtual camera shows it, each cut differently."""

import random
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from hashlib import sha256

from camera.crop import render_crop
from camera.face import FaceAnalyser
from camera.jpeg import JpegLimits, write_jpeg
from camera.picture import picture_of_frame
from camera.types import Crop, Image
from camera.virtual_person import PersonScene
from kiosk.actions.photo_check import PhotoCheck, check_picture, geometry_of, packaged_rules
from kiosk.clock import stamp
from kiosk.domain.photo import load_limits
from kiosk.ports import Clock
from kiosk.rules import rules_text
from kiosk.store.photos import StoredPhoto

_MOMENTS = (12.0, 17.5, 30.0, 47.0)
_MOST_SHIFT = 4
_AHEAD = 8


class PracticePhotos:
    """Makes photos out of a few judged moments of the virtual person."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules = packaged_rules()
        self._limits = JpegLimits(self._rules.least_bytes, self._rules.most_bytes, self._rules.qualities)
        self._shots = _judged()

    def many(self, count: int, workers: int) -> Iterator[StoredPhoto]:
        """``count`` photos, no two alike, made a few ahead of who asks for them."""
        with ThreadPoolExecutor(workers) as pool:
            waiting: deque[Future[StoredPhoto]] = deque()
            for number in range(count):
                waiting.append(pool.submit(self._photo, number))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _photo(self, number: int) -> StoredPhoto:
        image, check = self._shots[number % len(self._shots)]
        assert check.crop  # noqa: S101 -- _judged keeps no other
        picture = render_crop(image, _varied(check.crop, number), geometry_of(self._rules))
        jpeg = write_jpeg(picture, self._limits)
        height, width = picture.shape[:2]
        return StoredPhoto(
            jpeg=jpeg,
            sha256=sha256(jpeg).hexdigest(),
            width=width,
            height=height,
            verdict=check.verdict,
            reasons=check.reasons,
            taken_at=stamp(self._clock),
            measures=[asdict(measure) for measure in check.measures],
        )


def _judged() -> list[tuple[Image, PhotoCheck]]:
    scene, analyser, limits = PersonScene(), FaceAnalyser(), load_limits(rules_text("photo"), None)
    images = [scene.picture(moment) for moment in _MOMENTS]
    shots = [(image, check_picture(picture_of_frame(image), analyser, limits, as_camera=True)) for image in images]
    return [(image, check) for image, check in shots if check.jpeg is not None]


def _varied(crop: Crop, number: int) -> Crop:
    dice = random.Random(number)  # noqa: S311 -- practice data
    across, down, turn = (dice.uniform(-1, 1) for _ in range(3))
    return Crop(
        max(crop.x + round(across * _MOST_SHIFT), 0),
        max(crop.y + round(down * _MOST_SHIFT), 0),
        crop.width,
        crop.height,
        crop.rotation_deg + turn,
    )
