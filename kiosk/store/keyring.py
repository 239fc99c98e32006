"""keyring.json: who can open the master key. Names are kept as salted hashes, so the file alone tells nobody's name."""

import hmac
import json
import os
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from kiosk.domain.errors import NotFound, StorageDamaged, TooManyTries
from kiosk.domain.staff import locked_until, still_shut
from kiosk.store import wraps
from kiosk.store.data_folder import DataFolder
from kiosk.store.wraps import Argon2Cost

_FORMAT = 1
_SHARED_DIGITS = 2
"""Hex digits of its hash by which a name nobody has is counted: 256 counters for all such names together."""


@dataclass(slots=True)
class KeyHolder:
    """One account's part of the keyring: its age recipient, and its identity under the passphrase."""

    lookup: str
    recipient: str
    box: dict[str, Any]


@dataclass(slots=True)
class Keyring:
    """The keyring as read; ``tries`` counts wrong passphrases, for names nobody has too (``_counter``)."""

    salt: str
    master: str = ""
    extra_recipients: list[str] = field(default_factory=list)
    holders: list[KeyHolder] = field(default_factory=list)
    tries: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def new(cls, extra_recipients: list[str]) -> "Keyring":
        """An empty keyring whose master key, once wrapped, also opens for ``extra_recipients``."""
        return cls(salt=b64encode(os.urandom(16)).decode(), extra_recipients=extra_recipients)

    @classmethod
    def load(cls, folder: DataFolder) -> "Keyring":
        """The keyring of a data folder; raises NotFound when there is none, StorageDamaged when it cannot be read."""
        try:
            values = json.loads(folder.keyring.read_text("utf-8"))
            if values.pop("format") != _FORMAT:
                raise StorageDamaged("the keyring is of a newer version")
            holders = [KeyHolder(**each) for each in values.pop("holders")]
            return cls(holders=holders, **values)
        except FileNotFoundError:
            raise NotFound("no keys were made here yet") from None
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            raise StorageDamaged("the keyring cannot be read") from None

    def save(self, folder: DataFolder) -> None:
        """Write the keyring as a whole."""
        folder.write_secret(folder.keyring, json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n")

    def lookup(self, name: str) -> str:
        """The salted hash under which an account is found."""
        return hmac.new(b64decode(self.salt), name.encode(), "sha256").hexdigest()

    def boxes(self, name: str) -> list[dict[str, Any]]:
        """The account's sealed identities, newest first: one, or two when a change of passphrase was cut off."""
        wanted = self.lookup(name)
        return [each.box for each in reversed(self.holders) if each.lookup == wanted]

    def key_of(self, name: str) -> str:
        """The recipient of the account's newest identity; empty when it has none."""
        wanted = self.lookup(name)
        return next((each.recipient for each in reversed(self.holders) if each.lookup == wanted), "")

    def put(self, name: str, passphrase: str, cost: Argon2Cost) -> None:
        """Give an account a fresh identity, beside an earlier one; the keys are not yet wrapped to it."""
        identity = wraps.new_identity()
        box = wraps.seal_by_passphrase(str(identity).encode(), passphrase, cost)
        self.holders.append(KeyHolder(self.lookup(name), str(identity.to_public()), box))
        self.tries.pop(self.lookup(name), None)

    def keep_newest(self, name: str) -> None:
        """Take an account's earlier identities out; the keys still have to be wrapped anew."""
        newest = next(each for each in reversed(self.holders) if each.lookup == self.lookup(name))
        self.remove(name)
        self.holders.append(newest)

    def remove(self, name: str) -> None:
        """Take an account out; the keys still have to be wrapped anew."""
        gone = self.lookup(name)
        self.holders = [each for each in self.holders if each.lookup != gone]

    def recipients(self) -> tuple[Any, ...]:
        """Everyone the keys are wrapped to."""
        return wraps.read_recipients("\n".join([*(each.recipient for each in self.holders), *self.extra_recipients]))

    def set_master(self, key: bytes) -> None:
        """Wrap the master key to all."""
        self.master = b64encode(wraps.wrap(key, self.recipients())).decode()

    def open_master(self, identity: Any) -> bytes:
        """The master key; raises StorageDamaged when it is not wrapped to this identity."""
        return wraps.unwrap(b64decode(self.master), identity)

    def count_try(self, name: str, at: datetime) -> None:
        """Count one try before it is made; raises TooManyTries while the door is shut.

        To be saved in both cases: a wait noted by a clock that was ahead is cut to what it was meant to last.
        """
        self._forget_hashes_of_others()
        found = self.tries.setdefault(self._counter(name), {"failures": 0, "until": None})
        noted = datetime.fromisoformat(found["until"]) if found["until"] else None
        ends = still_shut(found["failures"], noted, at)
        if ends:
            found["until"] = ends.isoformat()
            raise TooManyTries(found["until"])
        found["failures"] += 1
        until = locked_until(found["failures"], at)
        found["until"] = until.isoformat() if until else None

    def forgive(self, name: str) -> None:
        """Forget wrong tries after a right one."""
        self.tries.pop(self.lookup(name), None)

    def _counter(self, name: str) -> str:
        """Where the tries of a name are counted: an account has its own counter, all other names share a few.

        So no made-up name pushes an account's counter out, and the hash of what somebody typed as a name, which may be
        a passphrase in the wrong field, is not kept.
        """
        lookup = self.lookup(name)
        return lookup if lookup in self._accounts() else lookup[:_SHARED_DIGITS]

    def _forget_hashes_of_others(self) -> None:
        """Drop whole hashes that are no account's: of one removed since, or kept by an earlier version."""
        accounts = self._accounts()
        for key in [key for key in self.tries if len(key) > _SHARED_DIGITS and key not in accounts]:
            del self.tries[key]

    def _accounts(self) -> set[str]:
        return {each.lookup for each in self.holders}
