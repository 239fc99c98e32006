import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.actions.staff import add_account
from kiosk.actions.window import close_window
from kiosk.domain.errors import Locked, NotFound, NotSignedIn, Refused, TooManyTries
from kiosk.domain.staff import Role
from kiosk.fakes import FixedClock
from kiosk.store import wraps
from kiosk.store.database import open_store
from kiosk.store.keyring import Keyring
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.migrations import kiosk_migrations, window_migrations
from kiosk.store.vault import Vault
from kiosk.store.window_file import WindowStore
from tests.builders import CHEAP, PASSPHRASE, SUPERVISOR, a_rehearsal_vault, a_vault, a_window, an_application


def again(folder: Path, clock: FixedClock | None = None) -> Vault:
    return Vault(folder, now=(clock or FixedClock()).now, cost=CHEAP)


def test_after_a_restart_a_passphrase_is_needed_and_opens_everything(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    uid = an_application(vault.window_store(window.id)).uid
    vault.lock()
    with pytest.raises(Locked):
        _ = vault.kiosk_store
    restarted = again(tmp_path)
    with pytest.raises(Locked):
        restarted.window_store(window.id)
    restarted.unlock(SUPERVISOR, PASSPHRASE)
    assert restarted.window_store(window.id).applications.get(uid).uid == uid


def test_a_rehearsal_folder_asks_for_nothing(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path)
    window = a_window(vault)
    uid = an_application(vault.window_store(window.id)).uid
    vault.lock()
    assert again(tmp_path).window_store(window.id).applications.get(uid).uid == uid


@pytest.mark.parametrize(("name", "passphrase"), [(SUPERVISOR, "wrong"), ("nobody", PASSPHRASE), ("", "")])
def test_a_wrong_name_or_passphrase_opens_nothing(tmp_path: Path, name: str, passphrase: str) -> None:
    a_vault(tmp_path).lock()
    vault = again(tmp_path)
    with pytest.raises(NotSignedIn):
        vault.unlock(name, passphrase)
    assert not vault.is_unlocked


@pytest.mark.parametrize("name", [SUPERVISOR, "nobody"])
def test_the_door_shuts_longer_each_time_and_a_restart_does_not_open_it(tmp_path: Path, name: str) -> None:
    clock = FixedClock()
    a_vault(tmp_path, clock).lock()
    for _ in range(4):
        with pytest.raises(NotSignedIn):
            again(tmp_path, clock).unlock(name, "wrong")
    with pytest.raises(TooManyTries):
        again(tmp_path, clock).unlock(name, PASSPHRASE)
    clock.tick(11)
    with pytest.raises(NotSignedIn):
        again(tmp_path, clock).unlock(name, "wrong")
    clock.tick(11)
    with pytest.raises(TooManyTries):
        again(tmp_path, clock).unlock(name, "wrong")


def test_a_right_passphrase_forgives_earlier_slips(tmp_path: Path) -> None:
    a_vault(tmp_path).lock()
    vault = again(tmp_path)
    for _ in range(3):
        for _ in range(2):
            with pytest.raises(NotSignedIn):
                vault.unlock(SUPERVISOR, "wrong")
        vault.unlock(SUPERVISOR, PASSPHRASE)
    assert vault.is_unlocked


def test_closing_a_window_drops_its_key_until_a_passphrase_is_given(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    close_window(vault, FixedClock(), window.id, SUPERVISOR)
    with pytest.raises(Locked):
        vault.window_store(window.id)
    vault.unlock(SUPERVISOR, PASSPHRASE)
    vault.window_store(window.id)


def test_a_destroyed_key_opens_nothing_and_leaves_no_log(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    an_application(vault.window_store(window.id))
    for _ in range(2):
        vault.destroy_window(window.id)
    assert vault.folder.kiosk_db.with_name("kiosk.db-wal").stat().st_size == 0
    vault.unlock(SUPERVISOR, PASSPHRASE, sealed_too=True)
    with pytest.raises(NotFound):
        vault.window_store(window.id)


def test_accounts_and_passphrases_may_change_from_two_threads(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    failed: list[BaseException] = []

    def change(deed: Callable[[int], object]) -> None:
        try:
            for number in range(5):
                deed(number)
        except BaseException as error:  # noqa: BLE001 -- handed to the asserting thread
            failed.append(error)

    clock = FixedClock()
    deeds = [
        lambda n: add_account(vault, clock, f"係{n}", Role.OPERATOR, "operator passphrase", SUPERVISOR),
        lambda n: vault.put_account(SUPERVISOR, f"passphrase {n} of many"),
    ]
    threads = [threading.Thread(target=change, args=(deed,)) for deed in deeds]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    for name, passphrase in ((SUPERVISOR, "passphrase 4 of many"), ("係4", "operator passphrase")):
        other = again(tmp_path)
        other.unlock(name, passphrase)
        other.window_store(window.id)


def test_a_new_account_opens_all_that_was_there_and_a_removed_one_nothing(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    vault.put_account("second", "another passphrase")
    vault.lock()
    other = again(tmp_path)
    other.unlock("second", "another passphrase")
    other.window_store(window.id)
    other.remove_account(SUPERVISOR)
    with pytest.raises(NotSignedIn):
        again(tmp_path).unlock(SUPERVISOR, PASSPHRASE)
    with pytest.raises(Refused):
        other.remove_account("second")


def test_with_every_passphrase_lost_the_municipalitys_identity_still_opens_all(tmp_path: Path) -> None:
    office = wraps.new_identity()
    vault = Vault(tmp_path, now=FixedClock().now, cost=CHEAP)
    vault.install(SUPERVISOR, PASSPHRASE, f"# office\n{office.to_public()}\n")
    window = a_window(vault)
    uid = an_application(vault.window_store(window.id)).uid
    vault.lock()
    master = Keyring.load(vault.folder).open_master(office)
    kiosk_store = KioskStore(open_store(vault.folder.kiosk_db, master, kiosk_migrations))
    key = wraps.unwrap(kiosk_store.windows.wrapped_key(window.id) or b"", office)
    pages = kiosk_store.windows.pages(window.id)
    file = open_store(vault.folder.window_db(window.id), key, window_migrations, pages=pages)
    assert WindowStore(file).applications.get(uid).uid == uid


def test_no_name_and_no_key_stand_in_the_keyring(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    text = vault.folder.keyring.read_text("utf-8")
    assert SUPERVISOR not in text
    assert "AGE-SECRET-KEY" not in text
    assert vault.folder.keyring.stat().st_mode & 0o077 == 0


def test_keys_are_made_once_only(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    with pytest.raises(Refused):
        vault.install("other", PASSPHRASE)
    with pytest.raises(Refused):
        vault.install_rehearsal()
