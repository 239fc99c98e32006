"""What stands on the papers about a whole day: the day sheet for the municipality, the report for the company."""

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.statistics import Day


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One sealed file on the hash slip."""

    seq: int
    file_name: str
    sha256: str
    applications: int


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The municipality's sheet: numbers, things taken, hashes, the log's head. No name of any applicant."""

    window_id: str
    company: str
    place: str
    municipality: str
    day: str
    made_at: str
    head_count: int
    numbers: Day
    items: Mapping[str, int]
    sealed: tuple[SealedFile, ...]
    audit_head: str
    audit_entries: int
    times_set_back: int
    is_rehearsal: bool


@dataclass(frozen=True, slots=True)
class CompanyReport:
    """The company's sheet: totals only; how each application ended is not the employer's business."""

    company: str
    place: str
    municipality: str
    phone: str
    day: str
    head_count: int
    came: int
    handed_in: int
    is_rehearsal: bool
