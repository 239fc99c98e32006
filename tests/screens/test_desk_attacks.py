"""Attacks on the desk, each over every address or every free text there is, so that none is left out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from kiosk.domain.staff import Role
from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.store.vault import REHEARSAL_SUPERVISOR
from tests.builders import AT, a_window
from tests.desk_navigator import ANSWERS, PASSPHRASE, Desk, a_photo
from tests.desk_pages import all_pages

_A = ApplicationState
XSS = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
NAME = XSS[:37]
OPEN = {"desk.sign_in", "desk.enter", "static"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def addresses(desk: Desk, method: str) -> Iterator[str]:
    """Every address of the desk that takes ``method``, with somebody real in it."""
    uid = desk.applicant().uid
    values = {"uid": uid, "window_id": desk.window.id, "item": "contact_name", "key": "contact_name", "event": "pause"}
    for rule in desk.app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint not in OPEN:
            yield _filled(rule, values)


def _filled(rule: Rule, values: dict[str, str]) -> str:
    path = rule.rule
    for name in rule.arguments:
        converter = "int:" if f"<int:{name}>" in path else ""
        path = path.replace(f"<{converter}{name}>", "1" if converter else values.get(name, "give_back"))
    return path


def test_no_address_of_the_desk_answers_a_stranger(desk: Desk) -> None:
    stranger, before = desk.browser(), desk.store.applications.list()
    paths = list(addresses(desk, "GET"))
    assert len(paths) > 30
    for path in paths:
        stranger.see(path)
        assert stranger.last is not None
        assert stranger.last.status_code == 303, path
        assert "/sign-in" in stranger.last.headers["Location"], path
    assert len(desk.store.applications.list()) == len(before) + 1


def test_no_change_without_the_pages_token_at_any_address(desk: Desk) -> None:
    staff = desk.signed_in(REHEARSAL_SUPERVISOR)
    paths = list(addresses(desk, "POST"))
    people, log = desk.store.applications.list(), len(desk.services.kiosk_store.audit.list())
    assert len(paths) > 40
    for path in paths:
        staff.token = "guessed"
        assert staff.press(path, version=people[0].version, reason="other", words="x").status_code == 400, path
    assert desk.store.applications.list() == people
    assert len(desk.services.kiosk_store.audit.list()) == log


def test_no_change_at_any_address_by_getting_it(desk: Desk) -> None:
    staff = desk.signed_in()
    paths = [path for path in addresses(desk, "POST") if path not in set(addresses(desk, "GET"))]
    people = desk.store.applications.list()
    for path in paths:
        staff.see(path)
    assert desk.store.applications.list() == people


def test_what_is_a_supervisors_matter_an_operator_cannot_do(desk: Desk) -> None:
    accepted, operator = desk.applicant(_A.ACCEPTED), desk.signed_in()
    planned = a_window(desk.vault, opened=False)
    plan = {"company": "x", "place": "y", "held_on": "2026-11-25", "head_count": "3", "rehearsal": "yes"}
    operator.see("/windows")
    assert operator.press("/windows", **plan).status_code == 403
    reopening = {"reason": "misread", "version": accepted.version}
    assert operator.press(f"/queue/{accepted.uid}/reopen", **reopening).status_code == 403
    operator.press(f"/windows/{desk.window.id}/pause")
    desk.services.kiosk_store.windows.move(desk.window.id, "close", "demo", None, None, AT)  # type: ignore[arg-type]
    assert operator.press(f"/windows/{planned.id}/open", reason="cameras away").status_code == 403
    mine = {"second_name": "demo", "second_passphrase": PASSPHRASE, "reason": "late"}
    assert operator.press(f"/windows/{desk.window.id}/reopen", **mine).status_code == 422, "two people, not one twice"
    store = desk.services.window_store(desk.window.id)
    assert store.applications.get(accepted.uid).state is _A.ACCEPTED


def test_every_free_text_is_shown_as_text_on_every_page(desk: Desk) -> None:
    """Names, reasons, words, company, place and accounts of those who would have the page run something."""
    desk.vault.kiosk_store.staff.add(NAME, Role.SUPERVISOR, AT)
    desk.vault.put_account(NAME, PASSPHRASE)
    other = a_window(desk.vault, opened=False, company=XSS, place=XSS)
    desk.vault.kiosk_store.windows.set_options(other.id, {"staff": [XSS]}, AT)
    staff = desk.signed_in(NAME)
    person = desk.applicant(
        contact_name=XSS, mail=XSS, phone=XSS, photo_exception="medical", photo_exception_reason=XSS,
        licence_number=XSS, municipality="other", other_municipality=XSS, birth_date="2020-03-03",
        representative_present="yes", representative_name=XSS, representative_relationship=XSS,
    )  # fmt: skip
    desk.store.photos.save(person.uid, replace(a_photo(), exception="wig", exception_reason=XSS))
    staff.see(f"/queue/{person.uid}")
    staff.press(f"/queue/{person.uid}/photo-exception", exception="wig", reason=XSS)
    fields = {"reason": "other", "words": XSS, "version": person.version}
    assert staff.press(f"/queue/{person.uid}/change/contact_name", answer=XSS, **fields).status_code == 303
    version = desk.store.applications.get(person.uid).version
    assert staff.press(f"/queue/{person.uid}/return", reason="other", words=XSS, version=version).status_code == 303
    staff.press(f"/queue/{person.uid}/claim")
    staff.press("/windows", company=XSS, place=XSS, held_on="x", head_count="x")
    pages = [staff.last.get_data(as_text=True) if staff.last else ""]
    own = [f"/queue/{person.uid}", f"/identity/{person.uid}", f"/windows/{other.id}/ready", f"/batch/{other.id}"]
    own += [f"/queue/{person.uid}/question/contact_name", f"/queue/{person.uid}/change/photo_exception_reason"]
    own += [
        f"/queue/find?wanted={XSS}",
        f"/sign-in?back={XSS}",
        f"/windows/{other.id}/change",
        f"/windows/{other.id}/report",
        "/audit",
        f"/audit?head={XSS}",
    ]
    pages += [staff.see(path) for path in (*own, *(path for _, path in all_pages(desk)))]
    harmless = sum("&lt;script&gt;" in page for page in pages)
    assert [page[:200] for page in pages if "<script>alert" in page or "<img src=x" in page] == []
    assert harmless > 8, "what was typed is there, as text"


def test_order_of_the_day_does_not_follow_a_clock_set_back(desk: Desk) -> None:
    """The history goes by what was written first, no wait is shorter than none, a claim made later still holds."""
    person, staff = desk.applicant(_A.DRAFT), desk.signed_in()
    desk.store.applications.save_answers(person.uid, ANSWERS, AT)
    desk.clock.tick(600)
    at = desk.clock.now().isoformat(timespec="milliseconds")
    desk.store.applications.move(person.uid, ApplicationEvent.SUBMIT, "applicant", at)
    desk.clock.tick(-3600)
    page = staff.see("/queue/")
    assert "0分" in page
    assert not re.search(r"-\d+分", page)
    version = desk.store.applications.get(person.uid).version
    assert staff.press(f"/queue/{person.uid}/return", reason="photo", version=version).status_code == 303
    moves = desk.store.applications.history(person.uid)
    assert [move.event for move in moves] == ["submit", "return"]
    assert moves[1].at < moves[0].at
    assert desk.services.kiosk_store.audit.verify() > 0
