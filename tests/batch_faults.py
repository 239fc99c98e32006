"""Killing at random moments, and spoiling at random places: one rig for the suite (a few) and the benchmark (many).

Each round forks a process that does the real deed on a copy of a data folder and kills it after a random part of the
time the deed takes; then the deed is done again and everything is looked at.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from kiosk.actions.acknowledge import acknowledge
from kiosk.actions.batch import SealOrder, seal_window
from kiosk.actions.erase import EraseOrder, erase_window
from kiosk.actions.window import close_window
from kiosk.batch_file.reader import Checked, check_file
from kiosk.clock import SystemClock
from kiosk.domain.errors import BatchError, NotAllowedNow
from kiosk.domain.states import ApplicationState, WindowState
from kiosk.office.acknowledgement import acknowledge as write_acknowledgement
from kiosk.store.photos import StoredPhoto
from kiosk.store.signing_key import read_key
from kiosk.store.usb_medium import put
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.store.wraps import read_identity
from tests.builders import AT, CHEAP, a_rehearsal_vault, a_window, an_application

CLOCK = SystemClock()
REFUSED = ("altered", "truncated", "not_a_batch", "wrong_recipient", "newer_format", "reordered")


class Rig:
    """A closed practice window of ``many`` applications, and the same one sealed, and acknowledged."""

    def __init__(self, folder: Path, many: int = 12, photo_bytes: int = 60_000) -> None:
        self.folder, self.many = folder, many
        self.closed, self.sealed, self.done = (folder / name for name in ("closed", "sealed", "acknowledged"))
        vault = a_rehearsal_vault(self.closed)
        self.window = str(a_window(vault).id)
        store, noise = vault.window_store(self.window), random.randbytes(photo_bytes)  # noqa: S311 - test data
        for number in range(many):
            made = an_application(store, ApplicationState.ACCEPTED, form_id=f"{number:023d}", answers={})
            jpeg = made.uid.encode() + noise
            store.photos.save(made.uid, StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 700, 900, "pass", (), AT))
        close_window(vault, CLOCK, self.window, REHEARSAL_OPERATOR)
        vault.lock()
        shutil.copytree(self.closed, self.sealed)
        self.file = self.seal(self.sealed, folder / "sealed-out")
        self.answer = self._answer()
        shutil.copytree(self.sealed, self.done)
        self.acknowledge(self.done)

    def seal(self, data: Path, out: Path) -> Path:
        vault = Vault(data, cost=CHEAP)
        order = SealOrder(self.window, out, REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR)
        sealed = seal_window(vault, CLOCK, order)
        vault.lock()
        return sealed.path

    def acknowledge(self, data: Path) -> None:
        vault = Vault(data, cost=CHEAP)
        acknowledge(vault, CLOCK, self.answer, REHEARSAL_OPERATOR)
        vault.lock()

    def erase(self, data: Path) -> None:
        vault = Vault(data, cost=CHEAP)
        erase_window(vault, CLOCK, EraseOrder(self.window, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR))
        vault.lock()

    def _answer(self) -> bytes:
        checked = self.check(self.file)
        office = read_key((self.sealed / "rehearsal-office.pem").read_text("ascii"))
        return write_acknowledgement(checked, office, CLOCK.now(), self.folder / "ack").read_bytes()

    def check(self, file: Path) -> Checked:
        identity = read_identity((self.closed / "rehearsal-identity.txt").read_text("utf-8"))
        return check_file(file, [identity])

    def round_of_seal(self, work: Path) -> None:
        data, out = work / "data", work / "out"
        shutil.copytree(self.closed, data)
        kill_during(lambda: self.seal(data, out), self._pace("seal", lambda: self._whole_seal(work)))
        for file in out.glob("[!.]*") if out.exists() else ():
            assert self.check(file).manifest
        try:
            self.seal(data, out)
        except NotAllowedNow:
            """It had come to its end before the kill."""
        vault = Vault(data, cost=CHEAP)
        (batch,) = vault.kiosk_store.batches.list()
        states = {each.state for each in vault.window_store(self.window).applications.list()}
        assert vault.kiosk_store.windows.get(self.window).state is WindowState.SEALED
        assert vault.kiosk_store.audit.verify()
        vault.lock()
        assert states == {ApplicationState.SEALED}
        assert [each.name for each in out.iterdir()] == [batch.file_name]
        assert self.check(out / batch.file_name).sha256 == batch.sha256

    def _whole_seal(self, work: Path) -> None:
        shutil.copytree(self.closed, work / "pace")
        self.seal(work / "pace", work / "pace-out")

    def round_of_acknowledge(self, work: Path) -> None:
        data = work / "data"
        shutil.copytree(self.sealed, data)
        kill_during(lambda: self.acknowledge(data), 0.15)
        self.acknowledge(data)
        vault = Vault(data, cost=CHEAP)
        assert vault.kiosk_store.windows.get(self.window).state is WindowState.ACKNOWLEDGED
        counts = vault.window_store(self.window).applications.counts()
        events = [entry.event for entry in vault.kiosk_store.audit.list(self.window)]
        vault.lock()
        assert counts[ApplicationState.ACKNOWLEDGED] == self.many
        assert events.count("batch_acknowledged") == events.count("window_acknowledge") == 1

    def round_of_erase(self, work: Path) -> None:
        data = work / "data"
        shutil.copytree(self.done, data)
        kill_during(lambda: self.erase(data), 0.2)
        self.erase(data)
        vault = Vault(data, cost=CHEAP)
        assert vault.kiosk_store.windows.get(self.window).state is WindowState.ERASED
        assert vault.kiosk_store.windows.wrapped_keys() == {}
        assert len(vault.kiosk_store.tombstones.list(self.window)) == self.many
        events = [entry.event for entry in vault.kiosk_store.audit.list(self.window)]
        vault.lock()
        assert events.count("erase_decided") == events.count("window_erase") == 1
        assert list((data / "windows").iterdir()) == []

    def round_of_hand_over(self, work: Path) -> None:
        stick, digest = work / "stick", self.check(self.file).sha256
        kill_during(lambda: put(self.file, stick, digest), 0.05)
        target = stick / self.file.name
        assert not target.exists() or target.read_bytes() == self.file.read_bytes()
        put(self.file, stick, digest)
        assert [each.name for each in stick.iterdir()] == [self.file.name]
        assert target.read_bytes() == self.file.read_bytes()

    def _pace(self, name: str, whole: Callable[[], None]) -> float:
        paces: dict[str, float] = self.__dict__.setdefault("paces", {})
        if name not in paces:
            began = time.monotonic()
            whole()
            paces[name] = time.monotonic() - began
        return paces[name]

    def rounds(self, many: int, told: Callable[[str, int], None] = lambda name, number: None) -> None:
        """That many kills, spread over the four deeds; raises AssertionError at the first thing that is wrong."""
        deeds = (self.round_of_seal, self.round_of_erase, self.round_of_acknowledge, self.round_of_hand_over)
        for number in range(many):
            deed = deeds[number % len(deeds)]
            work = self.folder / "work"
            work.mkdir()
            deed(work)
            shutil.rmtree(work)
            told(deed.__name__, number + 1)

    def mutations(self, many: int, seed: int = 0) -> dict[str, int]:
        """How many of so many spoilt copies were refused by which name; raises AssertionError when one is accepted."""
        whole, found = self.file.read_bytes(), dict.fromkeys(REFUSED, 0)
        chance, path = random.Random(seed), self.folder / "spoilt.mab"  # noqa: S311 - places, not secrets
        for _ in range(many):
            blob = spoilt(whole, chance)
            if blob == whole:
                continue
            path.write_bytes(blob)
            try:
                self.check(path)
            except BatchError as refused:
                found[refused.key] += 1
                continue
            raise AssertionError("a spoilt batch was accepted")
        return found


def kill_during(deed: Callable[[], object], seconds: float) -> None:
    """Do it in a process of its own and kill that at a random moment of ``seconds``."""
    child = os.fork()
    if child == 0:
        try:
            deed()
        finally:
            os._exit(0)
    time.sleep(random.uniform(0, seconds))  # noqa: S311 - a moment, not a secret
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def spoilt(whole: bytes, chance: random.Random) -> bytes:
    """A copy with one fault: a bit, a cut, a gap, a repeat, zeros, two blocks exchanged."""
    header = 2000
    place = chance.randrange(header) if chance.random() < 0.3 else chance.randrange(len(whole))
    size = chance.choice((1, 16, 512, 65536 + 16))
    piece, rest = whole[place : place + size], whole[place + size :]
    return {
        "bit": whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :],
        "cut": whole[:place],
        "gap": whole[:place] + rest,
        "repeat": whole[:place] + piece + piece + rest,
        "zeros": whole[:place] + bytes(len(piece)) + rest,
        "exchange": whole[:place] + rest[:size] + piece + rest[size:],
    }[chance.choice(("bit", "cut", "gap", "repeat", "zeros", "exchange"))]
