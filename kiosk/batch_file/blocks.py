"""A file as large blocks, some read ahead of who uses them; when asked, past the page cache."""

import errno
import mmap
import os
import queue
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path

from kiosk.batch_file.ahead import ahead

_SIZE = 1 << 20


class Blocks:
    """The file at ``path`` from its start in blocks of 1 MiB; every method raises OSError.

    ``from_disk`` asks the disk itself. Where a file system knows no such reading, what memory holds of the file is
    dropped first; what is not on the disk yet, by fsync, cannot be dropped.
    """

    def __init__(self, path: Path, *, from_disk: bool = False) -> None:
        self._descriptor = _past_the_cache(path) if from_disk else os.open(path, os.O_RDONLY)
        self._size = os.fstat(self._descriptor).st_size
        self._free: queue.SimpleQueue[mmap.mmap] = queue.SimpleQueue()
        self._found = ahead(partial(self._read, at) for at in count(0, _SIZE))
        self._ended = False

    def next(self) -> memoryview:
        """The next block, empty at the end; it stays as it is until it is given back."""
        block = memoryview(b"") if self._ended else next(self._found)
        self._ended = len(block) < _SIZE
        return block

    def give_back(self, block: memoryview) -> None:
        """Let the place of a block be used again: fresh memory for each costs as much as decrypting it."""
        if isinstance(block.obj, mmap.mmap):
            self._free.put(block.obj)

    def close(self) -> None:
        """End the reading ahead."""
        self._found.close()
        os.close(self._descriptor)

    def _read(self, at: int) -> memoryview:
        """A whole block, less only at the end of the file: one call may give less anywhere on some file systems."""
        wanted, filled = min(_SIZE, max(self._size - at, 0)), 0
        place = memoryview(self._place())
        while filled < wanted and (more := os.preadv(self._descriptor, [place[filled:]], at + filled)):
            filled += more
        return place[:filled]

    def _place(self) -> mmap.mmap:
        """Pages of their own, as reading past the cache has to have them."""
        with suppress(queue.Empty):
            return self._free.get_nowait()
        return mmap.mmap(-1, _SIZE)


def _past_the_cache(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECT)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
            raise
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    return descriptor
