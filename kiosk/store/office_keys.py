"""The office's public keys this kiosk believes: they come with the recipient file and stay until they are forgotten.

In that file each stands on a comment line, so that it stays an ordinary age recipients file:
``# office signing key: <44 characters of base64>``.
"""

import re
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.errors import NotFound
from kiosk.store.kiosk_file import KioskStore

_LINE = re.compile(r"^# office signing key: ([A-Za-z0-9+/]{43}=)\s*$", re.MULTILINE)


def line(public: str) -> str:
    """The comment line of a recipient file that carries an office's public key."""
    return f"# office signing key: {public}"


def keys_in(text: str) -> tuple[str, ...]:
    """The office keys a recipient file carries, each 32 bytes as base64."""
    return tuple(key for key in _LINE.findall(text) if b64encode(b64decode(key)).decode() == key)


def known(kiosk_store: KioskStore, rehearsal: bool = False) -> tuple[str, ...]:
    """The keys whose acknowledgements are taken, oldest first."""
    return tuple((kiosk_store.settings.get(_name(rehearsal)) or "").split())


def add(kiosk_store: KioskStore, keys: tuple[str, ...], rehearsal: bool = False) -> None:
    """Believe further keys; those known stay, since acknowledgements signed with them may still be on their way."""
    both = dict.fromkeys([*known(kiosk_store, rehearsal), *keys])
    kiosk_store.settings.set(_name(rehearsal), "\n".join(both))


def forget(kiosk_store: KioskStore, key: str, rehearsal: bool = False) -> None:
    """Believe a key no more; raises NotFound when it was not known."""
    left = [each for each in known(kiosk_store, rehearsal) if each != key]
    if len(left) == len(known(kiosk_store, rehearsal)):
        raise NotFound("no such office key", "office_key")
    kiosk_store.settings.set(_name(rehearsal), "\n".join(left))


def public_of(office: Ed25519PrivateKey) -> str:
    """A signing key's public half as base64 of its 32 bytes."""
    return b64encode(office.public_key().public_bytes_raw()).decode()


def _name(rehearsal: bool) -> str:
    return "rehearsal_office_keys" if rehearsal else "office_keys"
