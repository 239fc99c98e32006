from collections import Counter
from pathlib import Path

import pytest

from kiosk.actions.rehearsal import fill_window
from kiosk.actions.window import close_window
from kiosk.domain.errors import NotAllowedNow, Refused
from kiosk.domain.states import ApplicationState as State
from kiosk.fakes import FixedClock
from kiosk.settings import Settings
from kiosk.store.vault import REHEARSAL_OPERATOR
from tests.builders import SUPERVISOR, a_rehearsal_vault, a_vault, a_window


def test_a_filled_window_balances(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path)
    window = a_window(vault)
    assert fill_window(vault, FixedClock(), Settings(), window.id, 40, REHEARSAL_OPERATOR, seed=3) == 40
    store = vault.window_store(window.id)
    applications = store.applications.list()
    assert store.applications.counts()[State.ACCEPTED] == 40
    assert len({each.call_number for each in applications}) == 40
    assert store.custody.open_items() == []
    checks = [check for each in applications if (check := store.identity.get(each.uid))]
    for check in checks:
        seen = check.agreements
        assert bool(seen["representative_documents"]) is seen["representative_present"]
    results = Counter(check.result for check in checks)
    assert sum(results.values()) == 40
    assert set(results) <= {"POST", "PICKUP"}
    hashes = store.photos.hashes()
    assert len(set(hashes.values())) == len(hashes)
    assert len(hashes) >= 30
    for each in applications:
        photo = store.photos.get(each.uid)
        assert photo is None or photo.verdict in {"pass", "warn"}
        assert each.form_id or each.answers["without_form"] == "yes"
    assert vault.kiosk_store.audit.verify() > 80


def test_a_real_window_is_never_filled(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    with pytest.raises(Refused):
        fill_window(vault, FixedClock(), Settings(), window.id, 1, SUPERVISOR)
    assert vault.window_store(window.id).applications.list() == []


def test_a_closed_window_takes_no_practice_either(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path)
    window = a_window(vault)
    close_window(vault, FixedClock(), window.id, REHEARSAL_OPERATOR)
    with pytest.raises(NotAllowedNow):
        fill_window(vault, FixedClock(), Settings(), window.id, 1, REHEARSAL_OPERATOR)
