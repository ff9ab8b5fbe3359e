# SPDX-License-Identifier: GPL-2.0-or-later
import signal
import time

import pytest

from review.run.time_limit import within


def test_when_the_time_is_over_it_ends_as_by_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGALRM)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), within(0.1):
        time.sleep(20)
    assert time.monotonic() - began < 10
    assert signal.getsignal(signal.SIGALRM) == before


def test_what_is_done_in_time_is_not_ended() -> None:
    for seconds in (None, 0.2):
        with within(seconds):
            pass
    time.sleep(0.3)
