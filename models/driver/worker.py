# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker: runs batches of cases in a process of its own, which the code under test may wreck.

A crash, a hang or a sanitizer report ends that process and one case; the worker notes it, starts
another process and goes on with the next case.  ``models/driver/PROTOCOL.md`` describes the memory
and the messages that both sides share.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate
from pathlib import Path

from models.driver.closing import Closing
from models.driver.process import DriverProcess, WorkerError
from models.driver.shared_memory import FINDING, MOST_CASES, SharedMemory, Word

_PATIENCE = 20.0
"""Seconds without any progress, on top of what a case may take, after which a process that waits
is ended: for code that blocks without using CPU time, which the driver's own timer does not see."""
TIMED = ("no end within", "no progress for")
"""What is told of a hang begins so where time ended it, and not the driver at once."""


class Status(IntEnum):
    """How a case ended; the numbers are those of the driver."""

    OK = 0
    ASSERTION = 1
    """An assertion of the code under test failed (``XA_BUG_ON``, ``BUG``)."""
    WARNING = 2
    """It warned (``WARN_ON``) where no warning is expected."""
    CANARY = 3
    """Memory beside a node, or the LRU's list pointers, were overwritten."""
    DOUBLE_FREE = 4
    FREED_ON_LRU = 5
    """A node was freed while it was on the shadow-node LRU."""
    BAD_FREE = 6
    """Something that is no live node was freed, reported or kept on a cursor."""
    UNSUPPORTED = 7
    """The case asks for what this XArray, or the driver, does not have."""
    LOCK = 8
    """A publication, callback or access without its lock, or locks that do not balance."""
    CRASH = 9
    """The process ended: a signal, or an exit of its own."""
    HANG = 10
    SANITIZER = 11
    OVERRUN = 12
    """More was written to memory that the driver lent than there is room for."""


@dataclass(frozen=True, slots=True)
class Abnormal:
    """A case that did not end well: its number in the batch, the number of the operation within the
    case (from 0), and one line on what happened."""

    case: int
    status: Status
    operation: int
    text: str


@dataclass(slots=True)
class BatchResult:
    """What a batch answered.

    ``results`` holds the result bytes of all cases one after another, ``ends[i]`` is where those of
    case ``i`` end; ``log`` and ``log_ends`` likewise.  An abnormal case has the results of the
    operations that it completed.
    """

    results: bytes = b""
    ends: array[int] = field(default_factory=lambda: array("Q"))
    log: bytes = b""
    log_ends: array[int] = field(default_factory=lambda: array("Q"))
    abnormal: list[Abnormal] = field(default_factory=list)

    def case(self, number: int) -> memoryview:
        """The result bytes of a case."""
        return _piece(self.results, self.ends, number)

    def case_log(self, number: int) -> memoryview:
        """The log bytes of a case."""
        return _piece(self.log, self.log_ends, number)


def _piece(data: bytes, ends: array[int], number: int) -> memoryview:
    return memoryview(data)[ends[number - 1] if number else 0 : ends[number]]


class Worker(Closing):
    """Runs batches on one built driver; a context manager, one per thread.

    ``hang_seconds``: the CPU time that a case may take before it counts as a hang.  Raises
    WorkerError when the driver cannot be started.
    """

    def __init__(self, executable: Path, *, hang_seconds: float = 1.0) -> None:
        self.hang_seconds = hang_seconds
        self._memory = SharedMemory()
        self._driver = DriverProcess(executable, self._memory.descriptor)
        self._ends_left: int | None = None

    def close(self) -> None:
        """Ends the process, which may leave by itself, and gives everything back; the worker cannot
        be used any more."""
        self._driver.close()
        self._memory.close()

    def run(
        self, cases: Sequence[bytes], *, log: bool = False, most_ends: int | None = None
    ) -> BatchResult:
        """Runs the cases, each the encoded records of its operations, and collects what they say.

        Every case is run, whatever others do; with ``most_ends`` only until that many cases have
        hung or ended the process: ``result.ends`` then has no entry for those that were not run.
        Raises WorkerError, or ValueError for a case that is not made of whole records.
        """
        result = BatchResult()
        pieces: list[tuple[bytes, bytes]] = []
        self._ends_left = most_ends
        try:
            start = 0
            while start < len(cases) and self._ends_left != 0:
                start += self._round(cases, start, log, result)
                pieces.append(self._collect(start, result))
        except BaseException:
            self._driver.end()
            raise
        result.results = b"".join(results for results, _ in pieces)
        result.log = b"".join(log for _, log in pieces)
        result.abnormal.sort(key=lambda abnormal: abnormal.case)
        return result

    def _round(self, cases: Sequence[bytes], start: int, log: bool, result: BatchResult) -> int:
        """Runs as many cases from ``start`` on as there is room for; returns how many."""
        memory = self._memory
        ends = array("Q", accumulate(len(c) for c in cases[start : start + MOST_CASES]))
        data = b"".join(cases[start : start + MOST_CASES])
        if any(end % 32 for end in ends):
            raise ValueError("a case is not made of whole records of 32 bytes")
        if len(data) > memory.input:
            memory.grow_input(len(data))
        memory.write(Word.CASE_ENDS, ends.tobytes())
        memory.write(Word.INPUT, data)
        memory[Word.CASES] = len(ends)
        memory[Word.LOGGING] = log
        memory[Word.HANG_MICROSECONDS] = int(self.hang_seconds * 1e6)
        for word in (Word.FIRST, Word.DONE, Word.RUNNING, Word.FULL, Word.HUNG):
            memory[word] = 0
        for word in (Word.RESULT_USED, Word.LOG_USED, Word.FINDINGS_USED):
            memory[word] = 0
        while memory[Word.DONE] < len(ends):
            ended = self._drive()
            if ended is not None:
                self._note_end(ended, start, result)
                if self._ends_left is not None:
                    self._ends_left -= 1
                    if not self._ends_left:
                        break
            elif memory[Word.FULL]:
                break
        if memory[Word.DONE] == 0 and not memory.grow_output():
            text = f"its results take more than {memory.largest >> 20:,} MiB"
            self._note(0, (Status.UNSUPPORTED, text), start, result)
        return memory[Word.DONE]

    def _collect(self, end: int, result: BatchResult) -> tuple[bytes, bytes]:
        """Takes over what a round answered, whose cases end before case ``end`` of the batch;
        returns its results and its log."""
        memory = self._memory
        done = memory[Word.DONE]
        for word, ends in (
            (Word.RESULT_ENDS, result.ends),
            (Word.LOG_ENDS, result.log_ends),
        ):
            fresh = array("Q", memory.read(word, 8 * done))
            before = ends[-1] if ends else 0
            ends.extend(array("Q", (before + end for end in fresh)) if before else fresh)
        found = memory.read(Word.FINDINGS, FINDING.size * memory[Word.FINDINGS_USED])
        for case, status, operation, text in FINDING.iter_unpack(found):
            line = text.partition(b"\0")[0].decode(errors="replace")
            result.abnormal.append(Abnormal(end - done + case, Status(status), operation, line))
            if status == Status.HANG and self._ends_left:
                self._ends_left -= 1
        return (
            memory.read(Word.RESULTS, memory[Word.RESULT_USED]),
            memory.read(Word.LOG, memory[Word.LOG_USED]),
        )

    def _drive(self) -> tuple[Status, str] | None:
        """Lets the driver go on at case ``FIRST``; what ended its process, or None."""
        self._driver.go()
        patience = self.hang_seconds + _PATIENCE
        progress = None
        while not self._driver.answers(patience):
            if (ended := self._driver.ended()) is not None:
                if self._memory[Word.HUNG]:
                    self._memory[Word.HUNG] = 0
                    return Status.HANG, "no end within the CPU time that a case may take"
                by_sanitizer, text = ended
                return Status.SANITIZER if by_sanitizer else Status.CRASH, text
            now = (self._memory[Word.DONE], self._memory[Word.OPERATION])
            if now == progress and self._driver.waits():
                self._driver.end()
                return Status.HANG, f"no progress for {patience:.0f} seconds"
            progress = now
        return None

    def _note_end(self, ended: tuple[Status, str], start: int, result: BatchResult) -> None:
        """A case ended together with its process: note it, and go on after it."""
        memory = self._memory
        case = memory[Word.DONE]
        if not memory[Word.RUNNING]:
            # Between two cases: the one before it wrecked the driver.
            if case == memory[Word.FIRST]:
                raise WorkerError(f"the driver ends before it runs a case: {ended[1]}")
            case -= 1
        memory[Word.RUNNING] = 0
        self._note(case, ended, start, result)

    def _note(self, case: int, ended: tuple[Status, str], start: int, result: BatchResult) -> None:
        """Notes how a case of the round ended, with what it completed; the next one is due."""
        memory = self._memory
        result.abnormal.append(Abnormal(start + case, ended[0], memory[Word.OPERATION], ended[1]))
        for ends, used in (
            (Word.RESULT_ENDS, Word.RESULT_USED),
            (Word.LOG_ENDS, Word.LOG_USED),
        ):
            memory.write(ends, memory[used].to_bytes(8, "little"), 8 * case)
        memory[Word.DONE] = memory[Word.FIRST] = case + 1
