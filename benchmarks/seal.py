"""Sealing a window against ``age`` over ``tar`` of the same files, verifying against sha256sum and plain decryption.

Ours includes fsync, dropping the page cache, and reading and checking the whole file again. Every step is a process of
its own, so that its peak memory can be told. On a busy machine CPU seconds (all processes of a step) tell more than
wall seconds. ``--applications`` may be given more than once; photos are noise of ``--photo-bytes``. With ``--cold``
both sides find their photos on the disk only, as after a day with other work; else both in memory.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kiosk.actions.window import make_window, open_window
from kiosk.clock import RandomIds, SystemClock
from kiosk.domain.states import ApplicationEvent
from kiosk.domain.window import WindowPlan
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault

EVENTS = (ApplicationEvent.SUBMIT, ApplicationEvent.CHECK_IDENTITY, ApplicationEvent.ACCEPT)
ANSWERS = {"contact_name": "見本 太郎", "birth_date": "1980-02-29", "municipality": "host", "certificates": "both"}
AGE = """
import os, sys, pyrage
target = open(sys.argv[2], "wb")
pyrage.encrypt_io(sys.stdin.buffer, target, [pyrage.x25519.Recipient.from_str(sys.argv[1])])
target.flush(); os.fsync(target.fileno())
"""
SPLIT = """
import sys, time
from pathlib import Path
from kiosk.actions.batch import SealOrder, close_and_balance, seal_window
from kiosk.clock import SystemClock
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
vault, clock, written = Vault(Path(sys.argv[1])), SystemClock(), []
close_and_balance(vault, clock, sys.argv[2], REHEARSAL_OPERATOR)
began, order = time.monotonic(), SealOrder(sys.argv[2], Path(sys.argv[3]), REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR)
seal_window(vault, clock, order, lambda done, total: written.append(time.monotonic()) if done == total else None)
ended = time.monotonic()
print(f"        of a seal: {written[0] - began:.2f} s reading and writing, {ended - written[0]:.2f} s fsync, reading"
      " again, checking, entering", file=sys.stderr)
"""
UNAGE = """
import sys, pyrage
text = next(line for line in open(sys.argv[1]) if line.startswith("AGE-"))
pyrage.decrypt_io(open(sys.argv[2], "rb"), open("/dev/null", "wb"), [pyrage.x25519.Identity.from_str(text.strip())])
"""


@dataclass(frozen=True)
class Cost:
    """What one step took: wall seconds, processor seconds, peak megabytes."""

    seconds: float
    processor: float
    megabytes: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.seconds + other.seconds, self.processor + other.processor, max(self.megabytes, other.megabytes)
        )


def run(*command: str | Path, stdin: object = None) -> Cost:
    """Run one process to its end."""
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdin=stdin, stdout=subprocess.DEVNULL)  # type: ignore[call-overload]
    return ended(process, began)


def ended(process: subprocess.Popen[bytes], began: float) -> Cost:
    """Wait for a process and say what it took."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.args
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def fill(data: Path, plain: Path, many: int, size: int) -> str:
    """A rehearsal window of ``many`` accepted applications, the photos also as plain files; gives its id."""
    vault, clock, ids = Vault(data), SystemClock(), RandomIds()
    vault.install_rehearsal()
    plan = WindowPlan("bench", "A", "B", clock.today(), min(many, 10_000), rehearsal=True)
    window = make_window(vault, clock, plan, REHEARSAL_SUPERVISOR)
    open_window(vault, clock, window.id, REHEARSAL_SUPERVISOR)
    store, at = vault.window_store(window.id), clock.now().isoformat()
    (plain / "photos").mkdir(parents=True)
    for first in range(0, many, 200):
        with store.write():
            for number in range(first, min(first + 200, many)):
                uid, jpeg = ids.uid(), random.randbytes(size)  # noqa: S311 - noise that does not compress
                store.applications.start(uid, str(100_000 + number), "ja", at, at)
                store.applications.set_form_id(uid, f"{number:023d}", at)
                store.applications.save_answers(uid, ANSWERS, at)
                store.photos.save(uid, StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 1050, 1350, "pass", (), at))
                for event in EVENTS:
                    store.applications.move(uid, event, REHEARSAL_OPERATOR, at)
                (plain / "photos" / f"{uid}.jpg").write_bytes(jpeg)
    vault.lock()
    return str(window.id)


def plain_seal(plain: Path, recipient: str, out: Path) -> Cost:
    """tar piped into Debian's age, or into pyrage where that is not installed; fsynced."""
    began = time.monotonic()
    tar = subprocess.Popen(["tar", "cf", "-", "-C", plain, "."], stdout=subprocess.PIPE)
    if shutil.which("age"):
        cost = run("age", "-r", recipient, "-o", out, stdin=tar.stdout)
    else:
        cost = run(sys.executable, "-c", AGE, recipient, out, stdin=tar.stdout)
    packed = ended(tar, began)
    with out.open("rb") as file:
        os.fsync(file.fileno())
    return Cost(time.monotonic() - began, cost.processor + packed.processor, cost.megabytes)


def plain_verify(identity: Path, file: Path) -> Cost:
    """sha256sum, then decryption to nowhere."""
    hashed = run("sha256sum", file)
    if shutil.which("age"):
        opened = run("age", "-d", "-i", identity, "-o", "/dev/null", file)
    else:
        opened = run(sys.executable, "-c", UNAGE, identity, file)
    return hashed + opened


def settle(*folders: Path, cold: bool) -> None:
    """Have everything on the disk, and with ``cold`` nothing of these folders in memory any more."""
    os.sync()
    for path in (path for folder in folders for path in folder.rglob("*") if cold and path.is_file()):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(folder: Path, many: int, size: int, *, cold: bool) -> None:
    """One line of the table."""
    data, plain, out = folder / "data", folder / "plain", folder / "out"
    window = fill(data, plain, many, size)
    os.environ["KIOSK_DATA"] = str(data)
    recipient = (data / "rehearsal-recipient.txt").read_text().strip()
    identity = data / "rehearsal-identity.txt"
    shutil.copytree(data, folder / "again")
    settle(plain, cold=cold)
    their_seal = plain_seal(plain, recipient, folder / "plain.age")
    settle(data, cold=cold)
    our_seal = run(sys.executable, "-m", "kiosk", "seal", window, "--out", out)
    run(sys.executable, "-c", SPLIT, folder / "again", window, folder / "split")
    shutil.rmtree(folder / "split")
    (file,) = out.iterdir()
    their_check = plain_verify(identity, file)
    our_check = run(sys.executable, "-m", "kiosk", "verify", file, "--identity", identity)
    megabytes = file.stat().st_size / 1e6
    for name, ours, theirs in (("seal", our_seal, their_seal), ("verify", our_check, their_check)):
        print(
            f"{name:7} {many:7} {megabytes:9.0f} {ours.seconds:8.2f} {theirs.seconds:8.2f}"
            f" {ours.seconds / theirs.seconds:6.2f}"
            f" {ours.processor:7.2f} {theirs.processor:7.2f} {ours.processor / theirs.processor:6.2f}"
            f" {ours.megabytes:9.0f}"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, action="append")
    parser.add_argument("--photo-bytes", type=int, default=300_000)
    parser.add_argument("--cold", action="store_true")
    given = parser.parse_args()
    photos, by = "on the disk" if given.cold else "in memory", "age" if shutil.which("age") else "pyrage"
    print(f"photos {photos}; plain: {by} over tar; sha256sum and decryption to nowhere")
    print("what    applics  megabytes   ours s  plain s  ratio   CPU s   plain  ratio   our RSS MB")
    for many in given.applications or [10, 1000]:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), many, given.photo_bytes, cold=given.cold)


if __name__ == "__main__":
    main()
