"""What the office says of one batch it has taken in; docs/batch-format.md, "Acknowledgement", says each field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = "mab-ack"
VERSION = 1
SUFFIX = ".ack"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One batch taken in whole; hashes in lower-case hexadecimal, ``received_at`` ISO 8601 with offset."""

    batch_id: str
    batch_sha256: str
    manifest_sha256: str
    rehearsal: bool
    window: str
    seq: int
    counts: Mapping[str, int]
    received_at: str
    office_key: str

    def as_object(self) -> dict[str, Any]:
        """The JSON object that is canonicalised and signed; the signature is added to it afterwards."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "batch_id": self.batch_id,
            "batch_sha256": self.batch_sha256,
            "manifest_sha256": self.manifest_sha256,
            "rehearsal": self.rehearsal,
            "window": self.window,
            "seq": self.seq,
            "counts": dict(self.counts),
            "received_at": self.received_at,
            "office_key": self.office_key,
        }
