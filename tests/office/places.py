"""A practice kiosk that seals real batches, and the office that takes them in."""

import json
import random
import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from kiosk.actions.batch import SealOrder, seal_window
from kiosk.actions.staff import add_account
from kiosk.actions.window import close_window, reopen_window
from kiosk.batch_file.acknowledgement import from_bytes
from kiosk.clock import SystemClock
from kiosk.domain.acknowledgement import Acknowledgement
from kiosk.domain.staff import Role
from kiosk.domain.states import ApplicationEvent, ApplicationState
from kiosk.office.intake import Office
from kiosk.office.object_store import open_store
from kiosk.store import device
from kiosk.store.photos import StoredPhoto
from kiosk.store.signing_key import read_key
from kiosk.store.vault import REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR, Vault
from kiosk.store.wraps import new_identity, read_identity
from tests.builders import AT, CHEAP, PASSPHRASE, SUPERVISOR, a_rehearsal_vault, a_window, an_application
from tests.conftest import kiosk
from tests.office.servers import S3

NAME = "見本 太郎"
ANSWERS = {"contact_name": NAME, "birth_date": "1980-02-29", "municipality": "host", "mail": "taro@example.jp"}


class Kiosk:
    """A practice kiosk in a folder of its own with one window."""

    def __init__(self, folder: Path, many: int = 3, photo_bytes: int = 20_000, jpeg: bytes = b"") -> None:
        self.data, self.out, self.jpeg = folder / "data", folder / "out", jpeg
        vault = a_rehearsal_vault(self.data)
        self.window = str(a_window(vault).id)
        self.uids: list[str] = []
        for _ in range(many):
            self.accept(vault, photo_bytes)
        vault.lock()
        self.identity = self.data / "rehearsal-identity.txt"
        self.device = (self.data / "rehearsal-device.pub").read_text().strip()

    def accept(self, vault: Vault, photo_bytes: int = 20_000) -> str:
        """One more accepted application; its photo's bytes begin with its uid."""
        store = vault.window_store(self.window)
        made = an_application(store, ApplicationState.ACCEPTED, form_id=f"{len(self.uids):023d}", answers=ANSWERS)
        jpeg = self.jpeg or made.uid.encode() + random.randbytes(photo_bytes)  # noqa: S311 - test data
        store.photos.save(made.uid, StoredPhoto(jpeg, sha256(jpeg).hexdigest(), 700, 900, "pass", (), AT))
        self.uids.append(str(made.uid))
        return str(made.uid)

    def another_window(self, many: int) -> Path:
        """A further window of this kiosk, filled and sealed."""
        vault = self.vault()
        self.window = str(a_window(vault).id)
        for _ in range(many):
            self.accept(vault)
        vault.lock()
        return self.seal()

    def vault(self) -> Vault:
        return Vault(self.data, cost=CHEAP)

    def seal(self) -> Path:
        """Close if need be, and seal; gives the file."""
        vault, clock = self.vault(), SystemClock()
        if vault.kiosk_store.windows.get(self.window).state == "open":
            close_window(vault, clock, self.window, REHEARSAL_OPERATOR)
        sealed = seal_window(vault, clock, SealOrder(self.window, self.out, REHEARSAL_OPERATOR, REHEARSAL_SUPERVISOR))
        vault.lock()
        return sealed.path

    def reopen(self) -> Vault:
        """The window opened once more for late applicants and corrections."""
        vault = self.vault()
        reopen_window(vault, SystemClock(), self.window, REHEARSAL_SUPERVISOR, REHEARSAL_OPERATOR, "遅れて来た人")
        return vault


class RealKiosk:
    """A kiosk with accounts and the municipality's own keys, and one sealed batch of it."""

    def __init__(self, folder: Path, recipients: str = "") -> None:
        self.identity, clock = new_identity(), SystemClock()
        vault = Vault(folder / "data", cost=CHEAP)
        vault.install(SUPERVISOR, PASSPHRASE, recipients or str(self.identity.to_public()))
        add_account(vault, clock, "窓口", Role.OPERATOR, PASSPHRASE, SUPERVISOR)
        window = str(a_window(vault).id)
        an_application(vault.window_store(window), ApplicationState.ACCEPTED, answers=ANSWERS, by="窓口")
        close_window(vault, clock, window, SUPERVISOR)
        vault.unlock(SUPERVISOR, PASSPHRASE, sealed_too=True)
        self.file = seal_window(vault, clock, SealOrder(window, folder / "out", "窓口", SUPERVISOR)).path
        self.device = device.device_public(vault.kiosk_store)
        vault.lock()


def corrected(kiosk: Kiosk) -> tuple[Path, Path]:
    """A batch of three, and the next one of the window: the first row again, the second withdrawn, the third kept."""
    first = kiosk.seal()
    vault = kiosk.reopen()
    again, gone = kiosk.uids[:2]
    table = vault.window_store(kiosk.window).applications
    for uid in (again, gone):
        table.move(uid, ApplicationEvent.REOPEN, REHEARSAL_SUPERVISOR, AT, "訂正")
    table.change(again, "contact_name", "見本 次郎", REHEARSAL_SUPERVISOR, "misread", AT)
    table.move(gone, ApplicationEvent.WITHDRAW, REHEARSAL_OPERATOR, AT, "本人の希望")
    for event in (ApplicationEvent.CHECK_IDENTITY, ApplicationEvent.ACCEPT):
        table.move(again, event, REHEARSAL_OPERATOR, AT)
    vault.lock()
    return first, kiosk.seal()


def corrected_again(kiosk: Kiosk) -> Path:
    """The next batch of the window, with its first row once more."""
    vault = kiosk.reopen()
    table = vault.window_store(kiosk.window).applications
    for event in (ApplicationEvent.REOPEN, ApplicationEvent.CHECK_IDENTITY, ApplicationEvent.ACCEPT):
        table.move(kiosk.uids[0], event, REHEARSAL_SUPERVISOR, AT, "訂正")
    vault.lock()
    return kiosk.seal()


class Place:
    """One kiosk, one office."""

    def __init__(self, folder: Path, database: str, s3: S3, kiosk: Kiosk | None = None) -> None:
        self.folder, self.database, self.s3, self.prefix = folder, database, s3, folder.name
        self.kiosk = kiosk or Kiosk(folder / "kiosk")
        self.ack = folder / "ack"

    def office(self, **values: Any) -> Office:
        """The office in this process, without patience."""
        office = Office(
            database=self.database,
            photos=open_store(self.s3.url(self.prefix)),
            identities=[read_identity(self.kiosk.identity.read_text())],
            signing_key=read_key((self.kiosk.data / "rehearsal-office.pem").read_text()),
            clock=SystemClock(),
            rehearsal=True,
        )
        return replace(office, **values)

    def words(self, command: str = "intake") -> list[str]:
        """The options of the contract."""
        return [
            command, "--database", self.database, "--photos", self.s3.url(self.prefix),
            "--identity", str(self.kiosk.identity), "--ack", str(self.ack), "--rehearsal",
        ]  # fmt: skip

    def intake(self, *more: str | Path) -> tuple[int, list[dict[str, Any]], str]:
        """``kiosk intake … --json`` in a process of its own: exit code, objects, standard error."""
        done: subprocess.CompletedProcess[str] = kiosk(*self.words(), "--json", *map(str, more), data=self.kiosk.data)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def rows(self, query: str, *values: Any, side: str = "office_rehearsal") -> list[dict[str, Any]]:
        with psycopg.connect(self.database, autocommit=True, row_factory=dict_row) as connection:
            connection.execute("select set_config('search_path', %s, false)", (side,))
            return connection.execute(query, values).fetchall()

    def acknowledgement(self) -> Acknowledgement:
        (file,) = self.ack.glob("*.ack")
        return from_bytes(file.read_bytes())
