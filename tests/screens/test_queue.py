"""The desk promises: the board is live and right, one case has one holder, a second tap changes nothing."""

from pathlib import Path

import pypdfium2
import pytest
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from kiosk.domain.states import ApplicationState
from tests.desk_navigator import Desk

_A = ApplicationState


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "data")


def test_from_board_to_receipt(desk: Desk) -> None:
    person = desk.applicant()
    staff = desk.signed_in()
    assert person.call_number in staff.see("/queue/")
    page = staff.see(f"/queue/{person.uid}")
    assert "見本 花子" in page
    assert f"/identity/{person.uid}" in page
    staff.see(f"/identity/{person.uid}")
    assert staff.check(person).status_code == 303
    checked = desk.store.applications.get(person.uid)
    assert checked.state is _A.IDENTITY_CHECKED
    page = staff.see(f"/queue/{person.uid}")
    assert "暗証番号設定依頼書" in page
    answer = staff.press(f"/queue/{person.uid}/accept", version=checked.version, envelope="E-12")
    assert answer.status_code == 303
    receipt = staff.see(answer.location.removeprefix("/desk"))
    assert "令和8年11月24日" in receipt
    assert "E-12" in receipt
    assert desk.store.applications.get(person.uid).state is _A.ACCEPTED
    assert desk.store.custody.open_items() == []


def test_receipt_sheet_is_one_a4_page_without_birth_date_full_id_or_photo(desk: Desk) -> None:
    person = desk.applicant()
    staff = desk.signed_in()
    staff.see("/queue/")
    staff.check(person)
    version = desk.store.applications.get(person.uid).version
    staff.press(f"/queue/{person.uid}/accept", version=version, envelope="E-12")
    answer = staff.client.get(f"/desk/queue/{person.uid}/receipt.pdf")
    assert answer.mimetype == "application/pdf"
    sheet = pypdfium2.PdfDocument(answer.data)
    assert len(sheet) == 1
    assert [round(side) for side in sheet[0].get_size()] == [595, 842]
    text = sheet[0].get_textpage().get_text_bounded()
    assert person.call_number in text
    assert "見本" in text
    assert person.form_id is not None
    assert person.form_id not in text
    assert "1986" not in text
    assert "5月14日" not in text
    assert list(sheet[0].get_objects(filter=[FPDF_PAGEOBJ_IMAGE])) == []
    screen = staff.see(f"/queue/{person.uid}/receipt")
    assert "1986" not in screen
    assert person.form_id not in screen
