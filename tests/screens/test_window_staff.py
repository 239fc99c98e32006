"""Who is listed for a window works on it, and supervisors; anybody else sees none of its applications."""

from pathlib import Path

import pytest

from kiosk.actions.batch import SealOrder, count_drafts_as_abandoned, seal_window
from kiosk.actions.erase import EraseOrder, erase_window
from kiosk.actions.window import close_keeping_key, pause_window
from kiosk.domain.errors import NotAssigned
from kiosk.domain.staff import Role
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.builders import AT
from tests.desk_navigator import PASSPHRASE, Desk
from tests.page_words import numbers_in, words_of

STRANGER = "stranger"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "data")
    desk.vault.kiosk_store.staff.add(STRANGER, Role.OPERATOR, AT)
    desk.vault.put_account(STRANGER, PASSPHRASE)
    desk.vault.kiosk_store.windows.set_options(desk.window.id, {"staff": [REHEARSAL_OPERATOR]}, AT)
    return desk


def test_only_listed_staff_and_supervisors_see_the_applications(desk: Desk) -> None:
    person = desk.applicant()
    pages = ("/queue/", f"/queue/{person.uid}", f"/identity/{person.uid}", "/queue/find?wanted=0001", "/queue/ready")
    for name, status in ((REHEARSAL_OPERATOR, 200), (REHEARSAL_SUPERVISOR, 200), (STRANGER, 403)):
        staff = desk.signed_in(name)
        for path in pages:
            text = staff.see(path)
            assert staff.last is not None
            assert staff.last.status_code in ((status, 303) if status == 200 else (status,)), (name, path)
            assert status == 200 or person.call_number not in numbers_in(words_of(text))


def test_a_stranger_to_the_window_read_its_counts_of_the_day(desk: Desk) -> None:
    desk.applicant()
    for name, status in ((REHEARSAL_OPERATOR, 200), (REHEARSAL_SUPERVISOR, 200), (STRANGER, 403)):
        staff = desk.signed_in(name)
        text = staff.see("/statistics")
        assert staff.last is not None
        assert staff.last.status_code == status, name
        assert ("1 / 30" in text) is (status == 200)
    assert "担当ではありません" in text
    close_keeping_key(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    assert "開いている窓口はありません" in staff.see("/statistics"), "as for everybody"


def test_a_stranger_to_the_window_does_nothing_in_it(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in(STRANGER)
    for path in ("claim", "accept", "withdraw", "photo-take", "form-id"):
        assert staff.press(f"/queue/{person.uid}/{path}", version=person.version).status_code == 403, path
    assert staff.press(f"/windows/{desk.window.id}/pause").status_code == 403
    assert "担当ではありません" in staff.press(f"/windows/{desk.window.id}/pause").text
    with pytest.raises(NotAssigned):
        pause_window(desk.vault, desk.clock, desk.window.id, STRANGER)
    assert desk.store.applications.get(person.uid) == person


def test_a_stranger_to_the_window_abandoned_its_drafts_and_sealed_it(desk: Desk) -> None:
    draft, window_id = desk.applicant(ApplicationState.DRAFT), desk.window.id
    close_keeping_key(desk.vault, desk.clock, window_id, REHEARSAL_OPERATOR)
    staff, second = desk.signed_in(STRANGER), {"second_name": REHEARSAL_SUPERVISOR, "second_passphrase": PASSPHRASE}
    assert draft.call_number not in words_of(staff.see(f"/batch/{window_id}"))
    for path in ("abandon-drafts", "seal", "unlock", "reopen", "acknowledge", "hand-over", "pick-up", "erase"):
        answer = staff.press(f"/batch/{window_id}/{path}", passphrase=PASSPHRASE, reason="見本", sure="yes", **second)
        assert answer.status_code == 403, path
        assert "担当ではありません" in answer.text
        assert 'id="go-back" href="/desk/windows"' in answer.text
    for path in ("day-sheet.pdf", "company-report.pdf", "reopen"):
        assert staff.press(f"/windows/{window_id}/{path}", **second).status_code == 403, path
    for path in (f"/batch/{window_id}/1/file", f"/batch/{window_id}/certificate", f"/windows/{window_id}/ready"):
        assert "担当ではありません" in staff.see(path)
    with pytest.raises(NotAssigned):
        count_drafts_as_abandoned(desk.vault, desk.clock, window_id, STRANGER)
    with pytest.raises(NotAssigned):
        seal_window(desk.vault, desk.clock, SealOrder(window_id, desk.folder, STRANGER, REHEARSAL_SUPERVISOR))
    with pytest.raises(NotAssigned):
        erase_window(desk.vault, desk.clock, EraseOrder(window_id, STRANGER, REHEARSAL_SUPERVISOR))
    assert desk.services.window_store(window_id).applications.get(draft.uid) == draft


def test_the_lists_offer_nobody_a_window_that_is_not_theirs(desk: Desk) -> None:
    close_keeping_key(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    for name, is_theirs in ((REHEARSAL_OPERATOR, True), (REHEARSAL_SUPERVISOR, True), (STRANGER, False)):
        staff = desk.signed_in(name)
        assert (f'href="/desk/batch/{desk.window.id}"' in staff.see("/batch/?all=1")) is is_theirs
        assert (f'href="/desk/batch/{desk.window.id}"' in staff.see("/windows")) is is_theirs
        assert desk.window.id in staff.see("/windows")
        staff.see("/batch/")
        assert staff.last is not None
        assert staff.last.status_code == (303 if is_theirs else 200), "straight to the only one at work"


def test_a_supervisor_puts_who_stands_in_on_the_list_while_the_window_is_open(desk: Desk) -> None:
    boss, stranger = desk.signed_in(REHEARSAL_SUPERVISOR), desk.signed_in(STRANGER)
    path = f"/windows/{desk.window.id}/change"
    assert f'href="/desk{path}"' in boss.see("/windows")
    page = boss.see(path)
    assert 'name="company"' not in page, "while it is open only the head-count and the staff"
    seen = page.split('name="seen" value="')[1].split('"')[0]
    fields = {"seen": seen, "head_count": "30", "staff": [REHEARSAL_OPERATOR, STRANGER]}
    assert stranger.press(path, **fields).status_code == 403
    assert boss.press(path, **{**fields, "head_count": "many"}).status_code == 422
    assert boss.press(path, **fields).status_code == 303
    assert boss.press(path, **fields).status_code == 409, "the form is out of date now"
    stranger.see("/queue/")
    assert stranger.last is not None
    assert stranger.last.status_code == 200
    stranger.see(path)
    assert stranger.last.status_code == 403


def test_where_nobody_is_listed_everybody_works(desk: Desk) -> None:
    desk.vault.kiosk_store.windows.set_options(desk.window.id, {}, AT)
    person, staff = desk.applicant(), desk.signed_in(STRANGER)
    staff.see("/queue/")
    assert staff.press(f"/queue/{person.uid}/claim").status_code == 303
