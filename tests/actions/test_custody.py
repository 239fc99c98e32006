"""The ledger by buttons: each thing is given back or handed over once, by who holds the case, and logged."""

from pathlib import Path

from werkzeug.test import TestResponse

from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_SUPERVISOR
from tests.desk_navigator import Desk


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
