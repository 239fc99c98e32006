"""What an applicant's buttons do: begin, answer, submit, end here. One function per button."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from email_validator import EmailNotValidError, validate_email

from kiosk.actions.desk import reason_key
from kiosk.actions.parts import Parts
from kiosk.clock import stamp
from kiosk.domain.applicant import (
    LEFT_OUT,
    Step,
    StepKind,
    answers_no_longer_asked,
    check_answer,
    next_step,
    offers_photo,
    question_for,
    stop_reason,
)
from kiosk.domain.applicant_rules import ApplicantRules, Kind, Question, rules_from
from kiosk.domain.errors import AnswerRefused, Locked, NotAllowedNow, NotFound, TappedFirst
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, allowed
from kiosk.rules import load_rules
from kiosk.settings import Settings
from kiosk.store.applications import Change

BY_APPLICANT = "applicant"
EXCEPTION = "exception"
"""Reason of a correction by which staff give an answer that is not offered to this person."""
_TRIES = 20


@cache
def _rules(folder: str, contact_mail: str, other_cities: str) -> ApplicantRules:
    own = Path(folder) if folder else None
    applicant, eras, ages, others = (load_rules(name, own) for name in ("applicant", "eras", "ages", "municipalities"))
    return rules_from(applicant, eras, ages, others, contact_mail, other_cities)


def applicant_rules(settings: Settings) -> ApplicantRules:
    """The rules of this installation, read once."""
    return _rules(settings.rules, settings.contact_mail, settings.other_cities)


def begin(parts: Parts, uid: str, language: str) -> Application:
    """Start the draft ``uid`` with consent given now; a second tap gives the draft that is already there."""
    applications = parts.window_store().applications
    for _ in range(_TRIES):
        try:
            return applications.get(uid)
        except NotFound:
            at = stamp(parts.clock)
        try:
            return applications.start(uid, parts.ids.call_number(applications.call_numbers()), language, at, at)
        except TappedFirst:
            continue
    raise TappedFirst("no call number could be given")


def current(parts: Parts, uid: str) -> Application:
    """The application a person is working on; raises NotFound before consent."""
    return parts.window_store().applications.get(uid)


def step_of(parts: Parts, application: Application, *, has_photo: bool | None = None) -> Step:
    """The first screen with something left to do.

    What staff decided is an answer: it is asked for only where one is there that does not count by itself.
    """
    store, rules, today = parts.window_store(), applicant_rules(parts.settings), parts.clock.today()
    has_photo = store.photos.has(application.uid) if has_photo is None else has_photo
    step = next_step(application, has_photo, rules, today)
    if application.answers.get(step.key) is None:
        return step
    decided = decided_by_staff(application, store.applications.changes(application.uid))
    return next_step(application, has_photo, rules, today, decided)


def decided_by_staff(application: Application, changes: Iterable[Change]) -> frozenset[str]:
    """Items whose answer staff gave as an exception; one that was given since by the person counts by itself."""
    last = {each.item: each for each in changes}
    return frozenset(
        item
        for item, each in last.items()
        if reason_key(each.reason or "") == EXCEPTION
        and json.loads(each.after or "null") == application.answers.get(item)
    )


def change_language(parts: Parts, uid: str, language: str) -> None:
    """Note the language a person chose; before consent, or while locked, there is nothing to note it in."""
    with suppress(NotFound, Locked):
        parts.window_store().applications.set_language(uid, language, stamp(parts.clock))


def answer(parts: Parts, uid: str, key: str, fields: Mapping[str, str]) -> Application:
    """Check and keep one answer; raises AnswerRefused with the words to show, NotFound for a question not asked."""
    application = current(parts, uid)
    rules, today = applicant_rules(parts.settings), parts.clock.today()
    question = question_for(key, application.answers, rules, today)
    if question is None:
        raise NotFound("this question is not asked")
    value = checked(question, fields, rules, parts)
    return parts.window_store().applications.save_answers(uid, {key: value}, stamp(parts.clock))


def leave_out_photo(parts: Parts, uid: str) -> Application:
    """Go on without a photo where it is only offered; raises NotFound where the card carries one."""
    photo = question_for(Kind.PHOTO, current(parts, uid).answers, applicant_rules(parts.settings), parts.clock.today())
    if photo is None or not photo.optional:
        raise NotFound("the photo cannot be left out")
    return parts.window_store().applications.save_answers(uid, {photo.key: LEFT_OUT}, stamp(parts.clock))


def checked(question: Question, fields: Mapping[str, str], rules: ApplicantRules, parts: Parts) -> str:
    """The value to keep for one question, mail syntax included; raises AnswerRefused. The desk uses it as well."""
    value = check_answer(question, fields, rules, parts.clock.today())
    return _checked_mail(question.key, value) if question.kind is Kind.MAIL and value else value


def _checked_mail(item: str, raw: str) -> str:
    """The address as typed, without spaces around it, when its syntax holds; nothing is sent or looked up."""
    address = raw.strip()
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise AnswerRefused(item, "applicant.error_mail") from None
    return address


def submit(parts: Parts, uid: str, by: str = BY_APPLICANT) -> Application:
    """Hand the application in once; answers that no longer apply are dropped first. A second tap changes nothing.

    Raises NotAllowedNow while something is still open. Nothing can be answered in between: it is one transaction.
    """
    with parts.window_store().write():
        application = current(parts, uid)
        if ApplicationEvent.SUBMIT not in allowed(application.state):
            return application
        if step_of(parts, application).kind is not StepKind.REVIEW:
            raise NotAllowedNow("something is still open")
        _drop_what_is_not_needed(parts, application)
        return parts.window_store().applications.move(uid, ApplicationEvent.SUBMIT, by, stamp(parts.clock))


def _drop_what_is_not_needed(parts: Parts, application: Application) -> None:
    store, rules, today = parts.window_store(), applicant_rules(parts.settings), parts.clock.today()
    gone = answers_no_longer_asked(application.answers, rules, today)
    if gone:
        store.applications.save_answers(application.uid, dict.fromkeys(gone), stamp(parts.clock))
    drop_photo_not_needed(parts, application)


def drop_photo_not_needed(parts: Parts, application: Application) -> None:
    """Take out a photo that the card of this person cannot carry."""
    photos, rules = parts.window_store().photos, applicant_rules(parts.settings)
    if not offers_photo(application.answers, rules, parts.clock.today()) and photos.has(application.uid):
        photos.remove(application.uid)


def end_here(parts: Parts, uid: str, by: str = BY_APPLICANT) -> None:
    """End an application that cannot be made here: its reason is counted, what was entered is wiped.

    Without such a reason the draft stays for staff.
    """
    application = current(parts, uid)
    reason = stop_reason(application.answers, applicant_rules(parts.settings), parts.clock.today())
    if reason and ApplicationEvent.ABANDON in allowed(application.state):
        with parts.window_store().write():
            parts.window_store().applications.move(uid, ApplicationEvent.ABANDON, by, stamp(parts.clock), reason)
            parts.window_store().applications.wipe(uid, stamp(parts.clock))
