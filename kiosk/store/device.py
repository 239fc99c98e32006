"""The keys batches are made with: the municipality's recipients and this device's signing key."""

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.errors import NotFound
from kiosk.store import office_keys, wraps
from kiosk.store.kiosk_file import KioskStore


def recipients(kiosk_store: KioskStore, rehearsal: bool = False) -> tuple[Any, ...]:
    """The age recipients a batch is encrypted to; raises NotFound while none is configured."""
    found = wraps.read_recipients(recipient_lines(kiosk_store, rehearsal))
    if not found:
        raise NotFound("no recipient of the municipality is configured")
    return found


def recipient_lines(kiosk_store: KioskStore, rehearsal: bool = False) -> str:
    """The recipients as text, one per line, empty while none is configured."""
    return kiosk_store.settings.get(_name("recipients", rehearsal)) or ""


def set_recipients(kiosk_store: KioskStore, lines: str, rehearsal: bool = False) -> None:
    """Configure the recipients and believe the office keys that come with them.

    Raises StorageDamaged when a line is no age recipient.
    """
    wraps.read_recipients(lines)
    kiosk_store.settings.set(_name("recipients", rehearsal), lines)
    office_keys.add(kiosk_store, office_keys.keys_in(lines), rehearsal)


def make_device_key(kiosk_store: KioskStore, rehearsal: bool = False) -> None:
    """Make this device's Ed25519 signing key unless there is one; it lies in kiosk.db under the master key."""
    if kiosk_store.settings.get(_name("device_key", rehearsal)) is None:
        private = Ed25519PrivateKey.generate().private_bytes_raw()
        kiosk_store.settings.set(_name("device_key", rehearsal), b64encode(private).decode())


def device_key(kiosk_store: KioskStore, rehearsal: bool = False) -> Ed25519PrivateKey:
    """This device's signing key; raises NotFound before it was made."""
    stored = kiosk_store.settings.get(_name("device_key", rehearsal))
    if stored is None:
        raise NotFound("this device has no signing key yet")
    return Ed25519PrivateKey.from_private_bytes(b64decode(stored))


def device_public(kiosk_store: KioskStore, rehearsal: bool = False) -> str:
    """The public half as base64 of its 32 bytes, to be registered at the office."""
    return b64encode(device_key(kiosk_store, rehearsal).public_key().public_bytes_raw()).decode()


def renew_device_key(kiosk_store: KioskStore, rehearsal: bool = False) -> str:
    """Make a new signing key in place of the one there is, whose public half is kept; gives the new one."""
    with kiosk_store.write() as database:
        earlier = device_publics(kiosk_store, rehearsal)
        kiosk_store.settings.set(_name("earlier_device_keys", rehearsal), "\n".join(earlier))
        database.conn.execute("delete from settings where name = ?", (_name("device_key", rehearsal),))
        make_device_key(kiosk_store, rehearsal)
    return device_public(kiosk_store, rehearsal)


def device_publics(kiosk_store: KioskStore, rehearsal: bool = False) -> tuple[str, ...]:
    """The public halves of every signing key this device ever had, the present one last; raises NotFound."""
    earlier = (kiosk_store.settings.get(_name("earlier_device_keys", rehearsal)) or "").split()
    return (*earlier, device_public(kiosk_store, rehearsal))


def fingerprint(text: str) -> str:
    """A short form to read out and compare: the first 40 hex digits of SHA-256 in groups of four."""
    digest = sha256(text.strip().encode()).hexdigest()[:40]
    return " ".join(digest[start : start + 4] for start in range(0, 40, 4))


def _name(name: str, rehearsal: bool) -> str:
    return f"rehearsal_{name}" if rehearsal else name
