# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks in processes of this machine."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from multiprocessing.queues import SimpleQueue
from typing import Any, TypeVar

from models.case.finding import Finding
from review.run.executor import Executor, tell_by

_T = TypeVar("_T")


class Pool(Executor):
    """``jobs`` processes."""

    def __init__(self, jobs: int, on_found: Callable[[Finding], None] = lambda _: None) -> None:
        super().__init__(on_found)
        self.jobs = jobs
        self._queue: SimpleQueue[Finding] = multiprocessing.SimpleQueue()
        self._pool = ProcessPoolExecutor(jobs, initializer=_prepare, initargs=(self._queue,))

    def submit(self, task: Callable[..., _T], *arguments: Any) -> Future[_T]:
        """As any executor's; a task fails where a process of the pool was ended from outside."""
        try:
            return self._pool.submit(task, *arguments)
        except BrokenProcessPool as error:
            failed: Future[_T] = Future()
            failed.set_exception(error)
            return failed

    def _found(self) -> Iterator[Finding]:
        while not self._queue.empty():
            yield self._queue.get()

    def _cancel(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()

    def _close(self) -> None:
        self._pool.shutdown()


def _prepare(queue: SimpleQueue[Finding]) -> None:
    """Leave Ctrl-C to the parent, and end with it.  Collect garbage less often: cases leave next to
    no cycles."""
    tell_by(queue.put)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(20_000)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
