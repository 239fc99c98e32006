"""How a window made by a command of the shell reaches the server that runs beside it without a passphrase more.

The server keeps an age identity in memory only and puts its recipient into kiosk.db; whoever makes a window leaves its
key there, wrapped to that recipient. It is taken once. After the server's end nobody can open what was left.
"""

from base64 import b64decode, b64encode

from kiosk.domain.errors import StorageDamaged
from kiosk.store import wraps
from kiosk.store.kiosk_file import KioskStore

_RECIPIENT = "server_recipient"


class Mailbox:
    """The server's side."""

    def __init__(self) -> None:
        self._identity = wraps.new_identity()

    def open(self, store: KioskStore) -> None:
        """Say where keys may be left."""
        store.settings.set(_RECIPIENT, str(self._identity.to_public()))

    def take(self, store: KioskStore, window_id: str) -> bytes | None:
        """The key left for this server, once; None when there is none it can open."""
        left = store.settings.get(_name(window_id))
        if not left:
            return None
        clear(store, window_id)
        try:
            return wraps.unwrap(b64decode(left), self._identity)
        except StorageDamaged:
            return None


def leave(store: KioskStore, window_id: str, key: bytes) -> None:
    """Leave a window's key for the server, if one ever ran on this folder."""
    recipient = store.settings.get(_RECIPIENT)
    if recipient:
        wrapped = wraps.wrap(key, wraps.read_recipients(recipient))
        store.settings.set(_name(window_id), b64encode(wrapped).decode())


def clear(store: KioskStore, window_id: str) -> None:
    """Remove what was left of a window's key."""
    if store.settings.get(_name(window_id)):
        store.settings.set(_name(window_id), "")


def _name(window_id: str) -> str:
    return f"key_left:{window_id}"
