"""The office's page: signing in, the worksheet's moves by one person at a time, export, returned ones, quarantine."""

import csv
import io
import re
import threading
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from waitress.server import create_server

from kiosk.clock import SystemClock
from kiosk.domain.staff import Role
from kiosk.fakes import FixedClock
from kiosk.office import accounts
from kiosk.office.database import Side, connected
from kiosk.office.intake import take_in
from kiosk.office.object_store import open_store
from kiosk.office.site import Parts, create_office
from kiosk.rules import load_rules
from kiosk.screens.signed_in import SignIns
from tests.office.places import NAME, Place, corrected
from tests.servers import close

PASSPHRASE = "an office passphrase"
MY_NUMBER = "123456789018"

NAMED = (
    "update applications set content = jsonb_set(content::jsonb, '{answers,contact_name}', %s::jsonb)::json"
    " where uid = %s returning 1"
)


class Desk:
    """A browser of one person at the office."""

    def __init__(self, place: Place, name: str = "佐藤", role: Role = Role.OPERATOR) -> None:
        self.place, self.clock = place, FixedClock()
        with connected(place.database, Side.PRACTICE) as connection:
            if name not in [each.name for each in accounts.listed(connection)]:
                accounts.add(connection, name, role, PASSPHRASE)
        columns, lines = load_rules("columns"), load_rules("office")
        self.app = create_office(
            Parts(place.database, Side.PRACTICE, open_store(place.s3.url(place.prefix)), SystemClock(), columns, lines,
                  SignIns(self.clock, 600))
        )  # fmt: skip
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.browser: FlaskClient = self.app.test_client()
        assert self.post("/sign-in", name=name, passphrase=PASSPHRASE).status_code == 303

    def get(self, path: str) -> str:
        answer = self.browser.get(path, base_url="http://127.0.0.1")
        assert answer.status_code == 200, path
        return answer.get_data(as_text=True)

    def post(self, path: str, **form: object):  # type: ignore[no-untyped-def]
        return self.browser.post(path, data=form, base_url="http://127.0.0.1")

    def deed(self, path: str, event: str, **form: object) -> int:
        """Press a button of the worksheet as it stands now."""
        version = re.search(r'name="version" value="(\d+)"', self.get(path))
        return int(self.post(f"{path}/{event}", version=version.group(1) if version else 0, **form).status_code)


@pytest.fixture
def one(place: Place) -> str:
    """The path of one application of a batch taken in."""
    taken = take_in(place.office(), place.kiosk.seal())
    return f"/applications/{taken.manifest.batch_id}/{place.kiosk.uids[0]}"


def test_an_application_goes_from_to_file_to_done_by_its_holder(place: Place, one: str) -> None:
    desk = Desk(place)
    page = desk.get(one)
    assert f'data-copy="{NAME}"' in page
    assert 'data-copy="1980-02-29"' in page
    assert 'data-copy="taro@example.jp"' in page
    assert 'data-copy="00000000000000000000000"' in page
    assert desk.deed(one, "file") == 409  # not claimed yet
    assert [desk.deed(one, event) for event in ("claim", "file", "finish")] == [303] * 3
    (row,) = place.rows("select state, claimed_by from applications where uid = %s", place.kiosk.uids[0])
    assert row == {"state": "done", "claimed_by": None}
    deeds = [each["deed"] for each in place.rows("select deed from log where deed <> 'show' order by id")]
    assert deeds == ["sign_in", "claim", "file", "finish"]


def test_a_second_person_cannot_take_or_move_what_somebody_has(place: Place, one: str) -> None:
    first, second = Desk(place), Desk(place, "鈴木")
    assert first.deed(one, "claim") == 303
    assert [second.deed(one, event) for event in ("claim", "file", "release")] == [409] * 3
    assert first.post(f"{one}/file", version=0).status_code == 409  # a page from before the claim
    chief = Desk(place, "課長", Role.SUPERVISOR)
    assert chief.deed(one, "release") == 303
    assert second.deed(one, "claim") == 303


def test_a_returned_one_needs_a_reason_and_is_listed_until_a_correction_comes(place: Place) -> None:
    first, second = corrected(place.kiosk)
    batch = take_in(place.office(), first).manifest.batch_id
    again, gone, _ = place.kiosk.uids
    one, desk = f"/applications/{batch}/{again}", Desk(place)
    assert [desk.deed(one, "claim"), desk.deed(one, "file")] == [303, 303]
    assert desk.deed(one, "return") == 422
    assert desk.deed(one, "return", kind="写真の撮り直し", reason="目を閉じている") == 303
    assert "写真の撮り直し 目を閉じている" in desk.get("/returned")
    later = take_in(place.office(), second).manifest.batch_id
    assert "写真の撮り直し" not in desk.get("/returned")
    assert "差し替えられました" in desk.get(one)
    assert "二重に入力しないでください" in desk.get(f"/applications/{later}/{again}")
    assert desk.deed(f"/applications/{batch}/{gone}", "claim") == 303
    assert desk.deed(f"/applications/{batch}/{gone}", "file") == 409
    assert "差し替え1、取り消し1" in desk.get("/")


@pytest.mark.parametrize("words", [f"番号 {MY_NUMBER}", "1234-5678-9018", "あ" * 190 + MY_NUMBER])
def test_a_my_number_stayed_in_the_reason_of_a_returned_one(place: Place, one: str, words: str) -> None:
    desk = Desk(place)
    assert desk.deed(one, "claim") == 303
    answer = desk.post(f"{one}/return", version=1, kind="その他", reason=words)
    assert answer.status_code == 422
    assert "マイナンバー" in answer.get_data(as_text=True)
    assert words not in answer.get_data(as_text=True)
    assert place.rows("select returned_reason from applications where returned_reason is not null") == []
    assert place.rows("select detail from log where deed = 'return'") == []
    assert desk.deed(one, "return", kind="その他", reason="目を閉じている") == 303


def test_photo_acknowledgement_and_export_come_out_whole(place: Place, one: str) -> None:
    desk = Desk(place)
    jpeg = desk.browser.get(f"{one}/photo?save=1", base_url="http://127.0.0.1")
    assert jpeg.data.startswith(place.kiosk.uids[0].encode())
    assert jpeg.headers["Cache-Control"] == "no-store"
    batch = one.split("/")[2]
    answer = desk.browser.get(f"/batches/{batch}/acknowledgement", base_url="http://127.0.0.1")
    assert [answer.data] == [bytes(row["acknowledgement"]) for row in place.rows("select acknowledgement from batches")]
    table = desk.post(f"/batches/{batch}/export", profile="default").data
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert sorted(row["uid"] for row in rows) == sorted(place.kiosk.uids)
    assert {row["メール連絡用氏名"] for row in rows} == {NAME}
    assert desk.post(f"/batches/{batch}/export", profile="cp932").data.decode("cp932").count("\r\n") == 4
    assert desk.post(f"/batches/{batch}/export", profile="nobody's").status_code == 404


def test_a_practice_table_was_saved_under_the_name_of_a_real_one(place: Place, one: str) -> None:
    desk, batch = Desk(place), one.split("/")[2]
    place.rows(NAMED, '"𠮷田"', place.kiosk.uids[0])
    saved = [
        desk.post(f"/batches/{batch}/export", profile="cp932", part="table"),
        desk.post(f"/batches/{batch}/export", profile="cp932", part="report"),
        desk.browser.get(f"{one}/photo?save", base_url="http://127.0.0.1"),
        desk.browser.get(f"/batches/{batch}/acknowledgement", base_url="http://127.0.0.1"),
    ]
    names = [answer.headers["Content-Disposition"].partition("filename=")[2] for answer in saved]
    assert names[:3] == [
        "REHEARSAL-applications.csv", "REHEARSAL-cp932-report.csv", f"REHEARSAL-{place.kiosk.uids[0]}.jpg"
    ]  # fmt: skip
    assert [names[3].count("REHEARSAL-"), names[3].endswith(".ack")] == [1, True]


def test_what_cp932_lacks_was_a_mark_in_the_office_s_table_and_nobody_was_told(place: Place, one: str) -> None:
    """The batch's own table has a report beside it; the table taken out at the office had none."""
    first, batch = place.kiosk.uids[0], one.split("/")[2]
    place.rows(NAMED, '"𠮷田 \u9dd7"', first)
    desk, path = Desk(place), f"/batches/{batch}/export"
    page = desk.post(path, profile="cp932").get_data(as_text=True)
    (call,) = place.rows("select call_number from applications where uid = %s", first)
    for shown in ("2字", "〓", call["call_number"], "メール連絡用氏名", "𠮷", "U+20BB7", "U+9DD7", one):
        assert shown in page
    table = desk.post(path, profile="cp932", part="table").data.decode("cp932")
    assert "〓田 〓" in table
    report = desk.post(path, profile="cp932", part="report").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(report))) == [
        ["uid", "column", "code_point"],
        [first, "メール連絡用氏名", "U+20BB7"],
        [first, "メール連絡用氏名", "U+9DD7"],
    ]
    assert "𠮷田" in desk.post(path, profile="default").data.decode("utf-8-sig")
    place.rows(NAMED, '"吉田"', first)
    assert "吉田" in desk.post(path, profile="cp932").data.decode("cp932")


def test_an_acknowledgement_is_downloaded_where_the_municipality_has_a_japanese_name(place: Place, one: str) -> None:
    """The name went into the header as it was; the test client let it through, waitress did not."""
    place.rows("update batches set municipality = '架空市' returning 1")
    server = create_server(Desk(place).app, host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    base = f"http://127.0.0.1:{server.effective_port}"  # type: ignore[attr-defined]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        browser.open(f"{base}/sign-in", urlencode({"name": "佐藤", "passphrase": PASSPHRASE}).encode()).close()
        with browser.open(f"{base}/batches/{one.split('/')[2]}/acknowledgement") as answer:
            data, said = answer.read(), answer.headers["Content-Disposition"]
    finally:
        close(server)
    assert [data] == [bytes(row["acknowledgement"]) for row in place.rows("select acknowledgement from batches")]
    assert f"filename*=UTF-8''REHEARSAL-{quote('架空市')}-" in said


def test_batches_older_than_the_newest_hundred_are_reached_by_pages(place: Place, one: str) -> None:
    place.rows(
        "insert into batches select md5(n::text), md5(n::text) || md5(n::text), manifest_sha256, device_key,"
        " municipality, 'w' || n, 1, 0, manifest, received_at + interval '1 hour', acknowledgement"
        " from batches, generate_series(1, 200) n returning 1"
    )  # all received at one moment, as by one run of intake
    desk, seen, path = Desk(place), set[str](), "/"
    for _ in range(3):
        page = desk.get(path)
        seen |= set(re.findall(r"/batches/(\w+)/acknowledgement", page))
        older = re.search(r'href="(/\?before=\w+)"', page)
        path = older.group(1) if older else ""
    assert path == ""
    assert len(seen) == 201
    assert one.split("/")[2] in seen
    assert 'href="/"' in page


def test_of_returned_ones_and_refused_files_those_behind_the_500th_were_never_shown(place: Place, one: str) -> None:
    place.rows(
        "insert into applications (batch_id, uid, call_number, form_id, counted_as, municipality, out_of_city, content,"
        " state, returned_reason) select batch_id, md5(n::text), call_number, form_id, counted_as, municipality,"
        " out_of_city, content, 'returned', '写真の撮り直し' from applications, generate_series(1, 501) n"
        " where uid = %s returning 1",
        one.rpartition("/")[2],
    )
    place.rows(
        "insert into quarantine select md5(n::text) || md5(n::text), 'altered', 1, now(), now(), 1"
        " from generate_series(1, 501) n returning 1"
    )
    desk = Desk(place)
    for path, mark in (("/returned", r"/applications/\w+/(\w{32})\""), ("/quarantine", r">(\w{64})<")):
        first = desk.get(path)
        (more,) = re.findall(rf'href="({path}\?skip=\d+)"', first)
        rest = desk.get(more)
        assert "?skip=" not in rest
        assert len({*re.findall(mark, first), *re.findall(mark, rest)}) == 501, path
        assert more in desk.get(f"{path}?skip=x")


def test_refused_files_are_shown_by_reason_and_hash_only(place: Place, tmp_path: Path) -> None:
    spoilt = tmp_path / "見本太郎.mab"
    spoilt.write_bytes(place.kiosk.seal().read_bytes()[:-1])
    assert place.intake(spoilt)[0] == 1
    real = create_office(
        Parts(place.database, Side.REAL, open_store(place.s3.url("x")), SystemClock(), {}, {}, SignIns(FixedClock(), 9))
    )
    real.config["WTF_CSRF_ENABLED"] = False
    with connected(place.database) as connection:
        accounts.add(connection, "佐藤", Role.OPERATOR, PASSPHRASE)
    browser = real.test_client()
    browser.post("/sign-in", data={"name": "佐藤", "passphrase": PASSPHRASE}, base_url="http://127.0.0.1")
    page = browser.get("/quarantine", base_url="http://127.0.0.1").get_data(as_text=True)
    assert "途中で切れています" in page
    assert "見本太郎" not in page


def test_nobody_gets_in_without_a_passphrase_and_the_door_shuts(place: Place, one: str) -> None:
    desk = Desk(place)
    stranger = desk.app.test_client()
    for path in ("/", one, f"{one}/photo", "/returned", "/quarantine"):
        answer = stranger.get(path, base_url="http://127.0.0.1")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    tries = [
        stranger.post("/sign-in", data={"name": name, "passphrase": "wrong"}, base_url="http://127.0.0.1").status_code
        for name in ("佐藤", "nobody")
        for _ in range(5)
    ]
    assert tries == [401, 401, 401, 401, 429] * 2
    assert stranger.get("/sign-in", base_url="http://office.example").status_code == 400
    with connected(place.database, Side.PRACTICE) as connection:
        accounts.disable(connection, "佐藤")
    assert desk.browser.get("/", base_url="http://127.0.0.1").status_code == 303


def test_a_name_or_address_with_a_nul_was_an_unexpected_problem(place: Place, one: str) -> None:
    """PostgreSQL has no place for it; whoever made it up read that something had gone wrong here."""
    desk = Desk(place)
    for path in ("/batches/%00", "/applications/%00/x", f"{one}%00", f"{one}%00/photo", "/?before=%00"):
        assert desk.browser.get(path, base_url="http://127.0.0.1").status_code == 404, path
    assert desk.post(f"{one}/claim%00").status_code == 404
    assert desk.post("/sign-in", name="佐藤\0", passphrase=PASSPHRASE).status_code == 401


def test_every_change_needs_its_token(place: Place, one: str) -> None:
    desk = Desk(place)
    desk.app.config["WTF_CSRF_ENABLED"] = True
    assert desk.post(f"{one}/claim").status_code == 400
