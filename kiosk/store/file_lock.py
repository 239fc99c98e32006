"""One process at a time: a lock on a file made for it, which a crash lets go of."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.domain.errors import TappedFirst
from kiosk.store.owner import as_its_folder


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``, which is gone afterwards; raises TappedFirst while another holds it, or OSError."""
    descriptor = _held(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _held(path: Path) -> int:
    """The lock, held; a file that its holder removed between opening and locking is not the lock any more."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            as_its_folder(path)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise TappedFirst("another program is at work on this already") from None
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)
