# SPDX-License-Identifier: GPL-2.0-or-later
"""A bound on how long a command takes: when the time is over it is ended as by Ctrl-C.

Whatever runs then gives up what it is about and keeps what it has, as it does for the user.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread once ``seconds`` are over; never if None."""
    if seconds is None:
        yield
        return

    def over(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
