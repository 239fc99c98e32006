"""The keyring's count of wrong passphrases: what opened the door too early, and what could be read from the file."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.domain.errors import NotSignedIn, TooManyTries
from kiosk.fakes import FixedClock
from kiosk.store.keyring import Keyring
from kiosk.store.vault import Vault
from tests.builders import PASSPHRASE, SUPERVISOR, a_vault

WORDS = "an operator's long secret words"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def vault(tmp_path: Path, clock: FixedClock) -> Vault:
    return a_vault(tmp_path, clock)


def tries_in(vault: Vault) -> dict[str, object]:
    found: dict[str, object] = json.loads(vault.folder.keyring.read_text("utf-8"))["tries"]
    return found


def refused(vault: Vault, name: str, many: int = 1) -> None:
    for _ in range(many):
        with pytest.raises(NotSignedIn):
            vault.unlock(name, "wrong")


def test_a_thousand_made_up_names_do_not_open_a_door_that_is_shut(vault: Vault) -> None:
    """Only 500 names were remembered, the oldest went: made-up ones pushed the account's own counter out."""
    refused(vault, SUPERVISOR, 4)
    keyring = Keyring.load(vault.folder)
    for number in range(1000):
        try:
            keyring.count_try(f"nobody {number}", FixedClock().now())
        except TooManyTries:
            continue
    keyring.save(vault.folder)
    assert len(tries_in(vault)) <= 257
    with pytest.raises(TooManyTries):
        vault.unlock(SUPERVISOR, PASSPHRASE)


def test_a_passphrase_typed_as_the_name_cannot_be_tried_out_on_the_file(vault: Vault) -> None:
    """Its fast hash lay there with the salt beside it, so that guesses cost nothing."""
    refused(vault, WORDS)
    whole = Keyring.load(vault.folder).lookup(WORDS)
    assert whole not in vault.folder.keyring.read_text("utf-8")
    assert [len(key) for key in tries_in(vault)] == [2]


def test_hashes_of_names_that_an_earlier_version_kept_go_with_the_next_try(vault: Vault) -> None:
    keyring = Keyring.load(vault.folder)
    whole = keyring.lookup(WORDS)
    keyring.tries[whole] = {"failures": 1, "until": None}
    keyring.save(vault.folder)
    vault.unlock(SUPERVISOR, PASSPHRASE)
    assert whole not in tries_in(vault)


def test_somebody_elses_right_passphrase_opens_no_shut_door(vault: Vault) -> None:
    vault.put_account("係", "operator passphrase")
    refused(vault, "係", 4)
    vault.unlock(SUPERVISOR, PASSPHRASE)
    with pytest.raises(TooManyTries):
        vault.unlock("係", "operator passphrase")


def test_a_wait_of_ten_seconds_stays_one_when_a_clock_nine_hours_ahead_is_put_right(
    vault: Vault, clock: FixedClock
) -> None:
    """The end of the wait stood nine hours ahead, and the right passphrase was refused for so long."""
    clock.tick(9 * 3600)
    refused(vault, SUPERVISOR, 4)
    clock.tick(-9 * 3600)
    with pytest.raises(TooManyTries) as shut:
        vault.unlock(SUPERVISOR, PASSPHRASE)
    assert shut.value.until == (clock.now() + timedelta(seconds=10)).isoformat()
    clock.tick(5)
    with pytest.raises(TooManyTries):
        vault.unlock(SUPERVISOR, PASSPHRASE)
    clock.tick(6)
    vault.unlock(SUPERVISOR, PASSPHRASE)
