"""The ledger by buttons: each thing is given back or handed over once, by who holds the case, and logged."""

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from kiosk.actions.batch import balance_window
from kiosk.actions.window import close_window
from kiosk.domain.errors import CustodyOpen
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.desk_navigator import Browser, Desk
from tests.page_words import words_of


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def press(desk: Desk, staff: Browser, uid: str, deed: str, **fields: str) -> TestResponse:
    """Press a button of the application's page as it now is."""
    return staff.press(f"/queue/{uid}/{deed}", version=str(desk.store.applications.get(uid).version), **fields)


def handed_over(desk: Desk, staff: Browser) -> tuple[str, int]:
    """Somebody accepted whose one thing the office has: the uid and the ledger's line."""
    person = desk.applicant()
    staff.see("/queue/")
    staff.check(person)
    assert press(desk, staff, person.uid, "accept", envelope="E-1").status_code == 303
    (line,) = desk.store.custody.list(person.uid)
    assert press(desk, staff, person.uid, f"items/{line.id}/hand_over").status_code == 303
    return person.uid, line.id


def test_things_go_back_or_to_the_office_once_and_are_logged(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    person, stranger = desk.applicant(ApplicationState.ACCEPTED), desk.applicant(ApplicationState.SUBMITTED)
    staff = desk.signed_in()
    first = desk.store.custody.take(person.uid, "pin_request_sheet", 1, "demo", "2026-11-24T10:00:00.000+09:00")
    second = desk.store.custody.take(person.uid, "notification_card", 1, "demo", "2026-11-24T10:00:00.000+09:00")
    desk.store.custody.put_in_envelope(second.id, "A-1", "demo", "2026-11-24T10:00:00.000+09:00")
    page = staff.see(f"/queue/{person.uid}")
    assert f'id="hand_over-{second.id}"' in page
    assert f'id="hand_over-{first.id}"' not in page
    assert staff.press(f"/queue/{stranger.uid}/items/{first.id}/give_back").status_code == 404
    assert staff.press(f"/queue/{person.uid}/items/{first.id}/burn").status_code == 404
    assert staff.press(f"/queue/{person.uid}/items/{first.id}/hand_over").status_code == 409
    path, why = f"/queue/{person.uid}/items/{first.id}/give_back", "taken_by_mistake"
    assert staff.press(path).status_code == 422, "what goes back needs a reason"
    assert staff.press(path, reason="weather").status_code == 422
    assert staff.press(path, reason=why).status_code == 303
    assert staff.press(path, reason=why).status_code == 409
    log = desk.services.kiosk_store.audit.list(person.uid)
    assert [entry.detail for entry in log if entry.event == "custody_given_back"] == [f"{first.item}: {why}"]
    assert staff.press(f"/queue/{person.uid}/items/{second.id}/hand_over").status_code == 303
    assert [line.state for line in desk.store.custody.list(person.uid)] == ["given_back", "handed_over"]
    assert desk.store.custody.open_items() == []
    logged = [(each.event, each.detail) for each in desk.vault.kiosk_store.audit.list() if each.subject == person.uid]
    assert ("custody_given_back", f"pin_request_sheet: {why}") in logged
    assert ("custody_handed_over", "notification_card") in logged


def test_papers_of_a_rejected_person_were_noted_as_with_the_office_and_the_ledger_closed(tmp_path: Path) -> None:
    """Accepted, taken back by a supervisor, handed over, rejected: nothing was left open in the ledger."""
    desk = Desk(tmp_path / "data")
    person, staff = desk.applicant(), desk.signed_in(REHEARSAL_SUPERVISOR)
    staff.see("/queue/")
    staff.check(person)

    def press(deed: str, **fields: str) -> TestResponse:
        version = str(desk.store.applications.get(person.uid).version)
        return staff.press(f"/queue/{person.uid}/{deed}", version=version, **fields)

    assert press("accept", envelope="E-1").status_code == 303
    (line,) = desk.store.custody.list(person.uid)
    assert f'id="hand_over-{line.id}"' in staff.see(f"/queue/{person.uid}")
    assert press("reopen", reason="asked_for").status_code == 303
    assert f'id="hand_over-{line.id}"' not in staff.see(f"/queue/{person.uid}")
    refused = press(f"items/{line.id}/hand_over")
    assert (refused.status_code, "役所には渡せません" in refused.text) == (422, True)
    assert press("reject", reason="own_wish").status_code == 422, "first it goes back"
    assert press("reject", reason="own_wish", given_back="yes").status_code == 303
    assert [each.state for each in desk.store.custody.list(person.uid)] == ["given_back"]


@pytest.mark.parametrize(("first", "end"), [("reopen", "reject"), ("", "withdraw")])
def test_what_the_office_had_of_a_person_it_will_not_serve_was_off_the_ledger(desk: Desk, first: str, end: str) -> None:
    """Handed over, then rejected or withdrawn: the ledger was closed, and the thing stood on no page any more."""
    staff = desk.signed_in(REHEARSAL_SUPERVISOR)
    uid, line = handed_over(desk, staff)
    assert balance_window(desk.vault, desk.window.id).custody_open == 0
    if first:
        assert press(desk, staff, uid, first, reason="asked_for").status_code == 303
    assert press(desk, staff, uid, end, reason="own_wish").status_code == 303, "nothing of it is here"
    assert balance_window(desk.vault, desk.window.id).custody_open == 1
    with pytest.raises(CustodyOpen):
        close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    left = words_of(staff.see(f"/batch/{desk.window.id}")).split("行き先の決まっていない預り物が")[1]
    assert "暗証番号設定依頼書" in left
    page = staff.see(f"/queue/{uid}")
    assert f'id="at-office-{line}"' in page
    assert f'id="fetch_back-{line}"' in page
    assert press(desk, staff, uid, f"items/{line}/fetch_back").status_code == 422, "it needs a reason"
    back = {"reason": "not_accepted"}
    assert press(desk, staff, uid, f"items/{line}/give_back", **back).status_code == 409, "a page of before"
    assert press(desk, staff, uid, f"items/{line}/fetch_back", **back).status_code == 303
    assert press(desk, staff, uid, f"items/{line}/fetch_back", **back).status_code == 409
    assert [each.state for each in desk.store.custody.list(uid)] == ["given_back"]
    assert balance_window(desk.vault, desk.window.id).adds_up
    log = [(each.event, each.detail) for each in desk.services.kiosk_store.audit.list(uid)]
    assert ("custody_fetched_back", "pin_request_sheet: not_accepted") in log


def test_a_check_done_again_took_a_second_time_what_the_office_had(desk: Desk) -> None:
    staff = desk.signed_in(REHEARSAL_SUPERVISOR)
    uid, line = handed_over(desk, staff)
    assert press(desk, staff, uid, "reopen", reason="asked_for").status_code == 303
    assert f'id="at-office-{line}"' in staff.see(f"/queue/{uid}")
    staff.check(desk.store.applications.get(uid))
    assert [each.state for each in desk.store.custody.list(uid)] == ["handed_over"]
    assert 'name="envelope"' not in staff.see(f"/queue/{uid}"), "nothing is left to go into one"
    assert press(desk, staff, uid, "accept").status_code == 303
    assert balance_window(desk.vault, desk.window.id).adds_up


def test_a_receipt_printed_again_left_out_what_the_office_has_by_then(desk: Desk) -> None:
    staff = desk.signed_in(REHEARSAL_SUPERVISOR)
    uid, _ = handed_over(desk, staff)
    receipt = words_of(staff.see(f"/queue/{uid}/receipt"))
    assert "暗証番号設定依頼書" in receipt
    assert "E-1" in receipt
