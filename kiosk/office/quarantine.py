"""Files that were refused: hash, size, reason and when. Never a file's name or content, which may tell of a person."""

from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from kiosk.office.database import Connection


def hashed(path: Path) -> tuple[str, int]:
    """The SHA-256 and the size of a file as it lies there now; raises OSError."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


def put(connection: Connection, sha256: str, size: int, reason: str, at: datetime) -> None:
    """Note a refused file; the same file refused again for the same reason is counted, not doubled."""
    connection.execute(
        "insert into quarantine (sha256, reason, size, first_at, last_at) values (%s, %s, %s, %s, %s)"
        " on conflict (sha256, reason) do update set times = quarantine.times + 1, last_at = excluded.last_at",
        (sha256, reason, size, at, at),
    )
