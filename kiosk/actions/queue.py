"""What staff's buttons do with an application: claim, accept, return, withdraw, reject, correct. All audited."""

from collections.abc import Mapping

from kiosk.actions.applicant import EXCEPTION, applicant_rules, checked, decided_by_staff, drop_photo_not_needed
from kiosk.actions.custody import enclose, give_all_back
from kiosk.actions.desk import Parts, checked_reason, hold, note, note_all, now, reason_key
from kiosk.actions.identity import check_from, judge
from kiosk.domain.applicant import (
    COMPARED,
    FORM_KEYED,
    KEYED_ONCE,
    answers_no_longer_asked,
    open_items,
    question_to_correct,
    stop_reason,
)
from kiosk.domain.applicant_rules import Kind
from kiosk.domain.errors import ItemOpen, KioskError, NotFound, NotPermitted, Refused, Stopped, TappedFirst
from kiosk.domain.queue import Application
from kiosk.domain.staff import Role
from kiosk.domain.states import ApplicationEvent, ApplicationState, outcomes

RETURN_REASONS = ("photo", "form", "answers", "documents", "other")
END_REASONS = ("own_wish", "documents", "face", "form", "other")
TAKE_OVER_REASONS = ("handed_to_me", "away", "other")
CHANGE_REASONS = ("asked_for", "misread", EXCEPTION, "other")
_ENDED = frozenset[ApplicationState]().union(
    *map(outcomes, (ApplicationEvent.WITHDRAW, ApplicationEvent.REJECT, ApplicationEvent.ABANDON))
)
NO_LONGER_ASKED = "no_longer_asked"
"""Reason kept with an answer that went because its question is not asked any more."""


def claim(parts: Parts, uid: str, staff: str) -> Application:
    """Take an application to work on; raises TappedFirst when somebody else holds it."""
    with parts.window_store().write():  # the log then tells of claims in the order they were made
        before = parts.window_store().applications.get(uid)
        application = hold(parts, uid, staff)
        if before.claimed_by != staff:
            note(parts, "claimed", staff, uid)
    return application


def release(parts: Parts, uid: str, staff: str) -> Application:
    """Let go of an application."""
    with parts.window_store().write():
        application = parts.window_store().applications.release(uid, staff, now(parts))
        note(parts, "released", staff, uid)
    return application


def take_over(parts: Parts, uid: str, staff: str, held_by: str, fields: Mapping[str, str]) -> Application:
    """Take an application from a colleague, with a reason; raises TappedFirst when they hold it no more."""
    reason = checked_reason(fields, TAKE_OVER_REASONS)
    with parts.window_store().write():
        application = parts.window_store().applications.take_over(uid, staff, held_by, now(parts))
        note(parts, "taken_over", staff, uid, f"from {held_by}: {reason_key(reason)}")
    return application


def accept(parts: Parts, uid: str, staff: str, envelope: str, version: int) -> Application:
    """Accept a checked application; what was taken from the person goes into the numbered envelope first.

    Raises Stopped where an answer says that no application can be made here, ItemOpen while something asked is not
    answered, Refused for a bad envelope number or an identity check that no longer fits the answers, TappedFirst or
    NotAllowedNow when it is no longer as it was on screen.
    """
    with parts.window_store().write():
        application = hold(parts, uid, staff)
        if application.answers.get(FORM_KEYED) == KEYED_ONCE:
            raise Refused("queue.error_form_not_compared")
        _refuse_stop(parts, application)
        _refuse_open_items(parts, application)
        _refuse_outdated_check(parts, application)
        drop_photo_not_needed(parts, application)
        notes = enclose(parts, uid, envelope, staff)
        application = _move(parts, uid, ApplicationEvent.ACCEPT, staff, None, version)
        note_all(parts, notes, staff, uid)
    return release(parts, application.uid, staff)


def _refuse_stop(parts: Parts, application: Application) -> None:
    reason = stop_reason(application.answers, applicant_rules(parts.settings), parts.clock.today())
    if reason:
        raise Stopped(reason)


def _refuse_open_items(parts: Parts, application: Application) -> None:
    """Raise ItemOpen for the first item without an answer that counts, unless staff decided it as an exception."""
    rules, has_photo = applicant_rules(parts.settings), parts.window_store().photos.has(application.uid)
    decided = decided_by_staff(application, parts.window_store().applications.changes(application.uid))
    for item in open_items(application.answers, rules, parts.clock.today(), has_photo=has_photo):
        if item not in decided:
            raise ItemOpen(item)


def _refuse_outdated_check(parts: Parts, application: Application) -> None:
    """Raise Refused when the identity check is missing or would come out otherwise after a correction."""
    kept = parts.window_store().identity.get(application.uid)
    if kept is None or judge(parts, application, check_from(kept)).result != kept.result:
        raise Refused("queue.error_check_again")


def accept_all(parts: Parts, ticked: Mapping[str, tuple[int, str]], staff: str) -> dict[str, KioskError]:
    """Accept several, each by itself; ``ticked`` maps uid → version and envelope number.

    Gives uid → why of those that could not be accepted and are as they were.
    """
    refused: dict[str, KioskError] = {}
    for uid, (version, envelope) in ticked.items():
        try:
            accept(parts, uid, staff, envelope, version)
        except KioskError as error:
            refused[uid] = error
    return refused


def send_back(parts: Parts, uid: str, staff: str, fields: Mapping[str, str], version: int) -> Application:
    """Return an application to the applicant screen with what is to be mended."""
    reason = checked_reason(fields, RETURN_REASONS)
    with parts.window_store().write():
        hold(parts, uid, staff)
        _move(parts, uid, ApplicationEvent.RETURN, staff, reason, version)
    return release(parts, uid, staff)


def withdraw(parts: Parts, uid: str, staff: str, fields: Mapping[str, str], version: int) -> Application:
    """End an application at the person's wish; everything held is given back first.

    What the office has stays open in the ledger until the person has that back as well.
    """
    return _end(parts, uid, ApplicationEvent.WITHDRAW, staff, fields, version)


def reject(parts: Parts, uid: str, staff: str, fields: Mapping[str, str], version: int) -> Application:
    """End an application that cannot be taken; everything held is given back first, as by ``withdraw``."""
    return _end(parts, uid, ApplicationEvent.REJECT, staff, fields, version)


def reopen(parts: Parts, uid: str, staff: str, fields: Mapping[str, str], version: int) -> Application:
    """Take an accepted application up again for a correction; a supervisor's matter."""
    reason = checked_reason(fields, CHANGE_REASONS)
    if parts.kiosk_store.staff.get(staff).role is not Role.SUPERVISOR:
        raise NotPermitted("a supervisor reopens")
    with parts.window_store().write():
        hold(parts, uid, staff)
        return _move(parts, uid, ApplicationEvent.REOPEN, staff, reason, version)


def change_answer(
    parts: Parts, uid: str, staff: str, item: str, fields: Mapping[str, str], version: int
) -> Application:
    """Correct one answer, by the same rules as the applicant's; what stood there before and the reason are kept.

    An option that this person has as an exception only is given with the reason EXCEPTION and words. Answers to
    questions that are not asked any more go with a correction. Of a person without a mail address staff keep an empty
    one, which is exported so.

    Raises AnswerRefused for a value that breaks its rule, Refused for an exception without its reason, TappedFirst for
    a form that is out of date, NotAllowedNow for an accepted application, which a supervisor reopens first.
    """
    reason = checked_reason(fields, CHANGE_REASONS)
    with parts.window_store().write():
        application = hold(parts, uid, staff)
        if application.version != version:
            raise TappedFirst("the form on screen is out of date")
        value = _corrected(parts, application, item, fields, reason)
        application = parts.window_store().applications.change(uid, item, value, staff, reason, now(parts))
        note(parts, "changed", staff, uid, f"{item}: {reason_key(reason)}")
        return _drop_no_longer_asked(parts, application, staff)


def _corrected(parts: Parts, application: Application, item: str, fields: Mapping[str, str], reason: str) -> str:
    """The value to keep; raises as ``change_answer`` does, NotFound for an item nobody asks."""
    rules, typed = applicant_rules(parts.settings), fields.get("answer", "")
    question = question_to_correct(item, application.answers, rules, parts.clock.today())
    if question is None:
        raise NotFound("no such item")
    if question.kind is Kind.MAIL and not typed.strip():
        return ""
    if typed not in question.exceptions:
        return checked(question, fields, rules, parts)
    if not reason.startswith(f"{EXCEPTION}: "):
        raise Refused("queue.error_exception_reason")
    return typed


def _drop_no_longer_asked(parts: Parts, application: Application, staff: str) -> Application:
    """Take out the answers to questions that a correction made pointless; what stood there is kept in ``changes``."""
    rules, today = applicant_rules(parts.settings), parts.clock.today()
    for item in answers_no_longer_asked(application.answers, rules, today):
        application = parts.window_store().applications.change(
            application.uid, item, None, staff, NO_LONGER_ASKED, now(parts)
        )
        note(parts, "changed", staff, application.uid, f"{item}: {NO_LONGER_ASKED}")
    return application


def show_form_id(parts: Parts, uid: str, staff: str) -> Application:
    """Uncover the whole application form ID for who holds the application; that it was uncovered is logged."""
    application = hold(parts, uid, staff)
    note(parts, "form_id_shown", staff, uid)
    return application


def form_id_agrees(parts: Parts, uid: str, staff: str) -> Application:
    """The number keyed once is that of the paper; kept with who compared it. A second tap changes nothing."""
    with parts.window_store().write():
        application = hold(parts, uid, staff)
        if application.answers.get(FORM_KEYED) != KEYED_ONCE:
            return application
        note(parts, "form_id_compared", staff, uid)
        at, reason = now(parts), "form_id_compared"
        return parts.window_store().applications.change(uid, FORM_KEYED, COMPARED, staff, reason, at)


def answered_help(parts: Parts, uid: str, staff: str) -> Application:
    """Lower a person's raised hand."""
    application = parts.window_store().applications.want_help(uid, False, now(parts))
    note(parts, "help_given", staff, uid)
    return application


def find(parts: Parts, wanted: str) -> list[Application]:
    """Applications with that call number, or whose form ID ends in those four digits."""
    text, applications = wanted.strip(), parts.window_store().applications
    called = applications.by_call_number(text)
    is_tail = len(text) == 4 and text.isascii() and text.isdigit()
    tails = applications.ending_with(text) if is_tail else ()
    return [*([called] if called else []), *(each for each in tails if each.call_number != text)]


def twins(parts: Parts, application: Application) -> tuple[str, ...]:
    """Call numbers of the others in this window with the same name and birth date; withdrawn ones do not count."""
    name, birth_date = _name(application), str(application.answers.get("birth_date", ""))
    if not (name and birth_date):
        return ()
    others = (each for each in parts.window_store().applications.born_on(birth_date) if each.state not in _ENDED)
    return tuple(each.call_number for each in others if each.uid != application.uid and _name(each) == name)


def _name(application: Application) -> str:
    """The contact name as it is compared: without spaces."""
    return "".join(str(application.answers.get("contact_name", "")).split())


def _end(
    parts: Parts, uid: str, event: ApplicationEvent, staff: str, fields: Mapping[str, str], version: int
) -> Application:
    reason = checked_reason(fields, END_REASONS)
    with parts.window_store().write():
        hold(parts, uid, staff)
        notes = give_all_back(parts, uid, staff, is_confirmed=fields.get("given_back") == "yes")
        application = _move(parts, uid, event, staff, reason, version)
        note_all(parts, notes, staff, uid)
    return release(parts, application.uid, staff)


def _move(parts: Parts, uid: str, event: ApplicationEvent, staff: str, reason: str | None, version: int) -> Application:
    application = parts.window_store().applications.move(uid, event, staff, now(parts), reason, version)
    note(parts, event, staff, uid, reason_key(reason or ""))
    return application
