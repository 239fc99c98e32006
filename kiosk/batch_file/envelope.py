"""The device's signature over the sealed file itself, carried as one more stanza of the age header.

age readers pass over stanzas they do not know, so the file stays a plain age file, and whoever carries it can check
it without being able to open it. docs/decisions/0006-batch-envelope.md weighs this.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file.age_header import END, b64, mac_line
from kiosk.batch_file.manifest import check_signature, public_text
from kiosk.domain.errors import BatchError

_TAG = b"-> madoguchi-mab "
_CONTEXT = b"madoguchi-mab envelope 1\n"


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


def stanza_length() -> int:
    """How many bytes ``with_envelope`` adds to a header; always the same."""
    return len(_stanza("A" * 44, 0, bytes(32), bytes(64)))


def with_envelope(header: bytes, size: int, sha256: bytes, device: Ed25519PrivateKey, file_key: bytes) -> bytes:
    """The age header with the envelope as its last stanza and its MAC made anew."""
    before = header[: header.index(END) + 1]
    public = public_text(device.public_key())
    stanzas = before + _stanza(public, size, sha256, device.sign(_signed(before, size, sha256)))
    return stanzas + mac_line(stanzas, file_key)


def parse(header: bytes) -> Envelope:
    """The envelope of a complete age header; raises BatchError ``not_a_batch`` without, ``altered`` if broken."""
    at = header.rfind(b"\n" + _TAG)
    if at < 0:
        raise BatchError("not_a_batch")
    before, stanza = header[: at + 1], header[at + 1 : header.index(END) + 1]
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
    body = b64(size.to_bytes(8) + sha256 + signature)
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return _TAG + b"1 " + public.encode() + b"\n" + b"\n".join(lines) + b"\n"
