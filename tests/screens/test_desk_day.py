"""The papers of the day promise: true counts, the log's head as text and code, totals only for the company."""

from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from kiosk.actions.form_qr import NO_FORM, OLD_ADDRESS
from kiosk.actions.window import close_window, open_window
from kiosk.domain.states import ApplicationState, WindowEvent
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR
from tests.builders import PASSPHRASE as REAL_PASSPHRASE
from tests.builders import SUPERVISOR, a_vault, a_window, an_application
from tests.desk_navigator import ANSWERS, PASSPHRASE, Desk
from tests.page_words import numbers_in

_A = ApplicationState


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "data")
    for state in (_A.ACCEPTED, _A.ACCEPTED, _A.SUBMITTED, _A.WITHDRAWN):
        desk.applicant(state)
    desk.store.statistics.photo_attempt("x", "2026-11-24T10:00:00+09:00", "fail", ["mask"], 3.0)
    return desk


def pages(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


def test_statistics_page_has_counts_plot_and_table(desk: Desk) -> None:
    text = desk.signed_in().see("/statistics")
    assert "4 / 30" in text
    assert "<svg" in text
    assert "style=" not in text
    assert "1回目で使えた写真: 0 %" in text
    assert "マスク" in text.split('id="photo-reasons"')[1].split("</svg>")[0], "drawn by reason"


def test_day_sheet_carries_the_logs_head_as_text_and_code(desk: Desk) -> None:
    staff = desk.signed_in()
    answer = staff.press(f"/windows/{desk.window.id}/day-sheet.pdf")
    assert answer.mimetype == "application/pdf"
    head = desk.services.kiosk_store.audit.head()
    text = "".join(pages(answer.data)).replace("\r\n", "").replace("\n", "")
    assert head in text
    assert "練習用" in text
    assert "戻って" not in text
    read = set()
    for page in pypdfium2.PdfDocument(answer.data):
        picture = cv2.cvtColor(np.asarray(page.render(scale=3).to_pil().convert("RGB")), cv2.COLOR_RGB2BGR)
        read |= {code.text for code in zxingcpp.read_barcodes(picture)}
    assert read == {head}


@pytest.mark.parametrize("kind", [OLD_ADDRESS, NO_FORM])
def test_those_who_cannot_apply_are_counted_with_words(desk: Desk, kind: str) -> None:
    desk.store.statistics.reissue_requested(kind, "2026-11-24T10:00:00+09:00")
    staff = desk.signed_in()
    assert "申請書" in staff.see("/statistics")
    assert "申請書" in "".join(pages(staff.press(f"/windows/{desk.window.id}/day-sheet.pdf").data))


def test_day_sheet_says_that_the_clock_was_set_back(desk: Desk) -> None:
    staff = desk.signed_in()
    desk.clock.tick(-1800)
    text = "".join(pages(staff.press(f"/windows/{desk.window.id}/day-sheet.pdf").data))
    assert "時計は" in text


def test_a_clock_set_back_before_the_window_opened_is_no_matter_of_its_day_sheet(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    staff, vault = desk.signed_in(), desk.services.vault
    later = a_window(vault, opened=False)
    desk.clock.tick(-1800)
    for deed, window in ((close_window, desk.window), (open_window, later)):
        deed(vault, desk.clock, window.id, REHEARSAL_SUPERVISOR)
    text = "".join(pages(staff.press(f"/windows/{later.id}/day-sheet.pdf").data))
    assert "戻って" not in text


def test_no_paper_names_a_person(desk: Desk) -> None:
    staff = desk.signed_in()
    for name in ("day-sheet", "company-report"):
        text = "".join(pages(staff.press(f"/windows/{desk.window.id}/{name}.pdf").data))
        for value in ("見本 花子", "花子", "example.jp", "00000000000"):
            assert value not in text
        assert "1986" not in numbers_in(text)


def test_company_learns_totals_only(desk: Desk) -> None:
    text = "".join(pages(desk.signed_in().press(f"/windows/{desk.window.id}/company-report.pdf").data))
    assert "見本工業 御中" in text
    assert "取下げ" not in text
    assert "受付不可" not in text
    for application in desk.store.applications.list():
        assert application.call_number not in numbers_in(text)


def test_the_day_sheet_of_a_sealed_window_carries_the_hash_of_its_file(desk: Desk) -> None:
    """The hash slip is of use after sealing only, so the papers are made from the page of the closed window too."""
    staff, batch = desk.signed_in(REHEARSAL_SUPERVISOR), f"/batch/{desk.window.id}"
    second = {"second_name": REHEARSAL_OPERATOR, "second_passphrase": PASSPHRASE, "reason": "一人が帰った"}
    assert 'id="papers"' not in staff.see(batch)
    staff.press(f"{batch}/close", anyway="yes")
    assert f'formaction="/desk/windows/{desk.window.id}/day-sheet.pdf"' in staff.see(batch)
    staff.press(f"{batch}/seal", **second)
    desk.services.live["seals"][desk.window.id].wait(60)
    assert 'id="papers"' in staff.see(batch)
    (sealed,) = desk.services.kiosk_store.batches.list()
    text = "".join(pages(staff.press(f"/windows/{desk.window.id}/day-sheet.pdf").data))
    assert sealed.sha256 in "".join(text.split())
    assert "to-papers" in staff.see("/statistics")


def test_papers_of_a_closed_window_ask_for_the_passphrase_and_leave_no_key(desk: Desk, tmp_path: Path) -> None:
    vault = a_vault(tmp_path / "real", desk.clock)
    window = a_window(vault)
    desk.services.vault = vault
    staff, paper = desk.browser(), f"/windows/{window.id}/day-sheet.pdf"
    staff.sign_in(SUPERVISOR, REAL_PASSPHRASE)
    staff.press(f"/batch/{window.id}/close")
    assert 'name="passphrase"' in staff.see(f"/batch/{window.id}").split('id="papers"')[1]
    for wrong in ({}, {"passphrase": "wrong words here"}):
        assert staff.press(paper, **wrong).location == f"/desk/batch/{window.id}"
        assert 'role="alert"' in staff.see(f"/batch/{window.id}")
    assert staff.press(paper, passphrase=REAL_PASSPHRASE).mimetype == "application/pdf"
    assert not vault.holds(window.id)


def test_paper_made_is_logged(desk: Desk) -> None:
    desk.signed_in().press(f"/windows/{desk.window.id}/company-report.pdf")
    events = [entry.event for entry in desk.services.kiosk_store.audit.list(desk.window.id)]
    assert events[-1] == "company_report_made"


def test_window_that_is_not_ready_opens_with_a_supervisors_reason_only(desk: Desk) -> None:
    """The camera of this kiosk is not running, so the report is red."""
    from kiosk.actions.window import close_window, make_window
    from tests.builders import a_plan

    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    planned = make_window(desk.vault, desk.clock, a_plan(rehearsal=True), REHEARSAL_SUPERVISOR)
    operator, supervisor = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    page = operator.see(f"/windows/{planned.id}/ready")
    assert "確認中" in page
    assert f'hx-get="/desk/windows/{planned.id}/report"' in page
    report = operator.see(f"/windows/{planned.id}/report")
    assert "要対処" in report
    assert "<html" not in report
    assert 'id="open"' not in report
    assert "責任者がサインインして" in report
    assert operator.press(f"/windows/{planned.id}/open", reason="急ぐ").status_code == 403
    assert 'id="reason"' in supervisor.see(f"/windows/{planned.id}/report")
    supervisor.see("/windows")
    refused = supervisor.press(f"/windows/{planned.id}/open")
    assert (refused.status_code, "理由を入れてください" in refused.text) == (422, True)
    assert supervisor.press(f"/windows/{planned.id}/open", reason="試しに開く").status_code == 303
    moves = desk.services.kiosk_store.windows.history(planned.id)
    assert [(move.event, move.reason) for move in moves] == [(WindowEvent.OPEN, "試しに開く")]


def test_a_second_window_waits_for_the_first(desk: Desk) -> None:
    planned, supervisor = a_window(desk.vault, opened=False, company="次の会社"), desk.signed_in(REHEARSAL_SUPERVISOR)
    report = supervisor.see(f"/windows/{planned.id}/report")
    assert "見本工業 第一会議室 の窓口がまだ開いています" in report
    assert 'id="open"' not in report
    supervisor.see("/windows")
    assert supervisor.press(f"/windows/{planned.id}/open", reason="急ぐ").status_code == 409


@pytest.mark.parametrize(
    ("second", "passphrase", "status"),
    [
        ("", "", 422),
        (REHEARSAL_OPERATOR, PASSPHRASE, 422),
        (REHEARSAL_SUPERVISOR, "not the right words", 422),
        (REHEARSAL_SUPERVISOR, PASSPHRASE, 303),
    ],
)
def test_closed_window_opens_again_by_two_people(desk: Desk, second: str, passphrase: str, status: int) -> None:
    from kiosk.actions.window import close_window

    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    staff = desk.signed_in(REHEARSAL_OPERATOR)
    fields = {"second_name": second, "second_passphrase": passphrase, "reason": "遅れて来た人"}
    assert staff.press(f"/windows/{desk.window.id}/reopen", **fields).status_code == status


def test_what_was_typed_on_the_windows_page_came_back_in_the_answer_to_the_post(desk: Desk) -> None:
    """A browser keeps the body of a POST whose answer it displays; refused forms now wait for the GET, once."""
    from kiosk.actions.window import close_window

    supervisor, planned = desk.signed_in(REHEARSAL_SUPERVISOR), a_window(desk.vault, opened=False, company="次の会社")
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    plan = {"company": "見本商事", "place": " ", "held_on": "2026-12-01", "head_count": "8", "languages": ["ja", "ko"]}
    again = {"second_name": "nobody", "second_passphrase": "not the right words", "reason": "遅れて来た人"}
    for path, page, fields, shown in (
        ("/windows", "/windows", plan, ("見本商事", 'value="ko" checked')),
        (f"/windows/{planned.id}/change", f"/windows/{planned.id}/change", plan, ("見本商事", 'value="ko" checked')),
        (f"/windows/{desk.window.id}/reopen", "/windows", again, ("遅れて来た人", 'value="nobody"')),
    ):
        seen = supervisor.see(page).split('name="seen" value="')[-1].split('"')[0]
        data = {"csrf_token": supervisor.token, "seen": seen, **fields}
        answer = supervisor.client.post(f"/desk{path}", data=data)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk{page}")
        text = supervisor.see(page)
        assert 'role="alert"' in text
        assert all(words in text for words in shown), path
        assert "not the right words" not in text
        assert shown[0] not in supervisor.see(page)
    ready = f"/windows/{planned.id}/ready"
    supervisor.see(ready)
    refused = supervisor.press(f"/windows/{planned.id}/open", reason="長" * 201)
    assert (refused.status_code, "200文字まで" in refused.text) == (422, True)
    assert "長" * 201 in supervisor.see(f"/windows/{planned.id}/report")


def test_what_was_agreed_for_a_window_is_what_it_does(desk: Desk) -> None:
    """Languages, contact mail, document preset and the rule for other cities hold while that window is at work."""
    from kiosk.actions.identity import Check, judge, preset_of
    from kiosk.actions.window import close_window, open_window

    supervisor = desk.signed_in(REHEARSAL_SUPERVISOR)
    page = supervisor.see("/windows")
    assert 'name="languages" value="ko"' in page
    agreed = {
        "company": "例社", "place": "食堂", "held_on": "2026-12-01", "head_count": "8", "preset": "counter",
        "contact_mail": "none", "other_cities": "not_accepted", "languages": ["ja", "ko"],
        "staff": [REHEARSAL_OPERATOR],
    }  # fmt: skip
    assert supervisor.press("/windows", **agreed).status_code == 303
    assert supervisor.press("/windows", **{**agreed, "languages": ["xx"]}).status_code == 422
    assert supervisor.press("/windows", **{**agreed, "other_cities": "perhaps"}).status_code == 422
    (made,) = [each for each in desk.vault.kiosk_store.windows.list() if each.company == "例社"]
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    assert desk.services.settings.contact_mail == "applicant"
    open_window(desk.vault, desk.clock, made.id, REHEARSAL_OPERATOR)
    assert desk.services.settings.contact_mail == "none"
    assert desk.services.settings.languages == "ja,ko"
    assert preset_of(desk.services) == "counter"
    other = an_application(desk.services.window_store(), answers={**ANSWERS, "municipality": "other"})
    assert "city_not_accepted" in judge(desk.services, other, Check()).causes
    assert REHEARSAL_OPERATOR in supervisor.see("/windows")


def test_a_page_of_an_application_broke_once_a_colleague_had_closed_the_window(desk: Desk) -> None:
    person, staff = desk.applicant(), desk.signed_in()
    page = f"/queue/{person.uid}"
    assert person.call_number in staff.see(page)
    close_window(desk.vault, desk.clock, desk.window.id, REHEARSAL_OPERATOR)
    for path in (page, f"/identity/{person.uid}", f"{page}/receipt", "/queue/ready", "/queue/find?wanted=1"):
        assert "開いている窓口がありません" in staff.see(path), path
        assert staff.last is not None
        assert staff.last.status_code == 404, path
    assert staff.press(f"{page}/claim").status_code == 404
