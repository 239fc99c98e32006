"""A busy day at two screens and three desks, through HTTP; benchmarks/day.py takes 120 people and times it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from kiosk.actions.batch import balance_window
from kiosk.domain.states import ApplicationState as State
from kiosk.store.audit import AuditEntry
from tests.day import NAMES, PASSPHRASE, Room, Site, delays, run, served
from tests.day_clients import Client, Staff, as_typed

APPLICANTS = 40


@pytest.mark.timeout(600)
def test_a_busy_day_loses_nothing_and_nobody_meets_on_a_case(tmp_path: Path) -> None:
    with served(tmp_path, APPLICANTS) as site:
        room = run(site, APPLICANTS)
        assert_board_was_right(room)
        assert_everybody_is_there(site, room)
        assert_one_at_a_time(site.vault.kiosk_store.audit.list())
        assert_it_adds_up(site)


def assert_board_was_right(room: Room) -> None:
    """Every move came to stand on the board, and no board denied one; how soon is the benchmark's matter."""
    assert len(delays(room)) == len(room.moves)


def assert_everybody_is_there(site: Site, room: Room) -> None:
    """Each person once, with what was typed, the form, a photo nobody else has and a whole history."""
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
