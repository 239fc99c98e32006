"""Accounts at the desk promise: everyone changes their own, supervisors the others', no passphrase comes back."""

import logging
import re
from pathlib import Path

import pytest

from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.builders import PASSPHRASE as REAL_PASSPHRASE
from tests.builders import SUPERVISOR, a_vault, a_window
from tests.desk_navigator import PASSPHRASE, Browser, Desk

NEW, WRONG = "quite another passphrase", "a wrong passphrase"
GIVEN = {"new": NEW, "again": NEW, "own": PASSPHRASE}
FORMS = {
    "passphrase": {"old": PASSPHRASE, "new": NEW, "again": NEW},
    "add": {**GIVEN, "name": "新人", "role": "operator"},
    "reset": {**GIVEN, "name": REHEARSAL_OPERATOR},
    "shut": {"own": PASSPHRASE, "name": REHEARSAL_OPERATOR, "sure": "yes"},
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def send(staff: Browser, form: str, **changes: str) -> str:
    """Send a form of the page and see the page again."""
    staff.see("/staff")
    assert staff.press(f"/staff/{form}", **{**FORMS[form], **changes}).status_code == 303
    return staff.see("/staff")


def is_in(staff: Browser) -> bool:
    return staff.client.get("/desk/queue/").status_code == 200


def events(desk: Desk) -> list[str]:
    return [each.event for each in desk.vault.kiosk_store.audit.list()]


def test_an_operator_changes_their_own_passphrase_and_stays_signed_in(desk: Desk) -> None:
    here, elsewhere = desk.signed_in(), desk.signed_in()
    assert "前回のサインイン" in here.see("/staff")
    assert "パスフレーズを変えました" in send(here, "passphrase")
    assert is_in(here)
    assert not is_in(elsewhere)
    assert desk.browser().sign_in().status_code == 401
    assert desk.browser().sign_in(passphrase=NEW).status_code == 303
    assert "passphrase_changed" in events(desk)


@pytest.mark.parametrize(
    ("changes", "words", "status"),
    [
        ({"old": WRONG}, "あなたの今のパスフレーズが違います", 401),
        ({"again": NEW + "x"}, "2回の入力が違います", 422),
        ({"new": "short", "again": "short"}, "10文字以上", 422),
        ({"new": "", "again": ""}, "10文字以上", 422),
    ],
)
def test_a_change_that_is_refused_changes_nothing_and_keeps_the_sign_in(
    desk: Desk, changes: dict[str, str], words: str, status: int
) -> None:
    staff = desk.signed_in()
    page = send(staff, "passphrase", **changes)
    assert words in page
    assert staff.last is not None
    assert staff.last.status_code == status
    assert is_in(staff)
    assert desk.browser().sign_in().status_code == 303


def test_wrong_old_passphrases_meet_the_growing_wait_of_the_door(desk: Desk) -> None:
    staff = desk.signed_in()
    for _ in range(4):
        send(staff, "passphrase", old=WRONG)
    assert re.search(r"10:00:\d\d まで", send(staff, "passphrase"))
    assert desk.browser().sign_in().status_code == 429, "the door is shut as well"
    assert is_in(staff), "who is in stays in"
    desk.clock.tick(11)
    staff.press("/touch")
    assert "パスフレーズを変えました" in send(staff, "passphrase")
    assert events(desk).count("sign_in_refused") == 6


def test_everyone_sees_the_accounts_and_only_supervisors_the_forms(desk: Desk) -> None:
    operator, boss = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    for page in (operator.see("/staff"), boss.see("/staff")):
        assert "2026-11-24 10:00" in page
        assert page.count("有効") == 2
        assert 'id="to-staff"' in page
    assert 'action="/desk/staff/passphrase"' in operator.see("/staff")
    for form in ("add", "reset", "shut"):
        assert f'action="/desk/staff/{form}"' not in operator.see("/staff")
        assert f'action="/desk/staff/{form}"' in boss.see("/staff")


@pytest.mark.parametrize("form", ["add", "reset", "shut"])
def test_an_operator_who_knows_the_address_is_refused_in_calm_words(desk: Desk, form: str) -> None:
    operator = desk.signed_in()
    before = (desk.vault.folder.keyring.read_bytes(), events(desk))
    for name in (REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, "新人"):
        answer = operator.press(f"/staff/{form}", **{**FORMS[form], "name": name})
        assert answer.status_code == 403
        assert "責任者に頼んでください" in answer.text
        assert 'class="bar"' in answer.text, "in the desk's frame"
        assert PASSPHRASE not in answer.text
        assert NEW not in answer.text
    assert (desk.vault.folder.keyring.read_bytes(), events(desk)) == before, "not even a try was counted"
    assert is_in(operator)


def test_a_supervisor_adds_an_account_and_its_holder_changes_the_first_passphrase(desk: Desk) -> None:
    boss = desk.signed_in(REHEARSAL_SUPERVISOR)
    assert "「新人」のアカウントを追加しました" in send(boss, "add")
    newcomer = desk.browser()
    assert newcomer.sign_in("新人", NEW).status_code == 303
    own = "one of my own"
    assert "パスフレーズを変えました" in send(newcomer, "passphrase", old=NEW, new=own, again=own)
    assert desk.browser().sign_in("新人", own).status_code == 303
    added = [each for each in desk.vault.kiosk_store.audit.list() if each.event == "account_added"]
    assert [(each.actor, each.subject, each.detail) for each in added] == [(REHEARSAL_SUPERVISOR, "新人", "operator")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"own": WRONG}, "あなたの今のパスフレーズが違います"),
        ({"again": WRONG}, "2回の入力が違います"),
        ({"name": REHEARSAL_OPERATOR}, "同じ名前のアカウントがあります"),
        ({"name": ""}, "1文字から40文字まで"),
        ({"role": "mayor"}, "役割を選んでください"),
    ],
)
def test_an_account_that_is_refused_is_not_there_and_name_and_role_stay_typed(
    desk: Desk, changes: dict[str, str], words: str
) -> None:
    boss = desk.signed_in(REHEARSAL_SUPERVISOR)
    page = send(boss, "add", **{"role": "supervisor", **changes})
    assert words in page
    assert f'value="{changes.get("name", "新人")}"' in page
    assert ('value="supervisor" selected' in page) == ("role" not in changes)
    assert len(desk.vault.kiosk_store.staff.list()) == 2


def test_a_reset_signs_its_person_out_everywhere_and_ends_the_lockout(desk: Desk) -> None:
    boss, screens = desk.signed_in(REHEARSAL_SUPERVISOR), [desk.signed_in(), desk.signed_in()]
    door = desk.browser()
    for _ in range(4):
        door.sign_in(passphrase=WRONG)
    assert door.sign_in().status_code == 429
    assert "パスフレーズを付け直しました" in send(boss, "reset")
    assert [is_in(each) for each in screens] == [False, False]
    assert is_in(boss)
    assert door.sign_in().status_code == 401
    assert door.sign_in(passphrase=NEW).status_code == 303
    (entry,) = (each for each in desk.vault.kiosk_store.audit.list() if each.event == "passphrase_reset")
    assert (entry.actor, entry.subject) == (REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR)


def test_a_reset_by_a_command_beside_the_server_signs_out_as_well(desk: Desk) -> None:
    staff, boss = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    desk.vault.put_account(REHEARSAL_OPERATOR, NEW)
    assert not is_in(staff)
    assert is_in(boss)


def test_a_board_left_open_leads_to_the_door_by_itself(desk: Desk) -> None:
    staff = desk.signed_in()
    send(desk.signed_in(REHEARSAL_SUPERVISOR), "shut")
    answer = staff.client.get("/desk/queue/board", headers={"HX-Request": "true"})
    assert (answer.status_code, "/sign-in" in answer.headers["HX-Redirect"]) == (204, True)


def test_a_reset_with_a_wrong_own_passphrase_changes_nothing(desk: Desk) -> None:
    boss, staff = desk.signed_in(REHEARSAL_SUPERVISOR), desk.signed_in()
    assert "あなたの今のパスフレーズが違います" in send(boss, "reset", own=WRONG)
    assert "「自分のパスフレーズを変える」で" in send(boss, "reset", name=REHEARSAL_SUPERVISOR)
    assert is_in(staff)
    assert is_in(boss)
    assert desk.browser().sign_in().status_code == 303


def test_shutting_an_account_takes_a_tick_and_ends_its_sign_ins(desk: Desk) -> None:
    boss, staff = desk.signed_in(REHEARSAL_SUPERVISOR), desk.signed_in()
    assert "印を付けてください" in send(boss, "shut", sure="")
    assert is_in(staff)
    page = send(boss, "shut")
    assert "アカウントを停止しました" in page
    assert "停止<small>2026-11-24" in page
    assert not is_in(staff)
    assert desk.browser().sign_in().status_code == 401
    assert "このアカウントは停止しています" in send(boss, "reset")


def test_the_last_supervisor_stays_and_one_of_two_may_go(desk: Desk) -> None:
    boss = desk.signed_in(REHEARSAL_SUPERVISOR)
    assert "最後の責任者です" in send(boss, "shut", name=REHEARSAL_SUPERVISOR)
    assert is_in(boss)
    send(boss, "add", name="責任者二", role="supervisor")
    boss.see("/staff")
    assert boss.press("/staff/shut", **{**FORMS["shut"], "name": REHEARSAL_SUPERVISOR}).status_code == 303
    assert not is_in(boss)
    assert desk.browser().sign_in("責任者二", NEW).status_code == 303


def test_a_new_passphrase_opens_the_windows_that_are_closed_too(tmp_path: Path) -> None:
    """Their keys are not in memory at the desk; the supervisor's passphrase brings them, and they go again."""
    desk = Desk(tmp_path / "practice")
    vault = a_vault(tmp_path / "real")
    closed = a_window(vault)
    desk.services.vault = vault
    vault.forget_window(closed.id)
    boss = desk.browser()
    assert boss.sign_in(SUPERVISOR, REAL_PASSPHRASE).status_code == 303
    vault.forget_window(closed.id)
    vault.kiosk_store.windows.move(closed.id, "close", SUPERVISOR, None, None, desk.clock.now().isoformat())  # type: ignore[arg-type]
    assert "追加しました" in send(boss, "add", own=REAL_PASSPHRASE)
    assert not vault.holds(closed.id)
    vault.unlock("新人", NEW, sealed_too=True)
    assert vault.holds(closed.id)


def test_no_passphrase_is_shown_again_or_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    boss = desk.signed_in(REHEARSAL_SUPERVISOR)
    for form, refused in (("passphrase", {"old": WRONG}), ("add", {"own": WRONG}), ("reset", {"own": WRONG})):
        for page in (send(boss, form, **refused), send(boss, form, again=NEW + "x")):
            assert not re.search(f"{NEW}|{WRONG}|{PASSPHRASE}", page)
    desk.clock.tick(60)
    boss.press("/touch")
    desk.signed_in(REHEARSAL_SUPERVISOR)
    assert not re.search(f"{NEW}|{WRONG}|{PASSPHRASE}", send(boss, "reset"))
    logged = caplog.text + repr(desk.vault.kiosk_store.audit.list()) + repr(desk.services.live)
    assert not re.search(f"{NEW}|{WRONG}|{PASSPHRASE}", logged)
