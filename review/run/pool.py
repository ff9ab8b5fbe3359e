# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes of a campaign: tasks run in them, and tell of each finding as soon as they have it.

A task that fails takes nothing with it: what it had found was told before.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from multiprocessing.queues import SimpleQueue
from typing import Any, TypeVar

from models.case.finding import Finding

_T = TypeVar("_T")
_POLL = 0.2
"""Seconds between two looks at what was found."""

_finding_queue: SimpleQueue[Finding] | None = None


def tell(finding: Finding) -> None:
    """Tell the parent of a finding, from a process of a pool; nothing elsewhere."""
    if _finding_queue is not None:
        _finding_queue.put(finding)


class Pool:
    """``jobs`` processes; a context manager, which ends all tasks at once when it is left by an
    exception, such as Ctrl-C.  ``on_found`` is told of each finding, in the parent, while it waits
    for tasks."""

    def __init__(self, jobs: int, on_found: Callable[[Finding], None] = lambda _: None) -> None:
        self._on_found = on_found
        self._queue: SimpleQueue[Finding] = multiprocessing.SimpleQueue()
        self._pool = ProcessPoolExecutor(jobs, initializer=_prepare, initargs=(self._queue,))

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.stop()
        self._pool.shutdown()

    def submit(self, task: Callable[..., _T], *arguments: Any) -> Future[_T]:
        """Have a task run; it fails where a process of the pool was ended from outside."""
        try:
            return self._pool.submit(task, *arguments)
        except BrokenProcessPool as error:
            failed: Future[_T] = Future()
            failed.set_exception(error)
            return failed

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
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()

    def _hand_over(self) -> None:
        while not self._queue.empty():
            self._on_found(self._queue.get())


def _prepare(queue: SimpleQueue[Finding]) -> None:
    """Leave Ctrl-C to the parent, and end with it.  Collect garbage less often: cases leave next to
    no cycles."""
    global _finding_queue
    _finding_queue = queue
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(20_000)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
