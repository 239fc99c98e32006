"""``kiosk intake``: whole or not at all, once only, each refusal by its name."""

import json
import shutil
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.actions import batch
from kiosk.actions.acknowledge import acknowledge
from kiosk.clock import SystemClock
from kiosk.domain.errors import BatchError
from kiosk.domain.worksheet import Filing, FilingEvent
from kiosk.office import devices, worksheet
from kiosk.office.database import Side, connected
from kiosk.office.intake import take_in
from kiosk.store.vault import REHEARSAL_OPERATOR
from tests.conftest import kiosk
from tests.office.places import NAME, Kiosk, Place, RealKiosk, corrected, corrected_again


def test_contract_command_takes_a_batch_in_and_the_kiosk_takes_the_answer(place: Place) -> None:
    file = place.kiosk.seal()
    code, (said,), error = place.intake(file)
    assert (code, said["verdict"], said["state"], said["counts"]["applications"]) == (0, "pass", "taken_in", 3), error
    rows = place.rows("select uid, content, state, photo_sha256 from applications")
    assert sorted(row["uid"] for row in rows) == sorted(place.kiosk.uids)
    assert {row["content"]["answers"]["contact_name"] for row in rows} == {NAME}
    assert {row["state"] for row in rows} == {"to_file"}
    for row in rows:
        body = place.s3.client.get_object(
            Bucket="office", Key=f"{place.prefix}/{said['sha256']}/photos/{row['uid']}.jpg"
        )["Body"].read()
        assert sha256(body).hexdigest() == row["photo_sha256"]
    vault = place.kiosk.vault()
    taken = acknowledge(vault, SystemClock(), Path(said["acknowledgement"]).read_bytes(), REHEARSAL_OPERATOR)
    vault.lock()
    assert taken.is_new
    assert NAME not in error


def test_a_second_time_changes_nothing_and_gives_the_same_acknowledgement(place: Place, tmp_path: Path) -> None:
    file = place.kiosk.seal()
    first = take_in(place.office(), file)
    place.s3.client.delete_object(Bucket="office", Key="unused")
    code, (said,), _ = place.intake(file)
    assert (code, said["state"]) == (0, "already_here")
    assert Path(said["acknowledgement"]).read_bytes() == first.acknowledgement
    assert len(place.rows("select 1 from applications")) == 3
    assert place.rows("select 1 from batches") == [{"?column?": 1}]


def test_four_at_once_load_once(place: Place) -> None:
    file, found = place.kiosk.seal(), []
    threads = [threading.Thread(target=lambda: found.append(take_in(place.office(), file))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.is_new for each in found].count(True) == 1
    assert len({each.acknowledgement for each in found}) == 1
    assert len(place.rows("select 1 from applications")) == 3


def test_another_content_for_the_same_place_in_the_window_is_replayed(place: Place, tmp_path: Path) -> None:
    shutil.copytree(place.kiosk.data, tmp_path / "twin" / "data")
    file = place.kiosk.seal()
    place.kiosk.data, place.kiosk.out = tmp_path / "twin" / "data", tmp_path / "twin" / "out"
    twin = place.kiosk.seal()
    take_in(place.office(), file)
    code, (said,), _ = place.intake(twin)
    assert (code, said["verdict"], said["reason"]) == (1, "fail", "replayed")
    assert place.rows("select reason, times from quarantine") == [{"reason": "replayed", "times": 1}]
    assert len(place.rows("select 1 from batches")) == 1
    assert len(place.s3.keys(place.prefix)) == 3  # nothing of the twin


def test_each_refusal_by_name_with_nothing_kept(place: Place, tmp_path: Path) -> None:
    file = place.kiosk.seal()
    whole = file.read_bytes()
    (tmp_path / "altered").write_bytes(whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:])
    (tmp_path / "truncated").write_bytes(whole[:-100])
    (tmp_path / "not_a_batch").write_bytes(b"something else")
    (tmp_path / "newer_format").write_bytes(whole.replace(b"-> madoguchi-mab 1 ", b"-> madoguchi-mab 2 ", 1))
    names = ("altered", "truncated", "not_a_batch", "newer_format")
    code, said, _ = place.intake(*(tmp_path / name for name in names), tmp_path / "missing")
    assert code == 2
    assert [each.get("reason") for each in said] == [*names, None]
    assert said[-1]["error"]["key"] == "unreadable"
    kept = place.rows("select reason, sha256 from quarantine", side="office")
    assert {row["reason"]: row["sha256"] for row in kept} == {
        name: sha256((tmp_path / name).read_bytes()).hexdigest() for name in names
    }
    assert place.s3.keys(place.prefix) == []


def test_wrong_recipient_and_unknown_device_are_named(place: Place, tmp_path: Path) -> None:
    file, other = place.kiosk.seal(), Kiosk(tmp_path / "other", many=1)
    code, (said,), _ = place.intake(other.seal())
    assert (code, said["reason"]) == (1, "wrong_recipient")
    code, (said,), _ = place.intake(file, "--device-key", other.device)
    assert (code, said["reason"]) == (1, "unknown_device")
    code, (said,), _ = place.intake(file, "--device-key", place.kiosk.device)
    assert (code, said["state"]) == (0, "taken_in")


def test_a_real_batch_needs_a_registered_device_and_stays_apart_from_practice(place: Place, tmp_path: Path) -> None:
    file = place.kiosk.seal()
    practice = take_in(place.office(), file)
    real = RealKiosk(tmp_path / "real")
    office = place.office(identities=[real.identity])
    with pytest.raises(BatchError, match="unknown_device"):
        take_in(office, real.file)
    with connected(place.database) as connection:
        devices.register(connection, real.device, "一号機")
    assert take_in(office, real.file).is_new
    assert len(place.rows("select 1 from applications", side="office")) == 1
    assert {row["batch_id"] for row in place.rows("select batch_id from batches")} == {practice.manifest.batch_id}
    with connected(place.database) as connection:
        devices.remove(connection, real.device)
    with pytest.raises(BatchError, match="unknown_device"):
        take_in(office, real.file)
    assert place.rows("select reason, times from quarantine", side="office") == [
        {"reason": "unknown_device", "times": 2}
    ]


def test_a_practice_batch_is_refused_unless_practice_is_meant(place: Place) -> None:
    file, words = place.kiosk.seal(), place.words()
    words.remove("--rehearsal")
    known = ("--device-key", place.kiosk.device)  # else it would be another device's, and not looked into
    done = kiosk(*words, *known, "--json", str(file), data=place.kiosk.data)
    said = json.loads(done.stdout)
    assert (done.returncode, said["verdict"], said["reason"]) == (1, "fail", "rehearsal")
    assert place.rows("select reason from quarantine", side="office") == [{"reason": "rehearsal"}]
    assert place.rows("select 1 from information_schema.tables where table_schema = 'office_rehearsal'") == []
    assert place.s3.keys(place.prefix) == []
    assert not place.ack.exists()
    code, (taken,), _ = place.intake(file)
    assert (code, taken["state"], taken["rehearsal"]) == (0, "taken_in", True)
    assert place.rows("select 1 from batches", side="office") == []


@pytest.mark.parametrize("way", [1, -1], ids=["in order", "the later one first"])
def test_a_correction_marks_the_older_rows_whichever_comes_first(place: Place, way: int) -> None:
    for file in corrected(place.kiosk)[::way]:
        assert take_in(place.office(), file).is_new
    rows = place.rows(
        "select uid, b.seq, superseded_as, n.seq as by_seq from applications a join batches b using (batch_id)"
        " left join batches n on n.batch_id = a.superseded_by"
    )
    again, gone, kept = place.kiosk.uids
    assert {(row["uid"], row["seq"]): (row["superseded_as"], row["by_seq"]) for row in rows} == {
        (again, 1): ("replaced", 2),
        (gone, 1): ("withdrawn", 2),
        (kept, 1): (None, None),
        (again, 2): (None, None),
    }


def in_force(place: Place, uid: str) -> list[int]:
    """The sequences whose row of that application can be filed."""
    rows = place.rows(
        "select seq from applications join batches using (batch_id) where uid = %s and superseded_by is null", uid
    )
    return [row["seq"] for row in rows]


@pytest.mark.parametrize("is_said", [True, False], ids=["said by the batch", "left unsaid"])
def test_of_a_row_corrected_twice_the_last_one_counts_also_before_the_second_batch_came(
    place: Place, monkeypatch: pytest.MonkeyPatch, is_said: bool
) -> None:
    """The first and the third were in force at once, and the office could file both."""
    first, second = corrected(place.kiosk)
    if not is_said:
        monkeypatch.setattr(batch, "_supersedes", lambda *given: ())
    third = corrected_again(place.kiosk)
    for file in (first, third, second):
        assert take_in(place.office(), file).is_new
        assert in_force(place, place.kiosk.uids[0]) == ([1] if file == first else [3])
    assert in_force(place, place.kiosk.uids[1]) == []


def test_what_was_filed_from_the_first_batch_is_said_on_the_page_of_the_third(place: Place) -> None:
    """It said to_file, the state of the second, and the same person was filed twice."""
    first, second = corrected(place.kiosk)
    third, uid = corrected_again(place.kiosk), place.kiosk.uids[0]
    batch_id = take_in(place.office(), first).manifest.batch_id
    with connected(place.database, Side.PRACTICE) as connection:
        worksheet.claim(connection, batch_id, uid, "佐藤")
        for event in (FilingEvent.FILE, FilingEvent.FINISH):
            version = worksheet.get(connection, batch_id, uid)["version"]
            worksheet.move(connection, batch_id, uid, event, "佐藤", version)
        later = [take_in(place.office(), file).manifest.batch_id for file in (second, third)]
        assert [worksheet.get(connection, each, uid)["earlier_state"] for each in later] == [Filing.DONE] * 2
        assert worksheet.get(connection, batch_id, uid)["earlier_state"] is None


def test_a_file_changed_under_our_hands_is_refused_and_nothing_is_loaded(place: Place, tmp_path: Path) -> None:
    file = place.kiosk.seal()
    moving = tmp_path / "moving.mab"
    moving.write_bytes(file.read_bytes())
    office = place.office()
    store = office.photos
    spoil = lambda: moving.write_bytes(b"gone")  # noqa: E731 - one deed of the test

    class Spoiling:
        def put(self, key: str, data: bytes, sha256: str) -> bool:
            spoil()
            return store.put(key, data, sha256)

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

    with pytest.raises(BatchError, match=r"truncated|not_a_batch|altered"):
        take_in(place.office(photos=Spoiling()), moving)
    assert place.rows("select 1 from applications") == []
    assert place.s3.keys(place.prefix) == []
