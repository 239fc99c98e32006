"""windows/<id>.db: all personal data and photos of one window."""

from kiosk.store.applications import Applications
from kiosk.store.custody import Custody
from kiosk.store.database import Store
from kiosk.store.identity import IdentityChecks
from kiosk.store.photo_grants import PhotoGrants
from kiosk.store.photos import Photos
from kiosk.store.statistics import Statistics


class WindowStore:
    """The parts of one window's file by name."""

    def __init__(self, store: Store) -> None:
        self.file = store
        self.applications = Applications(store)
        self.photos = Photos(store)
        self.photo_grants = PhotoGrants(store)
        self.identity = IdentityChecks(store)
        self.custody = Custody(store)
        self.statistics = Statistics(store)
        self.write = store.write
