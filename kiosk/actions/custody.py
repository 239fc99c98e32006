"""The custody ledger: take, put in the envelope, hand over, give back. The card's PINs never come into it."""

from collections.abc import Mapping

from kiosk.actions.desk import Notes, Parts, hold, note, now
from kiosk.domain.custody import changes, is_envelope_number, with_us
from kiosk.domain.errors import NotFound, Refused
from kiosk.domain.states import GOING


def settle(parts: Parts, uid: str, wanted: Mapping[str, int], staff: str) -> Notes:
    """Take what was handed over and give back what is no longer ``wanted``, so that the ledger says that, by count.

    Gives the lines for the audit log, which the caller writes once all has worked.
    """
    ledger = parts.window_store().custody
    needed = changes(ledger.list(uid), wanted)
    taken = [ledger.take(uid, item, count, staff, now(parts)) for item, count in needed.take]
    back = [ledger.give_back(line_id, staff, now(parts)) for line_id in needed.give_back]
    return [("custody_taken", line.item) for line in taken] + [("custody_given_back", line.item) for line in back]


def enclose(parts: Parts, uid: str, envelope: str, staff: str) -> Notes:
    """Put everything held of this person into one numbered envelope.

    Raises Refused when a number is needed and missing, is none, or is another person's.
    """
    ledger = parts.window_store().custody
    held = with_us(ledger.list(uid))
    if not held:
        return []
    number = envelope.strip().upper()
    if not is_envelope_number(number):
        raise Refused("queue.error_envelope")
    if ledger.is_taken_by_another(number, uid):
        raise Refused("queue.error_envelope_used")
    for line in held:
        ledger.put_in_envelope(line.id, number, staff, now(parts))
    return [("custody_in_envelope", line.item) for line in held]


def give_all_back(parts: Parts, uid: str, staff: str, *, is_confirmed: bool) -> Notes:
    """Note that the person has everything back; raises Refused when something is held and staff did not confirm."""
    if with_us(parts.window_store().custody.list(uid)) and not is_confirmed:
        raise Refused("queue.error_give_back_first")
    return settle(parts, uid, {}, staff)


GIVE_BACK_REASONS = ("asked_for", "not_needed", "not_accepted", "taken_by_mistake")


def move_item(parts: Parts, uid: str, line_id: int, deed: str, staff: str, reason: str = "") -> None:
    """Note that one thing went to the office from its envelope, or back to the person.

    ``deed`` is ``hand_over``, ``give_back`` or, of what the office had, ``fetch_back``. What goes back needs one of the
    reasons, and only what an accepted application brought goes to the office. Raises Refused without it, NotFound for a
    line of somebody else or an unknown deed, TappedFirst when the thing is elsewhere already.
    """
    ledger = parts.window_store().custody
    with parts.window_store().write():
        application = hold(parts, uid, staff)
        line = next((each for each in ledger.list(uid) if each.id == line_id), None)
        if line is None or deed not in _EVENTS:
            raise NotFound("no such line of this person's ledger")
        is_back = deed != "hand_over"
        if is_back and reason not in GIVE_BACK_REASONS:
            raise Refused("queue.error_reason_needed")
        if not is_back and application.state not in GOING:
            raise Refused("queue.error_hand_over_not_accepted")
        move = {"give_back": ledger.give_back, "hand_over": ledger.hand_over, "fetch_back": ledger.fetch_back}[deed]
        move(line_id, staff, now(parts))
        note(parts, _EVENTS[deed], staff, uid, f"{line.item}: {reason}" if is_back else line.item)


_EVENTS = {
    "give_back": "custody_given_back",
    "hand_over": "custody_handed_over",
    "fetch_back": "custody_fetched_back",
}
