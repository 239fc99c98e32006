"""The only place that chooses real or fake parts and loads camera.capture."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kiosk.domain.photo import PhotoLimits
from kiosk.ports import Camera, Clock, Ids
from kiosk.settings import Settings
from kiosk.store.vault import Vault

if TYPE_CHECKING:
    from camera.face import FaceAnalyser


@dataclass
class Services:
    """The parts one running kiosk is made of."""

    settings: Settings
    clock: Clock
    ids: Ids
    vault: Vault
    camera_face: Camera
    camera_form: Camera
    photo_limits: PhotoLimits
    virtual_camera: Any = None
    _analyser: "FaceAnalyser | None" = None
    _guard: threading.Lock = field(default_factory=threading.Lock)
    live: dict[str, Any] = field(default_factory=dict)
    """What lives in memory only, by action: live photo sessions, form readings."""
