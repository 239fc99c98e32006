"""The door of the office's page: how long wrong passphrases shut it, and what is kept of them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from kiosk.domain.errors import NotSignedIn, TooManyTries
from kiosk.domain.staff import Role
from kiosk.fakes import FixedClock
from kiosk.office import accounts
from kiosk.office.database import Connection, connected

NAME, PASSPHRASE = "佐藤", "an office passphrase"


@pytest.fixture
def office(database: str) -> Iterator[Connection]:
    with connected(database) as connection:
        accounts.add(connection, NAME, Role.OPERATOR, PASSPHRASE)
        yield connection


def kept(office: Connection) -> list[str]:
    return [row["lookup"] for row in office.execute("select lookup from tries")]


def refused(office: Connection, name: str, clock: FixedClock, many: int = 1) -> None:
    for _ in range(many):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(office, name, "wrong", clock.now())


def test_a_wait_of_ten_seconds_stays_one_when_a_clock_nine_hours_ahead_is_put_right(office: Connection) -> None:
    """The end of the wait stood nine hours ahead, and the right passphrase was refused for so long."""
    clock = FixedClock()
    clock.tick(9 * 3600)
    refused(office, NAME, clock, 4)
    clock.tick(-9 * 3600)
    with pytest.raises(TooManyTries) as shut:
        accounts.sign_in(office, NAME, PASSPHRASE, clock.now())
    assert shut.value.until == (clock.now() + timedelta(seconds=10)).isoformat()
    clock.tick(5)
    with pytest.raises(TooManyTries):
        accounts.sign_in(office, NAME, PASSPHRASE, clock.now())
    clock.tick(6)
    assert accounts.sign_in(office, NAME, PASSPHRASE, clock.now()).name == NAME


def test_waits_grow_as_before_and_a_try_at_a_shut_door_is_not_counted(office: Connection) -> None:
    clock, waits = FixedClock(), []
    refused(office, NAME, clock, 3)
    for _ in range(7):
        refused(office, NAME, clock)
        with pytest.raises(TooManyTries) as shut:
            accounts.sign_in(office, NAME, PASSPHRASE, clock.now())
        begun = clock.seconds
        while shut.value.until > clock.now().isoformat():
            clock.tick(1)
        waits.append(clock.seconds - begun)
    assert waits == [10, 20, 40, 80, 160, 300, 300]
    accounts.sign_in(office, NAME, PASSPHRASE, clock.now())
    refused(office, NAME, clock, 3)
    accounts.sign_in(office, NAME, PASSPHRASE, clock.now())


def test_a_passphrase_typed_as_the_name_cannot_be_tried_out_on_the_database(office: Connection) -> None:
    """Its fast hash lay there for good with the key beside it, so that guesses cost nothing."""
    refused(office, PASSPHRASE, FixedClock())
    assert [len(lookup) for lookup in kept(office)] == [2]
    office.execute("insert into tries (lookup, failures) values (repeat('0', 64), 1)")  # as an earlier version did
    refused(office, NAME, FixedClock())
    assert sorted(len(lookup) for lookup in kept(office)) == [2, 64]
    assert "0" * 64 not in kept(office)


def test_a_thousand_made_up_names_fill_no_table_and_open_no_shut_door(office: Connection) -> None:
    clock = FixedClock()
    refused(office, NAME, clock, 4)
    for number in range(1000):
        with suppress(TooManyTries):
            accounts._count_try(office, f"nobody {number}", clock.now())
    assert len(kept(office)) <= 257
    with pytest.raises(TooManyTries):
        accounts.sign_in(office, NAME, PASSPHRASE, clock.now())


def test_somebody_elses_right_passphrase_opens_no_shut_door(office: Connection) -> None:
    accounts.add(office, "鈴木", Role.OPERATOR, PASSPHRASE)
    refused(office, NAME, FixedClock(), 4)
    accounts.sign_in(office, "鈴木", PASSPHRASE, FixedClock().now())
    with pytest.raises(TooManyTries):
        accounts.sign_in(office, NAME, PASSPHRASE, FixedClock().now())
