"""Where everything lies on disk, and the reserve that is freed when the disk is full."""

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.errors import NotFound, StorageDamaged, StorageFull
from kiosk.store.fsync import fsync_path
from kiosk.store.owner import as_its_folder

RESERVE_BYTES = 16 * 1024 * 1024
WINDOW_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def default_folder(configured: str = "") -> Path:
    """The data folder: KIOSK_DATA, else the setting, else ``madoguchi-kiosk`` under XDG_DATA_HOME."""
    named = os.environ.get("KIOSK_DATA") or configured
    if named:
        return Path(named).expanduser()
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "madoguchi-kiosk"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths of one data folder; nothing else in the program puts a path together."""

    root: Path
    reserve_bytes: int = RESERVE_BYTES

    @property
    def keyring(self) -> Path:
        """Accounts' keys, no names in clear."""
        return self.root / "keyring.json"

    @property
    def rehearsal_key(self) -> Path:
        """The age identity in clear that marks a rehearsal folder."""
        return self.root / "rehearsal.key"

    @property
    def rehearsal_identity(self) -> Path:
        """The municipality's part in a rehearsal: the identity its batches open with."""
        return self.root / "rehearsal-identity.txt"

    @property
    def rehearsal_recipient(self) -> Path:
        """The recipient that belongs to ``rehearsal_identity``."""
        return self.root / "rehearsal-recipient.txt"

    @property
    def rehearsal_office(self) -> Path:
        """The office's signing key in a rehearsal: what its acknowledgements are signed with."""
        return self.root / "rehearsal-office.pem"

    @property
    def rehearsal_device(self) -> Path:
        """The public half of a rehearsal folder's device key."""
        return self.root / "rehearsal-device.pub"

    @property
    def kiosk_db(self) -> Path:
        """Staff, windows, audit, tombstones."""
        return self.root / "kiosk.db"

    @property
    def reserve(self) -> Path:
        """Space kept back for the day the disk is full."""
        return self.root / "reserve"

    @property
    def set_aside(self) -> Path:
        """The folders that restores moved aside, one a line."""
        return self.root / "set-aside"

    @property
    def windows(self) -> Path:
        """The folder of the windows' own files."""
        return self.root / "windows"

    @property
    def outbox(self) -> Path:
        """Where the desk lays sealed batches until they are handed over."""
        return self.root / "outbox"

    @property
    def certificates(self) -> Path:
        """Where deletion certificates are kept, one PDF per erased window."""
        return self.root / "certificates"

    def window_db(self, window_id: str) -> Path:
        """The file of one window; raises NotFound for an id that could be no file of ours."""
        if not WINDOW_ID.fullmatch(window_id):
            raise NotFound("no such window", "window")
        return self.windows / f"{window_id}.db"

    @property
    def is_rehearsal(self) -> bool:
        """Whether this folder opens without a passphrase."""
        return self.rehearsal_key.exists()

    @property
    def is_made(self) -> bool:
        """Whether keys were ever made here."""
        return self.keyring.exists()

    def make(self) -> None:
        """Create the folders, readable by this account only, and the reserve; raises StorageDamaged, StorageFull."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
            self.windows.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("no room on the disk") from None
            raise StorageDamaged(f"the data folder {self.root} cannot be made: {error.strerror}") from None
        as_its_folder(self.windows)
        self.make_reserve()

    def make_reserve(self) -> bool:
        """Set the reserve aside if it is not there; False while there is not three times the room for it."""
        if self.reserve.exists():
            return True
        try:
            if shutil.disk_usage(self.root).free < 3 * self.reserve_bytes:
                return False
            _fill(self.reserve, self.reserve_bytes)
        except OSError:
            self.reserve.unlink(missing_ok=True)
            return False
        return True

    def free_reserve(self) -> None:
        """Give the reserve's space back to the disk, so that SQLite can at least roll back and staff can export."""
        self.reserve.unlink(missing_ok=True)

    def write_secret(self, path: Path, text: str) -> None:
        """Write a small file as a whole, 0600 and fsynced: after a crash the old or the new one is there."""
        try:
            _replace(path, text)
        except OSError:
            self.free_reserve()
            try:
                _replace(path, text)
            except OSError:
                raise StorageFull("the key file could not be written") from None

    @contextmanager
    def key_lock(self) -> Iterator[None]:
        """One process at a time changes the keyring."""
        lock = self.root / "keyring.lock"
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            as_its_folder(lock)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _fill(path: Path, size: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        as_its_folder(path)
        os.posix_fallocate(file.fileno(), 0, size)
        os.fsync(file.fileno())


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            as_its_folder(beside)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        fsync_path(path.parent)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
