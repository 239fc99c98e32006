"""Reading a batch: one pass over the disk, every byte accounted for, the first fault named.

Names: not_a_batch, newer_format, wrong_recipient, unknown_device, truncated, reordered, altered.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import pyrage

from kiosk.batch_file import archive, envelope, manifest
from kiosk.batch_file.age_stream import Decrypted
from kiosk.batch_file.behind import Behind
from kiosk.batch_file.blocks import Blocks
from kiosk.batch_file.tally import Tally
from kiosk.domain.batch import Manifest, Member
from kiosk.domain.errors import BatchError


class Keeper(Protocol):
    """What is done with the members while they are checked."""

    def __call__(self, name: str, chunks: Iterator[bytes]) -> None:
        """Use up all chunks; they are trusted only once the whole batch has been read."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What has been established of a sealed file; ``manifest`` is None when it was checked from the outside only."""

    size: int
    sha256: str
    device_key: str
    manifest: Manifest | None


def drop(name: str, chunks: Iterator[bytes]) -> None:
    """The keeper that keeps nothing."""
    for _ in chunks:
        pass


def check_file(
    path: Path,
    identities: Sequence[pyrage.x25519.Identity] = (),
    device_key: str | Collection[str] | None = None,
    keep: Keeper = drop,
    *,
    from_disk: bool = False,
) -> Checked:
    """Check a sealed file, inside too with an identity; raises BatchError with the fault's name, or OSError.

    With ``device_key``, one or several, a file of another device is refused before anything is decrypted. ``from_disk``
    reads past the page cache: what is checked is what the disk holds, not what memory still knows of it.
    """
    with closing(Blocks(path, from_disk=from_disk)) as blocks, closing(_Hashed(blocks)) as whole:
        outer = whole.outer
        outer.check()
        known = (device_key,) if isinstance(device_key, str) else device_key
        if known is not None and outer.device_key not in known:
            raise BatchError("unknown_device")
        inner = _read_inside(whole, identities, keep) if identities else None
        whole.finish()
    if inner and inner.device_key != outer.device_key:
        raise BatchError("altered")
    return Checked(whole.size, whole.sha256, outer.device_key, inner)


class _Hashed:
    """The file as age reads it, hashed on the way, so that one pass answers for both the sealed file and its inside."""

    def __init__(self, blocks: Blocks) -> None:
        self._whole, self._payload = hashlib.sha256(), hashlib.sha256()
        self._blocks, self._block = blocks, blocks.next()
        self._left = self._block
        start = bytes(self._block[: envelope.MOST_HEADER])
        self._header = start[: _header_length(start)]
        self.outer = envelope.parse(self._header)
        self._behind = Behind()
        self.size = 0
        self._take()

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; age asks for few at a time, so the file is read and hashed in large blocks."""
        if not self._left:
            self._next_block()
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)

    def _next_block(self) -> bool:
        self._behind.do(partial(self._blocks.give_back, self._block))
        self._block = self._blocks.next()
        self._take()
        return len(self._block) > 0

    def _take(self) -> None:
        block, beyond = self._block, max(len(self._header) - self.size, 0)
        self._behind.do(partial(self._whole.update, block))
        self._behind.do(partial(self._payload.update, block[beyond:]))
        self.size += len(block)
        self._left = block

    def close(self) -> None:
        """End the hashing."""
        self._behind.close()

    def finish(self) -> None:
        """Read what is left and compare with what the device signed."""
        while self._next_block():
            pass
        self._behind.finish()
        found = self.size - len(self._header)
        if found < self.outer.size:
            raise BatchError("truncated")
        if found != self.outer.size or self._payload.digest() != self.outer.sha256:
            raise BatchError("altered")

    @property
    def sha256(self) -> str:
        """Of the whole file, in hexadecimal; complete after ``finish``."""
        return self._whole.hexdigest()


def _header_length(start: bytes) -> int:
    if not start.startswith(envelope.MAGIC):
        raise BatchError("truncated" if start and envelope.MAGIC.startswith(start) else "not_a_batch")
    length = envelope.header_end(start)
    if length is None:
        raise BatchError("truncated" if len(start) < envelope.MOST_HEADER else "not_a_batch")
    return length


def _read_inside(whole: _Hashed, identities: Sequence[pyrage.x25519.Identity], keep: Keeper) -> Manifest:
    """The manifest, once every member has been found as it says; a fault of the sealed file itself goes before."""
    try:
        with Decrypted(whole, identities) as stream:
            return _read_archive(stream, keep)
    except BatchError as fault:
        if fault.key != "wrong_recipient":
            whole.finish()
        raise


def _read_archive(stream: archive.Readable, keep: Keeper) -> Manifest:
    found = _read_manifest(stream)
    tally, sealed = Tally(), manifest.seconds(found)
    for member in found.members:
        _expect(stream, member, sealed, found.members)
        keep(member.name, tally.watch(member, _as_listed(stream, member)))
    if archive.next_member(stream) is not None:
        raise BatchError("altered")
    tally.check(found)
    return found


def _read_manifest(stream: archive.Readable) -> Manifest:
    text, first = _small(stream, manifest.MANIFEST, manifest.MOST_BYTES, "not_a_batch")
    found = manifest.from_bytes(text)
    signature, second = _small(stream, manifest.SIGNATURE, manifest.SIGNATURE_BYTES, "altered")
    manifest.check_signature(found.device_key, signature, text)
    if {first, second} != {manifest.seconds(found)}:
        raise BatchError("altered")
    return found


def _small(stream: archive.Readable, name: str, most: int, otherwise: str) -> tuple[bytes, int]:
    """A member's bytes and the time in its header."""
    try:
        head = archive.next_member(stream)
    except archive.OddHeader:
        raise BatchError(otherwise) from None
    if head is None or head.name != name or head.size > most:
        raise BatchError(otherwise)
    return b"".join(archive.data(stream, head.size)), head.mtime


def _expect(stream: archive.Readable, member: Member, sealed: int, members: Iterable[Member]) -> None:
    head = archive.next_member(stream)
    if head is None:
        raise BatchError("truncated")
    if head.name != member.name:
        raise BatchError("reordered" if head.name in {each.name for each in members} else "altered")
    if (head.size, head.mtime) != (member.size, sealed):
        raise BatchError("altered")


def _as_listed(stream: archive.Readable, member: Member) -> Iterator[bytes]:
    seen = hashlib.sha256()
    for chunk in archive.data(stream, member.size):
        seen.update(chunk)
        yield chunk
    if seen.hexdigest() != member.sha256:
        raise BatchError("altered")
