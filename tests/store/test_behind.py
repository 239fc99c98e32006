"""What is done behind: in order, and nothing more after a failure, which whoever gives the deeds hears of."""

import errno
import threading
from functools import partial

import pytest

from kiosk.batch_file.behind import Behind


def test_deeds_are_done_in_the_order_given() -> None:
    done: list[int] = []
    behind = Behind()
    for number in range(50):
        behind.do(partial(done.append, number))
    behind.finish()
    assert done == list(range(50))


def test_a_failure_comes_through_and_nothing_after_it_is_done() -> None:
    done: list[int] = []
    behind, asked = Behind(), threading.Event()

    def full() -> None:
        asked.wait()
        raise OSError(errno.ENOSPC, "no room")

    behind.do(full)
    behind.do(partial(done.append, 1))
    asked.set()
    with pytest.raises(OSError, match="no room"):
        behind.finish()
    with pytest.raises(OSError, match="no room"):
        behind.do(partial(done.append, 2))
    behind.close()
    assert done == []
