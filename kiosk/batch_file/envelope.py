"""The device's signature over the sealed file itself, carried as one more stanza of the age header.

age readers pass over stanzas they do not know, so the file stays a plain age file, and whoever carries it can check
it without being able to open it. docs/decisions/0006-batch-envelope.md weighs this.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from itertools import pairwise

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.batch_file.manifest import check_signature, public_text
from kiosk.domain.errors import BatchError

MAGIC = b"age-encryption.org/v1\n"
_END = b"\n--- "
_TAG = b"-> madoguchi-mab "
_CONTEXT = b"madoguchi-mab envelope 1\n"
_MAC_LINE = len(b"--- ") + 43 + 1
MOST_HEADER = 64 * 1024
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the device signed: the payload's size in bytes and SHA-256 (raw), and who signed it."""

    size: int
    sha256: bytes
    device_key: str
    before: bytes
    signature: bytes

    def check(self) -> None:
        """Raise BatchError ``altered`` unless the signature holds for the header before it and for the payload."""
        check_signature(self.device_key, self.signature, _signed(self.before, self.size, self.sha256))


def header_end(start: bytes) -> int | None:
    """Where the payload begins in a file that starts so, or None when the header is not complete yet."""
    at = start.find(_END)
    end = at + 1 + _MAC_LINE
    return end if at >= 0 and len(start) >= end else None


def stanza_length() -> int:
    """How many bytes ``with_envelope`` adds to a header; always the same."""
    return len(_stanza("A" * 44, 0, bytes(32), bytes(64)))


def with_envelope(header: bytes, size: int, sha256: bytes, device: Ed25519PrivateKey, file_key: bytes) -> bytes:
    """The age header with the envelope as its last stanza and its MAC made anew."""
    before = header[: header.index(_END) + 1]
    public = public_text(device.public_key())
    stanza = _stanza(public, size, sha256, device.sign(_signed(before, size, sha256)))
    key = HKDF(SHA256(), 32, None, b"header").derive(file_key)
    mac = hmac.digest(key, before + stanza + b"---", "sha256")
    return before + stanza + b"--- " + _b64(mac) + b"\n"


def parse(header: bytes) -> Envelope:
    """The envelope of a complete age header; raises BatchError ``not_a_batch`` without, ``altered`` if broken."""
    at = header.rfind(b"\n" + _TAG)
    if at < 0:
        raise BatchError("not_a_batch")
    before, stanza = header[: at + 1], header[at + 1 : header.index(_END) + 1]
    try:
        version, public = stanza.split(b"\n", 1)[0][len(_TAG) :].split(b" ")
        body = stanza.split(b"\n", 1)[1].replace(b"\n", b"")
        raw = base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except (ValueError, IndexError, binascii.Error):
        raise BatchError("altered") from None
    if version != b"1":
        raise BatchError("newer_format" if version.isdigit() else "altered")
    found = Envelope(int.from_bytes(raw[:8]), raw[8:40], public.decode("ascii", "replace"), before, raw[40:])
    if _stanza(found.device_key, found.size, found.sha256, found.signature) != stanza:
        raise BatchError("altered")
    return found


def _signed(before: bytes, size: int, sha256: bytes) -> bytes:
    return _CONTEXT + hashlib.sha256(before).digest() + size.to_bytes(8) + sha256


def _stanza(public: str, size: int, sha256: bytes, signature: bytes) -> bytes:
    body = _b64(size.to_bytes(8) + sha256 + signature)
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return _TAG + b"1 " + public.encode() + b"\n" + b"\n".join(lines) + b"\n"


def _b64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def file_key(header: bytes, secret: str) -> bytes:
    """The age file key, unwrapped with an X25519 identity by age's specification; for our own fresh header only."""
    private = X25519PrivateKey.from_private_bytes(_secret_bytes(secret))
    own = private.public_key().public_bytes_raw()
    lines = header.split(b"\n")
    for line, body in pairwise(lines):
        if line.startswith(b"-> X25519 "):
            share = base64.b64decode(line[10:] + b"=")
            shared = private.exchange(X25519PublicKey.from_public_bytes(share))
            key = HKDF(SHA256(), 32, share + own, b"age-encryption.org/v1/X25519").derive(shared)
            try:
                return ChaCha20Poly1305(key).decrypt(bytes(12), base64.b64decode(body + b"="), None)
            except InvalidTag:  # this stanza is for another recipient
                continue
    raise BatchError("wrong_recipient")


def _secret_bytes(secret: str) -> bytes:
    """The 32 bytes of an identity that pyrage has just made (its checksum needs no second look)."""
    letters = secret.lower().partition("age-secret-key-1")[2][:-6]
    bits = "".join(f"{_BECH32.index(letter):05b}" for letter in letters)
    return int(bits[:256], 2).to_bytes(32)
