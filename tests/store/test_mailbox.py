"""A key left for the server is taken once, by that server only, and is gone with the window."""

from pathlib import Path

import pytest

from kiosk.domain.errors import Locked
from kiosk.store.vault import Vault
from tests.builders import CHEAP, PASSPHRASE, SUPERVISOR, a_vault, a_window


def opened(folder: Path, *, is_server: bool) -> Vault:
    vault = Vault(folder, cost=CHEAP)
    if is_server:
        vault.take_from_shell()
    vault.unlock(SUPERVISOR, PASSPHRASE, sealed_too=True)
    return vault


def test_the_server_takes_a_key_once_and_a_later_one_cannot(tmp_path: Path) -> None:
    a_vault(tmp_path / "data").lock()
    server = opened(tmp_path / "data", is_server=True)
    made = a_window(opened(tmp_path / "data", is_server=False))
    left = server.kiosk_store.settings.get(f"key_left:{made.id}")
    assert left
    assert server.window_store(made.id).applications.list() == []
    assert server.kiosk_store.settings.get(f"key_left:{made.id}") == ""
    server.forget_window(made.id)
    with pytest.raises(Locked):
        server.window_store(made.id)
    server.kiosk_store.settings.set(f"key_left:{made.id}", left)
    later = opened(tmp_path / "data", is_server=True)
    later.forget_window(made.id)
    with pytest.raises(Locked):
        later.window_store(made.id)


def test_nothing_is_left_where_no_server_ever_ran_nor_of_a_window_destroyed(tmp_path: Path) -> None:
    a_vault(tmp_path / "data").lock()
    shell = opened(tmp_path / "data", is_server=False)
    made = a_window(shell)
    assert shell.kiosk_store.settings.get(f"key_left:{made.id}") is None
    server = opened(tmp_path / "data", is_server=True)
    second = a_window(shell, opened=False)
    assert server.kiosk_store.settings.get(f"key_left:{second.id}")
    shell.destroy_window(second.id)
    assert server.kiosk_store.settings.get(f"key_left:{second.id}") == ""
