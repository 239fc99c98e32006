from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from kiosk.actions.window import close_window
from kiosk.batch_file.reader import check_file
from kiosk.domain.states import ApplicationState, WindowState
from kiosk.fakes import FixedClock
from kiosk.office.acknowledgement import acknowledge as write_acknowledgement
from kiosk.store.signing_key import read_key
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from kiosk.store.wraps import read_identity
from tests.builders import AT, SUPERVISOR, a_vault, a_window
from tests.builders import PASSPHRASE as REAL_PASSPHRASE
from tests.desk_navigator import PASSPHRASE, Browser, Desk
from tests.page_words import numbers_in, words_of

SECOND = {"second_name": REHEARSAL_SUPERVISOR, "second_passphrase": PASSPHRASE}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def state(desk: Desk) -> WindowState:
    return desk.services.kiosk_store.windows.get(desk.window.id).state


def after(browser: Browser, path: str, **fields: object) -> str:
    """The page a POST leads back to: always by a redirect, so that no answer to a POST is ever displayed."""
    answer = browser.press(path, **fields)
    assert answer.status_code == 303
    return browser.see(answer.location.removeprefix("/desk"))


def sealed_page(desk: Desk, browser: Browser) -> str:
    job = desk.services.live["seals"][desk.window.id]
    job.wait(30)
    return browser.see(f"/batch/{desk.window.id}")


def test_the_way_from_open_to_sealed(desk: Desk) -> None:
    desk.applicant(ApplicationState.ACCEPTED)
    browser = desk.signed_in()
    browser.see("/batch/")
    assert browser.last is not None
    assert browser.last.location.endswith(f"/batch/{desk.window.id}")
    path = f"/batch/{desk.window.id}"
    assert 'id="adds-up"' in browser.see(path)
    assert browser.press(f"{path}/close").status_code == 303
    assert state(desk) is WindowState.CLOSED
    assert 'id="seal"' in browser.see(path)
    assert browser.press(f"{path}/seal", **SECOND).status_code == 303
    page = sealed_page(desk, browser)
    (batch,) = desk.services.kiosk_store.batches.list()
    assert batch.file_name in page
    assert batch.file_name.startswith("REHEARSAL-")
    assert batch.sha256[:32] in page
    download = browser.client.get(f"/desk{path}/1/file")
    assert sha256(download.data).hexdigest() == batch.sha256
    download.close()
    assert state(desk) is WindowState.SEALED
    for place in ("/batch/", "/windows"):  # a practice folder says so also while no window is open
        assert 'class="rehearsal"' in browser.see(place)


def test_the_desk_could_not_ask_for_the_table_in_cp932(desk: Desk) -> None:
    desk.applicant(ApplicationState.ACCEPTED, contact_name="小𠮷 見本")
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser, path = desk.signed_in(), f"/batch/{desk.window.id}"
    assert "<option selected>default</option><option>cp932</option>" in browser.see(path)
    assert 'role="alert"' in after(browser, f"{path}/seal", **SECOND, profile="nosuch")
    assert state(desk) is WindowState.CLOSED
    browser.press(f"{path}/seal", **SECOND, profile="cp932")
    sealed_page(desk, browser)
    (batch,) = desk.services.kiosk_store.batches.list()
    identity = read_identity(desk.vault.folder.rehearsal_identity.read_text())
    manifest = check_file(desk.vault.folder.outbox / batch.file_name, [identity]).manifest
    assert manifest is not None
    assert manifest.profile == "cp932"
    assert {"applications.cp932.csv", "cp932-report.csv"} < {member.name for member in manifest.members}


def test_a_wrong_second_passphrase_seals_nothing(desk: Desk) -> None:
    desk.applicant(ApplicationState.ACCEPTED)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser = desk.signed_in()
    browser.see(f"/batch/{desk.window.id}")
    for fields in (
        {**SECOND, "second_passphrase": "wrong words here"},
        {**SECOND, "second_name": REHEARSAL_OPERATOR},
        {**SECOND, "second_name": "nobody"},
        {},
    ):
        assert 'role="alert"' in after(browser, f"/batch/{desk.window.id}/seal", **fields)
    assert "2人目の名前かパスフレーズが違います" in after(
        browser, f"/batch/{desk.window.id}/seal", second_name="nobody"
    )
    assert state(desk) is WindowState.CLOSED
    assert not desk.vault.folder.outbox.exists()


def test_what_does_not_add_up_is_named_with_its_way_out(desk: Desk) -> None:
    left = desk.applicant(ApplicationState.SUBMITTED)
    draft = desk.applicant(ApplicationState.DRAFT)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser = desk.signed_in()
    path = f"/batch/{desk.window.id}"
    page = browser.see(path)
    assert "difference-undecided_left" in page
    assert "difference-drafts_left" in page
    assert left.call_number in numbers_in(words_of(page))
    assert f"wanted={left.call_number}" not in page, "its page is not to be opened once the window is closed"
    assert "二人で開け直すか" in page
    assert 'role="alert"' in after(browser, f"{path}/seal", **SECOND)
    browser.press(f"{path}/abandon-drafts")
    assert "difference-drafts_left" not in browser.see(path)
    assert desk.services.window_store(desk.window.id).applications.get(draft.uid).answers == {}
    assert browser.press(f"{path}/seal", **SECOND, reason="本人が退出").status_code == 303
    assert "sealed-1" in sealed_page(desk, browser)
    assert state(desk) is WindowState.SEALED


def test_guessing_the_second_passphrase_meets_the_same_wait_as_the_door(desk: Desk) -> None:
    desk.applicant(ApplicationState.ACCEPTED)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser, path = desk.signed_in(), f"/batch/{desk.window.id}/seal"
    browser.see(f"/batch/{desk.window.id}")
    for _ in range(4):
        after(browser, path, **{**SECOND, "second_passphrase": "guess after guess"})
    assert "しばらく待って" in after(browser, path, **SECOND)
    assert state(desk) is WindowState.CLOSED
    desk.clock.tick(3700)
    browser.sign_in()
    browser.see(f"/batch/{desk.window.id}")
    assert browser.press(path, **SECOND).status_code == 303
    assert "sealed-1" in sealed_page(desk, browser)


def test_a_window_that_does_not_add_up_is_closed_only_when_that_is_meant(desk: Desk) -> None:
    draft = desk.applicant(ApplicationState.DRAFT)
    browser, path = desk.signed_in(), f"/batch/{desk.window.id}"
    page = browser.see(path)
    assert "締めたあとは、この画面に出る「中止として数える」" in page
    assert "abandon-drafts" not in page
    assert "確認の欄に印をつけてください" in after(browser, f"{path}/close")
    assert state(desk) is WindowState.OPEN
    at_screen = browser.see(f"/queue/{draft.uid}")
    assert "申請者の画面で入力中です" in at_screen
    browser.see(path)
    assert browser.press(f"{path}/close", anyway="yes").status_code == 303
    assert state(desk) is WindowState.CLOSED


def test_closing_names_each_thing_still_open_and_the_way_to_it(desk: Desk) -> None:
    person = desk.applicant(ApplicationState.ACCEPTED)
    line = desk.store.custody.take(person.uid, "old_card", 2, REHEARSAL_OPERATOR, AT)
    browser, path = desk.signed_in(), f"/batch/{desk.window.id}"
    page = browser.see(path)
    assert f'href="/desk/queue/{person.uid}#items">{person.call_number}</a>' in page
    assert "今のマイナンバーカード 2点" in words_of(page)
    assert "封筒なし" in words_of(page)
    assert 'id="items"' in browser.see(f"/queue/{person.uid}")
    browser.see(path)
    refused = after(browser, f"{path}/close", anyway="yes")
    assert "受付を締めていません" in refused
    assert state(desk) is WindowState.OPEN
    browser.see(f"/queue/{person.uid}")
    assert browser.press(f"/queue/{person.uid}/items/{line.id}/give_back", reason="asked_for").status_code == 303
    assert 'id="close-custody"' not in browser.see(path)
    browser.press(f"{path}/close")
    assert state(desk) is WindowState.CLOSED


def test_a_second_person_and_a_reason_close_over_an_open_item(desk: Desk) -> None:
    person = desk.applicant(ApplicationState.ACCEPTED)
    desk.store.custody.take(person.uid, "old_card", 1, REHEARSAL_OPERATOR, AT)
    browser, path = desk.signed_in(), f"/batch/{desk.window.id}"
    browser.see(path)
    close, why = f"{path}/close", "旧カードを置いて帰った"
    assert "2人目" in after(browser, close, **{**SECOND, "second_passphrase": "wrong"}, reason=why, anyway="yes")
    assert why in after(browser, close, reason=why, anyway="yes"), "what was typed is there again"
    for fields in ({**SECOND, "anyway": "yes"}, {**SECOND, "reason": why}, {"reason": why, "anyway": "yes"}):
        assert 'role="alert"' in after(browser, close, **fields)
        assert state(desk) is WindowState.OPEN
    assert 'role="alert"' not in after(browser, close, **SECOND, reason=why, anyway="yes")
    assert state(desk) is WindowState.CLOSED
    page = words_of(browser.see(path))
    assert "今のマイナンバーカード" in page, "what was left is still said where the window is sealed"
    assert f"/queue/{person.uid}" not in browser.see(path)


def test_a_closed_window_is_opened_again_by_two(desk: Desk) -> None:
    desk.applicant(ApplicationState.SUBMITTED)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser = desk.signed_in()
    path = f"/batch/{desk.window.id}"
    assert 'id="reopen"' in browser.see(path)
    assert 'role="alert"' in after(browser, f"{path}/reopen", **SECOND, reason=" ")
    assert 'role="alert"' in after(browser, f"{path}/reopen", second_name="nobody", reason="残りがある")
    assert state(desk) is WindowState.CLOSED
    assert browser.press(f"{path}/reopen", **SECOND, reason="残りがある").status_code == 303
    assert state(desk) is WindowState.OPEN


def test_a_reason_with_what_may_be_a_my_number_is_neither_kept_nor_shown_again(desk: Desk) -> None:
    browser, path, number = desk.signed_in(), f"/batch/{desk.window.id}", "123456789018"
    desk.applicant(ApplicationState.DRAFT)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    page = browser.see(path)
    assert page.count('name="reason"') == page.count('maxlength="200" autocomplete="off"') == 2
    for deed in ("reopen", "seal"):
        page = after(browser, f"{path}/{deed}", **SECOND, reason=f"見本 {number}")
        assert "マイナンバーかもしれない" in page
        assert number not in page
    page = after(browser, f"{path}/reopen", **SECOND, reason="長" * 201)
    assert "200文字まで" in page
    assert "長" * 201 in page, "what was typed is there to be shortened"
    assert state(desk) is WindowState.CLOSED


def test_a_second_tap_makes_no_second_batch(desk: Desk) -> None:
    desk.applicant(ApplicationState.ACCEPTED)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser = desk.signed_in()
    browser.see(f"/batch/{desk.window.id}")
    for _ in range(2):
        browser.press(f"/batch/{desk.window.id}/seal", **SECOND)
    sealed_page(desk, browser)
    assert [each.seq for each in desk.services.kiosk_store.batches.list()] == [1]


def test_progress_ends_with_the_way_back_to_the_page(desk: Desk) -> None:
    browser = desk.signed_in()
    browser.see(f"/batch/{desk.window.id}/progress")
    assert browser.last is not None
    assert browser.last.headers["HX-Redirect"].endswith(f"/batch/{desk.window.id}")


def test_another_file_of_that_name_stays_and_the_page_says_so(desk: Desk) -> None:
    desk.applicant(ApplicationState.ACCEPTED)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    outbox = desk.vault.folder.outbox
    outbox.mkdir()
    there = outbox / f"REHEARSAL-demo-city-{desk.window.id}-1.mab"
    there.write_bytes(b"there")
    browser = desk.signed_in()
    browser.see(f"/batch/{desk.window.id}")
    browser.press(f"/batch/{desk.window.id}/seal", **SECOND)
    assert "同じ名前のファイル" in sealed_page(desk, browser)
    assert there.read_bytes() == b"there"


def test_an_unknown_window_or_file_is_a_calm_404(desk: Desk) -> None:
    browser = desk.signed_in()
    for path in ("/batch/20261124-none", f"/batch/{desk.window.id}/7/file"):
        browser.see(path)
        assert browser.last is not None
        assert browser.last.status_code == 404


def test_after_a_real_closing_the_passphrase_is_asked_for_again(desk: Desk, tmp_path: Path) -> None:
    clock = FixedClock()
    vault = a_vault(tmp_path / "real", clock)
    window = a_window(vault)
    desk.services.vault = vault
    browser = desk.browser()
    assert browser.sign_in(SUPERVISOR, REAL_PASSPHRASE).status_code == 303
    path = f"/batch/{window.id}"
    browser.see(path)
    browser.press(f"{path}/close")
    assert 'id="sum-started"' not in browser.see(path)
    assert 'role="alert"' in after(browser, f"{path}/unlock", passphrase="wrong words here")
    assert browser.press(f"{path}/unlock", passphrase=REAL_PASSPHRASE).status_code == 303
    assert 'id="sum-started"' in browser.see(path)


def test_the_offices_answer_is_taken_up_at_the_desk(desk: Desk, tmp_path: Path) -> None:
    desk.applicant(ApplicationState.ACCEPTED)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser, folder, path = desk.signed_in(), desk.vault.folder, f"/batch/{desk.window.id}"
    browser.see(path)
    browser.press(f"{path}/seal", **SECOND)
    assert 'id="waiting-1"' in sealed_page(desk, browser)
    (file,) = folder.outbox.iterdir()
    checked = check_file(file, [read_identity(folder.rehearsal_identity.read_text("utf-8"))])
    office = read_key(folder.rehearsal_office.read_text("ascii"))
    answer = write_acknowledgement(checked, office, desk.clock.now(), tmp_path).read_bytes()
    for spoilt in (b"", answer[:-9]):
        assert "受領確認ファイルではありません" in after(browser, f"{path}/acknowledge", ack=(BytesIO(spoilt), "a.ack"))
    assert "ファイルを選んでください" in after(browser, f"{path}/acknowledge")
    assert 'role="alert"' not in browser.see(path)
    assert browser.press(f"{path}/acknowledge", ack=(BytesIO(answer), "a.ack")).status_code == 303
    page = browser.see(path)
    assert 'id="acknowledged-1"' in page
    assert 'id="acknowledge"' not in page
    assert state(desk) is WindowState.ACKNOWLEDGED


def test_a_sealed_application_is_corrected_at_the_desk_once_the_window_is_open_again(desk: Desk) -> None:
    made = desk.applicant(ApplicationState.ACCEPTED)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    browser, path = desk.signed_in(REHEARSAL_SUPERVISOR), f"/batch/{desk.window.id}"
    second = {"second_name": REHEARSAL_OPERATOR, "second_passphrase": PASSPHRASE}
    browser.see(path)
    browser.press(f"{path}/seal", **second)
    sealed_page(desk, browser)
    assert browser.press(f"{path}/reopen", **second, reason="訂正").status_code == 303
    table = desk.services.window_store().applications
    page = browser.see(f"/queue/{made.uid}")
    assert f"/queue/{made.uid}/reopen" in page
    version = table.get(made.uid).version
    answer = browser.press(f"/queue/{made.uid}/reopen", reason="misread", version=str(version))
    assert answer.status_code in (200, 303), answer.get_data(as_text=True)
    assert table.get(made.uid).state is ApplicationState.SUBMITTED
