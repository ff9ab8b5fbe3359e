# SPDX-License-Identifier: GPL-2.0-or-later
import signal
import time

import pytest

from review.run.pool import Pool


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
