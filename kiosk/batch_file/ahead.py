"""Reading ahead: the next members come out of the database while age is busy with those before."""

import queue
import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass

_WAITING = 24


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


def ahead(chunks: Iterable[bytes]) -> Generator[bytes, None, None]:
    """The same chunks, fetched by a thread a few at a time; its errors come through, closing this ends it."""
    waiting: queue.Queue[bytes | _Failed | None] = queue.Queue(_WAITING)
    unwanted = threading.Event()

    def fetch() -> None:
        try:
            for chunk in chunks:
                waiting.put(chunk)
                if unwanted.is_set():
                    break
            waiting.put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that reads
            waiting.put(_Failed(error))

    thread = threading.Thread(target=fetch, name="ahead", daemon=True)
    thread.start()
    try:
        yield from _until_end(waiting)
    finally:
        unwanted.set()
        while thread.is_alive():
            try:
                waiting.get(timeout=0.02)
            except queue.Empty:
                continue


def _until_end(waiting: "queue.Queue[bytes | _Failed | None]") -> Generator[bytes, None, None]:
    while (chunk := waiting.get()) is not None:
        if isinstance(chunk, _Failed):
            raise chunk.error
        yield chunk
