"""The identity check promises: the rule table holds, more never harms, every result can be read out."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.identity import (
    Case,
    Document,
    PaperState,
    Verdict,
    asks_for_pin,
    assess,
    is_usable,
    kinds_for,
    papers_for,
)
from kiosk.domain.identity_rules import City, Result, read_identity_rules
from kiosk.rules import load_rules
from kiosk.texts import catalogue, languages

RULES = read_identity_rules(load_rules("identity"))
DAY = date(2026, 11, 24)
PRESETS = sorted(RULES.post)
ORDER = [Result.POST, Result.PICKUP, Result.REJECT]


def seen(kind: str, **changes: object) -> Document:
    whole = Document(
        kind, in_date=True, name_agrees=True, birth_date_agrees=True, address_agrees=True, face_agrees=True
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def case(*kinds: str, **changes: object) -> Case:
    """A grown-up with every paper, in person, nothing special; changed as said."""
    papers = {paper.key: PaperState.HERE for paper in RULES.papers}
    whole = Case(on=DAY, purpose="first", face_agrees=True, papers=papers, documents=tuple(map(seen, kinds)))
    return replace(whole, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("preset", "kinds", "result"),
    [
        ("strict", ["driving_licence", "passport"], Result.POST),
        ("strict", ["driving_licence", "employee_card"], Result.POST),
        ("strict", ["driving_licence"], Result.PICKUP),
        ("strict", ["employee_card", "pension_book"], Result.PICKUP),
        ("strict", ["employee_card"], Result.REJECT),
        ("strict", [], Result.REJECT),
        ("strict", ["driving_licence", "driving_licence"], Result.PICKUP),
        ("strict", ["driving_licence", "own_my_number_card"], Result.PICKUP),
        ("strict", ["driving_licence", "health_insurance_card"], Result.PICKUP),
        ("nagoya", ["notification_card", "employee_card", "pension_book"], Result.POST),
        ("nagoya", ["notification_card", "driving_licence"], Result.PICKUP),
        ("nagoya", ["employee_card", "pension_book"], Result.PICKUP),
        ("counter", ["driving_licence", "passport"], Result.PICKUP),
        ("counter", ["employee_card", "pension_book"], Result.PICKUP),
        ("counter", ["employee_card"], Result.REJECT),
    ],
)
def test_documents_of_a_first_card(preset: str, kinds: list[str], result: Result) -> None:
    assert assess(case(*kinds), preset, RULES).result is result


def test_one_document_with_pin_is_enough_at_renewal_in_nagoya_only() -> None:
    with_pin = case(purpose="renewal", documents=(seen("own_my_number_card", pin_confirmed=True),))
    assert assess(with_pin, "nagoya", RULES).result is Result.POST
    assert assess(with_pin, "strict", RULES).result is Result.PICKUP
    assert assess(replace(with_pin, purpose="first"), "nagoya", RULES).result is Result.REJECT
    assert asks_for_pin(with_pin, "nagoya", RULES)
    assert not asks_for_pin(with_pin, "strict", RULES)


@pytest.mark.parametrize(
    ("changes", "cause", "result"),
    [
        ({"mail_forwarding": True}, "mail_forwarding", Result.PICKUP),
        ({"moving_soon": True}, "moving_soon", Result.PICKUP),
        ({"city_has_posting": False}, "city_without_posting", Result.PICKUP),
        ({"city_is_accepted": False}, "city_not_accepted", Result.REJECT),
        ({"purpose": "renewal", "old_card_kept": True}, "old_card_kept", Result.PICKUP),
        ({"needs_representative": True}, "no_representative", Result.PICKUP),
        ({"needs_representative": True, "representative_present": True}, "representative_documents", Result.PICKUP),
        ({"papers": {}}, "paper_missing", Result.PICKUP),
        ({"face_agrees": False}, "face_differs", Result.REJECT),
    ],
)
def test_circumstance_is_named_and_counts(changes: dict[str, object], cause: str, result: Result) -> None:
    verdict = assess(case("driving_licence", "passport", **changes), "strict", RULES)
    assert verdict.causes == (cause,)
    assert verdict.result is result


def test_child_with_representative_and_papers_is_posted() -> None:
    child = case(
        "passport",
        "child_handbook",
        needs_representative=True,
        representative_present=True,
        representative_documents=(seen("driving_licence"),),
    )
    assert assess(child, "strict", RULES) == Verdict(Result.POST)


def test_baby_without_photo_step_is_not_refused_for_a_missing_face_comparison() -> None:
    baby = case("passport", "child_handbook", has_photo=False, face_agrees=None)
    assert assess(baby, "strict", RULES).notes == ()


@pytest.mark.parametrize(
    "flaw",
    [
        {"in_date": False},
        {"name_agrees": False},
        {"birth_date_agrees": False},
        {"address_agrees": False},
        {"face_agrees": False},
        {"birth_date_agrees": None},
        {"address_agrees": None},
    ],
)
def test_document_that_does_not_agree_is_not_counted(flaw: dict[str, object]) -> None:
    laid_down = case(documents=(seen("driving_licence"), seen("residence_card", **flaw)))
    verdict = assess(laid_down, "strict", RULES)
    assert verdict.result is Result.PICKUP
    assert "document_not_counted" in verdict.notes


def test_document_of_class_b_may_show_one_line_only() -> None:
    assert is_usable(seen("employee_card", address_agrees=None), case(), RULES)
    assert is_usable(seen("employee_card", birth_date_agrees=None), case(), RULES)
    assert not is_usable(seen("employee_card", birth_date_agrees=None, address_agrees=None), case(), RULES)
    assert not is_usable(seen("employee_card", address_agrees=False), case(), RULES)


def test_passport_shows_no_address_so_none_is_compared() -> None:
    assert is_usable(seen("passport", address_agrees=None), case(), RULES)


def test_handbook_that_never_expires_needs_no_date() -> None:
    assert is_usable(seen("handbook_physical", in_date=False), case(), RULES)


def test_health_insurance_card_counted_until_its_last_day() -> None:
    card = seen("health_insurance_card")
    assert is_usable(card, case(on=date(2025, 12, 1)), RULES)
    assert not is_usable(card, case(on=date(2025, 12, 2)), RULES)
    assert "health_insurance_card" not in {kind.key for kind in kinds_for(case(), RULES, notification=True)}


def test_only_the_papers_of_the_case_are_asked() -> None:
    assert [p.key for p in papers_for(case(purpose="renewal"), RULES)] == ["pin_request_sheet", "old_card"]
    child = [p.key for p in papers_for(case(needs_representative=True), RULES)]
    assert child == ["pin_request_sheet", "notification_card", "juki_card", "consent_form", "authority_paper"]


def test_paper_nobody_has_to_own_may_never_have_been_there() -> None:
    papers = {
        "pin_request_sheet": PaperState.HERE,
        "notification_card": PaperState.NEVER_HAD,
        "juki_card": PaperState.LOSS_REPORTED,
    }
    assert assess(case("passport", "driving_licence", papers=papers), "strict", RULES).result is Result.POST
    papers["pin_request_sheet"] = PaperState.NEVER_HAD
    assert assess(case("passport", "driving_licence", papers=papers), "strict", RULES).result is Result.PICKUP


def test_posting_follows_the_dated_table_of_cities() -> None:
    table = replace(RULES, cities=(City("990001", "隣市", True, date(2026, 4, 1), date(2026, 12, 31)),))
    assert table.city_has_posting("隣市", date(2026, 4, 1))
    assert table.city_has_posting("990001", date(2026, 12, 31))
    assert not table.city_has_posting("隣市", date(2026, 3, 31))
    assert not table.city_has_posting("隣市", date(2027, 1, 1))
    assert not table.city_has_posting("遠市", DAY)


def test_cities_come_from_the_table_of_municipalities() -> None:
    row = {"code": "990001", "name": "隣市", "posts": True}
    assert read_identity_rules(load_rules("identity"), [row]).city_has_posting("隣市", DAY)


def test_missing_names_the_easiest_way() -> None:
    lacking = assess(case("driving_licence"), "strict", RULES).missing
    assert [(each.key, each.count) for each in lacking] == [("a_or_b", 1)]


documents = st.builds(
    Document,
    kind=st.sampled_from([kind.key for kind in RULES.kinds] + ["unknown"]),
    in_date=st.booleans(),
    name_agrees=st.booleans(),
    birth_date_agrees=st.sampled_from([True, False, None]),
    address_agrees=st.sampled_from([True, False, None]),
    face_agrees=st.booleans(),
    pin_confirmed=st.booleans(),
)
cases = st.builds(
    Case,
    on=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    purpose=st.sampled_from(["first", "renewal", "reissue"]),
    needs_representative=st.booleans(),
    city_has_posting=st.booleans(),
    city_is_accepted=st.booleans(),
    mail_forwarding=st.booleans(),
    moving_soon=st.booleans(),
    old_card_kept=st.booleans(),
    face_agrees=st.sampled_from([True, False, None]),
    has_photo=st.booleans(),
    documents=st.lists(documents, max_size=5).map(tuple),
    representative_present=st.booleans(),
    representative_documents=st.lists(documents, max_size=3).map(tuple),
    papers=st.dictionaries(st.sampled_from([p.key for p in RULES.papers]), st.sampled_from(list(PaperState))),
)
presets = st.sampled_from(PRESETS)


@settings(max_examples=400)
@given(cases, presets, documents, documents)
def test_more_documents_never_make_it_worse(known: Case, preset: str, one: Document, other: Document) -> None:
    more = replace(
        known,
        documents=(*known.documents, one),
        representative_documents=(*known.representative_documents, other),
    )
    before, after = assess(known, preset, RULES), assess(more, preset, RULES)
    assert ORDER.index(after.result) <= ORDER.index(before.result)
    assert set(after.causes) <= set(before.causes)


@settings(max_examples=400)
@given(cases, presets, st.sampled_from([paper.key for paper in RULES.papers]))
def test_more_papers_never_make_it_worse(known: Case, preset: str, paper: str) -> None:
    more = replace(known, papers={**(known.papers or {}), paper: PaperState.HERE})
    assert ORDER.index(assess(more, preset, RULES).result) <= ORDER.index(assess(known, preset, RULES).result)


@settings(max_examples=400)
@given(cases, presets)
def test_every_result_can_be_read_out_in_every_language(known: Case, preset: str) -> None:
    verdict = assess(known, preset, RULES)
    keys = [f"identity.result_{verdict.result}", f"identity.note_say_{verdict.result}"]
    keys += [f"identity.cause_{cause}" for cause in verdict.causes]
    keys += [f"identity.missing_{each.key}" for each in verdict.missing]
    keys += [f"identity.note_{note}" for note in verdict.notes]
    for key in keys:
        assert catalogue("ja")[key]
        assert catalogue("en")[key]


@settings(max_examples=300)
@given(cases, presets)
def test_documents_asked_for_are_documents_that_help(known: Case, preset: str) -> None:
    """Whoever lacks documents is told how many; whoever lacks none is told of none."""
    verdict = assess(known, preset, RULES)
    lacks = {each.key for each in verdict.missing} & {"a", "a_or_b", "notification", "pin"}
    is_lacking = bool({"documents_for_post", "documents_for_pickup"} & set(verdict.causes))
    assert bool(lacks) == is_lacking


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_kind_paper_and_preset_has_words(language: str) -> None:
    assert language in languages()
    words = catalogue(language)
    keys = [f"kind_{k.key}" for k in RULES.kinds] + [f"paper_{p.key}" for p in RULES.papers]
    keys += [f"preset_{p}" for p in RULES.post] + [f"cause_{c}" for c in RULES.causes]
    assert [key for key in keys if f"identity.{key}" not in words] == []


def test_unknown_cause_or_class_in_the_rules_is_refused_at_reading() -> None:
    data = load_rules("identity")
    data["causes"]["face_differs"] = "MAYBE"
    with pytest.raises(ValueError, match="MAYBE"):
        read_identity_rules(data)
