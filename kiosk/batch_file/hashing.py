"""Hashing beside other work: SHA-256 lets go of the interpreter, so a thread of its own uses the second core."""

import hashlib
import queue
import threading
from collections.abc import Sequence
from typing import Any

_WAITING = 2
Part = tuple[bytes | memoryview, Sequence[Any]]


class Hashing:
    """Updates hashes in the order given, a few blocks behind; ``finish`` or ``close`` ends its thread."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Part | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._run, name="sha256", daemon=True)
        self._thread.start()

    def add(self, block: bytes | memoryview, *hashes: "hashlib._Hash") -> None:
        """Have each hash updated with the block, which must not change any more."""
        self._waiting.put((block, hashes))

    def finish(self) -> None:
        """Return when every block has been taken up; done again nothing happens."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (part := self._waiting.get()) is not None:
            block, hashes = part
            for each in hashes:
                each.update(block)
