"""Several puts at a time with little in memory: whoever hands over the next one waits while all lanes are full."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType


class Lanes:
    """A thread pool with a bounded queue; the first error of any deed comes out of ``do`` or at the end."""

    def __init__(self, many: int) -> None:
        self._pool = ThreadPoolExecutor(many, thread_name_prefix="lane")
        self._free = threading.Semaphore(2 * many)
        self._error: BaseException | None = None

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        if error is None and self._error:
            raise self._error

    def do(self, deed: Callable[[], object]) -> None:
        """Have it done as soon as a lane is free; raises what an earlier deed raised."""
        self._free.acquire()
        if self._error:
            raise self._error
        self._pool.submit(deed).add_done_callback(self._done)

    def _done(self, future: Future[object]) -> None:
        if not future.cancelled() and (error := future.exception()):
            self._error = self._error or error
        self._free.release()
