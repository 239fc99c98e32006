"""Everything an applicant can do, staff do for them from the desk, by the same rules and under their own name."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from kiosk.actions.photo_live import PhotoSession
from kiosk.actions.photo_station import station_of
from kiosk.app import create_site
from kiosk.domain.states import ApplicationState
from kiosk.store.vault import REHEARSAL_SUPERVISOR
from kiosk.wiring import Cameras
from tests.actions.test_photo import NOBODY, STILL, watch
from tests.actions.test_photo_session import Models, OneCamera
from tests.builders import AT, FORM_ID, an_application
from tests.desk_navigator import ANSWERS, Browser, Desk, a_photo
from tests.page_words import words_of

_A = ApplicationState
TYPED = {
    **{key: {"answer": value} for key, value in ANSWERS.items()},
    "birth_date": {"era": "showa", "year": "61", "month": "5", "day": "14"},
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "data")
    camera = OneCamera()
    camera.held = STILL
    desk.services.cameras = Cameras(camera, camera)
    desk.services.__dict__.update(analyser=Models.analyser, face_reader=Models.faces)
    yield desk
    desk.services.lock()


def begun(staff: Browser, language: str = "ja") -> str:
    """Begin for somebody; the uid."""
    staff.see("/queue/new")
    answer = staff.press("/queue/new", language=language, consent="yes")
    assert answer.status_code == 303
    return answer.headers["Location"].split("/")[3]


def version(desk: Desk, uid: str) -> int:
    return desk.store.applications.get(uid).version


def place(staff: Browser, uid: str) -> str:
    """The path of the first step still open."""
    staff.see(f"/queue/{uid}/entry")
    assert staff.last is not None
    return staff.last.headers["Location"].removeprefix("/desk")


def answered(desk: Desk, staff: Browser, uid: str) -> str:
    """Give every answer asked for; the path of the step that is then open."""
    while "/question/" in (path := place(staff, uid)):
        assert "ask-here" in staff.see(path)
        answer = staff.press(path, version=version(desk, uid), **TYPED[path.rsplit("/", 1)[1]])
        assert answer.status_code == 303, (path, answer.text)
    return path


def test_a_whole_application_from_the_desk_and_each_step_logged(desk: Desk) -> None:
    staff = desk.signed_in()
    assert 'id="begin-for"' in staff.see("/queue/")
    uid = begun(staff)
    draft = desk.store.applications.get(uid)
    assert (draft.state, draft.claimed_by, bool(draft.consented_at)) == (_A.DRAFT, "demo", True)
    assert place(staff, uid) == f"/queue/{uid}/form"
    assert staff.press(f"/queue/{uid}/form", entry=FORM_ID).status_code == 303
    assert staff.press(f"/queue/{uid}/form-check", answer="yes", version=version(desk, uid)).status_code == 303
    assert answered(desk, staff, uid) == f"/queue/{uid}", "the photo is taken beside the application"
    assert 'id="photo-start"' in staff.see(f"/queue/{uid}")
    assert staff.press(f"/queue/{uid}/photo-start").status_code == 303
    session = station_of(desk.services).peek(uid)
    assert session is not None
    watch(session, lambda live: bool(live.verdict))
    board = staff.see("/queue/board")
    assert 'id="board-photo-take"' in board
    assert staff.press(f"/queue/{uid}/photo-take", back="board").headers["Location"] == "/desk/queue/"
    watch(session, lambda live: live.shots == 1)
    assert 'id="photo-retake"' in staff.see(f"/queue/{uid}/photo-live")
    assert staff.press(f"/queue/{uid}/photo-retake").status_code == 303
    assert staff.press(f"/queue/{uid}/photo-use/1").status_code == 303
    assert answered(desk, staff, uid) == f"/queue/{uid}"
    page = staff.see(f"/queue/{uid}")
    assert 'id="submit-here"' in page
    assert "口頭(demo)" in page
    assert staff.press(f"/queue/{uid}/submit", version=version(desk, uid)).status_code == 303
    handed_in = desk.store.applications.get(uid)
    assert (handed_in.state, handed_in.form_id) == (_A.SUBMITTED, FORM_ID)
    assert dict(handed_in.answers) == {**ANSWERS, "form_current": "yes"}
    assert desk.store.applications.history(uid)[-1].by == "demo"
    log = desk.services.kiosk_store.audit.list(uid)
    assert {entry.actor for entry in log} == {"demo"}
    events = [entry.event for entry in log]
    assert events[:2] == ["begun_by_staff", "form_confirmed_by_staff"]
    assert events[-1] == "submitted_by_staff"
    assert events.count("answered_by_staff") == len(ANSWERS)
    assert {"photo_begun_by_staff", "photo_taken_by_staff", "photo_retake_by_staff", "photo_used_by_staff"} < set(
        events
    )
    for value in ("見本", "1986", "example.jp", FORM_ID):
        assert value not in repr(log)


def test_nothing_begins_without_the_consent_said_aloud(desk: Desk) -> None:
    staff = desk.signed_in()
    page = staff.see("/queue/new")
    assert "暗証番号" in page, "what is never asked is part of what is read out"
    assert staff.press("/queue/new", language="ja").status_code == 422
    assert desk.store.applications.list() == []


def test_a_second_tap_begins_nothing_twice(desk: Desk) -> None:
    staff = desk.signed_in()
    staff.see("/queue/new")
    for _ in range(2):
        assert staff.press("/queue/new", language="ko", consent="yes").status_code == 303
    (draft,) = desk.store.applications.list()
    assert draft.language == "ko"
    assert [e.event for e in desk.services.kiosk_store.audit.list(draft.uid)] == ["begun_by_staff"]


def test_the_question_stands_in_the_persons_language_too(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff, "es")
    staff.press(f"/queue/{uid}/form-without", version=version(desk, uid))
    page = staff.see(place(staff, uid))
    assert '<p class="theirs" lang="es">' in page


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("application_kind", {"answer": "sideways"}),
        ("contact_name", {"answer": "123456789018"}),
        ("contact_name", {"answer": " "}),
        ("mail", {"answer": "not a mail"}),
        ("birth_date", {"era": "showa", "year": "64", "month": "1", "day": "8"}),
    ],
)
def test_what_the_applicant_screen_refuses_the_desk_refuses(desk: Desk, key: str, fields: dict[str, str]) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    desk.store.applications.save_answers(uid, {"application_kind": "first", "municipality": "host"}, draft_at(desk))
    before = desk.store.applications.get(uid)
    answer = staff.press(f"/queue/{uid}/question/{key}", version=before.version, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "123456789018" not in answer.text
    assert desk.store.applications.get(uid).answers == before.answers


def draft_at(desk: Desk) -> str:
    return desk.clock.now().isoformat(timespec="milliseconds")


@pytest.mark.parametrize("entry", ["", "1234", "123456789012", "１２３４ ５６７８ ９０１８", "https://example.jp/x"])
def test_what_is_no_form_is_refused_and_not_shown_again(desk: Desk, entry: str) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    answer = staff.press(f"/queue/{uid}/form", entry=entry)
    assert answer.status_code == 422
    assert not entry or f'value="{entry}"' not in answer.text
    assert desk.store.applications.get(uid).form_id is None


def test_a_scanner_reads_the_form_at_the_desk(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    assert staff.press(f"/queue/{uid}/form-scan", keys=[FORM_ID, FORM_ID]).status_code == 303
    assert "1234-5678-9012-3456-7890-123" in staff.see(f"/queue/{uid}/form-check")


def test_a_form_somebody_else_holds_is_refused_with_when_and_by_whom(desk: Desk) -> None:
    holder = desk.applicant(form_id=FORM_ID)
    staff = desk.signed_in()
    uid = begun(staff)
    answer = staff.press(f"/queue/{uid}/form", entry=FORM_ID)
    assert answer.status_code == 422
    assert f"2026-11-24 10:00に始めた受付番号 {holder.call_number} の申請" in answer.text


def test_looking_at_what_the_camera_reads_takes_no_case(desk: Desk) -> None:
    """2026-11: a tab left open took a case that had just been released, and the log said nothing of it."""
    staff = desk.signed_in()
    uid = begun(staff)
    assert staff.press(f"/queue/{uid}/form-camera").status_code == 303
    assert staff.client.get(f"/desk/queue/{uid}/form-guide.json").status_code == 200
    desk.store.applications.release(uid, "demo", draft_at(desk))
    assert staff.client.get(f"/desk/queue/{uid}/form-guide.json").status_code == 404
    assert desk.store.applications.get(uid).claimed_by is None


def test_the_whole_number_is_for_its_holder_only(desk: Desk) -> None:
    staff, other = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    uid = begun(staff)
    staff.press(f"/queue/{uid}/form", entry=FORM_ID)
    page = words_of(other.see(f"/queue/{uid}/form-check"))
    assert other.last is not None
    assert other.last.status_code == 409
    assert FORM_ID[:4] not in page


def test_an_old_form_is_not_kept_and_the_wish_for_a_new_one_is(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    staff.press(f"/queue/{uid}/form", entry=FORM_ID)
    staff.press(f"/queue/{uid}/form-check", answer="no", version=version(desk, uid))
    kept = desk.store.applications.get(uid)
    assert kept.form_id is None
    assert kept.answers["reissue_wanted"] == "old_address"


def test_two_tabs_do_not_cross(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    staff.press(f"/queue/{uid}/form-without", version=version(desk, uid))
    path, stale = place(staff, uid), version(desk, uid)
    assert staff.press(path, answer="first", version=stale).status_code == 303
    assert staff.press(path, answer="renewal", version=stale).status_code == 409
    assert desk.store.applications.get(uid).answers["application_kind"] == "first"


def test_a_colleague_changes_nothing_in_a_draft_that_is_held(desk: Desk) -> None:
    staff, other = desk.signed_in(), desk.signed_in(REHEARSAL_SUPERVISOR)
    uid = begun(staff)
    draft = desk.store.applications.get(uid)
    for path in (
        "form",
        "form-scan",
        "form-camera",
        "form-without",
        "question/application_kind",
        "photo-start",
        "to-desk",
        "submit",
        "abandon",
    ):
        fields = {"answer": "first", "reason": "went_away", "entry": FORM_ID}
        assert other.press(f"/queue/{uid}/{path}", version=draft.version, **fields).status_code == 409, path
    assert desk.store.applications.get(uid) == draft


def test_nothing_is_handed_in_while_something_is_open(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    assert staff.press(f"/queue/{uid}/submit", version=version(desk, uid)).status_code == 409
    assert desk.store.applications.get(uid).state is _A.DRAFT


def test_what_cannot_be_applied_for_here_is_said_and_counted(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    staff.press(f"/queue/{uid}/form-without", version=version(desk, uid))
    staff.press(place(staff, uid), answer="certificate_only", version=version(desk, uid))
    assert place(staff, uid) == f"/queue/{uid}/stop"
    assert "電子証明書だけ" in staff.see(f"/queue/{uid}/stop")
    assert staff.press(f"/queue/{uid}/end", version=version(desk, uid)).status_code == 303
    ended = desk.store.applications.get(uid)
    assert (ended.state, ended.claimed_by) == (_A.ABANDONED, None)
    assert desk.store.applications.history(uid)[-1].by == "demo"


def test_a_draft_whose_person_went_away_is_given_up_with_a_reason_before_closing(desk: Desk) -> None:
    staff = desk.signed_in()
    draft = an_application(desk.store)
    assert 'id="deed-abandon"' in staff.see(f"/queue/{draft.uid}")
    assert staff.press(f"/queue/{draft.uid}/abandon", version=draft.version).status_code == 422
    answer = staff.press(f"/queue/{draft.uid}/abandon", version=draft.version, reason="went_away")
    assert answer.status_code == 303
    assert desk.store.applications.get(draft.uid).state is _A.ABANDONED
    assert desk.store.applications.history(draft.uid)[-1].reason == "went_away"


def test_a_draft_given_up_at_the_desk_kept_name_form_and_photo(desk: Desk) -> None:
    staff, draft = desk.signed_in(), desk.applicant(_A.DRAFT)
    desk.store.photo_grants.save(draft.uid, ["head_covering"], "religion", "demo", AT)
    staff.see(f"/queue/{draft.uid}")
    staff.press(f"/queue/{draft.uid}/abandon", version=draft.version, reason="went_away")
    ended = desk.store.applications.get(draft.uid)
    assert (ended.state, ended.form_id, ended.answers) == (_A.ABANDONED, None, {})
    assert (desk.store.photos.has(draft.uid), desk.store.photo_grants.get(draft.uid)) == (False, None)
    assert draft.call_number in staff.see(f"/queue/{draft.uid}")


def test_what_was_wiped_stood_there_as_a_handwritten_application(desk: Desk) -> None:
    staff = desk.signed_in()
    draft, returned = desk.applicant(_A.DRAFT), desk.applicant(_A.RETURNED)
    by_hand = desk.applicant(_A.DRAFT, without_form="yes")
    for each in (returned, by_hand):
        desk.store.applications.set_form_id(each.uid, None, AT)
    staff.see("/queue/")
    gone = {"reason": "went_away", "version": str(draft.version)}
    assert staff.press(f"/queue/{draft.uid}/abandon", **gone).status_code == 303
    for uid, words in ((draft.uid, "消去済み"), (returned.uid, "まだ読み取り前・確認前"), (by_hand.uid, "手書き申請")):
        line = words_of(staff.see(f"/queue/{uid}").split('id="form_id"')[1].split("</dd>")[0])
        assert words in line
    page = words_of(staff.see(f"/queue/{draft.uid}"))
    assert "受付番号、時刻、中止の理由だけが残っています" in page
    assert "未入力" not in page, "nobody left these unanswered"
    desk.applicant(_A.DRAFT, form_id=f"{4321:023d}")
    desk.store.applications.start("no-form-yet", "4321", "ja", AT, AT)
    assert "まだ読み取り前・確認前" in words_of(staff.see("/queue/find?wanted=4321"))


def test_a_person_without_a_mail_address_could_not_be_served(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    staff.press(f"/queue/{uid}/form-without", version=version(desk, uid))
    while not (path := place(staff, uid)).endswith("/question/mail"):
        staff.press(path, version=version(desk, uid), **TYPED[path.rsplit("/", 1)[1]])
    assert f'href="/desk/queue/{uid}/change/mail"' in staff.see(path)
    without = f"/queue/{uid}/change/mail"
    assert staff.press(without, answer=" ", version=version(desk, uid)).status_code == 422, "not without a reason"
    assert staff.press(without, answer=" ", reason="asked_for", version=version(desk, uid)).status_code == 303
    assert desk.store.applications.get(uid).answers["mail"] == ""
    assert [(each.item, each.reason) for each in desk.store.applications.changes(uid)] == [("mail", "asked_for")]
    assert place(staff, uid).endswith("/question/birth_date")


def test_a_draft_brought_to_the_desk_leaves_the_applicant_screen(desk: Desk) -> None:
    screen = Client(create_site(desk.settings, desk.services))
    uid, token = at_screen(desk, screen)
    staff = desk.signed_in()
    assert 'id="to-desk"' in staff.see(f"/queue/{uid}")
    assert staff.press(f"/queue/{uid}/to-desk").status_code == 303
    assert screen.get("/form_qr/guide.json").status_code == 404, "the page then loads itself anew"
    late = screen.post("/applicant/question/application_kind", data={"csrf_token": token, "answer": "renewal"})
    assert late.status_code in (303, 400)
    assert screen.get("/applicant/review").headers["Location"] == "/"
    assert desk.store.applications.get(uid).answers == {}
    staff.press(f"/queue/{uid}/form-without", version=version(desk, uid))
    assert place(staff, uid).endswith("/question/application_kind")
    assert staff.press(f"/queue/{uid}/resume").status_code == 303
    page = screen.get("/resume/").text
    number = desk.store.applications.get(uid).call_number
    taken = screen.post("/resume/", data={"csrf_token": token_of(page), "call_number": number})
    assert taken.status_code == 303
    assert screen.get("/resume/mend").headers["Location"] == "/applicant/next"
    assert screen.get("/applicant/next").headers["Location"].endswith("/applicant/question/application_kind")


def at_screen(desk: Desk, screen: Client) -> tuple[str, str]:
    """Somebody consented at the applicant screen; their uid and the screen's token."""
    screen.get("/")
    token = token_of(screen.get("/applicant/consent").text)
    screen.post("/applicant/consent", data={"csrf_token": token})
    (draft,) = desk.store.applications.list()
    return draft.uid, token


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_the_camera_is_not_taken_from_the_person_at_the_applicant_screen(desk: Desk) -> None:
    there = desk.applicant(_A.DRAFT)
    station_of(desk.services).session_for(there.uid)
    staff = desk.signed_in()
    uid = begun(staff)
    answer = staff.press(f"/queue/{uid}/photo-start")
    assert answer.status_code == 422
    assert "申請者の画面がカメラを使っています" in answer.text
    assert station_of(desk.services).peek(there.uid) is not None


@pytest.mark.parametrize("page", ["/queue/board", "/queue/{uid}/photo-live"])
def test_a_session_run_by_staff_lasts_while_they_look(desk: Desk, page: str) -> None:
    """Nobody stands before the camera, so that no shutter fires: after a shot the board no longer counts."""
    desk.services.camera_face.held = NOBODY  # type: ignore[attr-defined]
    staff = desk.signed_in()
    uid = begun(staff)
    staff.press(f"/queue/{uid}/photo-start")
    for _ in range(5):
        desk.clock.tick(110)
        staff.see(page.format(uid=uid), **{"Sec-Fetch-Mode": "cors"})
    time.sleep(0.5)  # the session looks ten times a second whether anybody is there
    assert station_of(desk.services).peek(uid) is not None


@pytest.mark.parametrize("page", ["/queue/board", "/queue/{uid}/photo-live"])
def test_a_session_run_by_staff_ends_when_the_desk_has_locked_itself(desk: Desk, page: str) -> None:
    """The pages go on asking, but nobody touched the desk: nobody is left who looks."""
    desk.services.camera_face.held = NOBODY  # type: ignore[attr-defined]
    staff = desk.signed_in()
    uid = begun(staff)
    staff.press(f"/queue/{uid}/photo-start")
    session = station_of(desk.services).peek(uid)
    assert session is not None
    for _ in range(10):
        desk.clock.tick(100)
        staff.see(page.format(uid=uid), **{"Sec-Fetch-Mode": "cors"})
    ended(session)


def test_a_shot_nobody_looks_at_goes_although_the_board_is_open(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    staff.press(f"/queue/{uid}/photo-start")
    session = station_of(desk.services).peek(uid)
    assert session is not None
    watch(session, lambda live: live.shots == 1 and not session.is_live)
    for _ in range(5):
        desk.clock.tick(60)
        staff.see("/queue/board")
    ended(session)
    assert session.shots == ()


def ended(session: PhotoSession) -> None:
    """Wait until a session has ended by itself."""
    until = time.monotonic() + 60
    while not session.has_ended and time.monotonic() < until:
        time.sleep(0.05)
    assert session.has_ended


def test_a_returned_application_is_mended_and_handed_in_again_at_the_desk(desk: Desk) -> None:
    staff, person = desk.signed_in(), desk.applicant()
    staff.see("/queue/")
    staff.press(f"/queue/{person.uid}/return", reason="answers", version=person.version)
    staff.press(f"/queue/{person.uid}/to-desk")
    page = staff.see(f"/queue/{person.uid}")
    assert f"/queue/{person.uid}/question/contact_name" in page
    path = f"/queue/{person.uid}/question/contact_name"
    assert staff.press(path, answer="見本 華子", version=version(desk, person.uid)).status_code == 303
    desk.store.applications.save_answers(person.uid, {"form_current": "yes"}, draft_at(desk))
    assert staff.press(f"/queue/{person.uid}/submit", version=version(desk, person.uid)).status_code == 303
    mended = desk.store.applications.get(person.uid)
    assert (mended.state, mended.answers["contact_name"]) == (_A.SUBMITTED, "見本 華子")


def test_a_photo_already_kept_can_be_taken_anew(desk: Desk) -> None:
    staff = desk.signed_in()
    uid = begun(staff)
    desk.store.photos.save(uid, a_photo())
    assert 'id="photo-start"' in staff.see(f"/queue/{uid}")
