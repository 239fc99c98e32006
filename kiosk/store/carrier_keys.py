"""What this kiosk shows a server when it hands a batch over: its SSH key and S3 credentials, both kept in kiosk.db."""

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from kiosk.domain.errors import BatchError
from kiosk.store.kiosk_file import KioskStore

_SSH_KEY = "ssh_key"


@dataclass(frozen=True, slots=True)
class S3Credentials:
    """An access key of one S3-compatible store."""

    key_id: str
    secret: str = field(repr=False)


def ssh_key_text(kiosk_store: KioskStore) -> str:
    """This kiosk's private SSH key (Ed25519) as OpenSSH writes it, made at first use; it never leaves kiosk.db."""
    kept = kiosk_store.settings.get(_SSH_KEY)
    if kept is None:
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        with kiosk_store.write():
            kept = kiosk_store.settings.get(_SSH_KEY) or made.decode()
            kiosk_store.settings.set(_SSH_KEY, kept)
    return kept


def ssh_public(kiosk_store: KioskStore) -> str:
    """Its public half as one line of an authorized_keys file."""
    private = load_ssh_private_key(ssh_key_text(kiosk_store).encode(), None)
    return private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() + " madoguchi-kiosk"


def set_s3_credentials(kiosk_store: KioskStore, name: str, given: S3Credentials) -> None:
    """Keep the credentials of the destination ``name`` in place of earlier ones."""
    kiosk_store.settings.set(f"s3:{name}", json.dumps([given.key_id, given.secret]))


def s3_credentials(kiosk_store: KioskStore, name: str, file: str = "") -> S3Credentials:
    """Those kept in kiosk.db, else those in a TOML ``file`` of ``key_id`` and ``secret``.

    Raises BatchError ``no_credentials``.
    """
    kept = kiosk_store.settings.get(f"s3:{name}")
    try:
        if kept is not None:
            return S3Credentials(*json.loads(kept))
        found = tomllib.loads(Path(file).read_text("utf-8")) if file else {}
        return S3Credentials(str(found["key_id"]), str(found["secret"]))
    except (OSError, KeyError, TypeError, ValueError):
        raise BatchError("no_credentials") from None
