"""Work behind: hashing and writing let go of the interpreter, so a thread of their own uses the second core."""

import queue
import threading
from collections.abc import Callable

_WAITING = 2
Deed = Callable[[], object]


class Behind:
    """Does deeds in the order given, a few behind; after one has failed none is done any more."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Deed | None] = queue.Queue(_WAITING)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="behind", daemon=True)
        self._thread.start()

    def do(self, deed: Deed) -> None:
        """Have it done; raises what an earlier deed raised. What it works on must not change any more."""
        self._raise()
        self._waiting.put(deed)

    def finish(self) -> None:
        """Return when every deed is done; raises what one of them raised. Done again nothing happens."""
        self.close()
        self._raise()

    def close(self) -> None:
        """End the thread, silently, also after a failure."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._error:
            raise self._error

    def _run(self) -> None:
        while (deed := self._waiting.get()) is not None:
            if self._error is None:
                self._try(deed)

    def _try(self, deed: Deed) -> None:
        try:
            deed()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that gives the deeds
            self._error = error
