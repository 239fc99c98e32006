"""The audit log at the desk promises: for supervisors, newest first, whether it holds, where paper finds its head."""

import re
from pathlib import Path

import pytest

from kiosk.domain.states import ApplicationEvent, WindowEvent
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from kiosk.texts import catalogue
from tests.builders import AT
from tests.desk_navigator import ANSWERS, Browser, Desk
from tests.page_words import words_of

KIOSK = Path(__file__).parents[2] / "kiosk"
WRITTEN = re.compile(r'(?:audit\.append|note)\(\s*(?:parts, )?"(\w+)"|\[\("(\w+_\w+)", |"(custody_\w+|\w+_by_staff)"')


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


@pytest.fixture
def boss(desk: Desk) -> Browser:
    return desk.signed_in(REHEARSAL_SUPERVISOR)


def numbers(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'<td class="count">(\d+)</td>', page)]


def test_operators_are_refused_in_calm_words(desk: Desk) -> None:
    operator = desk.signed_in()
    page = operator.see("/audit")
    assert operator.last is not None
    assert operator.last.status_code == 403
    assert "責任者に頼んでください" in page
    assert 'class="bar"' in page
    assert 'id="to-audit"' not in page


def test_newest_first_a_hundred_a_page_and_older_to_the_first(desk: Desk, boss: Browser) -> None:
    audit = desk.vault.kiosk_store.audit
    for number in range(230):
        audit.append("claimed", REHEARSAL_OPERATOR, f"uid{number}", at=AT)
    last, path, seen = len(audit.list()), "/audit", []
    while path:
        page = boss.see(path)
        assert len(numbers(page)) <= 100
        seen += numbers(page)
        older = re.search(r'href="/desk(/audit\?before=\d+)"', page)
        path = older.group(1) if older else ""
    assert seen == list(range(last, 0, -1))


def test_an_entry_says_when_what_who_and_about_which(desk: Desk, boss: Browser) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    staff.see(f"/queue/{person.uid}")
    staff.press(f"/queue/{person.uid}/claim")
    page = boss.see("/audit")
    words = re.sub(r"\s+", " ", words_of(page))
    assert f"2026-11-24 10:00:00 担当になった {REHEARSAL_OPERATOR} {person.uid}" in words
    assert "サインイン" in words
    assert not [value for value in (ANSWERS["contact_name"], ANSWERS["mail"]) if value in page]


def test_the_chain_is_said_to_hold_and_the_head_is_that_of_the_command(desk: Desk, boss: Browser) -> None:
    page = boss.see("/audit")
    audit = desk.vault.kiosk_store.audit
    assert f"{audit.verify()} 件の記録はつながっています" in page
    shown = re.search(r'id="head">([0-9a-f ]+)<', page)
    assert shown is not None
    assert shown.group(1).replace(" ", "") == audit.head()


def test_a_head_on_paper_is_found_though_the_log_went_on(desk: Desk, boss: Browser) -> None:
    audit = desk.vault.kiosk_store.audit
    printed, entries = audit.head(), audit.verify()
    audit.append("claimed", REHEARSAL_OPERATOR, "uid", at=AT)
    spaced = " ".join(printed[at : at + 8] for at in range(0, 64, 8)).upper()
    assert f"{entries} 番の記録のものです" in boss.see(f"/audit?head={spaced}")
    assert "このハッシュ値の記録はありません" in boss.see(f"/audit?head={'0' * 64}")


def test_a_broken_chain_is_said_with_the_entry_it_breaks_at(desk: Desk, boss: Browser) -> None:
    with desk.vault.kiosk_store.file.write() as database:
        database.conn.execute("drop trigger audit_is_never_changed")
        database.conn.execute("update audit set actor = 'somebody' where seq = 2")
    page = boss.see("/audit")
    assert "2 番の記録でつながりが切れています" in page
    assert "つながっています" not in page
    assert numbers(page)[-1] == 1, "the entries are shown all the same"


def test_looking_at_the_log_writes_nothing_and_odd_questions_are_answered(desk: Desk, boss: Browser) -> None:
    head = desk.vault.kiosk_store.audit.head()
    for query in ("before=x", "before=-1", "before=0", "before=99999999999999999999", "head=%00", "head=" + "f" * 5000):
        boss.see(f"/audit?{query}")
        assert boss.last is not None
        assert boss.last.status_code == 200, query
    assert desk.vault.kiosk_store.audit.head() == head


def test_every_event_that_is_written_has_its_words() -> None:
    files = [*(KIOSK / "actions").glob("*.py"), *(KIOSK / "commands").glob("*.py"), KIOSK / "store" / "vault.py"]
    found = {name for file in files for groups in WRITTEN.findall(file.read_text("utf-8")) for name in groups if name}
    found |= {f"window_{event}" for event in WindowEvent if event is not WindowEvent.SEAL} | set(ApplicationEvent)
    known = {key.split(".event_")[-1] for key in catalogue("ja") if key.startswith(("audit.event_", "queue.event_"))}
    assert {"signed_in", "passphrase_reset", "custody_taken", "ended_by_staff", "backup_made"} <= found
    assert found - known == set()
