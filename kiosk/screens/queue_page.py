"""What the page of one application shows: its lines, what may be done to it, what happened to it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.actions import queue as deeds
from kiosk.actions.applicant import applicant_rules, decided_by_staff, step_of
from kiosk.actions.applicant_desk import ABANDON_REASONS, keep_photo_going
from kiosk.actions.custody import GIVE_BACK_REASONS
from kiosk.actions.photo_station import station_of
from kiosk.actions.receipt import HAS_RECEIPT
from kiosk.actions.resume import is_at_desk, standing, what_to_mend
from kiosk.domain.applicant import (
    STOPPED_BY,
    WITHOUT_FORM,
    card_warnings,
    needs_photo,
    question_to_correct,
    questions,
    staff_flags,
    stop_reason,
)
from kiosk.domain.applicant_rules import Kind, Question
from kiosk.domain.custody import AT_OFFICE, not_back, with_us
from kiosk.domain.desk import AT_WORK, MOST_ROWS, OVER, Group, board
from kiosk.domain.eras import in_era
from kiosk.domain.errors import ItemOpen, KioskError, NotFound, Stopped
from kiosk.domain.form_qr import FormId, masked
from kiosk.domain.queue import Application
from kiosk.domain.states import (
    GOING,
    ApplicationEvent,
    allowed,
    is_abandoned,
    is_correctable,
    origins,
    outcomes,
)
from kiosk.screens import services, settings, signed_in
from kiosk.screens.errors import words_here
from kiosk.screens.photo_panel import photo_panel
from kiosk.screens.queue_history import history, reason_words
from kiosk.texts import DEFAULT_LANGUAGE, translator

CLAIMED_FOR = frozenset({ApplicationEvent.SUBMIT, ApplicationEvent.WITHDRAW, ApplicationEvent.REOPEN})
"""What staff claim an application for; one that is over has none of these left."""


def application_context(uid: str, error: str = "") -> dict[str, Any]:
    """Everything the page of one application needs."""
    store = services().window_store()
    application, items = store.applications.get(uid), not_back(store.custody.list(uid))
    rules, today = applicant_rules(settings()), services().clock.today()
    changes, photo = store.applications.changes(uid), store.photos.get(uid)
    return {
        "application": application,
        "questions": questions(application.answers, rules, today),
        "flags": staff_flags(application.answers, rules, today),
        "warnings": card_warnings(application.answers, rules),
        "stop": stop_of(application),
        "decided": decided_by_staff(application, changes),
        "twins": deeds.twins(services(), application),
        "municipalities": _municipalities(),
        "host": settings().municipality_name,
        "photo": photo,
        "check": store.identity.get(uid),
        "items": items,
        "items_here": with_us(items),
        "at_office": AT_OFFICE,
        "can_hand_over": application.state in GOING,
        "events": [str(event) for event in allowed(application.state)],
        "history": history(store.applications.history(uid), changes, _municipalities(), settings().municipality_name),
        "returned_for": _returned_for(application),
        "is_wiped": is_abandoned(application.state),
        "no_form": no_form(application),
        "masked_id": masked(FormId(application.form_id)) if application.form_id else "",
        "can_claim": CLAIMED_FOR.intersection(allowed(application.state)),
        "can_change": is_correctable(application.state),
        "has_receipt": application.state in HAS_RECEIPT,
        "is_offered": _is_offered(uid),
        "is_at_desk": is_at_desk(services(), uid),
        "next_step": step_of(services(), application, has_photo=photo is not None),
        "photo_is_offered": not needs_photo(application.answers, rules, today),
        "consent": _consent(application),
        "is_mine": application.claimed_by == signed_in.staff(),
        "reasons": _reasons(),
        "error": error,
        **photo_panel(application),
    }


def refusal_words(refused: KioskError | None) -> str:
    """Why something was not done, as the page says it; empty when nothing was refused."""
    if refused is None:
        return ""
    t = translator(DEFAULT_LANGUAGE)
    if isinstance(refused, ItemOpen):
        return t(refused.text_key, item=t(f"applicant.label_{refused.item}"))
    if isinstance(refused, Stopped):
        item = t(f"applicant.label_{STOPPED_BY[refused.reason]}")
        return t(refused.text_key, stop=t(f"queue.stop_{refused.reason}"), item=item)
    return t(words_here(refused.text_key))


@dataclass(frozen=True, slots=True)
class Stop:
    """What ends the way here: its key, why nobody can be accepted with it, the answer to correct if that is wrong."""

    reason: str
    words: str
    item: str


def stop_of(application: Application) -> Stop | None:
    """Why this application cannot be taken, if so; of one that is over nothing is said."""
    reason = stop_reason(application.answers, applicant_rules(settings()), services().clock.today())
    if reason is None or CLAIMED_FOR.isdisjoint(allowed(application.state)):
        return None
    return Stop(reason, refusal_words(Stopped(reason)), STOPPED_BY[reason])


def no_form(application: Application) -> str:
    """The text key of what stands where an application has no form ID."""
    if is_abandoned(application.state):
        return "queue.label_wiped"
    is_by_hand = application.answers.get(WITHOUT_FORM) == "yes"
    return "queue.label_by_hand" if is_by_hand else "queue.label_form_not_confirmed"


def _returned_for(application: Application) -> str:
    """What a returned application is to be mended for; empty for any other."""
    if application.state not in outcomes(ApplicationEvent.RETURN):
        return ""
    return reason_words(": ".join(filter(None, what_to_mend(services(), application.uid))))


def _consent(application: Application) -> dict[str, str] | None:
    """When a person consented orally at the desk and which member of staff heard it; None at the applicant screen."""
    entries = services().kiosk_store.audit.list(application.uid)
    begun = next((each for each in entries if each.event == "begun_by_staff"), None)
    return {"at": begun.at, "staff": begun.actor} if begun else None


@dataclass(frozen=True, slots=True)
class AtCamera:
    """Who is before the camera now, and how it looks."""

    uid: str
    verdict: str
    can_take: bool


def at_camera() -> AtCamera | None:
    """The person whose photo is being taken, for the board's buttons."""
    session = station_of(services()).at_camera()
    if session is not None and session.is_live:
        keep_photo_going(services(), session.uid)
    return AtCamera(session.uid, session.now.verdict, session.is_live) if session else None


def board_groups() -> tuple[Group, ...]:
    """The board as it stands; of what is over, only the newest are read."""
    store, now = services().window_store(), services().clock.now()
    applications = list(store.applications.list(AT_WORK))
    for states in OVER:
        applications += store.applications.latest(states, MOST_ROWS)
    photos = store.photos.verdicts()
    return board(applications, store.applications.counts(), photos, steps(applications, photos), now)


def steps(applications: Iterable[Application], photos: Collection[str]) -> dict[str, str]:
    """uid → the screen each person at the applicant screen has before them."""
    at_screen = origins(ApplicationEvent.SUBMIT)
    return {each.uid: _step(each, each.uid in photos) for each in applications if each.state in at_screen}


def _step(application: Application, has_photo: bool) -> str:
    """The next screen, worked out once per version of an application since the board asks every second."""
    today = services().clock.today()
    known: dict[str, tuple[object, str]] = services().live.setdefault("steps", {})
    mark = (application.version, has_photo, today)  # the form ID stays out of memory; tying one is a new version
    kept = known.get(application.uid)
    if kept is None or kept[0] != mark:
        kept = (mark, str(step_of(services(), application, has_photo=has_photo).kind))
        known[application.uid] = kept
    return kept[1]


def _is_offered(uid: str) -> bool:
    offer = standing(services())
    return offer is not None and offer.uid == uid


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """One person whose identity is checked; ``items_held`` are the keys of what was taken."""

    uid: str
    call_number: str
    version: int
    result: str
    items_held: tuple[str, ...]
    envelope: str


def ready_rows() -> list[ReadyRow]:
    """Everybody who can be accepted now and is nobody else's case."""
    store, name = services().window_store(), signed_in.staff()
    free = (
        each for each in store.applications.list(origins(ApplicationEvent.ACCEPT)) if each.claimed_by in (None, name)
    )
    return [_ready_row(each) for each in free]


def _ready_row(application: Application) -> ReadyRow:
    store = services().window_store()
    held, check = with_us(store.custody.list(application.uid)), store.identity.get(application.uid)
    return ReadyRow(
        uid=application.uid,
        call_number=application.call_number,
        version=application.version,
        result=check.result if check else "PICKUP",
        items_held=tuple(line.item for line in held),
        envelope=next((line.envelope or "" for line in held), ""),
    )


def can_check(uid: str) -> bool:
    """Whether its identity can be checked now by who is signed in."""
    application = services().window_store().applications.get(uid)
    is_free = application.claimed_by in (None, signed_in.staff())
    return is_free and ApplicationEvent.CHECK_IDENTITY in allowed(application.state)


def can_change(uid: str) -> bool:
    """Whether its answers can be corrected now."""
    return is_correctable(services().window_store().applications.get(uid).state)


def ticked(form: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """uid → version and envelope number of the rows ticked in a form."""
    prefix = "version-"
    chosen = {key.removeprefix(prefix): value for key, value in form.items() if key.startswith(prefix)}
    return {
        uid: (int(version), form.get(f"envelope-{uid}", "")) for uid, version in chosen.items() if version.isdecimal()
    }


def _reasons() -> dict[str, tuple[str, ...]]:
    return {
        "return": deeds.RETURN_REASONS,
        "end": deeds.END_REASONS,
        "take_over": deeds.TAKE_OVER_REASONS,
        "abandon": ABANDON_REASONS,
        "give_back": GIVE_BACK_REASONS,
        "change": deeds.CHANGE_REASONS,
    }


def change_context(
    uid: str, item: str, error: str | None = None, typed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the page to correct one answer needs; raises NotFound for an item nobody asks."""
    application = services().window_store().applications.get(uid)
    question = _question(item, application)
    return {
        "application": application,
        "question": question,
        "typed": typed if typed is not None else _fields(question, application),
        "municipalities": _municipalities(),
        "host": settings().municipality_name,
        "rules": applicant_rules(settings()),
        "reasons": deeds.CHANGE_REASONS,
        "error": error,
    }


def _question(item: str, application: Application) -> Question:
    found = question_to_correct(item, application.answers, applicant_rules(settings()), services().clock.today())
    if found is None:
        raise NotFound("no such item")
    return found


def _fields(question: Question, application: Application) -> dict[str, str]:
    value = str(application.answers.get(question.key) or "")
    if question.kind in (Kind.BIRTH_DATE, Kind.CARD_DATE) and value:
        return {"era": "western", **dict(zip(("year", "month", "day"), value.split("-"), strict=True))}
    return {"answer": value}


def _municipalities() -> dict[str, str]:
    return {row["code"]: row["name"] for row in applicant_rules(settings()).municipalities}


def written_date(text: str) -> str:
    """A stored ``YYYY-MM-DD`` as staff read it, in era and western years; unknown parts stay 00."""
    if "-00" in text:
        return text
    day = date.fromisoformat(text)
    return f"{in_era(day, applicant_rules(settings()).eras)}（{text}）"
