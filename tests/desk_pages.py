"""Every page of the desk with something on it, for those who look at all of them. All data is invented."""

from collections.abc import Iterator

from kiosk.domain.states import ApplicationState
from tests.builders import FORM_ID, a_window
from tests.desk_navigator import Desk

_A = ApplicationState
_CHILD = {"birth_date": "2020-03-03", "representative_present": "yes", "representative_name": "見本 太郎"}
_RENEWAL = {
    "application_kind": "renewal", "old_card": "hand_in", "card_expiry": "2026-12-20", "driving_licence": "yes",
    "licence_way": "number", "licence_number": "305012345678",
}  # fmt: skip


def all_pages(desk: Desk) -> Iterator[tuple[str, str]]:
    """Name and path of every page, after filling the window with people at every step."""
    staff = desk.signed_in()
    waiting, child, renewal = desk.applicant(), desk.applicant(**_CHILD), desk.applicant(**_RENEWAL)
    checked, accepted = desk.applicant(), desk.applicant()
    staff.see("/queue/")
    for person in (checked, accepted):
        staff.check(person)
    version = desk.store.applications.get(accepted.uid).version
    staff.press(f"/queue/{accepted.uid}/accept", version=version, envelope="A-12")
    staff.press(f"/queue/{renewal.uid}/return", version=renewal.version, reason="photo", words="目を開けて")
    desk.store.applications.want_help(waiting.uid, True, "2026-11-24T10:00:00.000+09:00")
    staff.see("/queue/new")
    draft = staff.press("/queue/new", language="es", consent="yes").headers["Location"].split("/")[3]
    staff.press(f"/queue/{draft}/form", entry=FORM_ID)
    planned = a_window(desk.vault, opened=False, company="株式会社とても長い名前の見本製作所 東日本第二事業部")
    queue = {
        "board": "", "new": "new", "ready": "ready", "find": "find?wanted=0", "waiting": waiting.uid,
        "child": child.uid,
        "returned": renewal.uid, "checked": checked.uid, "accepted": accepted.uid, "draft": draft,
        "change-exception": f"{child.uid}/change/certificates",
        "change": f"{waiting.uid}/change/contact_name", "change-date": f"{waiting.uid}/change/birth_date",
        "receipt": f"{accepted.uid}/receipt", "form": f"{draft}/form", "form-check": f"{draft}/form-check",
        "question": f"{draft}/question/application_kind", "question-date": f"{waiting.uid}/change/mail",
    }  # fmt: skip
    for name, path in queue.items():
        yield name, f"/queue/{path}"
    yield "identity", f"/identity/{waiting.uid}"
    yield "identity-child", f"/identity/{child.uid}"
    yield "statistics", "/statistics"
    yield "staff", "/staff"
    yield "windows", "/windows"
    yield "readiness", f"/windows/{planned.id}/ready"
    yield "batches", "/batch/?all=1"
    yield "batch", f"/batch/{desk.window.id}"
