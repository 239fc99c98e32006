"""Batches that are signed as they should be and still not in order: named, laid aside, and the next one taken in."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kiosk.batch_file.reader import check_file
from kiosk.domain.errors import BatchError
from kiosk.office import batch_photos, devices
from kiosk.office.database import Side, connected, loading
from kiosk.office.intake import take_in
from tests.office.places import Kiosk, Place
from tests.store.test_batch_file import OFFICE, PUBLIC, a_row, lines, with_rows


def intake(place: Place, *files: Path) -> tuple[int, list[dict[str, Any]], str]:
    """``kiosk intake`` with the identity the hand-made batches are for."""
    identity = place.folder / "identity.txt"
    identity.write_text(f"{OFFICE}\n")
    signing = place.kiosk.data / "rehearsal-office.pem"
    return place.intake("--identity", identity, "--signing-key", signing, "--device-key", PUBLIC, *files)


def test_a_call_number_that_is_an_object_crashed_intake_and_the_next_file_was_never_tried(place: Place) -> None:
    odd = lines([a_row("u0", call_number={"x": 1})])
    bad = with_rows(place.folder / "bad.mab", odd, [], applications=1, paper_form=1)
    good = with_rows(place.folder / "good.mab", lines([a_row("u0")]), [], applications=1, paper_form=1)
    code, said, error = intake(place, bad, good)
    assert (code, [each["verdict"] for each in said], said[0]["reason"]) == (1, ["fail", "pass"], "altered"), error
    assert "Traceback" not in error
    assert place.rows("select reason, times from quarantine", side="office") == [{"reason": "altered", "times": 1}]
    assert place.rows("select uid from applications") == [{"uid": "u0"}]


def test_whatever_the_reader_lets_through_and_the_server_does_not_is_not_loadable(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = lines([a_row("u0", call_number={"x": 1})])
    monkeypatch.setattr("kiosk.batch_file.tally.row", json.loads)
    file = with_rows(place.folder / "bad.mab", rows, [], applications=1, paper_form=1)
    assert check_file(file, [OFFICE]).manifest
    with pytest.raises(BatchError, match="not_loadable"):
        take_in(place.office(identities=[OFFICE], device_keys=(PUBLIC,)), file)
    assert place.rows("select reason from quarantine") == [{"reason": "not_loadable"}]


def test_a_value_beyond_what_the_server_can_index_is_no_server_that_is_away(place: Place) -> None:
    """It was taken for an unreachable database and tried forty times."""
    statement = "insert into devices (public_key, name) values ((select string_agg(md5(n::text), '')"
    with connected(place.database) as connection, pytest.raises(BatchError, match="not_loadable"), loading():
        connection.execute(f"{statement} from generate_series(1, 9000) n), '')")
    with pytest.raises(psycopg.errors.ProgramLimitExceeded), connected(place.database) as connection:
        connection.execute(f"{statement} from generate_series(1, 9000) n), '')")


def test_of_a_batch_refused_after_its_photos_were_put_none_stays_in_the_store(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.kiosk = Kiosk(place.folder / "large", many=0)
    vault = place.kiosk.vault()
    for size in (1000, 1000, 90_000):
        place.kiosk.accept(vault, size)
    vault.lock()
    file = place.kiosk.seal()
    monkeypatch.setattr(batch_photos, "MOST_PHOTO_BYTES", 50_000)
    with pytest.raises(BatchError, match="photo_too_large"):
        take_in(place.office(), file)
    assert place.s3.keys(place.prefix) == []


def test_a_stranger_who_knows_the_recipient_cannot_have_the_office_decrypt(place: Place) -> None:
    file = place.kiosk.seal()
    nobodys = place.office(identities=[OFFICE], rehearsal=False)
    with pytest.raises(BatchError, match="unknown_device"):
        take_in(nobodys, file)
    with connected(place.database) as connection:
        devices.register(connection, PUBLIC, "一号機")
    with pytest.raises(BatchError, match="unknown_device"):
        take_in(nobodys, file)
    with connected(place.database) as connection:
        devices.register(connection, place.kiosk.device, "二号機")
    with pytest.raises(BatchError, match="wrong_recipient"):  # now it was looked into
        take_in(nobodys, file)


def test_practice_devices_count_only_where_practice_is_meant(place: Place) -> None:
    file = place.kiosk.seal()
    with connected(place.database, Side.PRACTICE) as connection:
        devices.register(connection, place.kiosk.device, "練習機")
    with pytest.raises(BatchError, match="unknown_device"):
        take_in(place.office(rehearsal=False), file)
    assert take_in(place.office(), file).is_new
