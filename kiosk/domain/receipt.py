"""What stands on the receipt a person takes home (受付票 兼 預り証)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything on the sheet; ``items``: keys of papers and counts, ``weeks``: least, most; ``warnings``: keys."""

    call_number: str
    day: str
    day_in_era: str
    place: str
    municipality: str
    phone: str
    contact_name: str
    form_tail: str
    items: tuple[tuple[str, int], ...]
    envelope: str
    delivery: str
    weeks: tuple[int, int]
    phones: tuple[Mapping[str, Any], ...]
    is_rehearsal: bool
    warnings: tuple[str, ...] = ()
