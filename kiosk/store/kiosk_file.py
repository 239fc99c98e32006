"""kiosk.db: everything but the applications themselves."""

from kiosk.domain.window import Window as Window
from kiosk.store.audit import Audit
from kiosk.store.batches import Batches, Tombstones
from kiosk.store.database import Store
from kiosk.store.staff import Staff
from kiosk.store.windows import Windows


class KioskStore:
    """The parts of kiosk.db by name."""

    def __init__(self, store: Store) -> None:
        self.file = store
        self.windows = Windows(store)
        self.staff = Staff(store)
        self.audit = Audit(store)
        self.batches = Batches(store)
        self.tombstones = Tombstones(store)
        self.settings = StoredSettings(store)
        self.write = store.write


class StoredSettings:
    """Small texts kept by name in kiosk.db."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str) -> str | None:
        """The text kept under ``name``, or None."""
        row = self._store.row("select value from settings where name = ?", (name,))
        return str(row["value"]) if row else None

    def set(self, name: str, value: str) -> None:
        """Keep a text under ``name``."""
        with self._store.write() as database:
            database.conn.execute(
                "insert into settings values (?, ?) on conflict (name) do update set value = excluded.value",
                (name, value),
            )
