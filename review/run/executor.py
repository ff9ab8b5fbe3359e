# SPDX-License-Identifier: GPL-2.0-or-later
"""Where units of work run: tasks are handed over, and tell of each finding as soon as they have it.

A task that fails takes nothing with it: what it had found was told before.
"""

from __future__ import annotations

import math
import queue
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from models.case.finding import Finding

_T = TypeVar("_T")
_POLL = 0.2
"""Seconds between two looks at what was found."""

_teller: Callable[[Finding], None] | None = None


def tell(finding: Finding) -> None:
    """Tell who handed a task over of a finding, where the task runs; nothing elsewhere."""
    if _teller is not None:
        _teller(finding)


def tell_by(teller: Callable[[Finding], None]) -> None:
    """How this process, which runs tasks, tells of a finding."""
    global _teller
    _teller = teller


class Executor(ABC):
    """Runs tasks, ``jobs`` at once; a context manager, which ends all of them at once when it is
    left by an exception, such as Ctrl-C.  ``on_found`` is told of each finding, where tasks are
    waited for, and of the last ones when it is left."""

    jobs: int

    def __init__(self, on_found: Callable[[Finding], None]) -> None:
        self._on_found = on_found
        self._told: queue.SimpleQueue[Finding] = queue.SimpleQueue()
        """What was found and not handed over yet.  A thread puts it there: Ctrl-C is raised in the
        main thread, and would leave a message that that reads half read, and all behind it."""

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.stop()
        self._close()
        self._hand_over()

    def usable(self, one: _T) -> _T | None:
        """Something that is in files of this machine, as tasks are given it: None where they run
        on others."""
        return one

    @abstractmethod
    def submit(self, task: Callable[..., _T], *arguments: Any) -> Future[_T]:
        """Have a task run; it fails where what runs it was ended from outside."""

    def wait(self, futures: Iterable[Future[_T]], deadline: float = math.inf) -> set[Future[_T]]:
        """Wait until some of the tasks are done, or the time is over (``deadline``, of
        ``time.monotonic``); those that are."""
        waiting = list(futures)
        while True:
            done = wait(waiting, timeout=_POLL, return_when=FIRST_COMPLETED).done
            self._hand_over()
            if done or not waiting or time.monotonic() > deadline:
                return done

    def stop(self) -> None:
        """End all tasks at once."""
        self._hand_over()
        self._cancel()

    def _hand_over(self) -> None:
        while not self._told.empty():
            self._on_found(self._told.get())

    @abstractmethod
    def _cancel(self) -> None:
        """End all tasks at once."""

    @abstractmethod
    def _close(self) -> None:
        """Give back what it uses; what tasks told is in ``_told`` then."""
