from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from kiosk.domain.errors import StorageDamaged
from kiosk.store.audit import GENESIS, Audit
from kiosk.store.database import Store, open_store
from kiosk.store.migrations import kiosk_migrations
from tests.builders import AT


@pytest.fixture
def file(tmp_path: Path) -> Store:
    return open_store(tmp_path / "kiosk.db", bytes(range(32)), kiosk_migrations)


def filled(file: Store) -> Audit:
    audit = Audit(file)
    for number in range(5):
        audit.append("claimed", "staff", f"uid{number}", at=AT)
    return audit


def test_every_entry_holds_the_hash_of_the_one_before(file: Store) -> None:
    audit = filled(file)
    entries = audit.list()
    assert entries[0].previous == GENESIS
    assert [each.previous for each in entries[1:]] == [each.hash for each in entries[:-1]]
    assert (audit.verify(), audit.head()) == (5, entries[-1].hash)


@pytest.mark.parametrize("sql", ["update audit set actor = 'x' where seq = 2", "delete from audit where seq = 2"])
def test_the_log_takes_no_change_and_no_deletion(file: Store, sql: str) -> None:
    audit = filled(file)
    with pytest.raises(dbapi2.IntegrityError, match="append-only"), file.write() as database:
        database.conn.execute(sql)
    assert audit.verify() == 5


@pytest.mark.parametrize(
    ("tampering", "entry"),
    [
        ("update audit set detail = 'other' where seq = 3", 3),
        ("update audit set at = '2026-11-24T09:00:00.000+09:00' where seq = 1", 1),
        ("delete from audit where seq = 2", 2),
        ("delete from audit where seq = 1", 1),
        ("insert into audit values (6, 'now', 'e', 'a', 's', 'd', 'made up', 'made up')", 6),
        ("update audit set seq = 9 where seq = 5", 5),
    ],
)
def test_who_goes_around_the_triggers_is_found_at_the_entry(file: Store, tampering: str, entry: int) -> None:
    audit = filled(file)
    with file.write() as database:
        database.conn.execute("drop trigger audit_is_never_changed")
        database.conn.execute("drop trigger audit_is_never_cut")
        database.conn.execute(tampering)
    with pytest.raises(StorageDamaged, match=f"entry {entry}$"):
        audit.verify()


def test_entries_cut_off_at_the_end_are_missed_by_a_head_on_paper_only(file: Store) -> None:
    audit = filled(file)
    printed = audit.head()
    audit.append("claimed", "staff", "uid9", at=AT)
    assert audit.place_of(printed) == 5
    with file.write() as database:
        database.conn.execute("drop trigger audit_is_never_cut")
        database.conn.execute("delete from audit where seq >= 5")
    assert audit.verify() == 4, "what is left is a whole chain"
    assert audit.place_of(printed) is None


def test_an_entry_belongs_to_the_transaction_it_was_made_in(file: Store) -> None:
    audit = filled(file)

    def fail_after_the_entry() -> None:
        with file.write():
            audit.append("claimed", "staff", "uid9", at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_the_entry()
    assert audit.verify() == 5
