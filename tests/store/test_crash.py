"""Power and process loss: what was acknowledged is there afterwards, what was not is there whole or not at all."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.domain.errors import KioskError
from kiosk.domain.states import ApplicationState as State
from kiosk.store.vault import Vault
from tests.builders import CHEAP, SUPERVISOR, a_rehearsal_vault, a_vault, a_window, an_application

WRITER = """
import sys
from pathlib import Path
from hashlib import sha256
from kiosk.clock import RandomIds
from kiosk.domain.states import ApplicationEvent as Event
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import Vault
at, ids = "2026-11-24T10:00:00.000+09:00", RandomIds()
store = Vault(Path(sys.argv[1])).window_store(sys.argv[2])
jpeg = bytes(range(256)) * 400
photo = StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 1050, 1350, "pass", (), at)
while True:
    uid = ids.uid()
    with store.write():
        store.applications.start(uid, uid[:8], "ja", at, at)
        store.photos.save(uid, photo)
        store.applications.move(uid, Event.SUBMIT, "applicant", at)
    print(uid, flush=True)
"""

MOVER = """
import sys
from pathlib import Path
from kiosk.domain.errors import NotAllowedNow, TappedFirst
from kiosk.domain.states import ApplicationEvent as Event
from kiosk.store.vault import Vault
store = Vault(Path(sys.argv[1])).window_store(sys.argv[2])
sys.stdin.readline()
for uid in sys.argv[4:]:
    try:
        store.applications.move(uid, Event.ACCEPT, sys.argv[3], "2026-11-24T10:00:00.000+09:00")
        print(uid, "done", flush=True)
    except (TappedFirst, NotAllowedNow):
        print(uid, "refused", flush=True)
"""


@pytest.mark.parametrize("lifetime", [0.2, 0.45, 0.8])
def test_kill_9_while_writing_loses_nothing_acknowledged_and_halves_nothing(tmp_path: Path, lifetime: float) -> None:
    vault = a_rehearsal_vault(tmp_path)
    window = a_window(vault)
    vault.window_store(window.id)
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), window.id], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    first = process.stdout.readline()
    time.sleep(lifetime)
    process.send_signal(signal.SIGKILL)
    acknowledged = [first.strip(), *(line.strip() for line in process.stdout if line.endswith("\n"))]
    process.wait(10)
    process.stdout.close()
    store = vault.window_store(window.id)
    store.file.check()
    submitted = {each.uid for each in store.applications.list([State.SUBMITTED])}
    assert len(acknowledged) > 3
    assert set(acknowledged) <= submitted
    assert len(submitted) <= len(acknowledged) + 1
    assert store.applications.counts()[State.DRAFT] == 0
    assert set(store.photos.hashes()) == submitted


def test_of_two_processes_exactly_one_moves_each_application(tmp_path: Path) -> None:
    vault = a_rehearsal_vault(tmp_path)
    window = a_window(vault)
    store = vault.window_store(window.id)
    uids = [an_application(store, State.IDENTITY_CHECKED).uid for _ in range(30)]
    movers = [
        subprocess.Popen(
            [sys.executable, "-c", MOVER, str(tmp_path), window.id, name, *uids],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("demo", "demo-supervisor")
    ]
    for each in movers:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [line for each in movers for line in each.communicate(timeout=60)[0].splitlines()]
    assert sorted(line.split()[0] for line in said if line.endswith("done")) == sorted(uids)
    assert len(said) == 60
    assert all(len(store.applications.history(uid)) == 3 for uid in uids)


CHANGER = """
import sys
from pathlib import Path
from tests.builders import CHEAP, PASSPHRASE, SUPERVISOR
from kiosk.store.vault import Vault
vault = Vault(Path(sys.argv[1]), cost=CHEAP)
vault.unlock(SUPERVISOR, PASSPHRASE)
for number in range(100_000):
    vault.put_account(SUPERVISOR, f"passphrase number {number}")
    print(number, flush=True)
"""


@pytest.mark.parametrize("lifetime", [0.05, 0.11, 0.17, 0.23, 0.31])
def test_a_change_of_passphrase_cut_off_leaves_one_that_opens_everything(tmp_path: Path, lifetime: float) -> None:
    vault = a_vault(tmp_path)
    window = a_window(vault)
    vault.lock()
    process = subprocess.Popen([sys.executable, "-c", CHANGER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    first = process.stdout.readline()
    time.sleep(lifetime)
    process.send_signal(signal.SIGKILL)
    last = int([first, *(line for line in process.stdout if line.endswith("\n"))][-1])
    process.wait(10)
    process.stdout.close()
    assert any(opens_everything(tmp_path, window.id, f"passphrase number {number}") for number in (last, last + 1))


def opens_everything(folder: Path, window_id: str, passphrase: str) -> bool:
    vault = Vault(folder, cost=CHEAP)
    try:
        vault.unlock(SUPERVISOR, passphrase)
        vault.window_store(window_id)
    except KioskError:
        return False
    return True
