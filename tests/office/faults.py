"""Killing an intake at random moments and spoiling what it is given: a rig for the suite and the benchmark."""

import os
import random
import signal
import time
import warnings
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import psycopg

from kiosk.domain.errors import BatchError
from kiosk.office.intake import TakenIn, take_in
from tests.batch_faults import spoilt
from tests.office.places import Place


class Rig:
    """One sealed batch, taken in again and again by an office that is emptied in between."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place, self.folder, self.file = place, folder, place.kiosk.seal()
        self.stem, self.number = place.prefix, 0
        self.where: dict[str, int] = {}
        self.take_in()  # makes the tables, which no later one has to
        self.empty()
        began = time.monotonic()
        os.waitpid(_child(self.take_in), 0)
        self.pace = time.monotonic() - began

    def take_in(self) -> TakenIn:
        return take_in(self.place.office(lanes=2), self.file)

    def empty(self) -> None:
        """An empty database and a store nobody used yet."""
        self.number += 1
        self.place.prefix = f"{self.stem}-{self.number}"
        with psycopg.connect(self.place.database, autocommit=True) as connection:
            connection.execute("truncate office_rehearsal.batches, office_rehearsal.quarantine cascade")

    def kills(self, many: int, told: Callable[[int], None] = lambda number: None) -> dict[str, int]:
        """So many kills; gives how often nothing, some photos, all but the rows, or everything was there after it."""
        for number in range(many):
            self.empty()
            self._kill_during(self.take_in)
            self._count(self.check_whole_or_nothing())
            before = self.acknowledgements()
            taken = self.take_in()
            assert self.check_whole_or_nothing() == "all"
            assert before in ([], [taken.acknowledgement])
            told(number + 1)
        return self.where

    def check_whole_or_nothing(self) -> str:
        """Raise AssertionError unless all rows and photos are there, or no row at all; says what is there."""
        rows = self.place.rows("select uid, photo_sha256 from applications")
        photos = self.place.s3.keys(self.place.prefix)
        if not rows:
            assert self.acknowledgements() == []
            return f"{'no' if not photos else 'some' if len(photos) < len(self.place.kiosk.uids) else 'all'} photos"
        assert sorted(row["uid"] for row in rows) == sorted(self.place.kiosk.uids)
        digest = self.place.rows("select sha256 from batches")[0]["sha256"]
        for row in rows:
            key = f"{self.place.prefix}/{digest}/photos/{row['uid']}.jpg"
            body = self.place.s3.client.get_object(Bucket="office", Key=key)["Body"].read()
            assert sha256(body).hexdigest() == row["photo_sha256"]
        return "all"

    def acknowledgements(self) -> list[bytes]:
        return [bytes(row["acknowledgement"]) for row in self.place.rows("select acknowledgement from batches")]

    def _count(self, state: str) -> None:
        self.where[state] = self.where.get(state, 0) + 1

    def _kill_during(self, deed: Callable[[], object]) -> None:
        child = _child(deed)
        time.sleep(random.uniform(0, self.pace * 1.1))  # noqa: S311 - a moment, not a secret
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

    def mutations(self, many: int, seed: int = 0) -> dict[str, int]:
        """So many spoilt copies offered, how many were refused by which name; AssertionError when one is taken in."""
        self.empty()
        whole, chance = self.file.read_bytes(), random.Random(seed)  # noqa: S311 - places, not secrets
        path, found, office = self.folder / "spoilt.mab", dict[str, int](), self.place.office()
        for _ in range(many):
            blob = spoilt(whole, chance)
            if blob == whole:
                continue
            path.write_bytes(blob)
            try:
                take_in(office, path)
            except BatchError as refused:
                found[refused.key] = found.get(refused.key, 0) + 1
                continue
            raise AssertionError("a spoilt batch was taken in")
        assert self.place.rows("select 1 from applications") == []
        assert self.place.s3.keys(self.place.prefix) == []
        return found


def _child(deed: Callable[[], object]) -> int:
    """Do it in a process of its own; gives its number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child touches nothing of the parent's threads
        child = os.fork()
    if child == 0:
        try:
            deed()
        finally:
            os._exit(0)
    return child
