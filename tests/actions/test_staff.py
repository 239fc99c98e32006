import time
from pathlib import Path

import pytest

from kiosk.actions.staff import add_account, change_passphrase, confirm_second, disable_account, install, sign_in
from kiosk.domain.errors import NotPermitted, NotSignedIn, Refused, SecondPersonNeeded
from kiosk.domain.staff import Role, lockout_seconds
from kiosk.fakes import FixedClock
from kiosk.store.data_folder import default_folder
from kiosk.store.vault import Vault
from kiosk.store.wraps import Argon2Cost
from tests.builders import CHEAP, PASSPHRASE, SUPERVISOR, a_vault, a_window

OPERATOR, OTHER = "係", "operator passphrase"
CLOCK = FixedClock()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = a_vault(tmp_path)
    add_account(vault, CLOCK, OPERATOR, Role.OPERATOR, OTHER, SUPERVISOR)
    return vault


def test_the_last_sign_in_is_shown_at_the_next_one(vault: Vault) -> None:
    clock = FixedClock()
    assert sign_in(vault, clock, OPERATOR, OTHER).last_time is None
    clock.tick(3600)
    assert sign_in(vault, clock, OPERATOR, OTHER).last_time == "2026-11-24T10:00:00.000+09:00"
    assert [entry.event for entry in vault.kiosk_store.audit.list(OPERATOR)].count("signed_in") == 2


def test_a_wrong_passphrase_is_logged_for_known_names_only(vault: Vault) -> None:
    for name in (OPERATOR, "a passphrase in the wrong field"):
        with pytest.raises(NotSignedIn):
            sign_in(vault, CLOCK, name, "wrong")
    entries = vault.kiosk_store.audit.list()
    assert [each.subject for each in entries if each.event == "sign_in_refused"] == [OPERATOR]
    assert not [each for each in entries if "wrong field" in str(each)]


def test_a_disabled_account_signs_in_no_more(vault: Vault) -> None:
    disable_account(vault, CLOCK, OPERATOR, SUPERVISOR)
    with pytest.raises(NotSignedIn):
        sign_in(vault, CLOCK, OPERATOR, OTHER)


def test_roles_are_kept(vault: Vault) -> None:
    with pytest.raises(NotPermitted):
        add_account(vault, CLOCK, "新人", Role.OPERATOR, "long passphrase", OPERATOR)
    with pytest.raises(NotPermitted):
        disable_account(vault, CLOCK, SUPERVISOR, OPERATOR)
    with pytest.raises(Refused):
        disable_account(vault, CLOCK, SUPERVISOR, SUPERVISOR)
    assert all(account.is_active for account in vault.kiosk_store.staff.list())


def test_a_second_person_is_another_one_and_one_of_the_two_a_supervisor(vault: Vault) -> None:
    assert confirm_second(vault, OPERATOR, SUPERVISOR, PASSPHRASE).name == SUPERVISOR
    with pytest.raises(SecondPersonNeeded):
        confirm_second(vault, OPERATOR, OPERATOR, OTHER)
    with pytest.raises(NotSignedIn):
        confirm_second(vault, OPERATOR, SUPERVISOR, "wrong")
    add_account(vault, CLOCK, "係二", Role.OPERATOR, "third passphrase", SUPERVISOR)
    with pytest.raises(NotPermitted):
        confirm_second(vault, OPERATOR, "係二", "third passphrase")


@pytest.mark.parametrize("name", ["", " ", " x", "x" * 41, "a\nb"])
def test_a_name_that_is_none_is_refused(vault: Vault, name: str) -> None:
    with pytest.raises(Refused):
        add_account(vault, CLOCK, name, Role.OPERATOR, "long passphrase", SUPERVISOR)


def test_a_taken_name_and_a_short_passphrase_are_refused_and_leave_nothing(vault: Vault) -> None:
    with pytest.raises(Refused):
        add_account(vault, CLOCK, OPERATOR, Role.OPERATOR, "long passphrase", SUPERVISOR)
    with pytest.raises(Refused):
        add_account(vault, CLOCK, "新人", Role.OPERATOR, "short", SUPERVISOR)
    assert {each.name for each in vault.kiosk_store.staff.list()} == {SUPERVISOR, OPERATOR}
    sign_in(vault, CLOCK, OPERATOR, OTHER)


def test_a_changed_passphrase_replaces_the_old_one_everywhere(vault: Vault, tmp_path: Path) -> None:
    window = a_window(vault)
    change_passphrase(vault, CLOCK, OPERATOR, OTHER, "a new passphrase")
    again = Vault(tmp_path, now=CLOCK.now, cost=CHEAP)
    with pytest.raises(NotSignedIn):
        again.unlock(OPERATOR, OTHER)
    again.unlock(OPERATOR, "a new passphrase")
    again.window_store(window.id)


def test_the_wait_grows_to_an_hour_and_no_further() -> None:
    assert [lockout_seconds(n) for n in range(1, 8)] == [0, 0, 0, 10, 20, 40, 80]
    assert lockout_seconds(50) == lockout_seconds(10_000) == 3600


def test_an_unknown_name_takes_as_long_as_a_wrong_passphrase(tmp_path: Path) -> None:
    vault = Vault(tmp_path, cost=Argon2Cost(time_cost=4, memory_kib=32 * 1024, parallelism=1))
    install(vault, SUPERVISOR, PASSPHRASE)

    def seconds(name: str) -> float:
        started = time.perf_counter()
        with pytest.raises(NotSignedIn):
            vault.unlock(name, "wrong passphrase")
        return time.perf_counter() - started

    known, unknown = min(seconds(SUPERVISOR) for _ in range(3)), min(seconds(name) for name in ("x", "y", "z"))
    assert unknown > known / 2  # without the decoy it takes a hundredth


def test_the_data_folder_is_the_one_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KIOSK_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "madoguchi-kiosk"
    assert default_folder("/srv/kiosk") == Path("/srv/kiosk")
    monkeypatch.setenv("KIOSK_DATA", str(tmp_path / "named"))
    assert default_folder("/srv/kiosk") == tmp_path / "named"
