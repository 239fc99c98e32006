"""Files wait, workers take them in: several at once, one that dies, a database that goes away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from kiosk.office.object_store import open_store
from kiosk.office.queue import hand_in
from tests.conftest import kiosk
from tests.office.places import Kiosk, Place
from tests.office.servers import Postgres


@contextmanager
def worker(place: Place, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "kiosk", *place.words("intake-worker"), *more]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"LANG": "C.UTF-8"})
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


def batches_of(place: Place, many: int) -> list[Path]:
    """Sealed files of that many windows of one kiosk's office."""
    return [place.kiosk.seal()] + [place.kiosk.another_window(many=1) for _ in range(many - 1)]


def loaded(place: Place) -> int:
    try:
        return len(place.rows("select 1 from batches"))
    except Exception:  # noqa: BLE001 - no tables yet, or the server is away
        return -1


def test_two_workers_take_each_waiting_file_in_once(place: Place) -> None:
    store = open_store(place.s3.url(place.prefix))
    files = batches_of(place, 4)
    assert [hand_in(place.database, store, file)[1] for file in files] == [True] * 4
    assert hand_in(place.database, store, files[0])[1] is False
    with worker(place, "--until-empty") as one, worker(place, "--until-empty") as two:
        assert (one.wait(60), two.wait(60)) == (0, 0)
    assert loaded(place) == 4
    assert len(list(place.ack.glob("*.ack"))) == 4
    assert [key for key in place.s3.keys(place.prefix) if key.startswith("waiting/")] == []


def test_a_killed_workers_batch_is_finished_by_another(place: Place) -> None:
    place.kiosk = Kiosk(place.folder / "large", many=40, photo_bytes=100_000)
    hand_in(place.database, open_store(place.s3.url(place.prefix)), place.kiosk.seal())
    with worker(place, "--lanes", "1", "--stalled-after", "2") as first:
        until(lambda: len(place.s3.keys(place.prefix)) > 4)
        first.kill()
        first.wait()
    assert loaded(place) == 0
    with worker(place, "--stalled-after", "2") as second:
        until(lambda: loaded(place) == 1)
        second.send_signal(signal.SIGTERM)
        assert second.wait(20) == 0
    assert len(place.rows("select 1 from applications")) == 40
    assert len(list(place.ack.glob("*.ack"))) == 1


def test_a_worker_outlives_a_restart_of_the_database(place: Place, postgres: Postgres) -> None:
    store = open_store(place.s3.url(place.prefix))
    files = batches_of(place, 2)
    with worker(place, "--stalled-after", "2") as process:
        hand_in(place.database, store, files[0])
        until(lambda: loaded(place) == 1)
        postgres.stop()
        postgres.start()
        hand_in(place.database, store, files[1])
        until(lambda: loaded(place) == 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_file_refused_by_the_worker_is_laid_aside(place: Place) -> None:
    stranger = Kiosk(place.folder / "stranger", many=1)
    digest, _ = hand_in(place.database, open_store(place.s3.url(place.prefix)), stranger.seal())
    with worker(place, "--until-empty") as process:
        assert process.wait(60) == 0
    assert place.rows("select reason from quarantine", side="office") == [{"reason": "wrong_recipient"}]
    assert place.s3.keys(place.prefix) == [f"refused/{digest}.mab"]


def test_a_file_refused_before_it_waited_left_no_trace_in_quarantine(place: Place, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.mab"
    spoilt.write_bytes(place.kiosk.seal().read_bytes()[:-1])
    words = ("intake-queue", str(spoilt), "--database", place.database, "--photos", place.s3.url(place.prefix))
    assert [kiosk(*words, data=tmp_path).returncode for _ in range(2)] == [1, 1]
    found = place.rows("select sha256, size, reason, times from quarantine", side="office")
    digest = sha256(spoilt.read_bytes()).hexdigest()
    assert found == [{"sha256": digest, "size": spoilt.stat().st_size, "reason": "truncated", "times": 2}]
    assert place.s3.keys(place.prefix) == []
