"""The ledger of hand-overs in kiosk.db: who, when, to where, how many, which file, what came of it."""

from dataclasses import astuple, dataclass

from kiosk.store.kiosk_file import KioskStore


@dataclass(frozen=True, slots=True)
class HandOver:
    """One hand-over; ``medium`` is kind and serial, ``outcome`` is ``done``, ``there already`` or an error's key."""

    window_id: str
    seq: int
    at: str
    by: str
    destination: str
    medium: str
    purpose: str
    applications: int
    size: int
    sha256: str
    outcome: str


class HandOvers:
    """The hand_overs table of kiosk.db; lines are only added."""

    def __init__(self, kiosk_store: KioskStore) -> None:
        self._file, self._write = kiosk_store.file, kiosk_store.write

    def add(self, line: HandOver) -> None:
        """Enter one hand-over."""
        with self._write() as database:
            database.conn.execute(
                "insert into hand_overs (window_id, seq, at, by, destination, medium, purpose, applications, size,"
                " sha256, outcome) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                astuple(line),
            )

    def list(self, window_id: str) -> list[HandOver]:
        """The hand-overs of one window, in order."""
        rows = self._file.rows("select * from hand_overs where window_id = ? order by id", (window_id,))
        return [HandOver(**{name: value for name, value in row.items() if name != "id"}) for row in rows]
