import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.actions.staff import (
    add_account,
    agreed,
    change_passphrase,
    confirm_second,
    disable_account,
    install,
    keys_for_now,
    reset_passphrase,
    second_for_now,
    sign_in,
)
from kiosk.actions.window import close_window, reopen_window
from kiosk.domain.errors import (
    Locked,
    NotFound,
    NotPermitted,
    NotSignedIn,
    OwnPassphraseWrong,
    Refused,
    SecondPersonNeeded,
    TooManyTries,
)
from kiosk.domain.staff import Role, lockout_seconds
from kiosk.domain.states import WindowEvent
from kiosk.domain.window import Window
from kiosk.fakes import FixedClock
from kiosk.store.data_folder import default_folder
from kiosk.store.vault import Vault
from kiosk.store.wraps import Argon2Cost
from tests.builders import AT, CHEAP, PASSPHRASE, SUPERVISOR, a_vault, a_window

OPERATOR, OTHER = "係", "operator passphrase"
CLOCK = FixedClock()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = a_vault(tmp_path)
    add_account(vault, CLOCK, OPERATOR, Role.OPERATOR, OTHER, SUPERVISOR)
    return vault


def a_sealed_window(vault: Vault) -> Window:
    """One whose key left memory at its close."""
    window = a_window(vault)
    close_window(vault, CLOCK, window.id, SUPERVISOR)
    vault.kiosk_store.windows.move(window.id, WindowEvent.SEAL, SUPERVISOR, OPERATOR, None, AT)
    return window


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


def test_guesses_at_somebodys_passphrase_by_who_is_signed_in_are_logged(vault: Vault) -> None:
    """Four guesses at the supervisor's passphrase in the second person's field left no trace."""

    def own() -> None:
        with keys_for_now(vault, CLOCK, OPERATOR, "a guess"):
            pytest.fail("let in")

    before = len(vault.kiosk_store.audit.list())
    deeds: list[Callable[[], object]] = [
        lambda: confirm_second(vault, CLOCK, OPERATOR, SUPERVISOR, "a guess"),
        own,
        lambda: confirm_second(vault, CLOCK, OPERATOR, "a passphrase in the wrong field", "a guess"),
    ]
    for deed in deeds:
        with pytest.raises(NotSignedIn):
            deed()
    new = [(each.event, each.actor, each.subject) for each in vault.kiosk_store.audit.list()[before:]]
    assert new == [("sign_in_refused", OPERATOR, SUPERVISOR), ("sign_in_refused", OPERATOR, OPERATOR)]


def test_a_guess_at_a_door_that_is_shut_is_logged_too(vault: Vault) -> None:
    for _ in range(6):
        with pytest.raises(NotSignedIn):
            confirm_second(vault, CLOCK, OPERATOR, SUPERVISOR, "a guess")
    assert [each.event for each in vault.kiosk_store.audit.list(SUPERVISOR)].count("sign_in_refused") == 6


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
    assert confirm_second(vault, CLOCK, OPERATOR, SUPERVISOR, PASSPHRASE).name == SUPERVISOR
    with pytest.raises(SecondPersonNeeded):
        confirm_second(vault, CLOCK, OPERATOR, OPERATOR, OTHER)
    with pytest.raises(NotSignedIn):
        confirm_second(vault, CLOCK, OPERATOR, SUPERVISOR, "wrong")
    add_account(vault, CLOCK, "係二", Role.OPERATOR, "third passphrase", SUPERVISOR)
    with pytest.raises(NotPermitted):
        confirm_second(vault, CLOCK, OPERATOR, "係二", "third passphrase")


def test_ones_own_passphrase_in_the_second_persons_field_opens_no_sealed_window(vault: Vault) -> None:
    """It was refused, but the keys of all sealed windows had come with it and stayed."""
    add_account(vault, CLOCK, "係二", Role.OPERATOR, "third passphrase", SUPERVISOR)
    window = a_sealed_window(vault)
    for name, passphrase in ((OPERATOR, OTHER), ("係二", "third passphrase")):
        with pytest.raises((SecondPersonNeeded, NotPermitted)):
            confirm_second(vault, CLOCK, OPERATOR, name, passphrase, window.id)
        assert not vault.holds(window.id)


def test_a_second_person_brings_one_sealed_windows_key_for_one_deed(vault: Vault) -> None:
    """The keys of all came, and stayed in memory after the deed and after its refusal."""
    window, other = a_sealed_window(vault), a_sealed_window(vault)
    with second_for_now(vault, CLOCK, OPERATOR, SUPERVISOR, PASSPHRASE, window.id) as second:
        assert second.name == SUPERVISOR
        assert [vault.holds(each.id) for each in (window, other)] == [True, False]
    assert not vault.holds(window.id)
    with (
        pytest.raises(Refused),
        second_for_now(vault, CLOCK, OPERATOR, SUPERVISOR, PASSPHRASE, window.id),
    ):
        reopen_window(vault, CLOCK, window.id, OPERATOR, SUPERVISOR, reason=" ")
    assert not vault.holds(window.id)
    with second_for_now(vault, CLOCK, OPERATOR, SUPERVISOR, PASSPHRASE, window.id):
        reopen_window(vault, CLOCK, window.id, OPERATOR, SUPERVISOR, reason="遅れて来た人")
    assert vault.holds(window.id), "it is at work again"


def test_a_changed_passphrase_leaves_no_key_of_a_sealed_window(vault: Vault, tmp_path: Path) -> None:
    window = a_sealed_window(vault)
    with keys_for_now(vault, CLOCK, OPERATOR, OTHER):
        change_passphrase(vault, CLOCK, OPERATOR, "a new passphrase")
    assert not vault.holds(window.id)
    again = Vault(tmp_path, now=CLOCK.now, cost=CHEAP)
    again.unlock(OPERATOR, "a new passphrase", sealed_too=True)
    again.window_store(window.id)


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
    change_passphrase(vault, CLOCK, OPERATOR, "a new passphrase")
    again = Vault(tmp_path, now=CLOCK.now, cost=CHEAP)
    with pytest.raises(NotSignedIn):
        again.unlock(OPERATOR, OTHER)
    again.unlock(OPERATOR, "a new passphrase")
    again.window_store(window.id)


def test_a_supervisor_gives_a_new_passphrase_that_ends_lockout_and_old_one(vault: Vault, tmp_path: Path) -> None:
    window = a_window(vault)
    for _ in range(4):
        with pytest.raises(NotSignedIn):
            sign_in(vault, CLOCK, OPERATOR, "forgotten")
    with pytest.raises(TooManyTries):
        sign_in(vault, CLOCK, OPERATOR, OTHER)
    reset_passphrase(vault, CLOCK, OPERATOR, "a given passphrase", SUPERVISOR)
    again = Vault(tmp_path, now=CLOCK.now, cost=CHEAP)
    with pytest.raises(NotSignedIn):
        again.unlock(OPERATOR, OTHER)
    again.unlock(OPERATOR, "a given passphrase")
    again.window_store(window.id)
    (entry,) = (each for each in vault.kiosk_store.audit.list() if each.event == "passphrase_reset")
    assert (entry.actor, entry.subject, entry.detail) == (SUPERVISOR, OPERATOR, "")


def test_who_may_not_be_given_a_new_passphrase_keeps_the_old_one(vault: Vault) -> None:
    add_account(vault, CLOCK, "係二", Role.OPERATOR, "third passphrase", SUPERVISOR)
    disable_account(vault, CLOCK, "係二", SUPERVISOR)
    for name, by, new, error in (
        (SUPERVISOR, OPERATOR, "a given passphrase", NotPermitted),
        (OPERATOR, OPERATOR, "a given passphrase", NotPermitted),
        (SUPERVISOR, SUPERVISOR, "a given passphrase", Refused),
        ("係二", SUPERVISOR, "a given passphrase", Refused),
        ("nobody", SUPERVISOR, "a given passphrase", NotFound),
        (OPERATOR, SUPERVISOR, "short", Refused),
    ):
        with pytest.raises(error):
            reset_passphrase(vault, CLOCK, name, new, by)
    assert not [each for each in vault.kiosk_store.audit.list() if each.event == "passphrase_reset"]
    sign_in(vault, CLOCK, OPERATOR, OTHER)
    sign_in(vault, CLOCK, SUPERVISOR, PASSPHRASE)


def test_a_new_passphrase_without_every_key_at_hand_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    """Half of it, a passphrase that opens the kiosk but not a closed window, would be worse than none."""
    closed = a_window(vault)
    close_window(vault, CLOCK, closed.id, SUPERVISOR)
    keyring = vault.folder.keyring.read_bytes()
    with pytest.raises(Locked):
        reset_passphrase(vault, CLOCK, OPERATOR, "a given passphrase", SUPERVISOR)
    assert vault.folder.keyring.read_bytes() == keyring
    with keys_for_now(vault, CLOCK, SUPERVISOR, PASSPHRASE):
        reset_passphrase(vault, CLOCK, OPERATOR, "a given passphrase", SUPERVISOR)
    assert not vault.holds(closed.id), "the key went again"
    again = Vault(tmp_path, now=CLOCK.now, cost=CHEAP)
    again.unlock(OPERATOR, "a given passphrase", sealed_too=True)
    again.window_store(closed.id)


def test_a_wrong_passphrase_of_ones_own_counts_and_is_logged_as_at_the_door(vault: Vault) -> None:
    for _ in range(4):
        with pytest.raises(OwnPassphraseWrong), keys_for_now(vault, CLOCK, OPERATOR, "a wrong passphrase"):
            pytest.fail("let in")
    with pytest.raises(TooManyTries), keys_for_now(vault, CLOCK, OPERATOR, OTHER):
        pytest.fail("let in")
    assert [each.event for each in vault.kiosk_store.audit.list(OPERATOR)].count("sign_in_refused") == 5


def test_a_passphrase_typed_twice_is_the_same_both_times() -> None:
    assert agreed("a new passphrase", "a new passphrase") == "a new passphrase"
    with pytest.raises(Refused) as refused:
        agreed("a new passphrase", "a new passphrasf")
    assert "phrasf" not in str(refused.value)


def test_an_account_is_shut_once(vault: Vault) -> None:
    disable_account(vault, CLOCK, OPERATOR, SUPERVISOR)
    with pytest.raises(Refused):
        disable_account(vault, CLOCK, OPERATOR, SUPERVISOR)
    add_account(vault, CLOCK, "責任者二", Role.SUPERVISOR, "third passphrase", SUPERVISOR)
    disable_account(vault, CLOCK, SUPERVISOR, SUPERVISOR)
    with pytest.raises(Refused):
        disable_account(vault, CLOCK, "責任者二", "責任者二")


def test_the_wait_grows_to_five_minutes_and_no_further() -> None:
    assert [lockout_seconds(n) for n in range(1, 10)] == [0, 0, 0, 10, 20, 40, 80, 160, 300]
    assert lockout_seconds(50) == lockout_seconds(10_000) == 300


def test_one_wrong_try_an_hour_keeps_nobody_out_for_longer_than_five_minutes(tmp_path: Path) -> None:
    """The wait grew to an hour, so that one wrong try an hour for each known name kept everybody out for good."""
    clock = FixedClock()
    vault = a_vault(tmp_path, clock)
    for _ in range(20):
        with pytest.raises(NotSignedIn):
            vault.unlock(SUPERVISOR, "wrong")
        clock.tick(3600)
    with pytest.raises(NotSignedIn):
        vault.unlock(SUPERVISOR, "wrong")
    clock.tick(299)
    with pytest.raises(TooManyTries):
        vault.unlock(SUPERVISOR, PASSPHRASE)
    clock.tick(2)
    vault.unlock(SUPERVISOR, PASSPHRASE)


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
