"""Writing a batch: one pass from the members to the disk, plaintext in memory only."""

import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.batch_file import age_stream, archive, envelope
from kiosk.batch_file.ahead import ahead
from kiosk.batch_file.behind import Behind
from kiosk.batch_file.manifest import MANIFEST, SIGNATURE, seconds, sign, to_bytes
from kiosk.domain.batch import Manifest, Member
from kiosk.domain.errors import BatchError

_BLOCK = 4 << 20
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
    check: pyrage.x25519.Identity


def write_batch(
    path: Path,
    manifest: Manifest,
    sources: Sequence[Source],
    recipients: Sequence[pyrage.x25519.Recipient],
    device: Ed25519PrivateKey,
    *,
    progress: Progress = lambda done: None,
) -> Written:
    """Write a new file and fsync it; raises OSError, or BatchError when a member is not as long as declared."""
    check = pyrage.x25519.Identity.generate()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file, closing(_Ciphertext(file)) as sink:
        with closing(_plaintext(manifest, sources, device, progress)) as plain:
            age_stream.encrypt(plain, sink, [*recipients, check.to_public()])
        sink.finish(device, check)
        os.fsync(file.fileno())
        size = file.seek(0, os.SEEK_END)
    return Written(size, check)


def _plaintext(
    manifest: Manifest, sources: Sequence[Source], device: Ed25519PrivateKey, progress: Progress
) -> Generator[bytes, None, None]:
    text, mtime = to_bytes(manifest), seconds(manifest)
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


class _Ciphertext:
    """What age writes: the header is kept back until the payload's hash is known, the payload goes to disk at once."""

    def __init__(self, file: FileIO) -> None:
        self._file, self._behind = file, Behind()
        self._filling: list[bytes] = []
        self._filled = 0
        self._header: bytes | None = None
        self._start = b""
        self.payload = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        if self._header is not None:
            self._to_payload(data)
            return len(data)
        self._start += data
        end = envelope.header_end(self._start)
        if end is not None:
            self._header, rest, self._start = self._start[:end], self._start[end:], b""
            self._file.seek(end + envelope.stanza_length())
            self._to_payload(rest)
        return len(data)

    def flush(self) -> None:
        """Nothing to do before ``finish``."""

    def finish(self, device: Ed25519PrivateKey, check: pyrage.x25519.Identity) -> None:
        """Put the header, now with the envelope, in front."""
        if self._header is None:
            raise BatchError("not_written")
        self._to_disk()
        self._behind.finish()
        key = envelope.file_key(self._header, str(check))
        self._file.seek(0)
        _write_all(self._file, envelope.with_envelope(self._header, self._size, self.payload.digest(), device, key))

    def close(self) -> None:
        """End what is done behind; of a batch that failed the rest is not written."""
        self._behind.close()

    def _to_payload(self, data: bytes) -> None:
        self._filling.append(data)
        self._filled += len(data)
        if self._filled >= _BLOCK:
            self._to_disk()

    def _to_disk(self) -> None:
        block = b"".join(self._filling)
        self._size += len(block)
        self._filling, self._filled = [], 0
        self._behind.do(partial(self._take, block))

    def _take(self, block: bytes) -> None:
        """Hash and write; the advice has the kernel begin at once with the disk, so that fsync finds little left."""
        self.payload.update(block)
        _write_all(self._file, block)
        os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _write_all(file: FileIO, block: bytes) -> None:
    left = memoryview(block)
    while left:
        left = left[file.write(left) :]
