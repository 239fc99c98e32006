"""Whatever breaks while a batch is taken in: nothing lost, nothing twice, nothing half-marked."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import Unreachable
from kiosk.office.intake import take_in
from tests.office.faults import Rig
from tests.office.places import Kiosk, Place
from tests.office.servers import S3, Postgres


@pytest.fixture
def long(place: Place) -> Iterator[tuple[Place, "subprocess.Popen[str]"]]:
    """An intake of its own process that is in the middle of its photos."""
    place.kiosk = Kiosk(place.folder / "large", many=60, photo_bytes=100_000)
    command = [sys.executable, "-m", "kiosk", *place.words(), "--lanes", "1", "--json", str(place.kiosk.seal())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"LANG": "C.UTF-8"})
    until(lambda: len(place.s3.keys(place.prefix)) > 3)
    yield place, process
    process.kill()
    process.communicate()


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def test_killed_at_random_moments_it_is_all_there_or_not_at_all(place: Place, tmp_path: Path) -> None:
    found = Rig(place, tmp_path).kills(12)
    assert sum(found.values()) == 12


def test_no_spoilt_copy_is_ever_taken_in(place: Place, tmp_path: Path) -> None:
    assert sum(Rig(place, tmp_path).mutations(40).values()) >= 38


def test_the_database_restarts_in_mid_intake(long: "tuple[Place, subprocess.Popen[str]]", postgres: Postgres) -> None:
    place, process = long
    postgres.stop()
    postgres.start()
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0, said
    assert len(place.rows("select 1 from applications")) == 60
    assert place.acknowledgement().counts["applications"] == 60


def test_the_store_goes_away_in_mid_put_and_comes_back(long: "tuple[Place, subprocess.Popen[str]]", s3: S3) -> None:
    place, process = long
    s3.stop()
    time.sleep(1)
    assert place.rows("select 1 from applications") == []
    s3.start()
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0, said
    assert len(place.rows("select 1 from applications")) == 60
    assert len(place.s3.keys(place.prefix)) == 60


def test_a_server_that_stays_away_is_named_and_nothing_is_half_done(place: Place) -> None:
    file = place.kiosk.seal()
    code, (said,), error = place.intake("--patience", "0", "--database", "postgresql://office@127.0.0.1:1/x", file)
    assert (code, said["error"]["key"]) == (2, "database_unreachable"), error
    with pytest.raises(Unreachable) as away:
        take_in(place.office(photos=_nowhere()), file)
    assert away.value.key == "store_unreachable"
    assert place.rows("select 1 from batches") == []


def _nowhere() -> object:
    from kiosk.office.object_store import open_store

    return open_store("s3://office/x?endpoint=http://127.0.0.1:1")
