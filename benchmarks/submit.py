"""Submissions per second, photo included and fsynced, against the bare SQLCipher write of the same bytes.

Ours: the photo is kept, then the application is handed in by the applicant's own button (two transactions, as on
screen, with every check and the move's history). Bare: one insert of the same photo and the same answers into one
table of a file with the same pragmas. Both in turns, in the same run, on the same disk.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from statistics import median

from sqlite_utils import Database, Migrations

from kiosk.actions.applicant import submit
from kiosk.actions.rehearsal import Persona, PracticeParts
from kiosk.actions.window import make_window, open_window
from kiosk.clock import RandomIds, SystemClock
from kiosk.domain.window import WindowPlan
from kiosk.settings import load_settings
from kiosk.store.database import Pages, Store, open_store
from kiosk.store.photos import StoredPhoto
from kiosk.store.vault import REHEARSAL_SUPERVISOR, Vault

PHOTO_BYTES = 300_000
bare_migrations = Migrations("bare")


@bare_migrations(name="0001_bare")
def _bare(db: Database) -> None:
    db.conn.execute("create table bare (uid text primary key, answers text, photo blob)")


def practice(folder: Path) -> PracticeParts:
    """A rehearsal kiosk with an open window."""
    clock, settings = SystemClock(), load_settings()
    vault = Vault(folder)
    vault.install_rehearsal()
    plan = WindowPlan("demo-city", "C", "P", date(2026, 11, 24), 100, rehearsal=True)
    window = make_window(vault, clock, plan, REHEARSAL_SUPERVISOR)
    open_window(vault, clock, window.id, REHEARSAL_SUPERVISOR)
    return PracticeParts(settings, clock, RandomIds(), vault.kiosk_store, window, vault.window_store(window.id))


def a_photo(at: str) -> StoredPhoto:
    """Bytes of a photo's size that do not compress."""
    jpeg = os.urandom(PHOTO_BYTES)
    return StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 1050, 1350, "pass", (), at)


def prepared(parts: PracticeParts, persona: Persona, at: str) -> str:
    """A draft with everything answered but the photo."""
    uid, table = parts.ids.uid(), parts.store.applications
    table.start(uid, parts.ids.call_number(table.call_numbers()), "ja", at, at)
    table.set_form_id(uid, "".join(random.choice("0123456789") for _ in range(23)), at)  # noqa: S311
    table.save_answers(uid, persona.adult_answers(), at)
    return uid


def timed(deed: Callable[[], object]) -> float:
    """Seconds a deed takes."""
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def bare_write(bare: Store, uid: str, answers: str, photo: StoredPhoto) -> None:
    """The same bytes, one insert."""
    with bare.write() as database:
        database.conn.execute("insert into bare values (?, ?, ?)", (uid, answers, photo.jpeg))


def main() -> None:
    """Print both rates and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--folder", type=Path, help="on the disk to measure; a temporary folder unless given")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        parts = practice(Path(name))
        persona = Persona(parts, random.Random(1), set())  # noqa: S311
        bare = open_store(Path(name) / "bare.db", os.urandom(32), bare_migrations, pages=Pages.LARGE)
        at, ours, plain = parts.clock.now().isoformat(), [], []
        for _ in range(given.count):
            uid, photo = prepared(parts, persona, at), a_photo(at)
            answers = json.dumps(dict(parts.store.applications.get(uid).answers))
            plain.append(timed(lambda uid=uid, answers=answers, photo=photo: bare_write(bare, uid, answers, photo)))
            keep = timed(lambda uid=uid, photo=photo: parts.store.photos.save(uid, photo))
            ours.append(keep + timed(lambda uid=uid: submit(parts, uid)))
    print(f"{'':<28}{'per second':>12}{'median ms':>12}")
    for label, seconds in (("photo kept and submitted", ours), ("bare SQLCipher insert", plain)):
        print(f"{label:<28}{len(seconds) / sum(seconds):>12.0f}{median(seconds) * 1000:>12.1f}")
    print(f"ratio of rates: {sum(plain) / sum(ours):.2f}")


if __name__ == "__main__":
    main()
