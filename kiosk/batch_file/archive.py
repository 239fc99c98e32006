"""The archive inside: plain POSIX ustar members, one exact header form, two zero blocks at the end, nothing after."""

import tarfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from kiosk.domain.errors import BatchError

BLOCK = 512
END = bytes(2 * BLOCK)


class OddHeader(BatchError):
    """These 512 bytes are no member header of this format."""

    def __init__(self) -> None:
        super().__init__("altered")


class Readable(Protocol):
    """A stream of plaintext that gives exactly what is asked for, or less at its end."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""


class Head(NamedTuple):
    """What a member's header says; ``mtime`` in whole seconds since 1970."""

    name: str
    size: int
    mtime: int


def header(name: str, size: int, mtime: int) -> bytes:
    """The 512 bytes before a member's data."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, mtime, 0o600
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def framed(name: str, size: int, mtime: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Header, data and the zeros that fill the last block."""
    yield header(name, size, mtime)
    yield from chunks
    yield bytes(-size % BLOCK)


def next_member(stream: Readable) -> Head | None:
    """The head of the member that follows, or None at the archive's proper end.

    Raises BatchError: ``truncated`` when the stream stops early, ``altered`` for any header this format has not.
    """
    block = _exactly(stream, BLOCK)
    if block == bytes(BLOCK):
        _proper_end(stream)
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        found = Head(info.name, info.size, int(info.mtime))
        same = header(*found) == block
    except (tarfile.TarError, ValueError):
        raise OddHeader from None
    if not same:
        raise OddHeader
    return found


def data(stream: Readable, size: int, chunk: int = 1 << 20) -> Iterator[bytes]:
    """A member's bytes in chunks; its fill is read and must be zero."""
    left = size
    while left:
        piece = _exactly(stream, min(chunk, left))
        left -= len(piece)
        yield piece
    if any(_exactly(stream, -size % BLOCK)):
        raise BatchError("altered")


def _proper_end(stream: Readable) -> None:
    if _exactly(stream, BLOCK) != bytes(BLOCK) or stream.read(1):
        raise BatchError("altered")


def _exactly(stream: Readable, size: int) -> bytes:
    found = stream.read(size)
    if len(found) != size:
        raise BatchError("truncated")
    return found
