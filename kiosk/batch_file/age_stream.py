"""The payload of an age file, by age's specification: a nonce, then ChaCha20-Poly1305 over chunks of 64 KiB.

Not by pyrage, which takes 8 KiB at a time and keeps the interpreter to itself: docs/decisions/0006-batch-envelope.md.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.domain.errors import BatchError

_NONCE, _CHUNK, _TAG = 16, 64 * 1024, 16
_AT_ONCE = 8
"""Chunks opened together, 512 KiB."""


class Readable(Protocol):
    """Where ciphertext comes from."""

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer only at the end."""


def encrypted(plain: Iterable[bytes], file_key: bytes) -> Iterator[bytes]:
    """The payload of what ``plain`` yields, piece by piece."""
    nonce = os.urandom(_NONCE)
    yield nonce
    cipher = _cipher(file_key, nonce)
    for number, (chunk, is_last) in enumerate(_chunks(plain)):
        yield cipher.encrypt(_nonce(number, is_last), chunk, None)


class Decrypted:
    """The plaintext of a payload of ``size`` bytes, as a stream to read from."""

    def __init__(self, source: Readable, file_key: bytes, size: int) -> None:
        self._source, self._missing, self._number = source, size - _NONCE, 0
        self._cipher = _cipher(file_key, _exactly(source, _NONCE))
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer only at the end; raises BatchError when what comes next is not genuine."""
        parts = [self._some(size)]
        while (missing := size - sum(map(len, parts))) and (more := self._some(missing)):
            parts.append(more)
        return b"".join(parts)

    def _some(self, size: int) -> memoryview:
        if not self._left and self._missing > 0:
            self._left = memoryview(self._opened())
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def _opened(self) -> bytes:
        """The plaintext of the next few chunks."""
        sealed = _exactly(self._source, min(self._missing, _AT_ONCE * (_CHUNK + _TAG)))
        self._missing -= len(sealed)
        chunks = [sealed[at : at + _CHUNK + _TAG] for at in range(0, len(sealed), _CHUNK + _TAG)]
        opened = [self._open(chunk, self._missing == 0 and chunk is chunks[-1]) for chunk in chunks]
        return b"".join(opened)

    def _open(self, chunk: memoryview, is_last: bool) -> bytes:
        """One chunk; an empty one is allowed only as the whole payload."""
        if len(chunk) <= _TAG and self._number:
            raise BatchError("altered")
        try:
            opened = self._cipher.decrypt(_nonce(self._number, is_last), chunk, None)
        except (InvalidTag, ValueError):
            raise BatchError("altered") from None
        self._number += 1
        return opened


def _cipher(file_key: bytes, nonce: bytes | memoryview) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, bytes(nonce), b"payload").derive(file_key))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


def _chunks(plain: Iterable[bytes]) -> Iterator[tuple[memoryview, bool]]:
    """Chunks of 64 KiB and whether it is the last, which is shorter or as long, and empty only when all is."""
    held = memoryview(b"")
    for piece in plain:
        held = memoryview(b"".join((held, piece)))
        while len(held) > _CHUNK:
            yield held[:_CHUNK], False
            held = held[_CHUNK:]
    yield held, True


def _exactly(source: Readable, size: int) -> memoryview:
    found = memoryview(source.read(size))
    if len(found) != size:
        raise BatchError("truncated")
    return found
