# SPDX-License-Identifier: GPL-2.0-or-later
import os
import signal
import time
from typing import Any

import pytest

from review.run.executor import tell
from review.run.pool import Pool


class Interrupting:
    """What interrupts the process that reads it, as Ctrl-C in the middle of a message does."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _interrupt, ()


def _interrupt() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.2)
    return "read"


def _told() -> None:
    found: Any = Interrupting()
    tell(found)
    time.sleep(60)


def _told_at_the_end() -> None:
    found: Any = "last"
    tell(found)


def test_an_exception_ends_its_tasks_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Pool(1) as pool:
        pool.submit(time.sleep, 60)
        raise KeyboardInterrupt
    assert time.monotonic() - started < 20


def test_ctrl_c_is_left_to_the_parent() -> None:
    """A process that waits for work says nothing of it."""
    with Pool(1) as pool:
        future = pool.submit(signal.getsignal, signal.SIGINT)
        assert future.result() == signal.SIG_IGN


def test_ctrl_c_while_something_is_read_loses_nothing() -> None:
    found: list[Any] = []
    with pytest.raises(KeyboardInterrupt), Pool(1, found.append) as pool:
        pool.wait([pool.submit(_told)])
    assert found == ["read"]


def test_what_is_told_last_is_handed_over() -> None:
    found: list[Any] = []
    with Pool(2, found.append) as pool:
        waiting = {pool.submit(_told_at_the_end) for _ in range(20)}
        while waiting:
            waiting -= pool.wait(waiting)
    assert found == ["last"] * 20
