"""What deeds need of the kiosk's parts: one description for the applicant screen and the desk."""

from typing import Protocol

from kiosk.domain.window import Window
from kiosk.ports import Clock, Ids
from kiosk.settings import Settings
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.window_file import WindowStore


class Parts(Protocol):
    """What every deed may ask of the kiosk."""

    @property
    def settings(self) -> Settings:
        """The configuration."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def ids(self) -> Ids:
        """Fresh numbers."""

    @property
    def kiosk_store(self) -> KioskStore:
        """kiosk.db; raises Locked."""

    def current_window(self) -> Window | None:
        """The open or paused window."""

    def window_store(self, window_id: str | None = None) -> WindowStore:
        """The window's file; raises Locked or NotFound."""
