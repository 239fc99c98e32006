"""The office's filing worksheet: where one application stands on its way to the card, and what may happen to it."""

from enum import StrEnum

from kiosk.domain.errors import NotAllowedNow


class Filing(StrEnum):
    """Where the filing of one application stands."""

    TO_FILE = "to_file"
    FILED = "filed"
    RETURNED = "returned"
    DONE = "done"


class FilingEvent(StrEnum):
    """What can happen to it; each is one button."""

    FILE = "file"
    RETURN = "return"
    FINISH = "finish"
    AGAIN = "again"


_MOVES: dict[tuple[Filing, FilingEvent], Filing] = {
    (Filing.TO_FILE, FilingEvent.FILE): Filing.FILED,
    (Filing.TO_FILE, FilingEvent.RETURN): Filing.RETURNED,
    (Filing.FILED, FilingEvent.RETURN): Filing.RETURNED,
    (Filing.FILED, FilingEvent.FINISH): Filing.DONE,
    (Filing.FILED, FilingEvent.AGAIN): Filing.TO_FILE,
    (Filing.RETURNED, FilingEvent.AGAIN): Filing.TO_FILE,
}
FURTHEST_FIRST = (Filing.DONE, Filing.FILED, Filing.RETURNED, Filing.TO_FILE)
"""How far an application has come, for one that lay in several batches."""
NEEDS_REASON = frozenset({FilingEvent.RETURN})
REASONS = ("photo", "form_id", "name", "birth_date", "other")
"""Why an application comes back; ``photo`` puts it on the re-shoot list."""


def advance(state: Filing, event: FilingEvent) -> Filing:
    """The state after ``event``; raises NotAllowedNow."""
    try:
        return _MOVES[state, event]
    except KeyError:
        raise NotAllowedNow(f"{event} is not possible from {state}") from None


def allowed(state: Filing) -> tuple[FilingEvent, ...]:
    """What can happen in a state."""
    return tuple(event for each, event in _MOVES if each is state)
