"""Identity: which documents, papers and circumstances let a card be posted, wait at the office, or stop it all.

Nothing local is written here: kinds, ways, causes and cities come from kiosk/rules/identity.toml.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.domain.identity_rules import DocumentClass, IdentityRules, Kind, Paper, Result, Way


class PaperState(StrEnum):
    """What was found of one paper."""

    HERE = "here"
    MISSING = "missing"
    NEVER_HAD = "never_had"
    LOSS_REPORTED = "loss_reported"


_SETTLED = frozenset({PaperState.HERE, PaperState.NEVER_HAD, PaperState.LOSS_REPORTED})
_LAST_WORDS = frozenset({"face_differs", "city_not_accepted"})
"""Causes that no further document or paper could take away."""
_RANK = {Result.POST: 0, Result.PICKUP: 1, Result.REJECT: 2}


@dataclass(frozen=True, slots=True)
class Document:
    """One original that was seen. None for birth date or address: the document does not show it."""

    kind: str
    in_date: bool = False
    name_agrees: bool = False
    birth_date_agrees: bool | None = None
    address_agrees: bool | None = None
    face_agrees: bool = False
    pin_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of the person and what was laid on the desk."""

    on: date
    purpose: str
    needs_representative: bool = False
    city_has_posting: bool = True
    city_is_accepted: bool = True
    mail_forwarding: bool = False
    moving_soon: bool = False
    old_card_kept: bool = False
    face_agrees: bool | None = None
    has_photo: bool = True
    documents: tuple[Document, ...] = ()
    representative_present: bool = False
    representative_documents: tuple[Document, ...] = ()
    papers: Mapping[str, PaperState] | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that would help, as a text key part and how many."""

    key: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result, why it is not better, what is missing, and what staff should know. All are parts of text keys."""

    result: Result
    causes: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether it may be read out already: not while a refusal could still be mended by what is laid down next."""
        return self.result is not Result.REJECT or not self.missing or not _LAST_WORDS.isdisjoint(self.causes)

    @property
    def spoken_causes(self) -> tuple[str, ...]:
        """The causes worth saying aloud: lacking documents are said once, by the graver cause."""
        graver = "documents_for_pickup"
        return tuple(cause for cause in self.causes if graver not in self.causes or cause != "documents_for_post")


def assess(case: Case, preset: str, rules: IdentityRules) -> Verdict:
    """POST, PICKUP or REJECT for ``case`` under one of the presets; more documents never make it worse."""
    causes = tuple(dict.fromkeys(_causes(case, preset, rules)))
    results = [rules.causes[cause] for cause in causes]
    result = max(results, key=_RANK.__getitem__, default=Result.POST)
    return Verdict(result, causes, tuple(_missing(case, preset, rules)), tuple(_notes(case, rules)))


def papers_for(case: Case, rules: IdentityRules) -> tuple[Paper, ...]:
    """The papers this case needs, in the order of the rules."""
    kinds_of_case = {"always", case.purpose}
    if case.needs_representative:
        kinds_of_case.add("representative")
    return tuple(paper for paper in rules.papers if kinds_of_case.intersection(paper.when))


def kinds_for(case: Case, rules: IdentityRules, *, notification: bool) -> tuple[Kind, ...]:
    """The kinds of document that may be used in this case; the notification card only where the preset knows it."""
    return tuple(
        kind
        for kind in rules.kinds
        if kind.counts(case.purpose, case.on)
        and (notification or kind.document_class is not DocumentClass.NOTIFICATION)
    )


def asks_for_pin(case: Case, preset: str, rules: IdentityRules) -> bool:
    """Whether the result of the municipality's own PIN check could matter in this case."""
    return any(way.pin for way in _ways(rules.post[preset], case))


def knows_notification_card(preset: str, rules: IdentityRules) -> bool:
    """Whether the preset has a way in which a notification card counts."""
    return any(way.notification for way in rules.post[preset])


def is_usable(document: Document, case: Case, rules: IdentityRules) -> bool:
    """Whether a document counts: its kind is in force, it is in date, and all it shows agrees with the form."""
    kind = rules.kind(document.kind)
    if kind is None or not kind.counts(case.purpose, case.on):
        return False
    has_face = kind.document_class is not DocumentClass.A or document.face_agrees
    is_in_date = document.in_date or not kind.expires
    return is_in_date and document.name_agrees and has_face and _lines_agree(document, kind)


def _lines_agree(document: Document, kind: Kind) -> bool:
    """Class A has to agree in all it shows; of class B one line is enough, as long as none differs."""
    lines = [getattr(document, f"{line}_agrees") for line in kind.shows]
    if kind.document_class is DocumentClass.A:
        return all(lines)
    return True in lines and False not in lines


def _causes(case: Case, preset: str, rules: IdentityRules) -> Iterator[str]:
    if case.has_photo and case.face_agrees is False:
        yield "face_differs"
    yield from _document_causes(case, preset, rules)
    for cause in ("mail_forwarding", "moving_soon", "old_card_kept"):
        if getattr(case, cause):
            yield cause
    if not case.city_is_accepted:
        yield "city_not_accepted"
    if not case.city_has_posting:
        yield "city_without_posting"
    if case.needs_representative:
        yield from _representative_causes(case, rules)
    if any(True for _ in _missing_papers(case, rules)):
        yield "paper_missing"


def _document_causes(case: Case, preset: str, rules: IdentityRules) -> Iterator[str]:
    held = _held(case.documents, case, rules)
    post_ways = _ways(rules.post[preset], case)
    if any(_is_met(way, held) for way in post_ways):
        return
    if not any(_is_met(way, held) for way in _ways(rules.pickup[preset], case)):
        yield "documents_for_pickup"
    yield "documents_for_post" if post_ways else "preset_is_pickup"


def _representative_causes(case: Case, rules: IdentityRules) -> Iterator[str]:
    if not case.representative_present:
        yield "no_representative"
        return
    held = _held(case.representative_documents, _adult(case), rules)
    if not any(_is_met(way, held) for way in rules.representative_ways):
        yield "representative_documents"


def _missing(case: Case, preset: str, rules: IdentityRules) -> Iterator[Missing]:
    held = _held(case.documents, case, rules)
    wanted = _ways(rules.post[preset], case) or _ways(rules.pickup[preset], case)
    yield from _easiest(wanted, held, "")
    if case.needs_representative:
        if not case.representative_present:
            yield Missing("representative")
        else:
            theirs = _held(case.representative_documents, _adult(case), rules)
            yield from _easiest(rules.representative_ways, theirs, "representative_")
    yield from (Missing(f"paper_{paper.key}") for paper in _missing_papers(case, rules))


def _missing_papers(case: Case, rules: IdentityRules) -> Iterator[Paper]:
    found = case.papers or {}
    for paper in papers_for(case, rules):
        if paper.key == "old_card" and case.old_card_kept:
            continue
        if found.get(paper.key, PaperState.MISSING) not in _settled(paper):
            yield paper


def _settled(paper: Paper) -> frozenset[PaperState]:
    return _SETTLED if paper.optional else frozenset({PaperState.HERE})


def _notes(case: Case, rules: IdentityRules) -> Iterator[str]:
    every = (*case.documents, *case.representative_documents)
    if any(not is_usable(document, _adult(case), rules) for document in every if document.kind):
        yield "document_not_counted"
    if case.has_photo and case.face_agrees is None:
        yield "compare_face"


def _adult(case: Case) -> Case:
    """The same day and purpose, for judging somebody else's documents."""
    return Case(on=case.on, purpose=case.purpose)


@dataclass(frozen=True, slots=True)
class _Held:
    a: int = 0
    b: int = 0
    notification: int = 0
    pin: bool = False


def _held(documents: Iterable[Document], case: Case, rules: IdentityRules) -> _Held:
    """How many different kinds of each class count; the same kind twice is one document."""
    usable = [document for document in documents if is_usable(document, case, rules)]
    classes = [kind.document_class for kind in rules.kinds if kind.key in {document.kind for document in usable}]
    return _Held(
        a=classes.count(DocumentClass.A),
        b=classes.count(DocumentClass.B),
        notification=classes.count(DocumentClass.NOTIFICATION),
        pin=any(document.pin_confirmed for document in usable),
    )


def _ways(ways: Iterable[Way], case: Case) -> list[Way]:
    return [way for way in ways if not way.purposes or case.purpose in way.purposes]


def _is_met(way: Way, held: _Held) -> bool:
    return not any(True for _ in _lacks(way, held))


def _lacks(way: Way, held: _Held, prefix: str = "") -> Iterator[Missing]:
    lacking_a = max(0, way.a - held.a)
    lacking_any = max(0, way.a + way.b - held.a - held.b - lacking_a)
    lacking_notification = max(0, way.notification - held.notification)
    for key, count in (("a", lacking_a), ("a_or_b", lacking_any), ("notification", lacking_notification)):
        if count:
            yield Missing(f"{prefix}{key}", count)
    if way.pin and not held.pin:
        yield Missing(f"{prefix}pin")


def _easiest(ways: Iterable[Way], held: _Held, prefix: str) -> tuple[Missing, ...]:
    """What the nearest way still lacks: fewest things, then fewest of class A."""
    open_ways = [tuple(_lacks(way, held, prefix)) for way in ways]
    return min(open_ways, key=_effort, default=())


def _effort(lacks: tuple[Missing, ...]) -> tuple[int, int]:
    hard = sum(each.count for each in lacks if not each.key.endswith("a_or_b"))
    return sum(each.count for each in lacks), hard
