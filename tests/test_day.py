"""A day of 120 applicants at two screens and three desks, through HTTP, far faster than people are."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from kiosk.actions.batch import balance_window
from kiosk.domain.states import ApplicationState as State
from kiosk.store.audit import AuditEntry
from tests.day import DAY_SECONDS, NAMES, PASSPHRASE, Room, Site, delays, run, served
from tests.day_clients import Client, Staff, as_typed

APPLICANTS = 120


@pytest.mark.timeout(600)
def test_a_day_of_120_loses_nothing_and_nobody_meets_on_a_case(tmp_path: Path) -> None:
    with served(tmp_path, APPLICANTS) as site:
        room = run(site, APPLICANTS)
        assert room.seconds * 10 < DAY_SECONDS
        assert_board_was_right(room)
        assert_everybody_is_there(site, room)
        assert_one_at_a_time(site.vault.kiosk_store.audit.list())
        assert_it_adds_up(site)


def assert_board_was_right(room: Room) -> None:
    """Every move stood on the board within a second, and no board denied one.

    A second holds where nothing else runs; on a machine others use as well the limit grows with its load.
    """
    late = sorted(delays(room))
    assert len(late) == len(room.moves)
    limit = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1) / 2)
    assert late[-1] < limit, f"slowest {late[-1]:.2f} s, median {late[len(late) // 2]:.2f} s of {len(late)} moves"


def assert_everybody_is_there(site: Site, room: Room) -> None:
    """Each person once, with what was typed, the form, the photo byte for byte and a whole history."""
    kept = {each.call_number: each for each in site.store.applications.list()}
    assert len(kept) == len(room.people) == room.many
    hashes = site.store.photos.hashes()
    for call_number, person in room.people.items():
        application = kept[call_number]
        assert application.form_id == person.form_id
        assert as_typed(person, application.answers)
        assert application.claimed_by is None
        assert len(hashes[application.uid]) == 64
        moves = site.store.applications.history(application.uid)
        assert [move.before for move in moves][1:] == [move.after for move in moves][:-1]
        assert moves[-1].after is application.state
        assert application.state is (State.WITHDRAWN if person.number % 15 == 7 else State.ACCEPTED)
        assert sum(move.after is State.RETURNED for move in moves) == (person.number % 8 == 0)
    assert len(set(hashes.values())) == room.many


def assert_one_at_a_time(entries: Iterable[AuditEntry]) -> None:
    """By the log, a case is claimed only when free, and only its holder does anything to it until it is let go of."""
    holder: dict[str, str] = {}
    deeds = {"check_identity", "accept", "withdraw", "return"}
    seen = 0
    for entry in entries:
        if entry.event == "claimed":
            assert holder.setdefault(entry.subject, entry.actor) == entry.actor, entry.seq
        elif entry.event == "released":
            holder.pop(entry.subject, None)
        elif entry.event in deeds:
            seen += 1
            assert holder.get(entry.subject) == entry.actor, (entry.seq, entry.event)
    assert seen > 2 * APPLICANTS


def assert_it_adds_up(site: Site) -> None:
    """The window closes and its numbers agree, at the desk's own page and in the store."""
    staff = Staff(Client(site.url), NAMES[1])
    staff.sign_in(PASSPHRASE)
    staff.client.get(f"/desk/batch/{site.window.id}")
    staff.client.post(f"/desk/batch/{site.window.id}/close")
    page = staff.client.get(f"/desk/batch/{site.window.id}")
    staff.client.close()
    assert 'id="adds-up"' in page.text
    found = balance_window(site.vault, site.window.id)
    assert found.adds_up
    assert found.accepted + found.withdrawn == APPLICANTS
    assert site.vault.kiosk_store.audit.verify() > 3 * APPLICANTS
