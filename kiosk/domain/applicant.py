"""What an applicant is asked: which questions apply, what an answer may be, which step comes next."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from kiosk.domain.ages import AgeRules, filing_day, is_under, months_before, rules_on, valid_on
from kiosk.domain.applicant_rules import ApplicantRules, Condition, Item, Kind, Question
from kiosk.domain.birth_date import KeyedDate, is_partly_unknown, last_possible, read_birth_date, read_card_date
from kiosk.domain.contact import check_digits, check_phone
from kiosk.domain.errors import AnswerRefused
from kiosk.domain.free_text import check_text, has_private_use
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, allowed

Answers = Mapping[str, Any]
WITHOUT_FORM = "without_form"
"""Answer kept by the form screen when a person goes on by hand, without an application form ID."""
LEFT_OUT = "left_out"
"""Answer to the photo where it is only offered and the person goes on without."""
FORM_KEYED, KEYED_ONCE, COMPARED = "form_keyed", "once", "compared"
"""Answer: the form's number was keyed once only and staff have still to compare it with the paper, or have done so."""

STOPPED_BY = {
    "certificate_only": "application_kind",
    "too_early": "card_expiry",
    "licence": "licence_way",
    "other_city": "municipality",
}
"""Stop → the answer to change by who gave it by mistake."""


class StepKind(StrEnum):
    """The kinds of screen on the way."""

    CONSENT = "consent"
    FORM_QR = "form_qr"
    QUESTION = "question"
    PHOTO = "photo"
    STOP = "stop"
    REVIEW = "review"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class Step:
    """One screen on the way; ``key`` names the question or the reason to stop."""

    kind: StepKind
    key: str = ""


def facts(answers: Answers, rules: ApplicantRules, today: date) -> dict[str, str]:
    """What conditions may ask for: choices made on questions that apply, and what follows from ages and dates."""
    return _known(_walk(answers, rules, today)[1], rules, today)


def _walk(answers: Answers, rules: ApplicantRules, today: date) -> tuple[list[Item], dict[str, Any]]:
    """The items that apply, and their answers; an answer to a question that no longer applies decides nothing."""
    asked: list[Item] = []
    counted: dict[str, Any] = {key: answers[key] for key in (WITHOUT_FORM,) if key in answers}
    known = _known(counted, rules, today)
    for item in rules.items:
        if _applies(item, known):
            asked.append(item)
            if item.question.key in answers:
                counted[item.question.key] = answers[item.question.key]
                known = _known(counted, rules, today)
    return asked, counted


def _known(answers: Answers, rules: ApplicantRules, today: date) -> dict[str, str]:
    found = {key: value for key, value in answers.items() if isinstance(value, str)}
    band = _age_band(answers, rules_on(today, rules.ages), today)
    found["age_band"] = band
    is_represented = band in ("under_1", "under_15") or (band == "adult" and answers.get("applying_as") == "ward")
    found["has_representative"] = ("yes" if is_represented else "no") if band else ""
    passed = _limits_passed_before_filing(answers, rules, today)
    found["turns_1_before_filing"] = "yes" if "no_photo" in passed else "no"
    found["contact_mail"] = rules.contact_mail
    found["other_cities"] = rules.other_cities
    found["residence"] = {"": "", "host": "host"}.get(found.get("municipality", ""), "other")
    found["municipalities"] = "listed" if rules.municipalities else "none"
    found["renewal"] = _renewal(answers, rules, today)
    return found


def _age_band(answers: Answers, ages: AgeRules, today: date) -> str:
    born_text = answers.get("birth_date")
    if not born_text:
        return ""
    born = last_possible(born_text)
    if is_under("no_photo", today, born, ages):
        return "under_1"
    if is_under("representative", today, born, ages):
        return "under_15"
    return "minor" if is_under("adult", today, born, ages) else "adult"


def _renewal(answers: Answers, rules: ApplicantRules, today: date) -> str:
    expiry = answers.get("card_expiry")
    if not expiry:
        return ""
    return "too_early" if today < renewal_from(date.fromisoformat(expiry), rules, today) else "open"


def renewal_from(expiry: date, rules: ApplicantRules, today: date) -> date:
    """The first day a card that expires on ``expiry`` can be renewed, by the rule of ``today``."""
    return months_before(expiry, int(valid_on(today, rules.renewal)["months_before"]))


def _holds(condition: Condition, known: Mapping[str, str]) -> bool:
    return all(known.get(fact) in values for fact, values in condition.items())


def _applies(item: Item, known: Mapping[str, str]) -> bool:
    is_excluded = any(known.get(fact) in values for fact, values in item.unless.items())
    return item.enabled and not is_excluded and _holds(item.when, known)


def questions(answers: Answers, rules: ApplicantRules, today: date) -> list[Question]:
    """The questions that apply after the answers so far, in order, the photo screen among them."""
    asked, counted = _walk(answers, rules, today)
    known = _known(counted, rules, today)
    return [_with_options(item, known, rules) for item in asked]


def _with_options(item: Item, known: Mapping[str, str], rules: ApplicantRules) -> Question:
    if item.question.key == "other_municipality" and rules.municipalities:
        return replace(item.question, kind=Kind.CHOICE, options=tuple(row["code"] for row in rules.municipalities))
    for fewer in item.fewer:
        if _holds(fewer.when, known):
            return replace(item.question, options=fewer.options, exceptions=fewer.exceptions)
    return item.question


def items_asked(rules: ApplicantRules) -> list[Question]:
    """Every item this window may ask of anybody, each once, for the purpose-of-use notice."""
    configured = {"contact_mail": rules.contact_mail, "other_cities": rules.other_cities}
    asked = [item.question for item in rules.items if item.enabled and _may_apply(item, configured)]
    return list({each.key: each for each in reversed(asked)}.values())[::-1]


def _may_apply(item: Item, configured: Mapping[str, str]) -> bool:
    return all(configured[fact] in values for fact, values in item.when.items() if fact in configured)


def question_for(key: str, answers: Answers, rules: ApplicantRules, today: date) -> Question | None:
    """The question ``key`` when it applies, else None."""
    return next((each for each in questions(answers, rules, today) if each.key == key), None)


def question_to_correct(key: str, answers: Answers, rules: ApplicantRules, today: date) -> Question | None:
    """The question as it is put to this person, else as it may be put to anybody; a photo is nothing to correct."""
    anybody = next((each for each in items_asked(rules) if each.key == key), None)
    found = question_for(key, answers, rules, today) or anybody
    return None if found is None or found.kind is Kind.PHOTO else found


def check_answer(question: Question, fields: Mapping[str, str], rules: ApplicantRules, today: date) -> str:
    """The value to keep for the ``fields`` of a form; raises AnswerRefused with the words to show.

    A mail address is only checked as free text here; its syntax is for kiosk.actions.applicant.
    """
    raw = str(fields.get("answer", ""))
    ages = rules_on(today, rules.ages)
    if question.kind is Kind.BIRTH_DATE:
        return read_birth_date(question.key, KeyedDate.from_fields(fields), rules.eras, today, ages)
    if question.kind is Kind.CARD_DATE:
        return read_card_date(question.key, KeyedDate.from_fields(fields), rules.eras, today, ages)
    if question.optional and not raw.strip():
        return ""
    return _check_typed(question, raw, is_sure=fields.get("sure") == "yes")


def _check_typed(question: Question, raw: str, *, is_sure: bool) -> str:
    if question.kind is Kind.CHOICE:
        if raw not in question.options:
            raise AnswerRefused(question.key, "applicant.error_choose")
        return raw
    if question.kind is Kind.PHONE:
        return check_phone(question.key, raw)
    if question.kind is Kind.DIGITS:
        return check_digits(question.key, raw, question.least, question.most, is_sure=is_sure)
    return check_text(question.key, raw, question.most)


def is_answered(question: Question, answers: Answers, *, has_photo: bool) -> bool:
    """Whether nothing is left to ask here; a choice that is no longer offered counts as open."""
    if question.kind is Kind.PHOTO:
        return has_photo or (question.optional and answers.get(question.key) == LEFT_OUT)
    value = answers.get(question.key)
    if question.kind is Kind.CHOICE:
        return value in question.options
    return value is not None


def has_form(application: Application) -> bool:
    """Whether the form step is done: an ID was read, or the person goes on without a form."""
    return application.form_id is not None or application.answers.get(WITHOUT_FORM) == "yes"


def stop_reason(answers: Answers, rules: ApplicantRules, today: date) -> str | None:
    """Why there is no application to make here, as the key of its page, or None."""
    known = facts(answers, rules, today)
    return next((stop.key for stop in rules.stops if _holds(stop.when, known)), None)


def next_step(
    application: Application, has_photo: bool, rules: ApplicantRules, today: date, decided: Collection[str] = ()
) -> Step:
    """The first screen that still has something to do for this application; nobody is asked what staff ``decided``."""
    if ApplicationEvent.SUBMIT not in allowed(application.state):
        return Step(StepKind.SUBMITTED)
    if not application.consented_at:
        return Step(StepKind.CONSENT)
    if not has_form(application):
        return Step(StepKind.FORM_QR)
    reason = stop_reason(application.answers, rules, today)
    if reason:
        return Step(StepKind.STOP, reason)
    for question in questions(application.answers, rules, today):
        if question.key not in decided and not is_answered(question, application.answers, has_photo=has_photo):
            return _step_for(question)
    return Step(StepKind.REVIEW)


def _step_for(question: Question) -> Step:
    return Step(StepKind.PHOTO) if question.kind is Kind.PHOTO else Step(StepKind.QUESTION, question.key)


def way(answers: Answers, rules: ApplicantRules, today: date) -> list[Step]:
    """All screens of this application in order, for progress and for going back."""
    asked = [_step_for(question) for question in questions(answers, rules, today)]
    return [Step(StepKind.FORM_QR), *asked, Step(StepKind.REVIEW)]


def step_before(step: Step, answers: Answers, rules: ApplicantRules, today: date) -> Step:
    """The screen before ``step``; from a screen that is not on the way, the first one."""
    steps = way(answers, rules, today)
    position = steps.index(step) if step in steps else 0
    return steps[max(position - 1, 0)]


def answers_no_longer_asked(answers: Answers, rules: ApplicantRules, today: date) -> list[str]:
    """Items with an answer that no longer apply; what is not needed is not kept at submit."""
    asked = {question.key for question in questions(answers, rules, today)}
    ours = {item.question.key for item in rules.items}
    return sorted(key for key in answers if key in ours and key not in asked)


def open_items(answers: Answers, rules: ApplicantRules, today: date, *, has_photo: bool) -> list[str]:
    """Items asked of this person that have no answer, or one that is not offered to them."""
    asked = questions(answers, rules, today)
    return [each.key for each in asked if not each.optional and not is_answered(each, answers, has_photo=has_photo)]


def needs_photo(answers: Answers, rules: ApplicantRules, today: date) -> bool:
    """Whether this application cannot be made without a photo; a child under 1 has none."""
    photo = _photo_asked(answers, rules, today)
    return photo is not None and not photo.optional


def offers_photo(answers: Answers, rules: ApplicantRules, today: date) -> bool:
    """Whether a photo may be part of this application: needed, or offered to a child who turns 1 before filing."""
    return _photo_asked(answers, rules, today) is not None


def _photo_asked(answers: Answers, rules: ApplicantRules, today: date) -> Question | None:
    return next((each for each in questions(answers, rules, today) if each.kind is Kind.PHOTO), None)


def staff_flags(answers: Answers, rules: ApplicantRules, today: date) -> list[str]:
    """What staff have to look at before they accept: keys of the texts ``applicant.note_flag_<key>``."""
    flags = []
    if is_partly_unknown(str(answers.get("birth_date", ""))):
        flags.append("birth_date_unknown")
    if answers.get(FORM_KEYED) == KEYED_ONCE:
        flags.append("form_keyed_once")
    if any(has_private_use(value) for value in answers.values() if isinstance(value, str)):
        flags.append("private_use")
    flags += [f"turns_{key}" for key in _limits_passed_before_filing(answers, rules, today)]
    if answers.get("photo_exception", "none") != "none":
        flags.append("photo_exception")
    if answers.get("driving_licence") == "unknown":
        flags.append("licence_unknown")
    if facts(answers, rules, today)["has_representative"] == "yes":
        flags.append("representative")
    return flags


def carries_licence_over(answers: Answers, rules: ApplicantRules) -> bool:
    """Whether the licence goes over to the new card: its number is there, and it is filed online with 署名用."""
    is_filed_online = rules.contact_mail != "none" and answers.get(WITHOUT_FORM) != "yes"
    has_signature = answers.get("certificates") in ("both", "signature_only")
    return answers.get("licence_way") == "number" and has_signature and is_filed_online


def card_warnings(answers: Answers, rules: ApplicantRules) -> list[str]:
    """What the person cannot do until the new card is there: keys of the texts ``queue.note_warning_<key>``."""
    if answers.get("application_kind") != "renewal":
        return []
    may_be_licence = answers.get("driving_licence") in ("yes", "unknown")
    hands_in = answers.get("old_card") == "hand_in"
    said = {
        "no_driving": may_be_licence and hands_in,
        "licence_not_carried_over": may_be_licence and not carries_licence_over(answers, rules),
        "no_insurance": hands_in,
    }
    return [key for key, is_so in said.items() if is_so]


def _limits_passed_before_filing(answers: Answers, rules: ApplicantRules, today: date) -> list[str]:
    born_text = answers.get("birth_date")
    if not born_text:
        return []
    born, ages = last_possible(born_text), rules_on(today, rules.ages)
    later = filing_day(today, ages)
    return [key for key in ages.under if is_under(key, today, born, ages) and not is_under(key, later, born, ages)]
