"""A child under one year is never asked for a photo and comes into the batch without one."""

import json
from pathlib import Path

import pytest

from kiosk.actions.applicant import applicant_rules, leave_out_photo, submit
from kiosk.actions.batch import SealOrder, seal_window
from kiosk.actions.window import close_window
from kiosk.domain.applicant import LEFT_OUT, items_asked, needs_photo, offers_photo, questions
from kiosk.domain.applicant_rules import Kind
from kiosk.domain.batch_row import Parts as RowParts
from kiosk.domain.batch_row import as_row
from kiosk.domain.errors import NotAllowedNow, NotFound
from kiosk.domain.states import ApplicationState
from kiosk.store import wraps
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.actions.test_batch import members_of
from tests.builders import an_application
from tests.desk_navigator import ANSWERS, FULL_CHECK, Desk, a_photo

CHILD = {
    **{key: value for key, value in ANSWERS.items() if key != "photo_exception"},
    "birth_date": "2026-06-01", "applying_as": "representative", "representative_present": "yes",
    "representative_name": "見本 花子", "representative_relation": "mother", "certificates": "authentication_only",
}  # fmt: skip
OF_THE_MOTHER = {
    **{key.replace("document-", "representative-"): value for key, value in FULL_CHECK.items() if "document-" in key},
    "paper-authority_paper": "here", "paper-consent_form": "here", "representative_present": "yes",
}  # fmt: skip
"""What she shows beside the child's own papers."""
TURNS_ONE = {**CHILD, "birth_date": "2025-12-01"}
"""Under 1 at the window, 1 when the office files two weeks later."""


def test_a_child_who_turns_one_before_filing_lost_the_photo_at_hand_in(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    rules, today = applicant_rules(desk.settings), desk.clock.today()
    assert offers_photo(TURNS_ONE, rules, today)
    assert not needs_photo(TURNS_ONE, rules, today)
    assert [each.key for each in items_asked(rules)].count("photo") == 1
    uid = an_application(desk.store, form_id="1" * 23, answers=TURNS_ONE).uid
    desk.store.photos.save(uid, a_photo())
    assert submit(desk.services, uid).state is ApplicationState.SUBMITTED
    assert desk.store.photos.has(uid)
    staff = desk.signed_in()
    staff.see(f"/identity/{uid}")
    no_face = staff.check(desk.store.applications.get(uid), **OF_THE_MOTHER, face="")
    assert no_face.status_code == 422, "a photo that was taken is compared"


def test_a_photo_that_is_only_offered_can_be_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    uid = an_application(desk.store, form_id="1" * 23, answers=TURNS_ONE).uid
    with pytest.raises(NotAllowedNow):
        submit(desk.services, uid)
    leave_out_photo(desk.services, uid)
    assert submit(desk.services, uid).answers["photo"] == LEFT_OUT
    older = an_application(desk.store, form_id="2" * 23, answers={**TURNS_ONE, "birth_date": "2024-12-01"}).uid
    with pytest.raises(NotFound):
        leave_out_photo(desk.services, older)


def test_staff_start_the_photo_of_a_child_who_turns_one_or_go_on_without(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    uid = an_application(desk.store, form_id="1" * 23, answers=TURNS_ONE).uid
    staff = desk.signed_in()
    staff.see("/queue/")
    staff.press(f"/queue/{uid}/to-desk")
    page = staff.see(f"/queue/{uid}")
    assert 'id="photo-start"' in page
    assert 'id="photo-left-out"' in page
    assert staff.press(f"/queue/{uid}/photo-start").status_code == 303
    version = desk.store.applications.get(uid).version
    assert staff.press(f"/queue/{uid}/photo-left-out", version=str(version)).status_code == 303
    assert 'id="submit-here"' in staff.see(f"/queue/{uid}")


def test_no_photo_step_and_no_photo_in_the_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    rules, today = applicant_rules(desk.settings), desk.clock.today()
    assert not needs_photo(CHILD, rules, today)
    assert Kind.PHOTO not in [question.kind for question in questions(CHILD, rules, today)]
    uid = an_application(desk.store, form_id="1" * 23, answers=CHILD).uid
    handed_in = submit(desk.services, uid)
    assert desk.store.photos.get(uid) is None
    assert handed_in.state is ApplicationState.SUBMITTED
    row = as_row(RowParts(handed_in, None, None, (), is_under_one=True), "host")
    assert row["photo"] is None
    assert row["counted_as"] == "under_1"


def test_a_child_under_one_is_accepted_at_the_desk_and_sealed_without_a_photo(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    uid = an_application(desk.store, form_id="1" * 23, answers=CHILD).uid
    submit(desk.services, uid)
    staff = desk.signed_in()
    assert "photo.jpg" not in staff.see(f"/queue/{uid}")
    staff.see(f"/identity/{uid}")
    checked = staff.check(desk.store.applications.get(uid), **OF_THE_MOTHER)
    assert checked.status_code == 303, checked.text
    version = desk.store.applications.get(uid).version
    assert staff.press(f"/queue/{uid}/accept", version=version, envelope="E-1").status_code == 303
    assert desk.store.applications.get(uid).state is ApplicationState.ACCEPTED
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_SUPERVISOR)
    order = SealOrder(desk.window.id, tmp_path / "out", REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR)
    sealed = seal_window(desk.vault, desk.clock, order)
    identity = wraps.read_identity(desk.vault.folder.rehearsal_identity.read_text("utf-8"))
    members = members_of(sealed.path, identity)
    (row,) = map(json.loads, members["applications.jsonl"].splitlines())
    assert (row["counted_as"], row["photo"]) == ("under_1", None)
    assert not [name for name in members if name.startswith("photos/")]
