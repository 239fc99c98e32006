"""What follows from a correction at the desk: stale answers go, new questions are answered before acceptance."""

import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from kiosk.app import create_site
from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationState
from tests.actions.test_photo_under_one import OF_THE_MOTHER
from tests.builders import AT
from tests.desk_navigator import Browser, Desk, walk
from tests.page_words import words_of
from tests.screens.test_resume import token

RENEWAL = {
    "application_kind": "renewal", "card_expiry": "2026-12-31", "driving_licence": "yes", "licence_way": "number",
    "licence_number": "1234567890", "old_card": "hand_in",
}  # fmt: skip
CHILD_OF_14 = {
    "birth_date": "2012-01-01", "certificates": "none",
    "representative_present": "yes", "representative_name": "見本 母", "representative_relation": "mother",
}  # fmt: skip
STOPS = [
    ("application_kind", {"answer": "certificate_only"}, {}, "電子証明書だけです", "申請の種類"),
    ("card_expiry", {"era": "western", "year": "2030", "month": "5", "day": "5"}, RENEWAL, "時期より前", "有効期限"),
    ("licence_way", {"answer": "stop"}, RENEWAL, "本人がオンラインで申請します", "免許情報の引き継ぎ"),
    ("municipality", {"answer": "other"}, {}, "ほかの市区町村の方の申請を受け付けていません", "お住まいの"),
]
"""Item, correction, answers before, words of the stop, words of the answer to change."""
CHILD = {"era": "western", "year": "2017", "month": "5", "day": "5"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def correct(desk: Desk, staff: Browser, uid: str, item: str, reason: str = "misread", **fields: str) -> Application:
    """Correct one answer and give the application as it then is."""
    version = desk.store.applications.get(uid).version
    typed = {"version": str(version), "reason": reason, **fields}
    assert staff.press(f"/queue/{uid}/change/{item}", **typed).status_code == 303
    return desk.store.applications.get(uid)


def accept(desk: Desk, staff: Browser, uid: str) -> Any:
    """Press accept on what is on screen now."""
    version = desk.store.applications.get(uid).version
    return staff.press(f"/queue/{uid}/accept", version=str(version), envelope="E-1")


def test_a_renewal_corrected_to_a_first_card_kept_the_licence_and_the_old_card(desk: Desk) -> None:
    person, staff = desk.applicant(**RENEWAL), desk.signed_in()
    staff.see("/queue/")
    corrected = correct(desk, staff, person.uid, "application_kind", answer="first")
    assert not set(RENEWAL) - {"application_kind"} & set(corrected.answers)
    kept = {each.item: each for each in desk.store.applications.changes(person.uid)}
    assert set(kept) == set(RENEWAL)
    number = kept["licence_number"]
    assert (number.before, number.after, number.by) == ('"1234567890"', "null", "demo")
    assert "免許情報記録番号: 1234567890 → （未入力） demo: 聞かなくてよい項目になった" in words_of(
        staff.see(f"/queue/{person.uid}")
    )


def test_an_adult_corrected_to_a_child_was_accepted_without_a_representative(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    corrected = correct(desk, staff, person.uid, "birth_date", **CHILD)
    assert "applying_as" not in corrected.answers
    assert staff.check(corrected, **OF_THE_MOTHER).status_code == 303
    for item, label, answer in (
        ("representative_present", "法定代理人の同席", "yes"),
        ("representative_name", "法定代理人のお名前", "見本 母"),
        ("representative_relation", "法定代理人との関係", "mother"),
        ("certificates", "電子証明書", "authentication_only"),
    ):
        refused = accept(desk, staff, person.uid)
        assert refused.status_code == 422
        assert f"「{label}」の答えがないか" in words_of(refused.text)
        correct(desk, staff, person.uid, item, answer=answer)
    assert accept(desk, staff, person.uid).status_code == 303
    assert desk.store.applications.get(person.uid).state is ApplicationState.ACCEPTED


def test_what_staff_decided_as_an_exception_does_not_hold_up_the_acceptance(desk: Desk) -> None:
    """署名用 for a child of 14 is in principle not issued, and staff may decide otherwise."""
    person, staff = desk.applicant(**CHILD_OF_14), desk.signed_in()
    staff.see("/queue/")
    corrected = correct(desk, staff, person.uid, "certificates", "exception", answer="both", words="15歳まで1か月")
    assert staff.check(corrected, **OF_THE_MOTHER).status_code == 303
    assert accept(desk, staff, person.uid).status_code == 303


def test_an_exception_could_not_be_picked_where_answers_are_corrected(desk: Desk) -> None:
    """署名用 for a child of 14: staff may decide so, and the page offered only what the child may choose."""
    person, grown_up, staff = desk.applicant(**CHILD_OF_14), desk.applicant(), desk.signed_in()
    path = f"/queue/{person.uid}/change/certificates"
    assert 'id="exceptions"' not in staff.see(f"/queue/{grown_up.uid}/change/certificates")
    offered, exceptions = staff.see(path).split('id="exceptions"')
    assert 'value="authentication_only"' in offered
    assert 'value="both"' not in offered
    assert 'value="both"' in exceptions
    assert 'value="signature_only"' in exceptions
    version = str(person.version)
    for reason, words in (("misread", "15歳まで1か月"), ("exception", "")):
        refused = staff.press(path, version=version, answer="both", reason=reason, words=words)
        assert refused.status_code == 422
        assert "「くわしく」に理由を書いてください" in refused.text
        assert f'value="{reason}" selected' in refused.text, "what was typed is not lost"
        assert f'value="{words}"' in refused.text
        assert re.search('value="both" checked', refused.text)
    no_child = {"version": str(grown_up.version), "answer": "infant", "reason": "exception", "words": "見本"}
    assert staff.press(f"/queue/{grown_up.uid}/change/photo_exception", **no_child).status_code == 422
    assert desk.store.applications.changes(person.uid) == []
    correct(desk, staff, person.uid, "certificates", "exception", answer="both", words="15歳まで1か月")
    page = staff.see(f"/queue/{person.uid}")
    assert 'id="decided-certificates"' in page
    assert "係員の判断(例外)（15歳まで1か月）" in words_of(page)


def test_a_returned_person_was_asked_again_what_staff_had_decided(desk: Desk) -> None:
    person, staff = desk.applicant(ApplicationState.RETURNED, **CHILD_OF_14, form_current="yes"), desk.signed_in()
    staff.see("/queue/")
    decided = correct(desk, staff, person.uid, "certificates", "exception", answer="both", words="15歳まで1か月")
    assert staff.press(f"/queue/{person.uid}/to-desk").status_code == 303
    question = staff.see(f"/queue/{person.uid}/question/certificates")
    assert f'id="exception" href="/desk/queue/{person.uid}/change/certificates"' in question
    assert 'id="pick-both"' not in question
    screen = Client(create_site(desk.settings, desk.services))
    staff.press(f"/queue/{person.uid}/resume")
    asked = screen.get("/resume/").text
    screen.post("/resume/", data={"csrf_token": token(asked), "call_number": person.call_number})
    assert screen.get("/applicant/next").location == "/applicant/review"
    assert 'value="both"' not in screen.get("/applicant/question/certificates").text, "an applicant is never offered it"
    page = screen.get("/applicant/review").text
    assert screen.post("/applicant/submit", data={"csrf_token": token(page)}).status_code == 303
    handed_in = desk.store.applications.get(person.uid)
    assert (handed_in.state, handed_in.answers["certificates"]) == (ApplicationState.SUBMITTED, "both")
    assert decided.answers["certificates"] == "both"


def test_an_answer_given_since_is_no_exception_any_more(desk: Desk) -> None:
    person, staff = desk.applicant(**CHILD_OF_14), desk.signed_in()
    staff.see("/queue/")
    correct(desk, staff, person.uid, "certificates", "exception", answer="both", words="15歳まで1か月")
    correct(desk, staff, person.uid, "certificates", answer="none")
    assert 'id="decided-certificates"' not in staff.see(f"/queue/{person.uid}")


def test_an_adult_corrected_to_a_baby_is_accepted_without_the_photo(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    correct(desk, staff, person.uid, "birth_date", era="western", year="2026", month="3", day="5")
    for item, answer in (
        ("representative_present", "yes"),
        ("representative_name", "見本 母"),
        ("representative_relation", "mother"),
        ("certificates", "none"),
    ):
        corrected = correct(desk, staff, person.uid, item, answer=answer)
    assert "photo_exception" not in corrected.answers
    assert desk.store.photos.has(person.uid), "a slip of the finger in a birth date costs nobody a photo"
    assert staff.check(corrected, **OF_THE_MOTHER).status_code == 303
    assert accept(desk, staff, person.uid).status_code == 303
    assert not desk.store.photos.has(person.uid)


def test_a_baby_corrected_to_a_child_is_not_accepted_without_a_photo(desk: Desk) -> None:
    mother = {"representative_present": "yes", "representative_name": "見本 母", "representative_relation": "mother"}
    person = desk.applicant(birth_date="2026-03-05", certificates="none", **mother)
    desk.store.photos.remove(person.uid)
    staff = desk.signed_in()
    staff.see("/queue/")
    corrected = correct(desk, staff, person.uid, "birth_date", **CHILD)
    corrected = correct(desk, staff, person.uid, "photo_exception", answer="none")
    assert staff.check(corrected, **OF_THE_MOTHER).status_code == 303
    refused = accept(desk, staff, person.uid)
    assert refused.status_code == 422
    assert "「顔写真」の答えがないか" in words_of(refused.text)


def test_who_is_accepted_with_others_and_has_something_open_is_told_what(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    desk.store.applications.change(person.uid, "braille", None, "demo", "misread", "x")
    version = desk.store.applications.get(person.uid).version
    fields = {f"version-{person.uid}": str(version), f"envelope-{person.uid}": "E-1"}
    answer = staff.press("/queue/ready", **fields)
    assert answer.status_code == 422
    assert "「お名前の点字」の答えがないか" in words_of(answer.text)


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize(("item", "fields", "before", "stop", "label"), STOPS)
def test_a_correction_that_ends_the_way_here_was_accepted(
    desk: Desk, item: str, fields: dict[str, str], before: dict[str, str], stop: str, label: str, by_hand: bool
) -> None:
    """2026-11: the applicant screen ends there, the desk took it in as if nothing were."""
    desk.vault.kiosk_store.windows.set_options(desk.window.id, {"other_cities": "not_accepted"}, AT)
    draft = desk.applicant(ApplicationState.DRAFT, **before, **({"without_form": "yes"} if by_hand else {}))
    if by_hand:
        desk.store.applications.set_form_id(draft.uid, None, AT)
    uid, staff = walk(desk.store, draft.uid, ApplicationState.IDENTITY_CHECKED).uid, desk.signed_in()
    assert 'id="stop"' not in staff.see(f"/queue/{uid}")
    correct(desk, staff, uid, item, **fields)
    page = staff.see(f"/queue/{uid}")
    flag = page.split('id="stop"')[1].split("</div>")[0]
    assert stop in flag
    assert label in flag
    assert f'href="/desk/queue/{uid}/change/{item}"' in flag
    assert 'id="accept"' not in page
    version = desk.store.applications.get(uid).version
    alone = accept(desk, staff, uid)
    with_others = staff.press("/queue/ready", **{f"version-{uid}": str(version), f"envelope-{uid}": "E-1"})
    for refused in (alone, with_others):
        assert refused.status_code == 422
        assert stop in words_of(refused.text).split("このままでは受け付けられません。")[1]
        assert "「受け付けない」" in words_of(refused.text)
    assert desk.store.applications.get(uid).state is ApplicationState.IDENTITY_CHECKED
    rejected = {"reason": "other", "words": "申請は要らない", "version": str(version)}
    assert staff.press(f"/queue/{uid}/reject", **rejected).status_code == 303
    assert 'id="stop"' not in staff.see(f"/queue/{uid}"), "it is over"


def test_an_answer_that_ended_the_way_by_mistake_is_put_right_and_accepted(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    correct(desk, staff, person.uid, "application_kind", answer="certificate_only")
    assert accept(desk, staff, person.uid).status_code == 422
    correct(desk, staff, person.uid, "application_kind", answer="first")
    assert 'id="accept"' in staff.see(f"/queue/{person.uid}")
    assert accept(desk, staff, person.uid).status_code == 303


def test_a_returned_application_was_logged_as_ended_where_it_could_not_be(desk: Desk) -> None:
    """The desk's stop page offered to end it, wrote so into the log, and it stayed as it was."""
    person, staff = desk.applicant(ApplicationState.RETURNED), desk.signed_in()
    staff.see("/queue/")
    returned = correct(desk, staff, person.uid, "application_kind", answer="certificate_only")
    assert staff.press(f"/queue/{person.uid}/to-desk").status_code == 303
    page = staff.see(f"/queue/{person.uid}/stop")
    assert 'id="end"' not in page
    assert "「受け付けない」" in page
    assert f'href="/desk/queue/{person.uid}/question/application_kind"' in page
    assert staff.press(f"/queue/{person.uid}/end", version=str(returned.version)).status_code == 409
    assert "ended_by_staff" not in [each.event for each in desk.services.kiosk_store.audit.list(person.uid)]
    assert 'id="stop"' in staff.see(f"/queue/{person.uid}")
    assert staff.press(f"/queue/{person.uid}/submit", version=str(returned.version)).status_code == 409
    ended = {"reason": "own_wish", "version": str(returned.version)}
    assert staff.press(f"/queue/{person.uid}/withdraw", **ended).status_code == 303
