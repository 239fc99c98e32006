import threading
from pathlib import Path

import pytest

from kiosk.domain.errors import FormAlreadyUsed, NotAllowedNow, NotFound, TappedFirst
from kiosk.domain.states import ApplicationEvent as Event
from kiosk.domain.states import ApplicationState as State
from kiosk.store.window_file import WindowStore
from tests.builders import AT, FORM_ID, a_rehearsal_vault, a_window, an_application


@pytest.fixture
def store(tmp_path: Path) -> WindowStore:
    vault = a_rehearsal_vault(tmp_path)
    return vault.window_store(a_window(vault).id)


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.ACCEPTED, State.RETURNED, State.WITHDRAWN])
def test_every_move_on_the_way_is_kept_with_its_person(store: WindowStore, state: State) -> None:
    application = an_application(store, state)
    history = store.applications.history(application.uid)
    assert application.state is state
    assert [move.after for move in history][-1:] == ([state] if history else [])
    assert all(move.by == "demo" for move in history)


def test_an_answer_set_to_none_is_gone_and_the_others_stay(store: WindowStore) -> None:
    uid = an_application(store, answers={"contact_name": "見本 花子", "braille": True}).uid
    after = store.applications.save_answers(uid, {"braille": None, "phone": "0"}, AT)
    assert after.answers == {"contact_name": "見本 花子", "phone": "0"}


def test_names_come_back_as_typed_without_normalising(store: WindowStore) -> None:
    typed = "葛\U000e0100城 か\u3099 ﾊﾝｶｸ"
    uid = an_application(store, answers={"contact_name": typed}).uid
    assert store.applications.get(uid).answers["contact_name"] == typed


def test_a_stale_form_changes_nothing(store: WindowStore) -> None:
    application = an_application(store, answers={"braille": False})
    store.applications.save_answers(application.uid, {"braille": True}, AT, application.version)
    with pytest.raises(TappedFirst):
        store.applications.save_answers(application.uid, {"braille": False}, AT, application.version)
    assert store.applications.get(application.uid).answers["braille"] is True


def test_submitted_answers_are_closed_to_the_applicant(store: WindowStore) -> None:
    uid = an_application(store, State.SUBMITTED).uid
    with pytest.raises(NotAllowedNow):
        store.applications.save_answers(uid, {"braille": True}, AT)
    with pytest.raises(NotAllowedNow):
        store.applications.set_form_id(uid, FORM_ID, AT)


def test_a_form_serves_one_application_only(store: WindowStore) -> None:
    first = an_application(store, State.SUBMITTED, form_id=FORM_ID)
    second = an_application(store)
    with pytest.raises(FormAlreadyUsed) as refused:
        store.applications.set_form_id(second.uid, FORM_ID, AT)
    assert refused.value.uid == first.uid
    assert FORM_ID not in str(refused.value)


def test_a_withdrawn_application_lets_go_of_its_form(store: WindowStore) -> None:
    an_application(store, State.WITHDRAWN, form_id=FORM_ID)
    assert an_application(store, form_id=FORM_ID).form_id == FORM_ID


def test_second_tap_changes_nothing(store: WindowStore) -> None:
    uid = an_application(store, State.ACCEPTED).uid
    with pytest.raises(NotAllowedNow):
        store.applications.move(uid, Event.ACCEPT, "demo", AT)
    assert len(store.applications.history(uid)) == 3


def test_of_many_taps_at_once_exactly_one_counts(store: WindowStore) -> None:
    uids = [an_application(store, State.IDENTITY_CHECKED).uid for _ in range(10)]
    outcomes: list[str] = []
    gate = threading.Barrier(4)

    def tap() -> None:
        for uid in uids:
            gate.wait()
            try:
                store.applications.move(uid, Event.ACCEPT, "demo", AT)
                outcomes.append("done")
            except (TappedFirst, NotAllowedNow) as refused:
                outcomes.append(type(refused).__name__)

    threads = [threading.Thread(target=tap) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert outcomes.count("done") == 10
    assert len(outcomes) == 40
    assert all(len(store.applications.history(uid)) == 3 for uid in uids)


def test_two_staff_cannot_hold_one_application(store: WindowStore) -> None:
    uid = an_application(store, State.SUBMITTED).uid
    store.applications.claim(uid, "demo", AT)
    with pytest.raises(TappedFirst):
        store.applications.claim(uid, "demo-supervisor", AT)
    assert store.applications.take_over(uid, "demo-supervisor", "demo", AT).claimed_by == "demo-supervisor"
    assert store.applications.release(uid, "demo", AT).claimed_by == "demo-supervisor"
    assert store.applications.release(uid, "demo-supervisor", AT).claimed_by is None


def test_a_correction_keeps_what_stood_there_before(store: WindowStore) -> None:
    uid = an_application(store, State.SUBMITTED, answers={"phone": "1"}).uid
    store.applications.change(uid, "phone", "2", "demo", "書き間違い", AT)
    (change,) = store.applications.changes(uid)
    assert (change.before, change.after, change.reason) == ('"1"', '"2"', "書き間違い")
    assert store.applications.get(uid).answers["phone"] == "2"


def test_moving_many_is_all_or_none(store: WindowStore) -> None:
    ready = [an_application(store, State.ACCEPTED).uid for _ in range(3)]
    unready = an_application(store, State.SUBMITTED).uid
    with pytest.raises(NotAllowedNow):
        store.applications.move_all([*ready, unready], Event.SEAL, "demo", AT, 1)
    assert store.applications.counts()[State.ACCEPTED] == 3
    assert store.applications.move_all(ready, Event.SEAL, "demo", AT, 1) == 3
    assert {each.uid for each in store.applications.in_batch(1)} == set(ready)


def test_an_abandoned_draft_is_emptied_but_counted(store: WindowStore) -> None:
    uid = an_application(store, State.ABANDONED, form_id=FORM_ID, answers={"contact_name": "見本"}).uid
    store.applications.wipe(uid, AT)
    application = store.applications.get(uid)
    assert (application.form_id, application.answers) == (None, {})
    assert store.applications.counts()[State.ABANDONED] == 1


def test_unknown_applications_are_not_found(store: WindowStore) -> None:
    with pytest.raises(NotFound):
        store.applications.get("nobody")
    with pytest.raises(NotFound):
        store.applications.claim("nobody", "demo", AT)
