"""Writing a batch: one pass from the members to the disk, plaintext in memory only."""

import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file import archive, envelope
from kiosk.batch_file.age_header import new_header
from kiosk.batch_file.age_stream import encrypted
from kiosk.batch_file.ahead import ahead
from kiosk.batch_file.hashing import Hashing
from kiosk.batch_file.manifest import MANIFEST, SIGNATURE, sign, to_bytes
from kiosk.domain.batch import Manifest, Member
from kiosk.domain.errors import BatchError

_BLOCK = 1 << 19
Progress = Callable[[int], None]
"""Told the number of members written so far."""


@dataclass(frozen=True, slots=True)
class Source:
    """A member to be written: what the manifest says of it and where its bytes come from."""

    member: Member
    chunks: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Written:
    """A batch on disk, not yet verified; ``check`` opens it for the self-check and is forgotten after."""

    size: int
    payload_sha256: bytes
    check: pyrage.x25519.Identity


def write_batch(
    path: Path,
    manifest: Manifest,
    sources: Sequence[Source],
    recipients: Sequence[pyrage.x25519.Recipient],
    device: Ed25519PrivateKey,
    *,
    mtime: int,
    progress: Progress = lambda done: None,
) -> Written:
    """Write a new file and fsync it; raises OSError, or BatchError when a member is not as long as declared."""
    check = pyrage.x25519.Identity.generate()
    header, file_key = new_header(recipients, check)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        file.seek(len(header) + envelope.stanza_length())
        with closing(_plaintext(manifest, sources, device, mtime, progress)) as plain:
            size, digest = _write_payload(file, encrypted(plain, file_key))
        file.seek(0)
        _write_all(file, envelope.with_envelope(header, size, digest, device, file_key))
        os.fsync(file.fileno())
        whole = file.seek(0, os.SEEK_END)
    return Written(whole, digest, check)


def _plaintext(
    manifest: Manifest, sources: Sequence[Source], device: Ed25519PrivateKey, mtime: int, progress: Progress
) -> Generator[bytes, None, None]:
    text = to_bytes(manifest)
    signature = sign(device, text)
    yield from archive.framed(MANIFEST, len(text), mtime, [text])
    yield from archive.framed(SIGNATURE, len(signature), mtime, [signature])
    with closing(ahead(partial(_as_declared, source) for source in sources)) as fetched:
        for done, (source, data) in enumerate(zip(sources, fetched, strict=True), start=1):
            yield from archive.framed(source.member.name, source.member.size, mtime, data)
            progress(done)
    yield archive.END


def _as_declared(source: Source) -> list[bytes]:
    """The member's bytes, refused when they are not as many as declared.

    Their hash is not taken here: whoever seals reads the file again and compares every member with the manifest.
    """
    data = list(source.chunks())
    if sum(map(len, data)) != source.member.size:
        raise BatchError("changed_while_sealing")
    return data


def _write_payload(file: FileIO, pieces: Iterable[bytes]) -> tuple[int, bytes]:
    """Write all of it from where the file stands, in large blocks; gives its size and SHA-256."""
    size, payload = 0, hashlib.sha256()
    with closing(Hashing()) as hashing:
        for block in _blocks(pieces):
            hashing.add(block, payload)
            _write_all(file, block)
            size += len(block)
    return size, payload.digest()


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    filling, filled = [], 0
    for piece in pieces:
        filling.append(piece)
        filled += len(piece)
        if filled >= _BLOCK:
            yield b"".join(filling)
            filling, filled = [], 0
    yield b"".join(filling)


def _write_all(file: FileIO, block: bytes) -> None:
    left = memoryview(block)
    while left:
        left = left[file.write(left) :]
