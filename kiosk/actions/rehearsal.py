"""Practice at volume: accepted applications with invented answers and varied photos, in rehearsal windows only."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from kiosk.actions.applicant import applicant_rules, checked, submit
from kiosk.actions.desk import note_all, now
from kiosk.actions.identity import Check, case_of, identity_rules, judge, record
from kiosk.actions.rehearsal_photo import PracticePhotos
from kiosk.clock import RandomIds
from kiosk.domain.applicant import WITHOUT_FORM, is_answered, needs_photo, offers_photo, questions
from kiosk.domain.applicant_rules import Kind, Question
from kiosk.domain.errors import NotAllowedNow, Refused
from kiosk.domain.identity import Document, PaperState, papers_for
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent, WindowEvent, allowed_window
from kiosk.domain.window import Window
from kiosk.ports import Clock
from kiosk.rules import load_rules
from kiosk.settings import Settings
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore

_AT_ONCE = 25
_ENCODERS = 2
_FORM_ID_DIGITS = 23
_OPEN_FOR_PRACTICE = (WindowEvent.OPEN, WindowEvent.CLOSE)


@dataclass(frozen=True)
class PracticeParts:
    """The parts the ordinary deeds ask for, with one window as the current one."""

    settings: Settings
    clock: Clock
    ids: RandomIds
    kiosk_store: KioskStore
    window: Window
    store: WindowStore

    def current_window(self) -> Window:
        """The window that is filled."""
        return self.window

    def window_store(self, window_id: str | None = None) -> WindowStore:
        """Its file."""
        return self.store


def fill_window(
    vault: Vault, clock: Clock, settings: Settings, window_id: str, applications: int, by: str, seed: int | None = None
) -> int:
    """Put accepted practice applications into a rehearsal window by the ordinary deeds; gives their number.

    Raises Refused for a real window, NotAllowedNow for one that is closed already.
    """
    window = vault.kiosk_store.windows.get(window_id)
    if not window.rehearsal:
        raise Refused("window.error_not_rehearsal")
    if not set(_OPEN_FOR_PRACTICE).intersection(allowed_window(window.state)):
        raise NotAllowedNow("this window takes no applications any more")
    store = vault.window_store(window_id)
    parts = PracticeParts(settings, clock, RandomIds(), vault.kiosk_store, window, store)
    person = Persona(parts, random.Random(seed), set(store.applications.call_numbers()))  # noqa: S311 -- practice data
    for photos in _in_groups(PracticePhotos(parts.clock).many(applications, _ENCODERS), _AT_ONCE):
        with store.write(), vault.kiosk_store.write():
            for photo in photos:
                person.apply(photo, by)
    vault.kiosk_store.audit.append(
        "window_filled", by, window_id, f"{applications} practice applications", at=now(parts)
    )
    return applications


class Persona:
    """Invents one applicant after the other and walks each to acceptance."""

    def __init__(self, parts: PracticeParts, dice: random.Random, call_numbers: set[str]) -> None:
        self._parts, self._dice, self._taken = parts, dice, call_numbers
        self._rules = applicant_rules(parts.settings)
        self._invented = load_rules("rehearsal")

    def apply(self, photo: StoredPhoto, by: str) -> Application:
        """One accepted application."""
        parts, at = self._parts, now(self._parts)
        uid, call_number = parts.ids.uid(), parts.ids.call_number(frozenset(self._taken))
        self._taken.add(call_number)
        table = parts.store.applications
        table.start(uid, call_number, self._dice.choice(self._invented["languages"]), at, at)
        answers = self._answers()
        if WITHOUT_FORM not in answers:
            table.set_form_id(uid, self._form_id(), at)
        table.save_answers(uid, answers, at)
        if offers_photo(answers, self._rules, parts.clock.today()):
            parts.store.photos.save(uid, photo)
            parts.store.statistics.photo_attempt(uid, at, photo.verdict, photo.reasons, 12.0, True)
        return self._at_the_desk(submit(parts, uid), by)

    def _at_the_desk(self, application: Application, by: str) -> Application:
        parts, uid = self._parts, application.uid
        check = self._check(application)
        result = judge(parts, application, check).result
        checked_one = record(parts, uid, check, by, application.version, result)
        envelope = f"R{checked_one.call_number}"
        for line in parts.store.custody.list(uid):
            parts.store.custody.put_in_envelope(line.id, envelope, by, now(parts))
        parts.store.applications.move(uid, ApplicationEvent.ACCEPT, by, now(parts))
        note_all(parts, [("accept", "")], by, uid)
        return parts.store.applications.release(uid, by, now(parts))

    def _answers(self) -> dict[str, Any]:
        answers: dict[str, Any] = {WITHOUT_FORM: "yes"} if self._dice.random() < 0.03 else {}
        while True:
            open_ones = [
                each
                for each in self._asked(answers)
                if each.kind is not Kind.PHOTO and not is_answered(each, answers, has_photo=False)
            ]
            if not open_ones:
                return answers
            question = open_ones[0]
            answers[question.key] = checked(question, self._fields(question), self._rules, self._parts)

    def adult_answers(self) -> dict[str, Any]:
        """Answers of somebody who needs a photo and came with a form."""
        while True:
            answers = self._answers()
            if WITHOUT_FORM not in answers and needs_photo(answers, self._rules, self._parts.clock.today()):
                return answers

    def _asked(self, answers: Mapping[str, Any]) -> list[Question]:
        return questions(answers, self._rules, self._parts.clock.today())

    def _fields(self, question: Question) -> dict[str, str]:
        if question.kind is Kind.BIRTH_DATE:
            return self._birth_date()
        if question.kind is Kind.CARD_DATE:
            return _western(self._parts.clock.today() + timedelta(days=self._dice.randint(1, 80)))
        return {"answer": self._typed(question)}

    def _typed(self, question: Question) -> str:
        dice, invented = self._dice, self._invented
        if question.kind is Kind.CHOICE:
            return self._choice(question)
        if question.kind is Kind.NAME:
            return f"{dice.choice(invented['family_names'])} {dice.choice(invented['given_names'])}"
        if question.kind is Kind.MAIL:
            return f"practice.{dice.randrange(10**6)}@{invented['mail_domain']}"
        if question.kind is Kind.PHONE:
            return f"090-{dice.randrange(10**4):04}-{dice.randrange(10**4):04}"
        if question.kind is Kind.DIGITS:
            return "".join(dice.choice("0123456789") for _ in range(max(question.least, min(11, question.most))))
        return str(dice.choice(invented["towns"]) if "municipality" in question.key else invented["words"])

    def _choice(self, question: Question) -> str:
        often = self._invented["often"].get(question.key, {})
        rest = max(100 - sum(often.values()), 0) / max(len(set(question.options) - set(often)), 1)
        weights = [often.get(option, rest) for option in question.options]
        return self._dice.choices(question.options, weights if any(weights) else None)[0]

    def _birth_date(self) -> dict[str, str]:
        bands = self._invented["ages"]
        band = self._dice.choices(bands, [each["often"] for each in bands])[0]
        days = self._dice.randint(int(band["from"] * 365.25) + 5, int((band["to"] + 1) * 365.25) - 40)
        return _western(self._parts.clock.today() - timedelta(days=days))

    def _form_id(self) -> str:
        return "".join(self._dice.choice("0123456789") for _ in range(_FORM_ID_DIGITS))

    def _check(self, application: Application) -> Check:
        seen = (_document("driving_licence"), _document("pension_book"))
        answers = application.answers
        accompanied = answers.get("representative_present") == "yes"
        bare = Check(
            documents=seen,
            representative_documents=seen if accompanied else (),
            face="yes",
            representative_present=accompanied,
            old_card_kept=answers.get("old_card") == "keep",
        )
        papers = papers_for(case_of(self._parts, application, bare), identity_rules(self._parts))
        here = {paper.key: PaperState.HERE for paper in papers}
        if bare.old_card_kept:
            here.pop("old_card", None)
        return Check(**{**_fields_of(bare), "papers": here})


def _document(kind: str) -> Document:
    return Document(kind, True, True, True, None if kind == "pension_book" else True, True)


def _fields_of(check: Check) -> dict[str, Any]:
    return {name: getattr(check, name) for name in check.__dataclass_fields__}


def _western(day: Any) -> dict[str, str]:
    return {"era": "western", "year": str(day.year), "month": str(day.month), "day": str(day.day)}


def _in_groups(photos: Iterator[StoredPhoto], size: int) -> Iterator[list[StoredPhoto]]:
    while group := list(islice(photos, size)):
        yield group
