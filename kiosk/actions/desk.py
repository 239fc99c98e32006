"""What all deeds at the desk share: the parts they need, the time, one line in the audit log."""

from collections.abc import Iterable, Mapping

from kiosk.actions.parts import Parts as Parts
from kiosk.clock import stamp
from kiosk.domain.errors import Refused
from kiosk.domain.free_text import check_text
from kiosk.domain.queue import Application
from kiosk.domain.window import require_assigned

LONGEST_REASON = 200
Notes = list[tuple[str, str]]
"""Lines for the audit log: event and detail."""


def now(parts: Parts) -> str:
    """The time as it is kept."""
    return stamp(parts.clock)


def note(parts: Parts, event: str, staff: str, uid: str, detail: str = "") -> None:
    """One line in the audit log; ``detail`` never holds what a person typed."""
    with parts.kiosk_store.write():  # the time is taken once nobody else can write before
        parts.kiosk_store.audit.append(event, staff, uid, detail, at=now(parts))


def note_all(parts: Parts, notes: Iterable[tuple[str, str]], staff: str, uid: str) -> None:
    """Several lines in the audit log, written last in a transaction so that nothing is logged that did not happen."""
    for event, detail in notes:
        note(parts, event, staff, uid, detail)


def hold(parts: Parts, uid: str, staff: str) -> Application:
    """Make sure this member of staff holds the application.

    Raises TappedFirst when somebody else does, NotAssigned when they do not work at this window.
    """
    window = parts.current_window()
    if window is not None and window.options.get("staff"):
        require_assigned(window, parts.kiosk_store.staff.get(staff))
    return parts.window_store().applications.claim(uid, staff, now(parts))


def checked_reason(fields: Mapping[str, str], known: tuple[str, ...]) -> str:
    """A reason out of a form: one of the ``known`` keys, and words of one's own, as ``key`` or ``key: words``.

    Raises Refused when none was chosen, when "other" comes without words, or when the words may hold a My Number.
    """
    key, words = fields.get("reason", ""), fields.get("words", "").strip()
    if key not in known or (key == "other" and not words):
        raise Refused("queue.error_reason_needed")
    return f"{key}: {check_text('words', words, LONGEST_REASON)}" if words else key


def reason_key(reason: str) -> str:
    """The key of a checked reason alone, without words somebody typed."""
    return reason.partition(":")[0]
