"""How keys are wrapped: Argon2id and ChaCha20-Poly1305 under a passphrase, age (X25519) to recipients."""

import os
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Any

import pyrage
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from pyrage import x25519

from kiosk.domain.errors import NotSignedIn, StorageDamaged

_SALT_BYTES = 16
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one guess costs; the default is RFC 9106's second recommended choice (64 MiB)."""

    time_cost: int = 3
    memory_kib: int = 65536
    parallelism: int = 4


def derive(passphrase: str, salt: bytes, cost: Argon2Cost) -> bytes:
    """32 bytes from a passphrase by Argon2id."""
    return hash_secret_raw(passphrase.encode(), salt, cost.time_cost, cost.memory_kib, cost.parallelism, 32, Type.ID)


def seal_by_passphrase(secret: bytes, passphrase: str, cost: Argon2Cost) -> dict[str, Any]:
    """``secret`` under a passphrase, with all that is needed to open it but the passphrase, ready for JSON."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = ChaCha20Poly1305(derive(passphrase, salt, cost)).encrypt(nonce, secret, salt)
    return {
        "kdf": "argon2id",
        **asdict(cost),
        "salt": b64encode(salt).decode(),
        "nonce": b64encode(nonce).decode(),
        "sealed": b64encode(sealed).decode(),
    }


def decoy(cost: Argon2Cost) -> dict[str, Any]:
    """A box nothing opens, so that trying an unknown name takes as long as trying a wrong passphrase."""
    salt, nonce, sealed = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES), os.urandom(96)
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return {"kdf": "argon2id", **asdict(cost), **{name: b64encode(part).decode() for name, part in parts.items()}}


def open_by_passphrase(box: dict[str, Any], passphrase: str) -> bytes:
    """The secret sealed by ``seal_by_passphrase``; raises NotSignedIn for a wrong passphrase."""
    try:
        cost = Argon2Cost(box["time_cost"], box["memory_kib"], box["parallelism"])
        salt, nonce, sealed = (b64decode(box[name]) for name in ("salt", "nonce", "sealed"))
    except (KeyError, ValueError, TypeError):
        raise StorageDamaged("an account in the keyring cannot be read") from None
    try:
        return ChaCha20Poly1305(derive(passphrase, salt, cost)).decrypt(nonce, sealed, salt)
    except InvalidTag:
        raise NotSignedIn("name or passphrase is wrong") from None


def new_identity() -> Any:
    """A fresh age X25519 identity."""
    return x25519.Identity.generate()


def read_identity(text: str) -> Any:
    """The age identity in a text (comment lines allowed); raises StorageDamaged."""
    try:
        return x25519.Identity.from_str(_first_line(text, "AGE-SECRET-KEY-1"))
    except pyrage.IdentityError:
        raise StorageDamaged("the identity file cannot be read") from None


def read_recipients(text: str) -> tuple[Any, ...]:
    """Every age recipient in a text, one per line; raises StorageDamaged when a line is none."""
    lines = [line.strip() for line in text.splitlines()]
    try:
        return tuple(x25519.Recipient.from_str(line) for line in lines if line and not line.startswith("#"))
    except pyrage.RecipientError:
        raise StorageDamaged("a recipient cannot be read") from None


def wrap(key: bytes, recipients: tuple[Any, ...]) -> bytes:
    """``key`` encrypted by age so that each recipient alone can open it."""
    return bytes(pyrage.encrypt(key, list(recipients)))


def unwrap(wrapped: bytes, identity: Any) -> bytes:
    """The key inside ``wrapped``; raises StorageDamaged when it is not for this identity."""
    try:
        return bytes(pyrage.decrypt(wrapped, [identity]))
    except pyrage.DecryptError:
        raise StorageDamaged("a wrapped key cannot be opened") from None


def _first_line(text: str, prefix: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.startswith(prefix)), "")
