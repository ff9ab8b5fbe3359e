# SPDX-License-Identifier: GPL-2.0-or-later
"""Worker processes with hard time limits.

Solvers are native code that may overrun the limit they were given, exhaust memory or crash.  Each
task therefore runs in a process of its own kind that can be ended: a task that overruns is
reported as late, one whose process dies as dead, and a fresh process takes the next task.
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection, wait
from typing import Any, Self

MEMORY = 6 << 30
"""Bytes of address space that one worker may take unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Task:
    """A picklable call, its key for the caller, and the seconds after which it is ended."""

    key: Any
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    limit: float


class Ending(StrEnum):
    """How a task ended."""

    DONE = "done"
    RAISED = "raised"
    LATE = "late"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: its result if it is done, else a remark (an error's last line)."""

    task: Task
    ending: Ending
    result: Any = None
    remark: str = ""


def _serve(pipe: Connection, memory: int) -> None:
    """Run calls from the pipe until it closes; the parent alone answers to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        try:
            answer = (Ending.DONE, function(*arguments), "")
        except Exception as error:  # reported to the parent: a task's failure is a result
            answer = (Ending.RAISED, None, traceback.format_exception_only(error)[-1].strip())
        pipe.send(answer)


class _Worker:
    """One process and the task it is busy with."""

    def __init__(self, memory: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, memory), daemon=True)
        self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.deadline = 0.0

    def give(self, task: Task) -> None:
        self.task = task
        self.deadline = time.monotonic() + task.limit
        self.pipe.send((task.function, task.arguments))

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Workers:
    """A set of worker processes; use as a context manager, which ends them all.

    ``memory`` is the address space of each in bytes, -1 for any: sanitizers need much more than
    they use.
    """

    def __init__(self, count: int, memory: int = MEMORY) -> None:
        self._count = count
        self._memory = memory
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []
        self._queue: deque[Task] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._idle + self._busy:
            worker.end()
        self._idle.clear()
        self._busy.clear()

    def submit(self, task: Task) -> None:
        """Queue a task; allowed while ``outcomes`` is being consumed."""
        self._queue.append(task)

    def outcomes(self) -> Iterator[Outcome]:
        """The outcome of every task as it ends, in the order in which they end."""
        while self._queue or self._busy:
            while self._queue and len(self._busy) < self._count:
                worker = self._idle.pop() if self._idle else _Worker(self._memory)
                self._busy.append(worker)
                worker.give(self._queue.popleft())
            yield from self._collect()

    def _collect(self) -> Iterator[Outcome]:
        soonest = min(worker.deadline for worker in self._busy)
        ready = wait([worker.pipe for worker in self._busy], max(0.0, soonest - time.monotonic()))
        for worker in list(self._busy):
            assert worker.task is not None
            if worker.pipe in ready:
                try:
                    ending, result, remark = worker.pipe.recv()
                except (EOFError, ConnectionResetError):
                    ending, result, remark = Ending.DEAD, None, "the process died"
            elif worker.deadline <= time.monotonic():
                ending, result, remark = Ending.LATE, None, "ended at its hard limit"
            else:
                continue
            self._busy.remove(worker)
            if ending in (Ending.DEAD, Ending.LATE):
                worker.end()
            else:
                self._idle.append(worker)
            yield Outcome(worker.task, ending, result, remark)
