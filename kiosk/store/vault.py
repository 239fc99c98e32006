"""The vault: which keys are in memory, and the only way to open kiosk.db and the windows' files.

A passphrase opens the account's age identity, the identity opens the master key and the windows' keys, and is then
forgotten. A rehearsal folder's identity lies in the clear, so nothing there ever asks.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Migrations

from kiosk.clock import SystemClock
from kiosk.domain.errors import Locked, NotFound, NotSignedIn, Refused, StorageDamaged
from kiosk.domain.staff import Role
from kiosk.domain.states import WindowState
from kiosk.store import device, mailbox, office_keys, signing_key, wraps
from kiosk.store.data_folder import DataFolder
from kiosk.store.database import KEY_BYTES, Pages, Store, open_store
from kiosk.store.keyring import Keyring
from kiosk.store.kiosk_file import KioskStore
from kiosk.store.mailbox import Mailbox
from kiosk.store.migrations import kiosk_migrations, window_migrations
from kiosk.store.window_file import WindowStore
from kiosk.store.wraps import Argon2Cost

REHEARSAL_OPERATOR = "demo"
REHEARSAL_SUPERVISOR = "demo-supervisor"
LEAST_PASSPHRASE = 10
_ERASED = frozenset({WindowState.ERASED})
_AT_WORK = frozenset(WindowState) - {WindowState.SEALED, WindowState.ACKNOWLEDGED} - _ERASED


class Vault:
    """The keys of one data folder. Safe to use from several threads."""

    def __init__(
        self, root: Path, *, now: Callable[[], datetime] | None = None, cost: Argon2Cost | None = None
    ) -> None:
        self.folder = DataFolder(Path(root))
        self._now = now or SystemClock().now
        self._cost = cost or Argon2Cost()
        self._guard = threading.RLock()
        self._keys_guard = threading.RLock()
        self._keys_depth = 0
        self._kiosk: KioskStore | None = None
        self._master = b""
        self._window_keys: dict[str, bytes] = {}
        self._windows: dict[str, WindowStore] = {}
        self._decoy = wraps.decoy(self._cost)
        self._when_key_dropped: list[Callable[[str], object]] = []
        self._mailbox: Mailbox | None = None
        if self.folder.is_rehearsal:
            self._take_keys(self._rehearsal_identity(), frozenset(WindowState))

    @property
    def is_rehearsal(self) -> bool:
        """Whether this folder needs no passphrase."""
        return self.folder.is_rehearsal

    @property
    def is_unlocked(self) -> bool:
        """Whether the master key is in memory."""
        return self._kiosk is not None

    @property
    def kiosk_store(self) -> KioskStore:
        """kiosk.db; raises Locked."""
        if self._kiosk is None:
            raise Locked("a staff passphrase is needed")
        return self._kiosk

    def install(self, name: str, passphrase: str, recipients: str = "") -> None:
        """Make the keys of an empty folder and its first account, a supervisor; raises Refused when there are keys."""
        self._check_new(passphrase)
        keyring = Keyring.new(_lines(recipients))
        keyring.put(name, passphrase, self._cost)
        self._make(keyring)
        with self.kiosk_store.write():
            device.set_recipients(self.kiosk_store, recipients)
            device.make_device_key(self.kiosk_store)
            self.kiosk_store.staff.add(name, Role.SUPERVISOR, self._at())
            self.kiosk_store.audit.append("installed", name, "kiosk", at=self._at())

    def install_rehearsal(self) -> None:
        """Make an empty folder a rehearsal folder: keys in the clear, two built-in accounts without passphrase."""
        if self.folder.is_made:
            raise Refused("staff.error_already_installed")
        self.folder.make()
        identity = wraps.new_identity()
        self.folder.write_secret(self.folder.rehearsal_key, f"{identity}\n")
        self._make(Keyring.new([str(identity.to_public())]))
        with self.kiosk_store.write():
            self.make_rehearsal_keys()
            for name, role in ((REHEARSAL_OPERATOR, Role.OPERATOR), (REHEARSAL_SUPERVISOR, Role.SUPERVISOR)):
                self.kiosk_store.staff.add(name, role, self._at())
            self.kiosk_store.audit.append("installed", "kiosk", "rehearsal", at=self._at())

    def make_rehearsal_keys(self) -> None:
        """Make the recipient, identity file and device key that rehearsal windows use, unless they are there."""
        store = self.kiosk_store
        self._make_rehearsal_office()
        if device.recipient_lines(store, rehearsal=True):
            return
        identity = wraps.new_identity()
        public = str(identity.to_public())
        self.folder.write_secret(self.folder.rehearsal_identity, f"# rehearsal only\n{identity}\n")
        self.folder.write_secret(self.folder.rehearsal_recipient, f"{public}\n")
        device.set_recipients(store, public, rehearsal=True)
        device.make_device_key(store, rehearsal=True)
        self.folder.write_secret(self.folder.rehearsal_device, device.device_public(store, rehearsal=True) + "\n")

    def _make_rehearsal_office(self) -> None:
        """The key that stands in for the office's when acknowledgements are practised, unless it is there."""
        if not self.folder.rehearsal_office.exists():
            office = Ed25519PrivateKey.generate()
            office_keys.add(self.kiosk_store, (office_keys.public_of(office),), rehearsal=True)
            self.folder.write_secret(self.folder.rehearsal_office, signing_key.key_text(office))

    def unlock(self, name: str, passphrase: str, *, sealed_too: bool = False, window_id: str = "") -> None:
        """Take the keys into memory: the master key and those of windows at work.

        Those of sealed windows too if ``sealed_too``, that of ``window_id`` in whatever state it is. Raises NotSignedIn
        for a wrong name or passphrase, after the same time for both, TooManyTries while the door is shut.
        """
        keyring = self._count_try(name)
        secret = _open_one(keyring.boxes(name) or [self._decoy], passphrase)
        states = frozenset(WindowState) if sealed_too else _AT_WORK
        self._take_keys(wraps.read_identity(secret.decode()), states, window_id)
        self._forgive(name)

    def lock(self) -> None:
        """Drop every key from memory and close every file."""
        with self._guard:
            forgotten = list(self._windows)
            for window_id in forgotten:
                self._close_window(window_id)
            self._window_keys.clear()
            self._master = b""
            if self._kiosk:
                self._kiosk.file.close()
            self._kiosk = None
        self._tell_dropped(*forgotten)

    def when_key_dropped(self, tell: Callable[[str], object]) -> None:
        """Have ``tell`` called with a window's id whenever its key leaves memory, so that others forget it too."""
        self._when_key_dropped.append(tell)

    def forget_window(self, window_id: str) -> None:
        """Drop one window's key from memory, as at its close; a rehearsal takes it up again when asked."""
        with self._guard:
            self._close_window(window_id)
            self._window_keys.pop(window_id, None)
        self._tell_dropped(window_id)

    def window_store(self, window_id: str) -> WindowStore:
        """The file of one window; raises Locked while its key is not in memory, NotFound when there is none."""
        with self._guard:
            if window_id not in self._windows:
                path, key = self.folder.window_db(window_id), self._window_key(window_id)
                store = self._open(path, key, window_migrations, self.kiosk_store.windows.pages(window_id))
                self._windows[window_id] = WindowStore(store)
            return self._windows[window_id]

    def holds(self, window_id: str) -> bool:
        """Whether a window's file can be opened now."""
        return window_id in self._window_keys or self.is_rehearsal

    def destroy_window(self, window_id: str) -> None:
        """Destroy every wrap of a window's key for good, in memory, in kiosk.db and in its log; files are not touched.

        The reasons staff gave at the window's moves go with it.
        Done again it changes nothing. Raises TappedFirst while another program reads kiosk.db.
        """
        self.forget_window(window_id)
        _destroy_key(self.kiosk_store, window_id)

    def destroy_window_in(self, folder: DataFolder, window_id: str) -> None:
        """The same in the kiosk.db of another folder under this master key, as in one a restore moved aside.

        Raises StorageDamaged when the master key there is another one, TappedFirst.
        """
        there = KioskStore(self._open(folder.kiosk_db, self._master, kiosk_migrations))
        try:
            _destroy_key(there, window_id)
        finally:
            there.file.close()

    def new_window_key(self, rehearsal: bool) -> tuple[bytes, bytes]:
        """A fresh key for one window, and the same wrapped to every account and the municipality."""
        key = os.urandom(KEY_BYTES)
        return key, wraps.wrap(key, self._window_recipients(Keyring.load(self.folder), rehearsal))

    def keep_window_key(self, window_id: str, key: bytes) -> None:
        """Hold a window's key in memory, as for a window just made, and leave it for a server that runs beside."""
        with self._guard:
            self._window_keys[window_id] = key
        if self._mailbox is None:
            mailbox.leave(self.kiosk_store, window_id, key)

    def take_from_shell(self) -> None:
        """From now on take the keys of windows made by a command of the shell meanwhile; for the server."""
        self._mailbox = Mailbox()
        if self._kiosk is not None:
            self._mailbox.open(self._kiosk)

    @contextmanager
    def changing_keys(self) -> Iterator[None]:
        """One thread of one process at a time changes the keyring; to be entered before kiosk.db is written."""
        with self._keys_guard:
            self._keys_depth += 1
            try:
                with self.folder.key_lock() if self._keys_depth == 1 else nullcontext():
                    yield
            finally:
                self._keys_depth -= 1

    def key_of(self, name: str) -> str:
        """Which key an account opens the vault with: another one after each new passphrase, empty without any."""
        return Keyring.load(self.folder).key_of(name)

    def put_account(self, name: str, passphrase: str) -> None:
        """Let an account open the vault with ``passphrase``, in place of an earlier one.

        Needs every key in memory; raises Locked before anything is changed. Cut off at any point, either the old
        passphrase opens everything or the new one does.
        """
        _check_passphrase(passphrase)
        with self.changing_keys():
            for window_id in self.kiosk_store.windows.wrapped_keys():
                self._window_key(window_id)
            keyring = Keyring.load(self.folder)
            keyring.put(name, passphrase, self._cost)
            keyring.set_master(self._master)
            keyring.save(self.folder)
            self._wrap_windows(keyring)
            if len(keyring.boxes(name)) > 1:
                keyring.keep_newest(name)
                self._wrap_all(keyring)

    def remove_account(self, name: str) -> None:
        """Wrap every key anew without this account; raises Refused when nobody would be left."""
        with self.changing_keys():
            keyring = Keyring.load(self.folder)
            keyring.remove(name)
            if not keyring.holders and not self.is_rehearsal:
                raise Refused("staff.error_last_account")
            self._wrap_all(keyring)

    def set_recipients(self, lines: str) -> None:
        """Configure the municipality's recipients and wrap every key to them as well.

        Raises Refused, before anything is changed, for a text with none in it and in a rehearsal folder, which opens by
        its own recipient only; StorageDamaged when a line is no recipient.
        """
        if self.is_rehearsal:
            raise Refused("staff.error_practice_keys")
        if not wraps.read_recipients(lines):
            raise Refused("staff.error_no_recipient")
        with self.changing_keys():
            keyring = Keyring.load(self.folder)
            keyring.extra_recipients = _lines(lines)
            device.set_recipients(self.kiosk_store, lines)
            self._wrap_all(keyring)

    def _make(self, keyring: Keyring) -> None:
        self.folder.make()
        _refuse_without_keys(self.folder)
        self._master = os.urandom(KEY_BYTES)
        keyring.set_master(self._master)
        self._kiosk = KioskStore(self._open(self.folder.kiosk_db, self._master, kiosk_migrations))
        keyring.save(self.folder)

    def _open(self, path: Path, key: bytes, migrations: Migrations, pages: Pages = Pages.SMALL) -> Store:
        return open_store(path, key, migrations, self.folder.free_reserve, pages)

    def _check_new(self, passphrase: str) -> None:
        if self.folder.is_made:
            raise Refused("staff.error_already_installed")
        _check_passphrase(passphrase)

    def _at(self) -> str:
        return self._now().isoformat(timespec="milliseconds")

    def _count_try(self, name: str) -> Keyring:
        with self.changing_keys():
            keyring = Keyring.load(self.folder)
            try:
                keyring.count_try(name, self._now())
            finally:
                keyring.save(self.folder)
        return keyring

    def _forgive(self, name: str) -> None:
        with self.changing_keys():
            keyring = Keyring.load(self.folder)
            keyring.forgive(name)
            keyring.save(self.folder)

    def _rehearsal_identity(self) -> Any:
        return wraps.read_identity(self.folder.rehearsal_key.read_text("utf-8"))

    def _take_keys(self, identity: Any, states: frozenset[WindowState], window_id: str = "") -> None:
        with self._guard:
            if self._kiosk is None:
                self._master = Keyring.load(self.folder).open_master(identity)
                self._kiosk = KioskStore(self._open(self.folder.kiosk_db, self._master, kiosk_migrations))
                if self._mailbox:
                    self._mailbox.open(self._kiosk)
            wanted = {each.id for each in self._kiosk.windows.list() if each.state in states or each.id == window_id}
            for each_id, wrapped in self._kiosk.windows.wrapped_keys().items():
                if each_id in wanted:
                    with suppress(StorageDamaged):  # a change of keys was cut off: locked for this account
                        self._window_keys[each_id] = wraps.unwrap(wrapped, identity)

    def _window_key(self, window_id: str) -> bytes:
        wrapped = self.kiosk_store.windows.wrapped_key(window_id)
        if wrapped is None:
            raise NotFound("no such window, or its key was destroyed", "window_key")
        if window_id not in self._window_keys and self.is_rehearsal:
            self._window_keys[window_id] = wraps.unwrap(wrapped, self._rehearsal_identity())
        if window_id not in self._window_keys and self._mailbox:
            left = self._mailbox.take(self.kiosk_store, window_id)
            self._window_keys.update({window_id: left} if left else {})
        if window_id not in self._window_keys:
            raise Locked("this window's key is not in memory")
        return self._window_keys[window_id]

    def _close_window(self, window_id: str) -> None:
        store = self._windows.pop(window_id, None)
        if store:
            store.file.close()

    def _tell_dropped(self, *window_ids: str) -> None:
        """Without our guard: who is told takes locks of their own, which they may hold while they ask us."""
        for window_id in window_ids:
            for tell in self._when_key_dropped:
                tell(window_id)

    def _window_recipients(self, keyring: Keyring, rehearsal: bool) -> tuple[Any, ...]:
        own = keyring.recipients()
        return own + (device.recipients(self.kiosk_store, rehearsal=True) if rehearsal else ())

    def _wrap_all(self, keyring: Keyring) -> None:
        """Wrap the windows' keys, then the master key, to the keyring as it is now."""
        self._wrap_windows(keyring)
        keyring.set_master(self._master)
        keyring.save(self.folder)

    def _wrap_windows(self, keyring: Keyring) -> None:
        windows = self.kiosk_store.windows
        rewrapped = {}
        for window_id in windows.wrapped_keys():
            recipients = self._window_recipients(keyring, windows.get(window_id).rehearsal)
            rewrapped[window_id] = wraps.wrap(self._window_key(window_id), recipients)
        windows.replace_keys(rewrapped)


def _destroy_key(store: KioskStore, window_id: str) -> None:
    store.windows.destroy_key(window_id)
    store.windows.forget_reasons(window_id)
    mailbox.clear(store, window_id)
    store.file.empty_log()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _refuse_without_keys(folder: DataFolder) -> None:
    """Raise StorageDamaged for a kiosk.db without keyring: a set-up that was cut off, or keys that are lost."""
    if folder.kiosk_db.exists():
        raise StorageDamaged(
            f"{folder.kiosk_db} is there without its keyring.json. Put that back from a copy (kiosk backup restore); "
            "or, if the set-up was cut off and no window was ever made here, remove kiosk.db and begin again"
        )


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) < LEAST_PASSPHRASE:
        raise Refused("staff.error_passphrase_short")


def _open_one(boxes: list[dict[str, Any]], passphrase: str) -> bytes:
    for box in boxes[:-1]:
        with suppress(NotSignedIn):
            return wraps.open_by_passphrase(box, passphrase)
    return wraps.open_by_passphrase(boxes[-1], passphrase)
