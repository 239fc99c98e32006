"""The desk promises: the board is live and right, one case has one holder, a second tap changes nothing."""

import re
from pathlib import Path

import pypdfium2
import pytest
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from kiosk.actions.queue import accept
from kiosk.domain.applicant import FORM_KEYED, KEYED_ONCE
from kiosk.domain.errors import Refused
from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.builders import an_application
from tests.desk_navigator import Desk
from tests.page_words import numbers_in, words_of

_A = ApplicationState


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def test_from_board_to_receipt(desk: Desk) -> None:
    person = desk.applicant()
    staff = desk.signed_in()
    assert person.call_number in staff.see("/queue/")
    page = staff.see(f"/queue/{person.uid}")
    assert "見本 花子" in page
    assert f"/identity/{person.uid}" in page
    staff.see(f"/identity/{person.uid}")
    assert staff.check(person).status_code == 303
    checked = desk.store.applications.get(person.uid)
    assert checked.state is _A.IDENTITY_CHECKED
    page = staff.see(f"/queue/{person.uid}")
    assert "暗証番号設定依頼書" in page
    answer = staff.press(f"/queue/{person.uid}/accept", version=checked.version, envelope="E-12")
    assert answer.status_code == 303
    receipt = staff.see(answer.location.removeprefix("/desk"))
    assert "令和8年11月24日" in receipt
    assert "E-12" in receipt
    assert desk.store.applications.get(person.uid).state is _A.ACCEPTED
    assert desk.store.custody.open_items() == []


def test_receipt_sheet_is_one_a4_page_without_birth_date_full_id_or_photo(desk: Desk) -> None:
    person = desk.applicant()
    staff = desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    version = desk.store.applications.get(person.uid).version
    staff.press(f"/queue/{person.uid}/accept", version=version, envelope="E-12")
    answer = staff.client.get(f"/desk/queue/{person.uid}/receipt.pdf")
    assert answer.mimetype == "application/pdf"
    sheet = pypdfium2.PdfDocument(answer.data)
    assert len(sheet) == 1
    assert [round(side) for side in sheet[0].get_size()] == [595, 842]
    text = sheet[0].get_textpage().get_text_bounded()
    assert person.call_number in text
    assert "見本" in text
    assert person.form_id is not None
    assert person.form_id not in text
    assert "1986" not in numbers_in(text)
    assert "5月14日" not in text
    assert list(sheet[0].get_objects(filter=[FPDF_PAGEOBJ_IMAGE])) == []
    screen = words_of(staff.see(f"/queue/{person.uid}/receipt"))
    assert "1986" not in screen
    assert person.form_id not in screen


def test_board_answers_nothing_while_nothing_changed(desk: Desk) -> None:
    desk.applicant()
    staff = desk.signed_in()
    page = staff.see("/queue/")
    seen = page.split('hx-get="/desk/queue/board?seen=')[1].split('"')[0]
    assert staff.client.get(f"/desk/queue/board?seen={seen}").status_code == 204
    late = desk.applicant()
    answer = staff.client.get(f"/desk/queue/board?seen={seen}")
    assert answer.status_code == 200
    assert late.call_number in answer.text
    assert "<html" not in answer.text


def test_board_says_who_waits_how_long_and_who_needs_help(desk: Desk) -> None:
    waiting = desk.applicant()
    helped = desk.applicant(_A.DRAFT)
    desk.store.applications.want_help(helped.uid, True, "2026-11-24T10:00:00.000+09:00")
    staff = desk.signed_in()
    staff.see("/queue/")
    staff.press(f"/queue/{waiting.uid}/claim")
    desk.clock.tick(16 * 60 - 400)
    page = staff.see("/queue/")
    row = page.split(f'id="row-{waiting.uid}"')[1].split("</a>")[0]
    assert "9分" in row
    assert "写真 良" in row
    assert REHEARSAL_OPERATOR in row
    row = page.split(f'id="row-{helped.uid}"')[1].split("</a>")[0]
    assert "呼出" in row
    assert "見直し" in row


def test_raised_hands_come_first(desk: Desk) -> None:
    for _ in range(3):
        last = desk.applicant()
    desk.store.applications.want_help(last.uid, True, "2026-11-24T10:00:00.000+09:00")
    page = desk.signed_in().see("/queue/")
    assert page.index(f"row-{last.uid}") == page.index("row-")


def test_board_shows_no_name_and_no_form_id(desk: Desk) -> None:
    person = desk.applicant()
    page = desk.signed_in().see("/queue/")
    assert "見本 花子" not in page
    assert str(person.form_id) not in page


def test_found_by_call_number_and_by_the_last_four_digits(desk: Desk) -> None:
    person = desk.applicant(form_id="11112222333344445559876")
    desk.applicant(form_id="11112222333344445551234")
    staff = desk.signed_in()
    for wanted in (person.call_number, "9876", f" {person.call_number} "):
        staff.see(f"/queue/find?wanted={wanted}")
        assert staff.last is not None
        assert staff.last.location == f"/desk/queue/{person.uid}"
    assert "見つかりません" in staff.see("/queue/find?wanted=0000")
    assert "見つかりません" in staff.see("/queue/find?wanted=")


def test_form_id_is_masked_until_asked_for_and_asking_is_logged(desk: Desk) -> None:
    person = desk.applicant(form_id="11112222333344445559876")
    staff = desk.signed_in()
    page = staff.see(f"/queue/{person.uid}")
    assert "1111" not in words_of(page)
    assert "9-876" in page
    answer = staff.press(f"/queue/{person.uid}/form-id")
    assert "1111-2222-3333-4444-5559-876" in answer.text
    entries = desk.services.kiosk_store.audit.list(person.uid)
    assert [entry.event for entry in entries] == ["form_id_shown"]


def test_number_keyed_once_is_compared_before_it_can_be_accepted(desk: Desk) -> None:
    person = desk.applicant(form_id="11112222333344445559876", **{FORM_KEYED: KEYED_ONCE})
    staff = desk.signed_in()
    staff.press(f"/queue/{person.uid}/claim")
    assert "見比べてください" in staff.see(f"/queue/{person.uid}")
    with pytest.raises(Refused, match=r"queue\.error_form_not_compared"):
        accept(desk.services, person.uid, "demo", "E-1", person.version)
    staff.press(f"/queue/{person.uid}/form-id-agrees")
    staff.press(f"/queue/{person.uid}/form-id-agrees")
    page = staff.see(f"/queue/{person.uid}")
    assert "見比べてください" not in page
    assert [entry.event for entry in desk.services.kiosk_store.audit.list(person.uid)].count("form_id_compared") == 1
    with pytest.raises(Refused, match=r"queue\.error_check_again"):
        accept(desk.services, person.uid, "demo", "E-1", person.version + 1)


def test_one_case_has_one_holder(desk: Desk) -> None:
    person = desk.applicant()
    mine, theirs = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    assert mine.press(f"/queue/{person.uid}/claim").status_code == 303
    for path in ("claim", "form-id"):
        assert theirs.press(f"/queue/{person.uid}/{path}").status_code == 409
    answer = theirs.press(f"/queue/{person.uid}/return", reason="photo", version=person.version)
    assert answer.status_code == 409
    assert "が 10:00 から担当" in theirs.see(f"/queue/{person.uid}")
    assert desk.store.applications.get(person.uid).state is _A.SUBMITTED


def test_take_over_needs_a_reason_and_stops_the_first_holder(desk: Desk) -> None:
    """A claim is taken over while the first holder is in the middle of it: their form changes nothing any more."""
    person = desk.applicant()
    mine, theirs = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    mine.press(f"/queue/{person.uid}/claim")
    assert theirs.press(f"/queue/{person.uid}/take-over", held_by="demo").status_code == 422
    answer = theirs.press(f"/queue/{person.uid}/take-over", held_by="demo", reason="away")
    assert answer.status_code == 303
    assert mine.check(person).status_code == 409
    assert mine.press(f"/queue/{person.uid}/take-over", held_by="demo", reason="away").status_code == 409
    log = desk.services.kiosk_store.audit.list(person.uid)
    assert [entry.event for entry in log] == ["claimed", "taken_over"]


def test_returned_with_a_reason_then_withdrawn(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    answer = staff.press(f"/queue/{person.uid}/return", reason="photo", words="目を開けて", version=person.version)
    assert answer.status_code == 303
    returned = desk.store.applications.get(person.uid)
    assert returned.state is _A.RETURNED
    assert returned.claimed_by is None
    assert desk.store.applications.history(person.uid)[-1].reason == "photo: 目を開けて"
    answer = staff.press(f"/queue/{person.uid}/withdraw", reason="own_wish", version=returned.version)
    assert answer.status_code == 303
    assert desk.store.applications.get(person.uid).state is _A.WITHDRAWN


@pytest.mark.parametrize("event", ["return", "withdraw", "reject"])
@pytest.mark.parametrize("fields", [{}, {"reason": "weather"}, {"reason": "other"}, {"reason": "other", "words": " "}])
def test_no_end_and_no_return_without_a_reason(desk: Desk, event: str, fields: dict[str, str]) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    answer = staff.press(f"/queue/{person.uid}/{event}", version=person.version, **fields)
    assert answer.status_code == 422
    assert "理由を選んで" in answer.text
    assert desk.store.applications.get(person.uid).state is _A.SUBMITTED


def test_things_taken_go_back_before_an_end(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    version = desk.store.applications.get(person.uid).version
    answer = staff.press(f"/queue/{person.uid}/withdraw", reason="own_wish", version=version)
    assert answer.status_code == 422
    assert "すべて返して" in answer.text
    answer = staff.press(f"/queue/{person.uid}/withdraw", reason="own_wish", given_back="yes", version=version)
    assert answer.status_code == 303
    assert [line.state for line in desk.store.custody.list(person.uid)] == ["given_back"]


@pytest.mark.parametrize("envelope", ["", "   ", "E 1", "x" * 21, "123456789012", "<b>"])
def test_accept_needs_an_envelope_number_for_what_was_taken(desk: Desk, envelope: str) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    version = desk.store.applications.get(person.uid).version
    answer = staff.press(f"/queue/{person.uid}/accept", envelope=envelope, version=version)
    assert answer.status_code == 422
    assert desk.store.applications.get(person.uid).state is _A.IDENTITY_CHECKED


def test_accept_says_itself_that_the_envelope_number_is_needed(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    page = staff.see(f"/queue/{person.uid}")
    assert f'novalidate action="/queue/{person.uid}/accept"' in page.replace('"/desk/', '"/')
    form = page[page.index(f"/queue/{person.uid}/accept") :]
    assert "必須" in form
    assert "封筒に、あらかじめ書いてある番号" in form


def test_draft_without_a_confirmed_form_is_not_called_handwritten(desk: Desk) -> None:
    draft = an_application(desk.store, ApplicationState.DRAFT, form_id=None)
    page = desk.signed_in().see(f"/queue/{draft.uid}")
    assert "まだ読み取り前・確認前" in page
    assert "手書き申請" not in page


def test_what_cannot_be_done_without_the_old_card_is_said_on_every_page_and_the_receipt(desk: Desk) -> None:
    renewal = {"application_kind": "renewal", "driving_licence": "yes", "licence_way": "number", "licence_number": "1"}
    person = desk.applicant(**renewal, old_card="hand_in", card_expiry="2026-12-20")
    staff = desk.signed_in()
    for page in (staff.see(f"/identity/{person.uid}"), staff.see(f"/queue/{person.uid}")):
        assert "このカードでは運転できません" in page
        assert "マイナ保険証は使えません" in page
    assert staff.check(person, **{"paper-old_card": "here"}).status_code == 303
    staff.press(f"/queue/{person.uid}/accept", version=desk.store.applications.get(person.uid).version, envelope="A-9")
    assert "このカードでは運転できません" in staff.see(f"/queue/{person.uid}/receipt")
    sheet = pypdfium2.PdfDocument(staff.client.get(f"/desk/queue/{person.uid}/receipt.pdf").data)
    assert "マイナ保険証は使えません" in "".join(sheet[0].get_textpage().get_text_bounded().split())
    assert len(sheet) == 1
    assert "引き継がれません" not in page
    without = {**renewal, "licence_way": "without"}
    keeps = desk.applicant(**without, old_card="keep", card_expiry="2026-12-20")
    page = staff.see(f"/queue/{keeps.uid}")
    assert "新しいカードに引き継がれません" in page
    assert "マイナ保険証は使えません" not in page


def test_one_envelope_belongs_to_one_person(desk: Desk) -> None:
    staff = desk.signed_in()
    staff.see("/queue/")
    answers = []
    for person in (desk.applicant(), desk.applicant()):
        staff.check(person)
        version = desk.store.applications.get(person.uid).version
        answers.append(staff.press(f"/queue/{person.uid}/accept", envelope="e-7", version=version).status_code)
    assert answers == [303, 422]


def test_second_tap_on_accept_is_a_calm_409_and_two_tabs_do_not_cross(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    checked = desk.store.applications.get(person.uid)
    tab = {"envelope": "E-1", "version": checked.version}
    assert staff.press(f"/queue/{person.uid}/return", reason="photo", version=person.version).status_code == 409
    assert staff.press(f"/queue/{person.uid}/accept", **tab).status_code == 303
    answer = staff.press(f"/queue/{person.uid}/accept", **tab)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert [m.event for m in desk.store.applications.history(person.uid)].count("accept") == 1


def test_correction_keeps_before_after_who_and_why(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    assert "見本 花子" in staff.see(f"/queue/{person.uid}/change/contact_name")
    fields = {"answer": "見本 華子", "reason": "misread", "version": person.version}
    assert staff.press(f"/queue/{person.uid}/change/contact_name", **fields).status_code == 303
    change = desk.store.applications.changes(person.uid)[0]
    assert (change.by, change.item, change.reason) == ("demo", "contact_name", "misread")
    assert "花子" in str(change.before)
    assert "華子" in str(change.after)
    assert staff.press(f"/queue/{person.uid}/change/contact_name", **fields).status_code == 409
    assert "華子" in staff.see(f"/queue/{person.uid}")


@pytest.mark.parametrize(
    ("item", "answer"),
    [("mail", "not a mail"), ("contact_name", "123456789018"), ("forwarding", "maybe"), ("contact_name", "x" * 500)],
)
def test_correction_obeys_the_same_rules_as_the_applicant(desk: Desk, item: str, answer: str) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    kept = desk.store.applications.get(person.uid).answers
    reply = staff.press(f"/queue/{person.uid}/change/{item}", answer=answer, reason="misread", version=person.version)
    assert reply.status_code == 422
    assert desk.store.applications.get(person.uid).answers == kept


def test_correction_of_a_birth_date_by_era(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    fields = {"era": "showa", "year": "64", "month": "1", "day": "7", "reason": "asked_for", "version": person.version}
    assert staff.press(f"/queue/{person.uid}/change/birth_date", **fields).status_code == 303
    assert desk.store.applications.get(person.uid).answers["birth_date"] == "1989-01-07"


def test_nothing_is_corrected_once_sealed(desk: Desk) -> None:
    person, staff = desk.applicant(_A.ACCEPTED), desk.signed_in()
    desk.store.applications.move_all([person.uid], ApplicationEvent.SEAL, "demo", "2026-11-24T10:00:00.000+09:00", 1)
    staff.see("/queue/")
    version = desk.store.applications.get(person.uid).version
    fields = {"answer": "no", "reason": "misread", "version": version}
    assert staff.press(f"/queue/{person.uid}/change/braille", **fields).status_code == 409


def test_operator_corrected_what_was_accepted_and_the_old_identity_check_was_sealed(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    checked = desk.store.applications.get(person.uid)
    staff.press(f"/queue/{person.uid}/accept", envelope="E-1", version=checked.version)
    page, version = staff.see(f"/queue/{person.uid}"), desk.store.applications.get(person.uid).version
    assert 'id="reopen-first"' in page
    assert "/change/" not in page
    answer = staff.press(f"/queue/{person.uid}/change/forwarding", answer="yes", reason="asked_for", version=version)
    assert answer.status_code == 409
    assert 'id="reopen-first"' in answer.text
    assert desk.store.applications.get(person.uid).answers["forwarding"] == "no"
    staff.see(f"/queue/{person.uid}/change/forwarding")
    assert staff.last is not None
    assert staff.last.headers["Location"] == f"/desk/queue/{person.uid}"
    head = desk.signed_in(REHEARSAL_SUPERVISOR)
    head.see("/queue/")
    assert head.press(f"/queue/{person.uid}/reopen", reason="asked_for", version=version).status_code == 303
    again = desk.store.applications.get(person.uid)
    fields = {"answer": "yes", "reason": "asked_for", "version": again.version}
    assert head.press(f"/queue/{person.uid}/change/forwarding", **fields).status_code == 303
    changed = desk.store.applications.get(person.uid)
    assert changed.answers["forwarding"] == "yes"
    assert head.check(changed).status_code == 409, "posted no longer fits"


XSS = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def test_every_free_text_is_shown_as_text(desk: Desk) -> None:
    person = desk.applicant(
        contact_name=XSS, photo_exception="medical", photo_exception_reason=XSS, other_municipality=XSS,
        municipality="other", birth_date="2020-03-03", representative_name=XSS, representative_present="yes",
    )  # fmt: skip
    staff = desk.signed_in()
    staff.see("/queue/")
    staff.press(f"/queue/{person.uid}/return", reason="other", words=XSS, version=person.version)
    version = desk.store.applications.get(person.uid).version
    staff.press(f"/queue/{person.uid}/change/contact_name", answer=XSS, reason="other", words=XSS, version=version)
    for path in ("", "/change/contact_name", "/change/photo_exception_reason"):
        text = staff.see(f"/queue/{person.uid}{path}")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text
    assert "<script>alert" not in staff.see(f"/queue/find?wanted={XSS}")


def test_log_of_the_day_holds_no_personal_value(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person, words="名札あり")
    version = desk.store.applications.get(person.uid).version
    fields = {"answer": "見本 華子", "reason": "other", "words": "奥様の名前", "version": version}
    staff.press(f"/queue/{person.uid}/change/contact_name", **fields)
    version = desk.store.applications.get(person.uid).version
    staff.press(f"/queue/{person.uid}/accept", envelope="E-1", version=version)
    log = repr(desk.services.kiosk_store.audit.list())
    for value in ("見本", "華子", "奥様", "名札", "1986", str(person.form_id), "example.jp"):
        assert value not in log
    assert desk.services.kiosk_store.audit.verify() > 5
    events = [entry.event for entry in desk.services.kiosk_store.audit.list(person.uid)]
    assert events == ["check_identity", "custody_taken", "changed", "accept", "custody_in_envelope", "released"]


def test_unknown_application_is_not_found(desk: Desk) -> None:
    staff = desk.signed_in()
    for path in ("/queue/nobody", "/identity/nobody", "/queue/nobody/photo.jpg", "/queue/nobody/receipt"):
        staff.see(path)
        assert staff.last is not None
        assert staff.last.status_code == 404


def test_only_what_is_accepted_has_a_receipt(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see(f"/queue/{person.uid}/receipt")
    assert staff.last is not None
    assert staff.last.status_code == 409


def test_several_are_accepted_at_once_and_the_rest_stays_with_its_reason(desk: Desk) -> None:
    staff = desk.signed_in()
    staff.see("/queue/")
    people = [desk.applicant() for _ in range(3)]
    for person in people:
        staff.check(person)
        staff.press(f"/queue/{person.uid}/release")
    page = staff.see("/queue/ready")
    assert all(person.call_number in page for person in people)
    fields = {}
    for person, envelope in zip(people, ("E-1", "E-2", "E-1"), strict=True):
        fields[f"version-{person.uid}"] = str(desk.store.applications.get(person.uid).version)
        fields[f"envelope-{person.uid}"] = envelope
    answer = staff.press("/queue/ready", **fields)
    assert answer.status_code == 422
    assert "2 件を受け付けました" in answer.text
    assert "別の人に使われています" in answer.text
    states = [desk.store.applications.get(person.uid).state for person in people]
    assert states == [_A.ACCEPTED, _A.ACCEPTED, _A.IDENTITY_CHECKED]


def test_a_colleagues_case_is_not_among_those_to_accept(desk: Desk) -> None:
    mine, theirs = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    person = desk.applicant()
    mine.see("/queue/")
    mine.check(person)
    assert person.call_number in numbers_in(words_of(mine.see("/queue/ready")))
    assert person.call_number not in numbers_in(words_of(theirs.see("/queue/ready")))


def test_correction_after_the_check_asks_for_the_check_again(desk: Desk) -> None:
    """Posted was right until the person says that their mail is forwarded."""
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    version = desk.store.applications.get(person.uid).version
    staff.press(f"/queue/{person.uid}/change/forwarding", answer="yes", reason="asked_for", version=version)
    checked = desk.store.applications.get(person.uid)
    answer = staff.press(f"/queue/{person.uid}/accept", envelope="E-1", version=checked.version)
    assert answer.status_code == 422
    assert "本人確認をやり直して" in answer.text
    assert staff.check(checked, shown="PICKUP").status_code == 303
    version = desk.store.applications.get(person.uid).version
    assert staff.press(f"/queue/{person.uid}/accept", envelope="E-1", version=version).status_code == 303


def test_nobody_is_accepted_without_a_check_on_record(desk: Desk) -> None:
    person, staff = desk.applicant(_A.IDENTITY_CHECKED), desk.signed_in()
    staff.see("/queue/")
    assert staff.press(f"/queue/{person.uid}/accept", version=person.version).status_code == 422


def test_licence_number_like_a_my_number_is_taken_after_a_second_look(desk: Desk) -> None:
    """A My Number is never kept by mistake: the value is not shown again and has to be keyed anew beside the tick."""
    renewal = {"application_kind": "renewal", "driving_licence": "yes", "licence_way": "number", "old_card": "hand_in"}
    person = desk.applicant(**renewal, card_expiry="2026-12-20", licence_number="305012345679")
    staff, path = desk.signed_in(), f"/queue/{person.uid}/change/licence_number"
    staff.see(path)
    fields = {"answer": "123456789018", "reason": "misread", "version": person.version}
    first = staff.press(path, **fields)
    assert first.status_code == 422
    assert 'name="sure"' in first.text
    assert "123456789018" not in first.text
    assert 'name="sure"' not in staff.see(path), "the tick is there only after the warning"
    assert staff.press(path, **fields, sure="yes").status_code == 303
    assert desk.store.applications.get(person.uid).answers["licence_number"] == "123456789018"
    assert desk.store.applications.changes(person.uid)[0].reason == "misread"


def test_no_answer_of_the_desk_shows_what_was_just_typed(desk: Desk) -> None:
    """A browser writes the body of an answered POST to its disk: each is answered by a redirect without a body."""
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    for path in ("change/contact_name", "return", "withdraw", "photo-exception", "question/contact_name", "form"):
        typed = {"answer": " ", "entry": "123456789018", "words": "秘密", "reason": "none", "csrf_token": staff.token}
        answer = staff.client.post(f"/desk/queue/{person.uid}/{path}", data={**typed, "version": str(person.version)})
        assert answer.status_code in (303, 409), path
        assert "秘密" not in answer.text
    answer = staff.client.post(
        f"/desk/identity/{person.uid}", data={"csrf_token": staff.token, "words": "秘密", "version": "2"}
    )
    assert (answer.status_code, "秘密" in answer.text) == (303, False)


def test_who_asks_for_a_held_form_id_is_led_to_who_holds_it(desk: Desk) -> None:
    """The button swaps a part of the page, and a refusal would otherwise be swallowed there."""
    person, mine, theirs = desk.applicant(), desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    mine.see("/queue/")
    mine.press(f"/queue/{person.uid}/claim")
    theirs.see("/queue/")
    answer = theirs.press(f"/queue/{person.uid}/form-id")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (409, f"/desk/queue/{person.uid}")
    page = theirs.see(f"/queue/{person.uid}")
    assert "ほかの係員が担当しています" in page
    assert "/take-over" in page


def test_whose_case_was_taken_over_mid_edit_sees_by_whom_and_nothing_is_lost_to_them(desk: Desk) -> None:
    person, mine, theirs = desk.applicant(), desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    mine.see(f"/identity/{person.uid}")
    mine.press(f"/queue/{person.uid}/claim")
    theirs.see("/queue/")
    fields = {"held_by": REHEARSAL_OPERATOR, "reason": "away"}
    assert theirs.press(f"/queue/{person.uid}/take-over", **fields).status_code == 303
    answer = mine.check(person)
    assert answer.status_code == 409
    assert REHEARSAL_SUPERVISOR in words_of(answer.text)
    assert "/take-over" in answer.text
    assert desk.store.identity.get(person.uid) is None


def test_history_is_told_in_words_and_a_return_says_at_once_what_to_mend(desk: Desk) -> None:
    person, staff = desk.applicant(forwarding="yes"), desk.signed_in()
    staff.see("/queue/")
    fields = {"reason": "other", "words": "聞き違い", "version": person.version}
    staff.press(f"/queue/{person.uid}/change/forwarding", answer="no", **fields)
    changed = desk.store.applications.get(person.uid)
    staff.press(
        f"/queue/{person.uid}/change/contact_name", answer="見本 華子", reason="misread", version=changed.version
    )
    version = desk.store.applications.get(person.uid).version
    staff.press(f"/queue/{person.uid}/return", reason="photo", words="目を開けて", version=version)
    page = words_of(staff.see(f"/queue/{person.uid}"))
    assert "直してもらうこと: 写真を撮り直す（目を開けて）" in page
    assert "修正 郵便の転送届: はい → いいえ demo: 聞き違い" in page
    assert "見本 花子 → 見本 華子" in page
    staff.press(
        f"/queue/{person.uid}/withdraw", reason="own_wish", version=desk.store.applications.get(person.uid).version
    )
    page = staff.see(f"/queue/{person.uid}")
    assert 'id="returned-for"' not in page
    assert "/claim" not in page, "nothing is left to be claimed for"


def test_a_held_case_offers_nothing_that_would_be_refused(desk: Desk) -> None:
    person, mine, theirs = desk.applicant(), desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    mine.see("/queue/")
    mine.press(f"/queue/{person.uid}/claim")
    assert f"/queue/{person.uid}/change/" in mine.see(f"/queue/{person.uid}")
    assert f"/queue/{person.uid}/change/" not in theirs.see(f"/queue/{person.uid}")


def test_the_wish_for_a_new_form_stands_on_the_application_s_page(desk: Desk) -> None:
    person, other = desk.applicant(reissue_wanted="old_address", without_form="yes"), desk.applicant()
    staff = desk.signed_in()
    assert "新しい申請書の希望 あり（氏名か住所が変わった）" in words_of(staff.see(f"/queue/{person.uid}"))
    assert 'id="reissue"' not in staff.see(f"/queue/{other.uid}")


def test_the_page_of_one_application_read_all_those_of_the_window(desk: Desk) -> None:
    """To name those of the same name and birth date: a fifth of a second at 10,000 applications."""
    person, twin = desk.applicant(), desk.applicant()
    staff, asked = desk.signed_in(), list[str]()
    connection = desk.store.file.tables.conn
    connection.set_trace_callback(asked.append)
    assert twin.call_number in words_of(staff.see(f"/queue/{person.uid}"))
    connection.set_trace_callback(None)
    selects = [each for each in asked if each.startswith("select") and " from applications" in each]
    assert selects
    for each in selects:
        plan, *_ = desk.store.file.rows(f"explain query plan {each}")
        assert re.search(r"\((uid|<expr>)=\?\)", plan["detail"]), (each, plan)


def test_the_page_of_one_application_asked_three_times_what_was_corrected(desk: Desk) -> None:
    person = desk.applicant()
    staff, asked = desk.signed_in(), list[str]()
    connection = desk.store.file.tables.conn
    connection.set_trace_callback(asked.append)
    staff.see(f"/queue/{person.uid}")
    connection.set_trace_callback(None)
    assert len([each for each in asked if " from changes" in each]) == 1


def test_a_second_application_of_the_same_person_went_unseen(desk: Desk) -> None:
    """The same name and birth date, keyed with another space: staff are told the other call number."""
    first, second = desk.applicant(), desk.applicant(contact_name="見本　花子")
    namesake, gone = desk.applicant(birth_date="1990-01-01"), desk.applicant(_A.WITHDRAWN)
    staff = desk.signed_in()
    flag = f"名前と生年月日が同じ申請があります: {first.call_number}。"
    assert flag in words_of(staff.see(f"/queue/{second.uid}"))
    assert gone.call_number not in words_of(staff.see(f"/queue/{second.uid}"))
    assert 'id="twins"' not in staff.see(f"/queue/{namesake.uid}")
