"""The small copy of a frame that a page shows while a person moves before the camera."""

import cv2
import numpy as np

from camera.types import Image

LIVE_HEIGHT = 720
LIVE_QUALITY = 80


def live_jpeg(image: Image, height: int = LIVE_HEIGHT, quality: int = LIVE_QUALITY) -> bytes:
    """A JPEG of the frame, at most ``height`` pixels high, for the screen only: never kept, never judged."""
    small = live_copy(image, height)
    _, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return packed.tobytes()


def live_copy(image: Image, height: int = LIVE_HEIGHT) -> Image:
    """The frame scaled down to ``height``, or the frame itself where it is no higher. Nothing is copied for that."""
    if image.shape[0] <= height:
        return image
    width = round(image.shape[1] * height / image.shape[0])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
