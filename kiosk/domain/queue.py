"""One application as it stands in the queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

from kiosk.domain.states import ApplicationState

ApplicationUid = NewType("ApplicationUid", str)
"""Random, never shown to the employer, names the photo in the batch."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything known of one application except its photo; times are ISO 8601 with offset.

    ``answers`` maps item keys of kiosk/rules/applicant.toml to what was chosen or typed, names exactly as typed.
    ``version`` grows by one with every change and guards against stale forms.
    """

    uid: ApplicationUid
    call_number: str
    state: ApplicationState
    language: str
    version: int
    started_at: str
    updated_at: str
    form_id: str | None = None
    consented_at: str | None = None
    submitted_at: str | None = None
    claimed_by: str | None = None
    claimed_at: str | None = None
    step: str = ""
    help_wanted: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)
