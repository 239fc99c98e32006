"""Reading ahead: two threads fetch the next members while those before are encrypted, hashed and written."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
_READERS, _WAITING = 2, 6


def ahead(fetches: Iterable[Callable[[], T]]) -> Generator[T, None, None]:
    """What each gives, in their order, a few of them held; their errors come through, closing this ends the threads."""
    left = iter(fetches)
    readers = ThreadPoolExecutor(_READERS, thread_name_prefix="ahead")
    waiting: deque[Future[T]] = deque(readers.submit(fetch) for fetch in islice(left, _WAITING))
    try:
        while waiting:
            found = waiting.popleft().result()
            waiting.extend(readers.submit(fetch) for fetch in islice(left, 1))
            yield found
    finally:
        readers.shutdown(cancel_futures=True)
