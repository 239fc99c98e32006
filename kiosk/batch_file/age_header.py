"""The header of an age file: made by pyrage; the file key taken out, and the MAC made, by age's specification.

pyrage gives out no file key, and the envelope (envelope.py) has to go into the header before its MAC.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from itertools import pairwise

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.domain.errors import BatchError

MAGIC = b"age-encryption.org/v1\n"
MOST_BYTES = 64 * 1024
END = b"\n--- "
_MAC_LINE = len(b"--- ") + 43 + 1
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def new_header(recipients: Sequence[pyrage.x25519.Recipient], check: pyrage.x25519.Identity) -> tuple[bytes, bytes]:
    """A fresh header for these recipients and for ``check``, and the file key that it wraps."""
    whole: bytes = pyrage.encrypt(b"", [*recipients, check.to_public()])
    header = whole[: header_end(whole)]
    return header, file_key(header, [check])


def header_end(start: bytes) -> int | None:
    """Where the payload begins in a file that starts so, or None when the header is not complete yet."""
    at = start.find(END)
    end = at + 1 + _MAC_LINE
    return end if at >= 0 and len(start) >= end else None


def file_key(header: bytes, identities: Sequence[pyrage.x25519.Identity]) -> bytes:
    """The file key of a complete header whose MAC holds.

    Raises BatchError ``wrong_recipient`` when no stanza is for these identities, ``altered`` when the MAC is wrong.
    """
    stanzas = [(line[len(_X25519) :], body) for line, body in pairwise(header.split(b"\n")) if line.startswith(_X25519)]
    for identity in identities:
        private = X25519PrivateKey.from_private_bytes(_secret_bytes(str(identity)))
        for share, body in stanzas:
            key = _unwrapped(private, share, body)
            if key is not None:
                _check_mac(header, key)
                return key
    raise BatchError("wrong_recipient")


def mac_line(before: bytes, key: bytes) -> bytes:
    """The last line of a header that begins with ``before``, all its stanzas."""
    secret = HKDF(SHA256(), 32, None, b"header").derive(key)
    return b"--- " + b64(hmac.digest(secret, before + b"---", "sha256")) + b"\n"


def b64(raw: bytes) -> bytes:
    """Base64 without padding, as age writes it."""
    return base64.b64encode(raw).rstrip(b"=")


_X25519 = b"-> X25519 "
_WRAPPED = 16 + 16


def _unwrapped(private: X25519PrivateKey, share: bytes, body: bytes) -> bytes | None:
    """The file key in one X25519 stanza, or None when it is for another recipient or no proper stanza at all."""
    try:
        ephemeral = base64.b64decode(share + b"=", validate=True)
        wrapped = base64.b64decode(body + b"=", validate=True)
        shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    except (ValueError, binascii.Error):
        return None
    own = private.public_key().public_bytes_raw()
    key = HKDF(SHA256(), 32, ephemeral + own, b"age-encryption.org/v1/X25519").derive(shared)
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), wrapped, None) if len(wrapped) == _WRAPPED else None
    except InvalidTag:
        return None


def _check_mac(header: bytes, key: bytes) -> None:
    before = header[: header.index(END) + 1]
    if not hmac.compare_digest(before + mac_line(before, key), header):
        raise BatchError("altered")


def _secret_bytes(secret: str) -> bytes:
    """The 32 bytes of an identity that pyrage has read or made (its checksum needs no second look)."""
    letters = secret.lower().partition("age-secret-key-1")[2][:-6]
    bits = "".join(f"{_BECH32.index(letter):05b}" for letter in letters)
    return int(bits[:256], 2).to_bytes(32)
