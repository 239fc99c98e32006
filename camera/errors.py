"""What can go wrong with cameras and pictures.

CameraError
├── CameraMissing        no such device or file, or another program holds it
├── CameraLost           the stream ended or stopped giving frames
├── ModelDamaged         a model file is missing or its sha256 differs from models/SHA256SUMS
└── PictureError         a picture cannot be used as it is; ``key`` says why
    ├── PictureUnreadable    not a picture, truncated, or of a format we do not read
    └── PictureTooLarge      more pixels or bytes than we are willing to decode

Texts of these errors never hold a path, a payload or picture content.
"""


class CameraError(Exception):
    """Base of everything this package raises on purpose."""


class CameraMissing(CameraError):
    """The camera cannot be opened: absent, busy, or not a camera."""


class CameraLost(CameraError):
    """The camera was open and gives no more frames."""


class ModelDamaged(CameraError):
    """A model file is missing or is not the one whose sha256 is on record."""


class PictureError(CameraError):
    """A picture cannot be used; ``key`` is a stable word for it."""

    key = "picture_error"

    def __init__(self, message: str = "", key: str = "") -> None:
        super().__init__(message)
        if key:
            self.key = key


class PictureUnreadable(PictureError):
    """Not a picture we can decode: wrong format, truncated, empty."""

    key = "unreadable"


class PictureTooLarge(PictureError):
    """Decoding it would cost more memory than any photo is worth."""

    key = "too_large"
