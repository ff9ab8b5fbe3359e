# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks in processes of this machine."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from multiprocessing.synchronize import Lock
from typing import Any, TypeVar

from models.case.finding import Finding
from review.run.executor import Executor, tell_by

_T = TypeVar("_T")
_LAST = 5.0
"""Seconds for what was told last: another process may have inherited the pipe, and keep it open."""


class Pool(Executor):
    """``jobs`` processes."""

    def __init__(self, jobs: int, on_found: Callable[[Finding], None] = lambda _: None) -> None:
        super().__init__(on_found)
        self.jobs = jobs
        self._reader, self._writer = multiprocessing.Pipe(duplex=False)
        telling = (self._writer, multiprocessing.Lock())
        self._pool = ProcessPoolExecutor(jobs, initializer=_prepare, initargs=telling)
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def submit(self, task: Callable[..., _T], *arguments: Any) -> Future[_T]:
        """As any executor's; a task fails where a process of the pool was ended from outside."""
        try:
            future = self._pool.submit(task, *arguments)
        except BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
        if self._listener.ident is None:  # not before the processes, which are forked
            self._listener.start()
        return future

    def _listen(self) -> None:
        # To the end, which is there when no process has the pipe any more, in a message or not.
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._told.put(self._reader.recv())

    def _cancel(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()

    def _close(self) -> None:
        self._pool.shutdown()
        self._writer.close()
        if self._listener.ident is not None:
            self._listener.join(_LAST)


def _prepare(writer: connection.Connection, lock: Lock) -> None:
    """Leave Ctrl-C to the parent, and end with it.  Collect garbage less often: cases leave next to
    no cycles."""

    def told(finding: Finding) -> None:
        with lock:
            writer.send(finding)

    tell_by(told)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(20_000)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
