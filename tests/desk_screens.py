"""Every screen of the desk and how to reach it: what ``desk_pages`` lists, refusals, and a window's last states.

Each list is walked lazily by one signed-in browser: a deed is sent by that browser, and the window moves on in between.
All data is invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from kiosk.batch_file.reader import check_file
from kiosk.domain.states import ApplicationState
from kiosk.office.acknowledgement import acknowledge as write_acknowledgement
from kiosk.store.signing_key import read_key
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from kiosk.store.wraps import read_identity
from tests.builders import AT, a_window
from tests.desk_navigator import FULL_CHECK, PASSPHRASE, Desk
from tests.desk_pages import all_pages

_A = ApplicationState
_SECOND = {"second_name": REHEARSAL_OPERATOR, "second_passphrase": PASSPHRASE}
_RENEWAL = {"application_kind": "renewal", "old_card": "hand_in", "card_expiry": "2026-12-20", "driving_licence": "no"}


@dataclass(frozen=True)
class Screen:
    """A screen: its path, or what is sent first; without a path it is the page that sending leads to."""

    name: str
    path: str = ""
    to: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def operators_screens(desk: Desk) -> Iterator[Screen]:
    """Whoever works at the open window; REHEARSAL_OPERATOR is signed in."""
    yield from (Screen(name, path) for name, path in all_pages(desk))
    yield from _applications(desk)
    yield from _identity_checks(desk)
    yield from _refused(desk)
    yield Screen("nothing-there", "/queue/nobody")
    yield Screen("audit-not-permitted", "/audit")
    accepted = desk.applicant(_A.ACCEPTED)
    again = {"reason": "misread", "version": str(accepted.version)}
    yield Screen("not-permitted", to=f"/queue/{accepted.uid}/reopen", fields=again)
    yield Screen("paused", to=f"/windows/{desk.window.id}/pause")
    yield Screen("board-paused", "/queue/")
    yield Screen("twice", to=f"/windows/{desk.window.id}/pause")


def _applications(desk: Desk) -> Iterator[Screen]:
    for state in (_A.WITHDRAWN, _A.REJECTED, _A.ABANDONED):
        yield Screen(str(state), f"/queue/{desk.applicant(state).uid}")
    held = desk.applicant()
    desk.store.applications.claim(held.uid, REHEARSAL_SUPERVISOR, AT)
    yield Screen("held", f"/queue/{held.uid}")
    keyed, ward = desk.applicant(form_keyed="once"), desk.applicant(applying_as="ward")
    yield Screen("keyed-once", f"/queue/{keyed.uid}")
    yield Screen("ward", f"/queue/{ward.uid}")
    for _ in range(2):
        desk.applicant(form_id=f"{len(desk.store.applications.call_numbers()):019d}7777")
    yield Screen("found-several", "/queue/find?wanted=7777")
    ended = desk.applicant(_A.DRAFT, application_kind="certificate_only")
    yield Screen("draft-to-desk", to=f"/queue/{ended.uid}/to-desk")
    yield Screen("stop", f"/queue/{ended.uid}/stop")
    yield Screen("stopped", f"/queue/{desk.applicant(application_kind='certificate_only').uid}")
    complete = desk.applicant(_A.DRAFT, form_current="yes")
    yield Screen("draft-complete", to=f"/queue/{complete.uid}/to-desk")


def _identity_checks(desk: Desk) -> Iterator[Screen]:
    person, forwarded = desk.applicant(), desk.applicant(forwarding="yes")
    yield Screen("identity-renewal", f"/identity/{desk.applicant(**_RENEWAL).uid}")
    for name, each, changed in (
        ("identity-REJECT", person, {"face": "no", "shown": "REJECT"}),
        ("identity-PICKUP", forwarded, {"shown": "POST"}),
        ("identity-not-compared", person, {"face": ""}),
    ):
        check = {**FULL_CHECK, "version": str(each.version), "shown": "POST", **changed}
        yield Screen(name, to=f"/identity/{each.uid}", fields=check)
    yield Screen("identity-POST", to=f"/identity/{person.uid}", fields={**FULL_CHECK, "version": "0", "shown": "POST"})


def _refused(desk: Desk) -> Iterator[Screen]:
    person, checked = desk.applicant(), desk.applicant()
    staff = desk.signed_in()
    staff.check(checked)
    at = {"version": str(person.version)}
    yield Screen("return-refused", to=f"/queue/{person.uid}/return", fields=at)
    yield Screen("change-refused", to=f"/queue/{person.uid}/change/contact_name", fields={**at, "answer": " "})
    version = {"version": str(desk.store.applications.get(checked.uid).version)}
    yield Screen("accept-refused", to=f"/queue/{checked.uid}/accept", fields=version)
    yield Screen("ready-refused", to="/queue/ready", fields={f"version-{checked.uid}": version["version"]})
    yield Screen("begin-first", "/queue/new")
    yield Screen("begin-refused", to="/queue/new", fields={"language": "ja"})
    draft = desk.applicant(_A.DRAFT)
    yield Screen("to-desk", to=f"/queue/{draft.uid}/to-desk")
    yield Screen("form-refused", to=f"/queue/{draft.uid}/form", fields={"entry": "1234"})
    here = {"version": str(desk.store.applications.get(draft.uid).version), "answer": "x"}
    yield Screen("question-refused", to=f"/queue/{draft.uid}/question/mail", fields=here)
    yield Screen("tapped-first", to=f"/queue/{person.uid}/withdraw", fields={"version": "0", "reason": "own_wish"})


def supervisors_screens(desk: Desk, folder: Path) -> Iterator[Screen]:
    """From planning a window to erasing one; REHEARSAL_SUPERVISOR is signed in."""
    planned = a_window(desk.vault, opened=False, company="次の会社")
    batch = f"/batch/{desk.window.id}"
    yield Screen("staff-refused", to="/staff/add", fields={"name": "新人", "new": "x", "again": "y"})
    yield Screen("audit-other-head", "/audit?head=00ff")
    yield Screen("plan", "/windows")
    yield Screen("plan-refused", to="/windows", fields={"company": "x", "place": " ", "held_on": "2026-12-01"})
    yield Screen("plan-change", f"/windows/{planned.id}/change")
    yield Screen("plan-change-open", f"/windows/{desk.window.id}/change")
    yield Screen("another-open", f"/windows/{planned.id}/ready")
    for state in (_A.ACCEPTED, _A.SUBMITTED, _A.DRAFT):
        desk.applicant(state)
    left = desk.store.custody.take(desk.applicant(_A.ACCEPTED).uid, "old_card", 1, REHEARSAL_OPERATOR, AT)
    yield Screen("close-custody", to=f"{batch}/close", fields={"anyway": "yes"})
    desk.store.custody.give_back(left.id, REHEARSAL_OPERATOR, AT)
    yield Screen("close-refused", to=f"{batch}/close")
    yield Screen("closed", to=f"{batch}/close", fields={"anyway": "yes"})
    yield Screen("seal-refused", to=f"{batch}/seal", fields={"second_name": "nobody"})
    yield Screen("reopen-refused", to=f"/windows/{desk.window.id}/reopen", fields={"second_name": "nobody"})
    yield Screen("board-without-window", "/queue/")
    yield Screen("statistics-without-window", "/statistics")
    yield Screen("readiness-red", f"/windows/{planned.id}/ready")
    yield Screen("open-refused", to=f"/windows/{planned.id}/open")
    yield Screen("sealing", to=f"{batch}/seal", fields={**_SECOND, "reason": "一人が帰った"})
    desk.services.live["seals"][desk.window.id].wait(60)
    yield Screen("sealed", batch)
    yield Screen("acknowledge-refused", to=f"{batch}/acknowledge")
    yield Screen("erase-refused", to=f"{batch}/erase", fields={"second_name": "nobody"})
    _acknowledge(desk, folder)
    yield Screen("acknowledged", batch)
    yield Screen("erased", to=f"{batch}/erase", fields={**_SECOND, "sure": "yes"})
    yield Screen("windows-at-the-end", "/windows")


def _acknowledge(desk: Desk, folder: Path) -> None:
    (file,) = desk.vault.folder.outbox.iterdir()
    checked = check_file(file, [read_identity(desk.vault.folder.rehearsal_identity.read_text("utf-8"))])
    office = read_key(desk.vault.folder.rehearsal_office.read_text("ascii"))
    answer = write_acknowledgement(checked, office, desk.clock.now(), folder).read_bytes()
    staff = desk.signed_in(REHEARSAL_SUPERVISOR)
    sent = staff.press(f"/batch/{desk.window.id}/acknowledge", ack=(BytesIO(answer), "a.ack"))
    assert sent.status_code == 303
