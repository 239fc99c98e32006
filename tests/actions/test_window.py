from datetime import date
from pathlib import Path

import pytest

from kiosk.actions.batch import SealOrder, seal_window
from kiosk.actions.erase import EraseOrder, erase_window
from kiosk.actions.staff import add_account
from kiosk.actions.window import (
    change_window,
    close_window,
    make_window,
    open_window,
    pause_window,
    reopen_window,
    resume_window,
)
from kiosk.domain.errors import (
    AnswerRefused,
    CustodyOpen,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    Refused,
    SecondPersonNeeded,
    TappedFirst,
)
from kiosk.domain.staff import Role
from kiosk.domain.states import ApplicationState
from kiosk.domain.states import WindowState as State
from kiosk.domain.window import check_plan
from kiosk.fakes import FixedClock
from kiosk.store.vault import Vault
from tests.builders import AT, SUPERVISOR, a_plan, a_rehearsal_vault, a_vault, a_window, an_application

CLOCK = FixedClock()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = a_vault(tmp_path)
    add_account(vault, CLOCK, "係", Role.OPERATOR, "operator passphrase", SUPERVISOR)
    return vault


def test_a_window_walks_its_states_and_each_move_keeps_its_person(vault: Vault) -> None:
    window = a_window(vault, opened=False)
    open_window(vault, CLOCK, window.id, "係")
    pause_window(vault, CLOCK, window.id, "係")
    resume_window(vault, CLOCK, window.id, "係")
    assert close_window(vault, CLOCK, window.id, "係").state is State.CLOSED
    history = vault.kiosk_store.windows.history(window.id)
    assert [move.after for move in history] == [State.OPEN, State.PAUSED, State.OPEN, State.CLOSED]
    assert {move.by for move in history} == {"係"}
    entries = [entry.event for entry in vault.kiosk_store.audit.list(window.id)]
    assert entries == ["window_made", "window_open", "window_pause", "window_resume", "window_close"]


def test_only_one_window_is_open_at_a_time(vault: Vault) -> None:
    a_window(vault)
    second = a_window(vault, opened=False)
    with pytest.raises(NotAllowedNow):
        open_window(vault, CLOCK, second.id, SUPERVISOR)
    assert vault.kiosk_store.windows.get(second.id).state is State.PLANNED


def test_a_second_tap_on_close_is_refused_and_changes_nothing(vault: Vault) -> None:
    window = a_window(vault)
    close_window(vault, CLOCK, window.id, SUPERVISOR)
    with pytest.raises(NotAllowedNow):
        close_window(vault, CLOCK, window.id, SUPERVISOR)
    assert len(vault.kiosk_store.windows.history(window.id)) == 2


def test_nothing_closes_with_an_open_item_of_the_ledger(vault: Vault) -> None:
    window = a_window(vault)
    store = vault.window_store(window.id)
    person = an_application(store, ApplicationState.ACCEPTED)
    line = store.custody.take(person.uid, "old_card", 1, "係", AT)
    for who in (SUPERVISOR, "係"):
        with pytest.raises(CustodyOpen) as refused:
            close_window(vault, CLOCK, window.id, who, second=SUPERVISOR, reason=" ")
        assert refused.value.many == 1
    assert vault.kiosk_store.windows.get(window.id).state is State.OPEN
    store.custody.put_in_envelope(line.id, "A-1", "係", AT)
    assert close_window(vault, CLOCK, window.id, "係").state is State.CLOSED
    assert "custody_left_open" not in [each.event for each in vault.kiosk_store.audit.list()]


def test_two_people_one_of_them_a_supervisor_pass_an_open_item_with_a_reason(vault: Vault) -> None:
    add_account(vault, CLOCK, "別の係", Role.OPERATOR, "another long passphrase", SUPERVISOR)
    window = a_window(vault)
    store = vault.window_store(window.id)
    person = an_application(store, ApplicationState.ACCEPTED)
    store.custody.take(person.uid, "old_card", 2, "係", AT)
    why = "見本さんが旧カードを置いて帰った"
    for second, refusal in (("", SecondPersonNeeded), ("係", SecondPersonNeeded), ("別の係", NotPermitted)):
        with pytest.raises(refusal):
            close_window(vault, CLOCK, window.id, "係", second=second, reason=why)
    assert vault.kiosk_store.windows.get(window.id).state is State.OPEN
    close_window(vault, CLOCK, window.id, "係", second=SUPERVISOR, reason=why)
    move = vault.kiosk_store.windows.history(window.id)[-1]
    assert (move.after, move.by, move.second, move.reason) == (State.CLOSED, "係", SUPERVISOR, why)
    log = vault.kiosk_store.audit.list()
    assert [(each.event, each.subject, each.detail) for each in log[-2:]] == [
        ("window_close", window.id, f"with {SUPERVISOR}"),
        ("custody_left_open", person.uid, "old_card x2"),
    ]
    assert why not in repr(log)


def test_what_was_agreed_changes_until_a_window_opens_and_then_the_staff_only(vault: Vault) -> None:
    """Whoever stands in for a colleague on the day can be put on the list; what applicants were asked by stays."""
    before = a_window(vault, opened=False, options={"staff": ["係"], "preset": "strict"})
    plan = a_plan(
        company="改めた会社", head_count=31, options={"preset": "counter", "staff": ["係"]}, held_on=date(2030, 1, 1)
    )
    changed = change_window(vault, CLOCK, before, plan, SUPERVISOR)
    assert (changed.company, changed.head_count, changed.options["preset"]) == ("改めた会社", 31, "counter")
    assert (changed.held_on, changed.state) == (before.held_on, State.PLANNED)
    opened = open_window(vault, CLOCK, before.id, SUPERVISOR)
    late = a_plan(company="別", head_count=40, options={"preset": "strict", "staff": ["係", "代わり"]})
    changed = change_window(vault, CLOCK, opened, late, SUPERVISOR)
    assert (changed.company, changed.head_count) == ("改めた会社", 40)
    assert dict(changed.options) == {"preset": "counter", "staff": ["係", "代わり"]}
    entries = [entry for entry in vault.kiosk_store.audit.list(before.id) if entry.event == "window_changed"]
    assert [entry.detail for entry in entries] == ["company, head_count, preset", "head_count, staff"]


def test_a_window_is_changed_by_a_supervisor_from_what_it_is_now_and_never_once_closed(vault: Vault) -> None:
    window = a_window(vault)
    with pytest.raises(NotPermitted):
        change_window(vault, CLOCK, window, a_plan(head_count=5), "係")
    with pytest.raises(AnswerRefused):
        change_window(vault, CLOCK, window, a_plan(head_count=0), SUPERVISOR)
    pause_window(vault, CLOCK, window.id, SUPERVISOR)
    with pytest.raises(TappedFirst):
        change_window(vault, CLOCK, window, a_plan(head_count=5), SUPERVISOR)
    closed = close_window(vault, CLOCK, window.id, SUPERVISOR)
    with pytest.raises(NotAllowedNow):
        change_window(vault, CLOCK, closed, a_plan(head_count=5), SUPERVISOR)
    assert vault.kiosk_store.windows.get(window.id).head_count == window.head_count


def test_an_operator_makes_no_window(vault: Vault) -> None:
    with pytest.raises(NotPermitted):
        make_window(vault, CLOCK, a_plan(), "係")


def test_an_unready_window_opens_by_a_supervisors_reason_only(vault: Vault) -> None:
    window = a_window(vault, opened=False)
    with pytest.raises(NotPermitted):
        open_window(vault, CLOCK, window.id, "係", is_ready=False, reason="急ぎ")
    with pytest.raises(Refused):
        open_window(vault, CLOCK, window.id, SUPERVISOR, is_ready=False)
    open_window(vault, CLOCK, window.id, SUPERVISOR, is_ready=False, reason="プリンターは後で届く")
    assert vault.kiosk_store.windows.history(window.id)[-1].reason == "プリンターは後で届く"


NOT_KEPT = ("123456789018", "\u202e見本", "x" * 201, "見本\x00")


@pytest.mark.parametrize("reason", NOT_KEPT)
def test_a_my_number_given_as_the_reason_for_a_window_outlived_its_erasing(vault: Vault, reason: str) -> None:
    """Reasons of windows were kept unread in kiosk.db, which stays: any length, numbers, direction marks."""
    window = make_window(vault, CLOCK, a_plan(), SUPERVISOR)
    with pytest.raises(AnswerRefused):
        open_window(vault, CLOCK, window.id, SUPERVISOR, is_ready=False, reason=reason)
    open_window(vault, CLOCK, window.id, SUPERVISOR)
    with pytest.raises(AnswerRefused):
        close_window(vault, CLOCK, window.id, SUPERVISOR, second="係", reason=reason)
    close_window(vault, CLOCK, window.id, SUPERVISOR)
    with pytest.raises(AnswerRefused):
        reopen_window(vault, CLOCK, window.id, SUPERVISOR, "係", reason)
    with pytest.raises(AnswerRefused):
        seal_window(vault, CLOCK, SealOrder(window.id, vault.folder.outbox, SUPERVISOR, "係", reason))
    with pytest.raises(AnswerRefused):
        erase_window(vault, CLOCK, EraseOrder(window.id, SUPERVISOR, "係", reason))
    assert not any(move.reason for move in vault.kiosk_store.windows.history(window.id))


def test_reopening_needs_two_people_and_a_reason(vault: Vault) -> None:
    window = a_window(vault)
    close_window(vault, CLOCK, window.id, SUPERVISOR)
    with pytest.raises(SecondPersonNeeded):
        reopen_window(vault, CLOCK, window.id, SUPERVISOR, SUPERVISOR, "遅れて来た人")
    with pytest.raises(Refused):
        reopen_window(vault, CLOCK, window.id, "係", SUPERVISOR, " ")
    reopened = reopen_window(vault, CLOCK, window.id, "係", SUPERVISOR, "遅れて来た人")
    assert reopened.state is State.OPEN
    assert vault.kiosk_store.windows.history(window.id)[-1].second == SUPERVISOR


@pytest.mark.parametrize(
    ("item", "value"),
    [("company", " "), ("place", "x" * 201), ("company", "a\nb"), ("head_count", 0), ("head_count", 10_001)],
)
def test_a_plan_that_cannot_be_a_window_names_its_item(item: str, value: object) -> None:
    with pytest.raises(AnswerRefused) as refused:
        check_plan(a_plan(**{item: value}))
    assert refused.value.item == item


def test_practice_and_real_windows_have_their_own_places(tmp_path: Path) -> None:
    practice = a_rehearsal_vault(tmp_path / "practice")
    with pytest.raises(Refused):
        a_window(practice, rehearsal=False)
    real = a_vault(tmp_path / "real")
    window = a_window(real, rehearsal=True)
    assert window.rehearsal
    assert real.folder.rehearsal_identity.exists()
    assert real.folder.rehearsal_recipient.read_text() != ""


def test_a_window_id_says_nothing_but_the_day(vault: Vault) -> None:
    window = a_window(vault, held_on=date(2026, 12, 1), opened=False)
    assert window.id.startswith("20261201-")
    assert len(window.id) == 13


def test_an_id_that_is_a_path_is_not_found(vault: Vault) -> None:
    for bad in ("../kiosk", "a/b", "", ".", "A" * 5, "nothere"):
        with pytest.raises(NotFound):
            vault.window_store(bad)
