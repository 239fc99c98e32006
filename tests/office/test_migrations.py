"""The office's schema: every step keeps what was there, many at once apply it once, a newer database is refused."""

import threading
from importlib import resources

import psycopg
import pytest

from kiosk.domain.errors import StorageDamaged
from kiosk.office.database import Side, connected
from kiosk.office.queue import bring_queue_up_to_date

STEPS = sorted(each.name for each in resources.files("kiosk.office.migrations").iterdir() if each.name[:4].isdigit())
BATCH = "insert into batches values ('b', %s, 'm', 'd', 'city', 'w', 1, 1, '{}', now(), 'a')"
ROW = (
    "insert into applications (batch_id, uid, call_number, counted_as, municipality, out_of_city, content)"
    " values ('b', 'u', '101', 'photos', 'city', false, '{\"uid\": \"u\"}')"
)


@pytest.mark.parametrize("known", range(1, len(STEPS) + 1))
def test_each_step_keeps_what_was_there(database: str, known: int) -> None:
    with psycopg.connect(database, autocommit=True) as old:
        old.execute("create schema office")
        old.execute("set search_path to office")
        old.execute("create table migrations (number integer primary key, applied_at timestamptz default now())")
        for number, name in enumerate(STEPS[:known], 1):
            old.execute(resources.files("kiosk.office.migrations").joinpath(name).read_bytes())
            old.execute("insert into migrations (number) values (%s)", (number,))
        old.execute(BATCH, ("0" * 64,))
        old.execute(ROW)
    with connected(database) as connection:
        row = connection.execute("select state, version, content, returned_reason from applications").fetchone()
        numbers = [each["number"] for each in connection.execute("select number from migrations order by 1")]
    assert row == {"state": "to_file", "version": 0, "content": {"uid": "u"}, "returned_reason": None}
    assert numbers == list(range(1, len(STEPS) + 1))


def test_eight_at_once_make_the_tables_once(database: str) -> None:
    failed: list[BaseException] = []

    def come() -> None:
        try:
            with connected(database, Side.PRACTICE), connected(database) as connection:
                bring_queue_up_to_date(connection)
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_database_of_a_newer_version_is_refused(database: str) -> None:
    with connected(database) as connection:
        connection.execute("insert into migrations (number) values (999)")
    with pytest.raises(StorageDamaged), connected(database):
        pass
