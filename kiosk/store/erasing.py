"""Erasures in kiosk.db, and the files that go with a window's key."""

from pathlib import Path

from kiosk.domain.erasure import Erasure
from kiosk.store.data_folder import DataFolder
from kiosk.store.fsync import fsync_path
from kiosk.store.kiosk_file import KioskStore

_PARTS = ("", "-wal", "-shm", "-journal")


class Erasures:
    """The erasures table of kiosk.db: one row from the decision on."""

    def __init__(self, kiosk_store: KioskStore) -> None:
        self._file, self._write = kiosk_store.file, kiosk_store.write

    def get(self, window_id: str) -> Erasure | None:
        """The erasure of a window, decided or done, or None."""
        row = self._file.row("select facts from erasures where window_id = ?", (window_id,))
        return Erasure.from_text(row["facts"]) if row else None

    def decide(self, erasure: Erasure) -> None:
        """Note the decision; from here on the erasing is carried on whatever happens."""
        with self._write() as database:
            values = (erasure.window_id, erasure.at, erasure.as_text())
            database.conn.execute("insert into erasures values (?, ?, ?)", values)

    def note(self, erasure: Erasure) -> None:
        """Add to a decision what came of it."""
        with self._write() as database:
            values = (erasure.as_text(), erasure.window_id)
            database.conn.execute("update erasures set facts = ? where window_id = ?", values)


def window_files(folder: DataFolder, window_id: str) -> list[Path]:
    """Every file that holds a window's data: the database and what SQLite lays beside it."""
    path = folder.window_db(window_id)
    return [path.with_name(path.name + part) for part in _PARTS]


def remove(paths: list[Path]) -> None:
    """Remove files for good, those that are there, and fsync their folders."""
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in paths}:
        if folder.is_dir():
            fsync_path(folder)
