"""An intake that was cut off leaves photos in the store: they go once no batch can come of them, and never before."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.domain.errors import BatchError
from kiosk.office import devices, leftovers
from kiosk.office.database import Side, connected
from kiosk.office.intake import take_in
from kiosk.office.object_store import open_store
from tests.office.places import Kiosk, Place
from tests.office.test_faults import until

LONG_AGO = "update begun set at = at - interval '2 hours' returning 1"


@pytest.fixture
def slow(place: Place) -> Iterator[tuple[Place, Path, "subprocess.Popen[str]"]]:
    """An intake of its own process in the middle of its 60 photos, and its file."""
    place.kiosk = Kiosk(place.folder / "large", many=60, photo_bytes=100_000)
    file = place.kiosk.seal()
    command = [sys.executable, "-m", "kiosk", *place.words(), "--lanes", "1", "--json", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"LANG": "C.UTF-8"})
    until(lambda: len(place.s3.keys(place.prefix)) > 3)
    yield place, file, process
    process.kill()
    process.communicate()


@pytest.fixture
def killed(slow: tuple[Place, Path, "subprocess.Popen[str]"]) -> tuple[Place, Path]:
    """The same, killed there."""
    place, file, process = slow
    process.kill()
    process.wait()
    assert 3 < len(place.s3.keys(place.prefix)) < 60
    return place, file


def refused(place: Place, file: Path, key: str) -> None:
    with pytest.raises(BatchError, match=key):
        take_in(place.office(), file)


def test_photos_stayed_for_good_when_the_file_was_replaced_after_the_kill(killed: tuple[Place, Path]) -> None:
    place, file = killed
    file.write_bytes(file.read_bytes()[:-1])
    refused(place, file, "truncated")
    assert place.s3.keys(place.prefix) == []


def test_photos_stayed_for_good_when_the_device_was_removed_after_the_kill(killed: tuple[Place, Path]) -> None:
    place, file = killed
    with connected(place.database, Side.PRACTICE) as connection:
        devices.register(connection, Kiosk(place.folder / "other", many=0).device, "二号機")
    refused(place, file, "unknown_device")
    assert place.s3.keys(place.prefix) == []


def test_photos_of_the_first_try_stayed_when_the_second_was_refused_at_its_end(
    killed: tuple[Place, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, file = killed
    monkeypatch.setattr("kiosk.office.batches.copy_rows", not_loadable)
    refused(place, file, "not_loadable")
    assert place.s3.keys(place.prefix) == []
    assert place.rows("select 1 from begun") == []


def not_loadable(*given: object) -> None:
    raise BatchError("not_loadable")


def test_one_that_is_never_tried_again_is_cleared_away_by_any_other_batch_an_hour_later(
    killed: tuple[Place, Path],
) -> None:
    place, _ = killed
    first = take_in(place.office(), place.kiosk.another_window(many=1))
    assert len(place.s3.keys(place.prefix)) > 4  # it might go on at any moment
    place.rows(LONG_AGO)
    second = take_in(place.office(), place.kiosk.another_window(many=1))
    kept = {each.found.sha256 for each in (first, second)}
    assert {key.split("/")[0] for key in place.s3.keys(place.prefix)} == kept
    assert place.rows("select 1 from begun") == []


def test_what_was_cleared_away_while_it_waited_is_put_again(killed: tuple[Place, Path]) -> None:
    place, file = killed
    other = place.folder / "other.mab"
    other.write_bytes(b"no batch")
    refused(place, other, "not_a_batch")
    assert place.s3.keys(place.prefix) == []
    assert take_in(place.office(), file).is_new
    assert len(place.s3.keys(place.prefix)) == len(place.rows("select 1 from applications")) == 60
    assert place.rows("select 1 from begun") == []


def test_an_intake_at_work_keeps_its_photos_however_long_it_takes_and_whatever_is_refused_beside_it(
    slow: tuple[Place, Path, "subprocess.Popen[str]"],
) -> None:
    place, file, process = slow
    process.send_signal(signal.SIGSTOP)
    before = place.s3.keys(place.prefix)
    place.rows(LONG_AGO)
    other = place.folder / "other.mab"
    other.write_bytes(b"no batch")
    refused(place, other, "not_a_batch")
    assert place.s3.keys(place.prefix) == before
    process.send_signal(signal.SIGCONT)
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0, said
    digest = sha256(file.read_bytes()).hexdigest()
    photos = {f"{digest}/photos/{uid}.jpg" for uid in place.kiosk.uids}
    assert set(place.s3.keys(place.prefix)) == photos
    assert place.rows("select 1 from begun") == []


def test_four_intakes_and_four_sweeps_at_once_lose_no_photo_of_a_batch_taken_in(place: Place) -> None:
    files = [place.kiosk.seal(), *(place.kiosk.another_window(many=3) for _ in range(3))]
    ended, failed = threading.Event(), list[BaseException]()

    def sweeping() -> None:
        try:
            while not ended.is_set():
                with connected(place.database, Side.PRACTICE) as connection:
                    leftovers.sweep(connection, open_store(place.s3.url(place.prefix)), 2)
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            failed.append(error)

    with connected(place.database, Side.PRACTICE):
        """The tables are made before many ask for them."""
    sweeps = [threading.Thread(target=sweeping) for _ in range(4)]
    intakes = [threading.Thread(target=lambda file=file: take_in(place.office(), file)) for file in files]
    for thread in (*sweeps, *intakes):
        thread.start()
    for thread in intakes:
        thread.join()
    ended.set()
    for thread in sweeps:
        thread.join()
    assert failed == []
    rows = place.rows("select b.sha256, a.uid from applications a join batches b using (batch_id)")
    assert len(rows) == 12
    assert place.s3.keys(place.prefix) == sorted(f"{row['sha256']}/photos/{row['uid']}.jpg" for row in rows)


def test_a_store_that_is_away_refuses_the_file_all_the_same_and_is_cleared_another_time(
    killed: tuple[Place, Path],
) -> None:
    place, _ = killed
    other = place.folder / "other.mab"
    other.write_bytes(b"no batch")
    office = place.office(photos=open_store("s3://office/x?endpoint=http://127.0.0.1:1"))
    with pytest.raises(BatchError, match="not_a_batch"):
        take_in(office, other)
    assert len(place.s3.keys(place.prefix)) > 3
    refused(place, other, "not_a_batch")
    assert place.s3.keys(place.prefix) == []


def test_a_folder_in_place_of_a_store_keeps_not_even_a_part_of_a_photo(place: Place) -> None:
    file, root = place.kiosk.seal(), place.folder / "photos"
    digest = sha256(file.read_bytes()).hexdigest()
    part = root / digest / "photos" / f".{place.kiosk.uids[0]}.jpg.0123abcd"
    with connected(place.database, Side.PRACTICE) as connection:
        names = [f"photos/{uid}.jpg" for uid in place.kiosk.uids]
        connection.execute("insert into begun (sha256, photos) values (%s, %s)", (digest, names))
    part.parent.mkdir(parents=True)
    for left in (part, part.with_name(f"{place.kiosk.uids[1]}.jpg")):
        left.write_bytes(b"half a photo")
    office = place.office(photos=open_store(f"file://{root}"))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BatchError, match="truncated"):
        take_in(office, file)
    assert list(root.iterdir()) == []
