"""The identity check: what was seen becomes a case, the rules judge it, and the result is kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from kiosk.actions.applicant import applicant_rules
from kiosk.actions.custody import settle
from kiosk.actions.desk import Parts, hold, note_all, now
from kiosk.domain.applicant import facts, needs_photo, offers_photo
from kiosk.domain.custody import LOSS_REPORT
from kiosk.domain.errors import Refused, TappedFirst
from kiosk.domain.free_text import check_text
from kiosk.domain.identity import Case, Document, PaperState, Verdict, assess, papers_for
from kiosk.domain.identity_rules import IdentityRules, Result, read_identity_rules
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationEvent
from kiosk.rules import load_rules
from kiosk.settings import Settings
from kiosk.store.identity import IdentityRecord

LONGEST_NOTE = 200
IC_RESULTS = ("not_done", "ok", "failed")


@dataclass(frozen=True, slots=True)
class Check:
    """What staff ticked: documents, papers, faces. ``face`` is yes, no or empty for not yet.

    ``counts`` says how many there are of a paper, one where it says nothing.
    """

    documents: tuple[Document, ...] = ()
    representative_documents: tuple[Document, ...] = ()
    papers: Mapping[str, PaperState] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    face: str = ""
    representative_present: bool = False
    old_card_kept: bool = False
    ic: str = "not_done"
    ic_kind: str = ""
    ic_expiry: str = ""
    words: str = ""


@cache
def _rules(folder: str) -> IdentityRules:
    own = Path(folder) if folder else None
    return read_identity_rules(load_rules("identity", own), load_rules("municipalities", own).get("municipality", ()))


def identity_rules(parts: Parts) -> IdentityRules:
    """The rules of this installation, read once."""
    return _rules(parts.settings.rules)


def preset_names(settings: Settings) -> tuple[str, ...]:
    """The presets of this installation."""
    return tuple(_rules(settings.rules).post)


def preset_of(parts: Parts) -> str:
    """The preset of the open window, or the default one."""
    window = parts.current_window()
    chosen = str(window.options.get("preset", "")) if window else ""
    rules = identity_rules(parts)
    return chosen if chosen in rules.post else rules.default_preset


def first_check(application: Application) -> Check:
    """The check before anything is seen: what the person answered already."""
    answers = application.answers
    return Check(
        representative_present=answers.get("representative_present") == "yes",
        old_card_kept=answers.get("old_card") == "keep",
    )


def case_of(parts: Parts, application: Application, check: Check) -> Case:
    """The case for the rules, out of the application's answers and what was seen."""
    answers, today = application.answers, parts.clock.today()
    rules = applicant_rules(parts.settings)
    return Case(
        on=today,
        purpose=str(answers.get("application_kind", "first")),
        needs_representative=facts(answers, rules, today)["has_representative"] == "yes",
        city_has_posting=_has_posting(parts, application),
        city_is_accepted=_is_accepted(parts, application),
        mail_forwarding=answers.get("forwarding") == "yes",
        moving_soon=answers.get("moving") == "yes",
        old_card_kept=check.old_card_kept,
        face_agrees={"yes": True, "no": False}.get(check.face),
        has_photo=_has_photo(parts, application),
        documents=check.documents,
        representative_present=check.representative_present,
        representative_documents=check.representative_documents,
        papers=check.papers,
    )


def case_of_representative(case: Case) -> Case:
    """The same day and purpose, for what a representative may show."""
    return Case(on=case.on, purpose=case.purpose)


def _has_photo(parts: Parts, application: Application) -> bool:
    """Whether a face has to agree with a photo: always where one is needed, and where one that is offered was taken."""
    rules, today = applicant_rules(parts.settings), parts.clock.today()
    if needs_photo(application.answers, rules, today):
        return True
    return offers_photo(application.answers, rules, today) and parts.window_store().photos.has(application.uid)


def _has_posting(parts: Parts, application: Application) -> bool:
    answers = application.answers
    if answers.get("municipality", "host") == "host":
        return True
    return identity_rules(parts).city_has_posting(str(answers.get("other_municipality", "")), parts.clock.today())


def _is_accepted(parts: Parts, application: Application) -> bool:
    """Whether this window takes residents of where the person lives."""
    lives_in = application.answers.get("municipality", "host")
    return lives_in == "host" or parts.settings.other_cities == "accepted"


def judge(parts: Parts, application: Application, check: Check) -> Verdict:
    """POST, PICKUP or REJECT for what was seen so far."""
    return assess(case_of(parts, application, check), preset_of(parts), identity_rules(parts))


def record(parts: Parts, uid: str, check: Check, staff: str, version: int, shown: str) -> Application:
    """Keep the check, take what was handed over, and move on to "identity checked".

    ``shown`` is the result staff saw; raises TappedFirst when it is no longer that, Refused while the faces are not
    compared or the result is REJECT, which is the reject button's matter.
    """
    with parts.window_store().write():
        application = hold(parts, uid, staff)
        verdict = judge(parts, application, check)
        _refuse_unfinished(verdict, check, shown)
        _refuse_unclear_chip(parts, check)
        _keep(parts, application, check, verdict, staff)
        moved = parts.window_store().applications.move(
            uid, ApplicationEvent.CHECK_IDENTITY, staff, now(parts), verdict.result, version
        )
        notes = settle(parts, uid, _items_taken(parts, application, check), staff)
        note_all(parts, [("check_identity", str(verdict.result)), *notes], staff, uid)
    return moved


def _refuse_unfinished(verdict: Verdict, check: Check, shown: str) -> None:
    if "compare_face" in verdict.notes:
        raise Refused("identity.error_not_yet")
    if verdict.result is Result.REJECT:
        raise Refused("identity.error_rejected")
    if verdict.result != shown:
        raise TappedFirst("the result differs from the one on screen")
    if check.words:
        check_text("words", check.words, LONGEST_NOTE)


def _refuse_unclear_chip(parts: Parts, check: Check) -> None:
    """Raise Refused when the result of an official app lacks the kind of document, or its expiry is no date."""
    if check.ic == IC_RESULTS[0]:
        return
    try:
        is_day = not check.ic_expiry or bool(date.fromisoformat(check.ic_expiry))
    except ValueError:
        is_day = False
    if not is_day or check.ic_kind not in identity_rules(parts).ic_kinds:
        raise Refused("identity.error_ic")


def _items_taken(parts: Parts, application: Application, check: Check) -> dict[str, int]:
    """Keys of the papers that stay with us and how many of each; the loss reports are one item."""
    papers = papers_for(case_of(parts, application, check), identity_rules(parts))
    kept = {paper.key: check.papers.get(paper.key) for paper in papers if paper.custody}
    taken = {key: check.counts.get(key, 1) for key, state in kept.items() if state is PaperState.HERE}
    lost = sum(state is PaperState.LOSS_REPORTED for state in kept.values())
    return {**taken, LOSS_REPORT: lost} if lost else taken


def _keep(parts: Parts, application: Application, check: Check, verdict: Verdict, staff: str) -> None:
    seen = asdict(check)
    words = seen.pop("words")
    parts.window_store().identity.save(
        application.uid,
        IdentityRecord(
            result=verdict.result,
            preset=preset_of(parts),
            documents=tuple(document.kind for document in check.documents if document.kind),
            agreements=seen,
            checked_by=staff,
            checked_at=now(parts),
            notes={
                "causes": list(verdict.causes),
                "missing": [asdict(each) for each in verdict.missing],
                "rules": identity_rules(parts).version,
                "words": words,
            },
        ),
    )


def check_from(record: IdentityRecord) -> Check:
    """The check as it was kept, to look at or to mend."""
    seen = record.agreements
    return Check(
        documents=tuple(Document(**each) for each in seen.get("documents", ())),
        representative_documents=tuple(Document(**each) for each in seen.get("representative_documents", ())),
        papers={key: PaperState(state) for key, state in seen.get("papers", {}).items()},
        counts=seen.get("counts", {}),
        face=seen.get("face", ""),
        representative_present=seen.get("representative_present", False),
        old_card_kept=seen.get("old_card_kept", False),
        ic=seen.get("ic", "not_done"),
        ic_kind=seen.get("ic_kind", ""),
        ic_expiry=seen.get("ic_expiry", ""),
        words=record.notes.get("words", ""),
    )
