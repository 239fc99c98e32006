"""A command that is told to end clears away what it has half written."""

import signal
import sys
from types import FrameType


def end_orderly() -> None:
    """From now on SIGTERM and a closed terminal end this process by SystemExit; a signal that is ignored stays so."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
