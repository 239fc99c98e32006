"""The archive inside: plain POSIX ustar members, one exact header form, two zero blocks at the end, nothing after."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from kiosk.domain.errors import BatchError

BLOCK = 512
END = bytes(2 * BLOCK)
_NOBODY = b"0000000\0" * 2
_AFTER = b"0" + bytes(100) + b"ustar\x0000" + bytes(64 + 16 + 155 + 12)
_BLANKS_AND_AFTER = 8 * ord(" ") + sum(_AFTER)


class OddHeader(BatchError):
    """These 512 bytes are no member header of this format."""

    def __init__(self) -> None:
        super().__init__("altered")


class Readable(Protocol):
    """A stream of plaintext that gives exactly what is asked for, or less at its end."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""


def header(name: str, size: int, mtime: int) -> bytes:
    """The 512 bytes before a member's data; raises ValueError for what a ustar header cannot say."""
    before = name.encode("ascii").ljust(100, b"\0") + b"0000600\0" + _NOBODY + b"%011o\0%011o\0" % (size, mtime)
    checksum = sum(before) + _BLANKS_AND_AFTER
    block = before + b"%06o\0 " % checksum + _AFTER
    if len(block) != BLOCK:
        raise ValueError("a name or a number is too long for a ustar header")
    return block


def framed(name: str, size: int, mtime: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Header, data and the zeros that fill the last block."""
    yield header(name, size, mtime)
    yield from chunks
    yield bytes(-size % BLOCK)


def next_member(stream: Readable) -> tuple[str, int] | None:
    """Name and size of the member that follows, or None at the archive's proper end.

    Raises BatchError: ``truncated`` when the stream stops early, ``altered`` for any header this format has not.
    """
    block = _exactly(stream, BLOCK)
    if block == bytes(BLOCK):
        _proper_end(stream)
        return None
    try:
        name, size, mtime = block[:100].rstrip(b"\0").decode("ascii"), int(block[124:135], 8), int(block[136:147], 8)
        same = header(name, size, mtime) == block
    except ValueError:
        raise OddHeader from None
    if not same:
        raise OddHeader
    return name, size


def data(stream: Readable, size: int, chunk: int = 1 << 18) -> Iterator[bytes]:
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
