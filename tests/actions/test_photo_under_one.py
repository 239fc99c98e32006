"""A child under one year is never asked for a photo and can be handed in without one."""

from pathlib import Path

from kiosk.actions.applicant import applicant_rules, submit
from kiosk.domain.applicant import Kind, needs_photo, questions
from kiosk.domain.batch_row import Parts as RowParts
from kiosk.domain.batch_row import as_row
from kiosk.domain.states import ApplicationState
from tests.builders import an_application
from tests.desk_navigator import ANSWERS, Desk

CHILD = {
    **{key: value for key, value in ANSWERS.items() if key != "photo_exception"},
    "birth_date": "2026-06-01", "applying_as": "representative", "representative_present": "yes",
    "representative_name": "見本 花子", "representative_relation": "mother", "certificates": "authentication_only",
}  # fmt: skip


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
