"""The identity screen promises: it asks what the case needs, says what comes of it, and keeps what was seen."""

from pathlib import Path

import pytest

from kiosk.domain.queue import Application
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_SUPERVISOR
from tests.desk_navigator import FULL_CHECK, Desk

_A = ApplicationState


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def state(desk: Desk, person: Application) -> ApplicationState:
    return desk.store.applications.get(person.uid).state


def test_only_what_the_case_needs_is_asked(desk: Desk) -> None:
    staff = desk.signed_in()
    first = staff.see(f"/identity/{desk.applicant().uid}")
    assert "通知カード" in first
    assert "法定代理人" not in first
    assert 'name="paper-old_card"' not in first
    assert "own_my_number_card" not in first
    renewal = desk.applicant(application_kind="renewal", old_card="hand_in", card_expiry="2026-12-20")
    page = staff.see(f"/identity/{renewal.uid}")
    assert 'name="paper-old_card"' in page
    assert 'name="paper-juki_card"' not in page
    assert "own_my_number_card" in page
    child = staff.see(f"/identity/{desk.applicant(birth_date='2020-03-03').uid}")
    assert "法定代理人" in child
    assert 'name="paper-consent_form"' in child


def test_no_health_insurance_card_after_its_last_day(desk: Desk) -> None:
    assert "health_insurance_card" not in desk.signed_in().see(f"/identity/{desk.applicant().uid}")


def test_the_memo_is_reached_before_the_button_that_records(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.check(person)
    page = staff.see(f"/identity/{person.uid}")
    assert 0 < page.index('id="words"') < page.index('id="record"')


def test_result_and_what_is_missing_come_as_staff_tick(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see(f"/identity/{person.uid}")
    one = {key: value for key, value in FULL_CHECK.items() if not key.startswith("document-1")}
    answer = staff.press(f"/identity/{person.uid}/assess", **one)
    assert "PICKUP" in answer.text
    assert "あと1点" in answer.text
    assert "<html" not in answer.text
    assert "<select" not in answer.text  # no field comes back, so none can be overwritten
    answer = staff.press(f"/identity/{person.uid}/assess", **FULL_CHECK)
    assert "郵送できます" in answer.text
    assert "POST" in answer.text
    assert state(desk, person) is _A.SUBMITTED
    assert desk.store.identity.get(person.uid) is None


def test_nothing_is_to_be_read_out_while_a_refusal_could_still_be_mended(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see(f"/identity/{person.uid}")
    text = staff.press(f"/identity/{person.uid}/assess", **{"document-0-kind": "driving_licence"}).text
    open_part, read_out = text.split('<details id="that-is-all">')
    assert "あと必要なもの" in open_part
    assert "verdict-REJECT" not in open_part
    assert "今日は" not in open_part
    assert "今日は受け付けられません" in read_out
    settled = staff.press(f"/identity/{person.uid}/assess", **{**FULL_CHECK, "face": "no"}).text
    assert "that-is-all" not in settled
    assert "今日は受け付けられません" in settled
    assert f'href="/desk/queue/{person.uid}#deed-reject"' in settled, "the way on from a refusal"
    assert "#deed-reject" not in text


def test_card_ticked_before_it_turned_out_to_be_kept_is_not_taken(desk: Desk) -> None:
    person = desk.applicant(application_kind="renewal", old_card="keep", card_expiry="2026-12-20")
    staff = desk.signed_in()
    staff.see("/queue/")
    staff.check(person, shown="PICKUP", old_card_kept="yes", **{"paper-old_card": "here"})
    assert "old_card" not in [line.item for line in desk.store.custody.list(person.uid)]


def test_check_is_kept_with_who_when_and_which_rules(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    assert staff.check(person, words="名札あり").status_code == 303
    kept = desk.store.identity.get(person.uid)
    assert kept is not None
    assert (kept.result, kept.preset, kept.checked_by) == ("POST", "strict", "demo")
    assert kept.documents == ("driving_licence", "employee_card")
    assert kept.agreements["face"] == "yes"
    assert kept.notes["rules"] == "2026-04-01"
    assert [line.item for line in desk.store.custody.list(person.uid)] == ["pin_request_sheet"]
    assert "名札あり" in staff.see(f"/identity/{person.uid}")


def test_faces_have_to_be_compared_first(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    answer = staff.check(person, face="")
    assert answer.status_code == 422
    assert "見比べがまだ" in answer.text
    assert state(desk, person) is _A.SUBMITTED


def test_result_on_screen_that_is_no_longer_true_changes_nothing(desk: Desk) -> None:
    """The rules or the answers changed between looking and pressing: calm 409, nothing kept."""
    person, staff = desk.applicant(forwarding="yes"), desk.signed_in()
    staff.see("/queue/")
    assert staff.check(person, shown="POST").status_code == 409
    assert desk.store.identity.get(person.uid) is None
    assert desk.store.custody.list(person.uid) == []
    assert staff.check(person, shown="PICKUP").status_code == 303


def test_what_cannot_be_taken_is_not_recorded_as_checked(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    answer = staff.check(person, face="no", shown="REJECT")
    assert answer.status_code == 422
    assert state(desk, person) is _A.SUBMITTED


def test_stale_second_tap_is_a_calm_409(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    assert staff.check(person).status_code == 303
    answer = staff.check(person)
    assert answer.status_code == 409
    assert "先に別の操作が済んで" in answer.text
    moves = desk.store.applications.history(person.uid)
    assert [move.event for move in moves].count("check_identity") == 1
    assert len(desk.store.custody.list(person.uid)) == 1


def test_colleague_cannot_check_a_case_somebody_holds(desk: Desk) -> None:
    person = desk.applicant()
    mine, theirs = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    mine.see("/queue/")
    mine.press(f"/queue/{person.uid}/claim")
    assert theirs.check(person).status_code == 409
    assert state(desk, person) is _A.SUBMITTED


def test_my_number_in_the_note_is_refused_and_not_kept(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    answer = staff.check(person, words="番号 1234 5678 9018")
    assert answer.status_code == 422
    assert desk.store.identity.get(person.uid) is None


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
def test_note_is_shown_as_text_only(desk: Desk, words: str) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person, words=words)
    for page in (f"/identity/{person.uid}", f"/queue/{person.uid}"):
        text = staff.see(page)
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert 'value="49"' not in text
        assert ">49<" not in text


def test_forged_document_kinds_and_papers_count_nothing(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    answer = staff.press(
        f"/identity/{person.uid}/assess",
        **{**FULL_CHECK, "document-0-kind": "../../etc", "document-1-kind": "own_my_number_card", "paper-x": "here"},
    )
    assert answer.status_code == 200
    assert "REJECT" in answer.text


def test_checking_again_gives_back_what_is_no_longer_handed_in(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    again = desk.store.applications.get(person.uid)
    changed = {"paper-pin_request_sheet": "missing", "shown": "PICKUP"}
    assert staff.check(again, **changed).status_code == 303
    assert [line.state for line in desk.store.custody.list(person.uid)] == ["given_back"]
    assert state(desk, person) is _A.IDENTITY_CHECKED


def test_window_may_ask_by_another_preset(desk: Desk) -> None:
    desk.services.kiosk_store.windows.set_options(desk.window.id, {"preset": "counter"}, "2026-11-24T10:00:00+09:00")
    person, staff = desk.applicant(), desk.signed_in()
    staff.see("/queue/")
    answer = staff.press(f"/identity/{person.uid}/assess", **FULL_CHECK)
    assert "PICKUP" in answer.text
    assert "役所での受け取り" in answer.text


def test_result_of_an_official_app_is_kept_with_kind_and_expiry_only(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    assert 'name="ic_kind"' in staff.see(f"/identity/{person.uid}")
    for bad in (
        {"ic": "ok"},
        {"ic": "ok", "ic_kind": "bank_book"},
        {"ic": "ok", "ic_kind": "driving_licence", "ic_expiry": "soon"},
    ):
        answer = staff.check(person, **bad)
        assert answer.status_code == 422
        assert "ICチップの結果" in answer.text
    assert state(desk, person) is _A.SUBMITTED
    read = {"ic": "ok", "ic_kind": "driving_licence", "ic_expiry": "2029-05-14"}
    assert staff.check(person, **read).status_code == 303
    kept = desk.store.identity.get(person.uid)
    assert kept is not None
    assert {key: kept.agreements[key] for key in read} == read
    page = staff.see(f"/queue/{person.uid}")
    assert "運転免許証 正しい 2029-05-14" in page
    assert 'value="2029-05-14"' in staff.see(f"/identity/{person.uid}")


def held(desk: Desk, person: Application) -> list[tuple[str, int]]:
    lines = desk.store.custody.list(person.uid)
    return [(line.item, line.count) for line in lines if line.state in ("taken", "in_envelope")]


def test_a_loss_report_goes_into_the_ledger_in_place_of_the_card(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see(f"/identity/{person.uid}")
    lost = {"paper-notification_card": "loss_reported", "paper-juki_card": "loss_reported"}
    assert staff.check(person, **lost).status_code == 303
    assert held(desk, person) == [("pin_request_sheet", 1), ("loss_report", 2)]
    page = staff.see(f"/queue/{person.uid}")
    assert "紛失届 2点" in page
    assert "紛失届" in staff.see("/queue/ready")
    staff.see(f"/identity/{person.uid}")
    found = {**lost, "paper-juki_card": "here", "version": str(desk.store.applications.get(person.uid).version)}
    assert staff.check(person, **found).status_code == 303
    assert sorted(held(desk, person)) == [("juki_card", 1), ("loss_report", 1), ("pin_request_sheet", 1)]


def test_consent_forms_are_taken_by_count_and_kept_so(desk: Desk) -> None:
    answers = {"birth_date": "2020-03-03", "applying_as": "representative", "representative_present": "yes"}
    person, staff = desk.applicant(**answers), desk.signed_in()
    assert 'name="count-consent_form"' in staff.see(f"/identity/{person.uid}")
    parent = {key.replace("document-", "representative-"): value for key, value in FULL_CHECK.items()}
    papers = {"paper-consent_form": "here", "count-consent_form": "2", "paper-authority_paper": "here"}
    answer = staff.check(person, **{**parent, **papers, "representative_present": "yes"})
    assert answer.status_code == 303, answer.text
    assert ("consent_form", 2) in held(desk, person)
    page = staff.see(f"/identity/{person.uid}")
    assert '<option value="2" selected>2点</option>' in page


@pytest.mark.parametrize("count", ["0", "10", "-1", "x", ""])
def test_a_count_nobody_offered_is_one(desk: Desk, count: str) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see(f"/identity/{person.uid}")
    assert staff.check(person, **{"count-pin_request_sheet": count}).status_code == 303
    assert held(desk, person) == [("pin_request_sheet", 1)]
