"""Who is asked what, and which step comes next: the packaged rules, walked by invented people."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.applicant import (
    Step,
    StepKind,
    answers_no_longer_asked,
    card_warnings,
    check_answer,
    items_asked,
    needs_photo,
    next_step,
    question_for,
    question_to_correct,
    questions,
    renewal_from,
    staff_flags,
    step_before,
    stop_reason,
    way,
)
from kiosk.domain.applicant_rules import ApplicantRules, Kind, rules_from
from kiosk.domain.errors import AnswerRefused
from kiosk.domain.queue import Application, ApplicationUid
from kiosk.domain.states import ApplicationState
from kiosk.rules import load_rules

TODAY = date(2026, 11, 24)
ADULT = {"application_kind": "first", "municipality": "host", "birth_date": "1985-04-01", "applying_as": "self"}
RENEWAL = ADULT | {"application_kind": "renewal", "card_expiry": "2026-12-31", "driving_licence": "no"}


def the_rules(contact_mail: str = "applicant", **changed: dict[str, Any]) -> ApplicantRules:
    tables = {name: changed.get(name) or load_rules(name) for name in ("applicant", "eras", "ages", "municipalities")}
    return rules_from(
        tables["applicant"], tables["eras"], tables["ages"], tables["municipalities"], contact_mail=contact_mail
    )


RULES = the_rules()


def asked(answers: dict[str, str], rules: ApplicantRules = RULES) -> list[str]:
    return [question.key for question in questions(answers, rules, TODAY)]


def an_application(answers: dict[str, str], **values: Any) -> Application:
    given: dict[str, Any] = {"form_id": "1" * 23, "consented_at": "x", "state": ApplicationState.DRAFT} | values
    return Application(
        uid=ApplicationUid("u"), call_number="123", language="ja", version=1, started_at="x", updated_at="x",
        answers=answers, **given,
    )  # fmt: skip


def options(key: str, answers: dict[str, str]) -> tuple[str, ...]:
    question = question_for(key, answers, RULES, TODAY)
    assert question is not None
    return question.options


def test_first_card_is_not_asked_about_an_old_card() -> None:
    assert not {"card_expiry", "driving_licence", "old_card", "licence_way"} & set(asked(ADULT))


def test_every_renewal_is_asked_about_the_driving_licence() -> None:
    assert "driving_licence" in asked({"application_kind": "renewal"})


def test_licence_number_is_asked_only_of_those_who_carry_it_over() -> None:
    holder = RENEWAL | {"driving_licence": "yes"}
    assert "licence_way" in asked(holder)
    assert "licence_number" not in asked(holder | {"licence_way": "without"})
    assert "licence_number" in asked(holder | {"licence_way": "number"})


def test_licence_goes_over_only_with_the_signature_certificate() -> None:
    carried = RENEWAL | {"driving_licence": "yes", "licence_way": "number"}
    assert options("certificates", carried) == ("both", "signature_only")


CARRIED = RENEWAL | {"driving_licence": "yes", "licence_way": "number", "licence_number": "1", "certificates": "both"}


@pytest.mark.parametrize(
    ("more", "contact_mail"),
    [
        ({"applying_as": "ward"}, "applicant"),
        ({"birth_date": "2017-05-05"}, "applicant"),
        ({"without_form": "yes"}, "applicant"),
        ({}, "none"),
    ],
)
def test_carrying_the_licence_over_was_offered_where_it_cannot_be(more: dict[str, str], contact_mail: str) -> None:
    rules = the_rules(contact_mail)
    question = question_for("licence_way", RENEWAL | {"driving_licence": "yes"} | more, rules, TODAY)
    assert question is not None
    assert question.options == ("without", "stop")
    assert next_step(an_application(CARRIED | more), True, rules, TODAY).key == "licence_way"


@pytest.mark.parametrize(
    ("more", "contact_mail", "is_warned"),
    [
        ({}, "applicant", False),
        ({}, "municipal", False),
        ({"certificates": "signature_only"}, "applicant", False),
        ({"certificates": "none"}, "applicant", True),
        ({"certificates": "authentication_only"}, "applicant", True),
        ({"without_form": "yes"}, "applicant", True),
        ({}, "none", True),
        ({"licence_way": "without"}, "applicant", True),
    ],
)
def test_nobody_was_warned_of_a_licence_that_does_not_go_over(
    more: dict[str, str], contact_mail: str, is_warned: bool
) -> None:
    warnings = card_warnings(CARRIED | more, the_rules(contact_mail))
    assert ("licence_not_carried_over" in warnings) is is_warned


def test_child_gets_a_representative_block_and_no_signature_certificate() -> None:
    child = ADULT | {"birth_date": "2017-05-05"}
    assert {"representative_present", "representative_name", "representative_relation"} <= set(asked(child))
    assert "applying_as" not in asked(child)
    assert options("certificates", child) == ("authentication_only", "none")


def test_adult_ward_is_treated_like_a_child_and_others_are_not() -> None:
    assert options("certificates", ADULT | {"applying_as": "ward"}) == ("authentication_only", "none")
    assert "representative_name" in asked(ADULT | {"applying_as": "ward"})
    assert "representative_name" not in asked(ADULT)


def test_answer_of_an_adult_does_not_stay_with_a_child() -> None:
    changed = complete(ADULT) | {"birth_date": "2017-05-05"}
    assert "applying_as" in answers_no_longer_asked(changed, RULES, TODAY)
    assert next_step(an_application(changed), True, RULES, TODAY).key == "representative_present"


def test_answer_to_a_question_that_no_longer_applies_decides_nothing() -> None:
    keeps = RENEWAL | {"old_card": "keep"}
    changed_to_first = keeps | {"application_kind": "first"}
    assert "forwarding" not in asked(keeps)
    assert "forwarding" in asked(changed_to_first)


def test_choice_no_longer_offered_is_open_again() -> None:
    child = ADULT | {
        "birth_date": "2017-05-05", "certificates": "both", "contact_name": "x", "mail": "a@b.jp",
        "representative_present": "yes", "representative_name": "x", "representative_relation": "mother",
    }  # fmt: skip
    assert next_step(an_application(child), True, RULES, TODAY) == Step(StepKind.QUESTION, "certificates")
    assert next_step(an_application(child), True, RULES, TODAY, {"certificates"}).key == "braille"
    asked = question_to_correct("certificates", child, RULES, TODAY)
    assert asked is not None
    assert (asked.options, asked.exceptions) == (("authentication_only", "none"), ("both", "signature_only"))
    grown_up = question_to_correct("certificates", ADULT, RULES, TODAY)
    assert grown_up is not None
    assert grown_up.exceptions == ()


@pytest.mark.parametrize(
    ("born", "has_photo_step"),
    [("2025-11-25", False), ("2025-11-26", False), ("2025-11-24", True), ("2024-01-01", True)],
)
def test_photo_is_asked_from_one_year_of_age(born: str, has_photo_step: bool) -> None:
    # by the act on ages a child born on 25 November is one at the end of 24 November of the next year
    expected = has_photo_step or born == "2025-11-25"
    assert needs_photo(ADULT | {"birth_date": born}, RULES, TODAY) is expected


def test_counting_by_birthday_moves_the_limit_by_a_day() -> None:
    ages = load_rules("ages")
    ages["counting"][0]["age_reached"] = "birthday"
    by_birthday = the_rules(ages=ages)
    assert not needs_photo(ADULT | {"birth_date": "2025-11-25"}, by_birthday, TODAY)
    assert needs_photo(ADULT | {"birth_date": "2025-11-24"}, by_birthday, TODAY)


def test_baby_before_december_2024_needed_a_photo() -> None:
    before_the_rule = date(2024, 12, 1)
    baby = ADULT | {"birth_date": "2024-08-01"}
    assert needs_photo(baby, RULES, before_the_rule)
    assert not needs_photo(baby, RULES, date(2024, 12, 2))


def test_child_who_turns_one_before_filing_is_flagged() -> None:
    assert "turns_no_photo" in staff_flags(ADULT | {"birth_date": "2025-12-01"}, RULES, TODAY)
    assert "turns_no_photo" not in staff_flags(ADULT | {"birth_date": "2026-03-01"}, RULES, TODAY)


def test_unknown_birth_day_is_flagged_and_never_makes_older() -> None:
    answers = ADULT | {"birth_date": "2011-11-00"}
    assert "birth_date_unknown" in staff_flags(answers, RULES, TODAY)
    assert "representative_name" in asked(answers)


@pytest.mark.parametrize(
    ("born", "is_asked"), [("2011-11-01", False), ("2008-11-26", False), ("2008-11-25", True), ("1985-04-01", True)]
)
def test_a_minor_who_applies_alone_was_asked_about_a_guardian_of_an_adult(born: str, is_asked: bool) -> None:
    answers = ADULT | {"birth_date": born}
    assert ("applying_as" in asked(answers)) is is_asked
    assert "representative_name" not in asked(answers)
    assert "infant" not in options("photo_exception", answers)


def test_who_comes_of_age_before_filing_is_flagged() -> None:
    assert "turns_adult" in staff_flags(ADULT | {"birth_date": "2008-12-01"}, RULES, TODAY)
    assert "turns_adult" not in staff_flags(ADULT | {"birth_date": "2009-03-01"}, RULES, TODAY)


def test_private_use_characters_are_flagged() -> None:
    assert "private_use" in staff_flags(ADULT | {"contact_name": "山\ue000"}, RULES, TODAY)


@pytest.mark.parametrize(
    ("expiry", "first_day"),
    [
        ("2026-12-31", "2026-09-30"),
        ("2027-05-31", "2027-02-28"),
        ("2028-02-29", "2027-11-29"),
        ("2027-03-15", "2026-12-15"),
        ("2027-01-10", "2026-10-10"),
    ],
)
def test_renewal_opens_three_months_before_expiry(expiry: str, first_day: str) -> None:
    assert renewal_from(date.fromisoformat(expiry), RULES, TODAY).isoformat() == first_day


def test_too_early_renewal_stops_with_a_reason() -> None:
    assert stop_reason(RENEWAL | {"card_expiry": "2027-03-01"}, RULES, TODAY) == "too_early"
    assert stop_reason(RENEWAL | {"card_expiry": "2027-02-24"}, RULES, TODAY) is None


def test_certificate_alone_is_no_application_here() -> None:
    answers = {"application_kind": "certificate_only"}
    assert next_step(an_application(answers), False, RULES, TODAY) == Step(StepKind.STOP, "certificate_only")


@pytest.mark.parametrize("municipality", ["other", "131016"])
def test_resident_of_another_city_stops_where_only_the_own_are_taken(municipality: str) -> None:
    elsewhere = ADULT | {"municipality": municipality}
    own_only = replace(RULES, other_cities="not_accepted")
    assert stop_reason(elsewhere, own_only, TODAY) == "other_city"
    assert stop_reason(elsewhere, RULES, TODAY) is None
    assert stop_reason(ADULT, own_only, TODAY) is None


def test_holder_can_stop_for_the_licence() -> None:
    assert stop_reason(RENEWAL | {"driving_licence": "yes", "licence_way": "stop"}, RULES, TODAY) == "licence"


def test_keeping_the_card_spares_the_forwarding_question() -> None:
    keeps = RENEWAL | {"old_card": "keep"}
    assert "forwarding" not in asked(keeps)


def test_listed_municipalities_are_chosen() -> None:
    listed = {"municipality": [{"code": "999991", "name": "見本市", "posts": True}, {"code": "999992", "name": "例市"}]}
    rules = the_rules(municipalities=listed)
    other = ADULT | {"municipality": "other", "other_municipality": "999991"}
    question = question_for("other_municipality", other, rules, TODAY)
    assert question is not None
    assert (question.kind, question.options) == (Kind.CHOICE, ("999991", "999992"))


def test_mail_is_asked_only_where_configured() -> None:
    assert "mail" in asked(ADULT)
    assert "mail" not in asked(ADULT, the_rules("none"))
    assert "mail" not in {item.key for item in items_asked(the_rules("municipal"))}


def test_optional_items_are_off_until_turned_on() -> None:
    assert "phone" not in asked(ADULT)
    table = load_rules("applicant")
    for row in table["item"]:
        row["enabled"] = True
    assert "phone" in asked(ADULT, the_rules(applicant=table))


def test_notice_lists_everything_anybody_is_asked() -> None:
    listed = {item.key for item in items_asked(RULES)}
    people = [
        ADULT | {"photo_exception": "medical", "municipality": "other"},
        ADULT | {"birth_date": "2017-05-05"},
        RENEWAL | {"driving_licence": "yes", "licence_way": "number"},
    ]
    assert {key for person in people for key in asked(person)} <= listed


def test_way_begins_with_the_form_and_ends_with_the_review() -> None:
    assert next_step(an_application({}, consented_at=None), False, RULES, TODAY).kind is StepKind.CONSENT
    assert next_step(an_application({}, form_id=None), False, RULES, TODAY).kind is StepKind.FORM_QR
    by_hand = an_application({"without_form": "yes"}, form_id=None)
    assert next_step(by_hand, False, RULES, TODAY).key == "application_kind"
    full = complete(ADULT)
    assert next_step(an_application(full), False, RULES, TODAY).kind is StepKind.PHOTO
    assert next_step(an_application(full), True, RULES, TODAY).kind is StepKind.REVIEW


@pytest.mark.parametrize("state", [ApplicationState.SUBMITTED, ApplicationState.ACCEPTED, ApplicationState.ABANDONED])
def test_handed_in_application_is_at_its_slip(state: ApplicationState) -> None:
    assert next_step(an_application({}, state=state), False, RULES, TODAY).kind is StepKind.SUBMITTED


def test_returned_application_can_be_worked_on_again() -> None:
    returned = an_application(complete(ADULT), state=ApplicationState.RETURNED)
    assert next_step(returned, False, RULES, TODAY).kind is StepKind.PHOTO


def test_back_goes_one_screen_at_a_time_and_stops_at_the_form() -> None:
    steps = way(ADULT, RULES, TODAY)
    walked = [step_before(step, ADULT, RULES, TODAY) for step in steps[1:]]
    assert walked == steps[:-1]
    assert step_before(steps[0], ADULT, RULES, TODAY) == steps[0]
    assert step_before(Step(StepKind.QUESTION, "no_such"), ADULT, RULES, TODAY) == steps[0]


def complete(answers: dict[str, str]) -> dict[str, str]:
    full = dict(answers)
    for _ in range(40):
        for question in questions(full, RULES, TODAY):
            if question.kind is not Kind.PHOTO:
                full.setdefault(question.key, question.options[0] if question.options else "x")
    return full


@pytest.mark.parametrize("kind", ["first", "renewal", "reissue"])
def test_every_kind_of_application_comes_to_its_review(kind: str) -> None:
    answers = complete(ADULT | {"application_kind": kind, "card_expiry": "2026-12-31"})
    assert next_step(an_application(answers), True, RULES, TODAY).kind is StepKind.REVIEW


def test_choice_takes_only_what_is_offered() -> None:
    question = question_for("braille", ADULT, RULES, TODAY)
    assert question is not None
    assert check_answer(question, {"answer": "yes"}, RULES, TODAY) == "yes"
    for raw in ("", "YES", "maybe", "<b>yes</b>"):
        with pytest.raises(AnswerRefused) as refused:
            check_answer(question, {"answer": raw}, RULES, TODAY)
        assert refused.value.text_key == "applicant.error_choose"


def test_domain_reads_no_file() -> None:
    source = Path(__file__).parents[2] / "kiosk" / "domain" / "applicant.py"
    assert "open(" not in source.read_text("utf-8")
