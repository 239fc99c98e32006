"""Many hands on one case: one claim holds, one acceptance counts, whoever was late is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk.actions import queue as deeds
from kiosk.actions.identity import Check, record
from kiosk.domain.errors import KioskError, NotAllowedNow, TappedFirst
from kiosk.domain.identity import Document, PaperState
from kiosk.domain.states import ApplicationState
from tests.desk_navigator import Desk

HANDS = 8
SEEN = Check(
    documents=(Document("driving_licence", True, True, True, True, True), Document("employee_card", True, True, True)),
    papers={
        "pin_request_sheet": PaperState.HERE,
        "notification_card": PaperState.NEVER_HAD,
        "juki_card": PaperState.NEVER_HAD,
    },
    face="yes",
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def at_once(deed: Callable[[int], object]) -> list[object]:
    """What came of ``deed`` in many threads at the same time: its result or the error's class."""

    def attempt(number: int) -> object:
        try:
            return deed(number)
        except KioskError as error:
            return type(error)

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(attempt, range(HANDS)))


def test_one_of_many_claims_holds(desk: Desk) -> None:
    person = desk.applicant()
    came = at_once(lambda number: deeds.claim(desk.services, person.uid, f"staff-{number}").claimed_by)
    assert came.count(TappedFirst) == HANDS - 1
    assert desk.store.applications.get(person.uid).claimed_by in came


def test_one_of_many_acceptances_counts_and_is_logged_once(desk: Desk) -> None:
    person = desk.applicant()
    record(desk.services, person.uid, SEEN, "demo", person.version, "POST")
    version = desk.store.applications.get(person.uid).version
    came = at_once(lambda _: deeds.accept(desk.services, person.uid, "demo", "E-1", version).state)
    assert came.count(ApplicationState.ACCEPTED) == 1
    assert {each for each in came if each is not ApplicationState.ACCEPTED} <= {TappedFirst, NotAllowedNow}
    log = [entry.event for entry in desk.services.kiosk_store.audit.list(person.uid)]
    assert log.count("accept") == 1
    assert log.count("custody_in_envelope") == 1
    assert [line.state for line in desk.store.custody.list(person.uid)] == ["in_envelope"]
    desk.services.kiosk_store.audit.verify()


def test_one_of_many_checks_is_kept_and_nothing_is_taken_twice(desk: Desk) -> None:
    person = desk.applicant()
    came = at_once(lambda _: record(desk.services, person.uid, SEEN, "demo", person.version, "POST").state)
    assert came.count(ApplicationState.IDENTITY_CHECKED) == 1
    assert len(desk.store.custody.list(person.uid)) == 1


def test_what_fails_half_way_leaves_nothing_behind(desk: Desk) -> None:
    """The envelope is noted before the move; a move that is refused takes it back, and nothing is logged."""
    person = desk.applicant()
    record(desk.services, person.uid, SEEN, "demo", person.version, "POST")
    before = len(desk.services.kiosk_store.audit.list())
    with pytest.raises(TappedFirst):
        deeds.accept(desk.services, person.uid, "demo", "E-1", person.version)
    assert [line.state for line in desk.store.custody.list(person.uid)] == ["taken"]
    assert len(desk.services.kiosk_store.audit.list()) == before
