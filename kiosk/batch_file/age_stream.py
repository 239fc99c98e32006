"""age, streamed: pyrage pulls plaintext from a generator when sealing and pushes it to a reader when opening.

Only this module calls pyrage for data; its errors become ours here.
"""

import queue
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Protocol

import pyrage

from kiosk.domain.errors import BatchError

_BLOCK = 1 << 20
_WAITING_BLOCKS = 4


class Sink(Protocol):
    """Where ciphertext goes."""

    def write(self, data: bytes) -> int:
        """Take all of ``data``."""

    def flush(self) -> None:
        """Nothing is promised here; fsync is the caller's."""


def encrypt(chunks: Iterator[bytes], sink: Sink, recipients: Sequence[pyrage.x25519.Recipient]) -> None:
    """Encrypt what ``chunks`` yields into ``sink``, one chunk in memory at a time; what they raise comes through."""
    source, guarded = _Pulled(chunks), _Guarded(sink)
    try:
        pyrage.encrypt_io(source, guarded, list(recipients))
    except Exception:
        error = source.error or guarded.error
        if error:
            raise error from None
        raise


class _Pulled:
    """A generator as something to read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            try:
                self._left = memoryview(next(self._chunks))
            except StopIteration:
                return b""
            except BaseException as error:
                self.error = error
                raise
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)


class _Guarded:
    """A sink that remembers its own error, since age would retell it in its words."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._sink.write(data)
        except BaseException as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._sink.flush()


class Readable(Protocol):
    """Where ciphertext comes from."""

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, none at the end."""


class Decrypted:
    """The plaintext of an age file as a stream to read from; a context manager, since a thread works behind it."""

    def __init__(self, source: Readable, identities: Sequence[pyrage.x25519.Identity]) -> None:
        self._source, self._identities = source, list(identities)
        self._blocks: queue.Queue[bytes | None] = queue.Queue(_WAITING_BLOCKS)
        self._left = memoryview(b"")
        self._ended = self._unwanted = False
        self._error: BaseException | None = None
        self._filling: list[bytes] = []
        self._filled = 0
        self._thread = threading.Thread(target=self._run, name="age", daemon=True)

    def __enter__(self) -> "Decrypted":
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._unwanted = True
        while self._thread.is_alive():
            try:
                self._blocks.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer only at the end; raises BatchError when age refuses what comes next."""
        taken = self._some(size)
        if len(taken) == size or self._ended:
            return bytes(taken)
        parts = [taken]
        while (missing := size - sum(map(len, parts))) and (more := self._some(missing)):
            parts.append(more)
        return b"".join(parts)

    def _some(self, size: int) -> memoryview:
        """Up to ``size`` bytes without copying them, none at the end."""
        while not self._left and not self._ended:
            block = self._blocks.get()
            self._ended = block is None
            self._left = memoryview(block or b"")
        if self._ended and self._error:
            raise self._error
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def write(self, data: bytes) -> int:
        """Called by pyrage with authenticated plaintext."""
        if self._unwanted:
            raise _Unwanted
        self._filling.append(data)
        self._filled += len(data)
        if self._filled >= _BLOCK:
            self._hand_on()
        return len(data)

    def flush(self) -> None:
        """Called by pyrage at the end."""

    def _hand_on(self) -> None:
        if self._filling:
            self._blocks.put(b"".join(self._filling))
        self._filling, self._filled = [], 0

    def _run(self) -> None:
        try:
            pyrage.decrypt_io(self._source, self, self._identities)
            self._hand_on()
        except _Unwanted:
            pass
        except (pyrage.DecryptError, OSError) as error:
            self._error = _named(error)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the reading thread
            self._error = error
        self._blocks.put(None)


class _Unwanted(Exception):
    """The reader has stopped reading."""


def _named(error: Exception) -> BatchError | OSError:
    """age's refusal as ours; a real disk error (one with an errno) stays what it is."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    said = str(error)
    if "No matching keys" in said:
        return BatchError("wrong_recipient")
    return BatchError(
        "truncated" if "truncated" in said or "Incomplete" in said or "whole buffer" in said else "altered"
    )
