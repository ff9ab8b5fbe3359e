# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker: runs batches of cases in a process of its own, which the code under test may wreck.

A crash, a hang or a sanitizer report ends that process and one case; the worker notes it, starts
another process and goes on with the next case.  ``models/driver/PROTOCOL.md`` describes the memory
and the messages that both sides share.
"""

from __future__ import annotations

import struct
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
    operations that it completed.  ``times[i]`` is how many cases in a row were answered like it: 1,
    unless groups were run.
    """

    results: bytes = b""
    ends: array[int] = field(default_factory=lambda: array("Q"))
    log: bytes = b""
    log_ends: array[int] = field(default_factory=lambda: array("Q"))
    times: array[int] = field(default_factory=lambda: array("Q"))
    abnormal: list[Abnormal] = field(default_factory=list)

    def case(self, number: int) -> memoryview:
        """The result bytes of a case."""
        return _piece(self.results, self.ends, number)

    def case_log(self, number: int) -> memoryview:
        """The log bytes of a case."""
        return _piece(self.log, self.log_ends, number)


def _piece(data: bytes, ends: array[int], number: int) -> memoryview:
    return memoryview(data)[ends[number - 1] if number else 0 : ends[number]]


INDEX_AT_START, FLAGS_OF_START = 1 << 30, 1 << 31
"""Bits that the flags of a group's operations may bear: a start's offset belongs into the index,
its flags to the flags."""
_GROUP = struct.Struct("<II")
_ONE_START = bytes(16)
_RECORD_BYTES = 32


def group(operations: bytes, starts: int, places: bytes = _ONE_START) -> bytes:
    """A group of cases as the driver reads it: the records of the operations, of which those that
    bear ``INDEX_AT_START`` and ``FLAGS_OF_START`` differ from start to start, and for each of the
    ``starts``, at most ``MOST_FINDINGS``, its offset and its flags, 64 bits each.

    ValueError for operations that are not whole records.
    """
    records, rest = divmod(len(operations), _RECORD_BYTES)
    if rest:
        raise ValueError("a case is not made of whole records of 32 bytes")
    return _GROUP.pack(records, starts) + operations + places


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
        return self._run([(group(case, 1), 1) for case in cases], log, most_ends)

    def run_groups(self, groups: Sequence[tuple[bytes, int]], *, log: bool = False) -> BatchResult:
        """Runs the cases of the groups, each made by ``group`` and with the number of its starts,
        up to the first case that hangs or ends the process: ``result.abnormal`` then ends with it.

        ``result.times`` has how many cases in a row had each answer: of a group all of whose cases
        answer alike, log included, only the first is told.  Raises as ``run``.
        """
        return self._run(groups, log, 1)

    def _run(
        self, groups: Sequence[tuple[bytes, int]], log: bool, most_ends: int | None
    ) -> BatchResult:
        result = BatchResult()
        pieces: list[tuple[bytes, bytes]] = []
        self._ends_left = most_ends
        try:
            start = 0
            while start < len(groups) and self._ends_left != 0:
                start += self._round(groups, start, log, result)
                pieces.append(self._collect(result))
        except BaseException:
            self._driver.end()
            raise
        result.results = b"".join(results for results, _ in pieces)
        result.log = b"".join(log for _, log in pieces)
        result.abnormal.sort(key=lambda abnormal: abnormal.case)
        return result

    def _round(
        self, groups: Sequence[tuple[bytes, int]], first: int, log: bool, result: BatchResult
    ) -> int:
        """Runs as many groups from ``first`` on as there is room for; returns how many."""
        memory = self._memory
        last, cases = first, 0
        while last < len(groups) and cases + groups[last][1] <= MOST_CASES:
            cases += groups[last][1]
            last += 1
        records = [record for record, _ in groups[first:last]]
        ends = array("Q", accumulate(map(len, records)))
        data = b"".join(records)
        if len(data) > memory.input:
            memory.grow_input(len(data))
        memory.write(Word.GROUP_ENDS, ends.tobytes())
        memory.write(Word.INPUT, data)
        memory[Word.GROUPS] = len(ends)
        memory[Word.LOGGING] = log
        memory[Word.HANG_MICROSECONDS] = int(self.hang_seconds * 1e6)
        for word in (Word.FIRST, Word.DONE, Word.ANSWERS, Word.RUNNING, Word.FULL, Word.HUNG):
            memory[word] = 0
        for word in (Word.RESULT_USED, Word.LOG_USED, Word.FINDINGS_USED):
            memory[word] = 0
        while memory[Word.DONE] < len(ends):
            answers = memory[Word.ANSWERS]
            ended = self._drive()
            if ended is not None:
                self._note_end(ended, answers, result)
                if self._ends_left is not None:
                    self._ends_left -= 1
                    if not self._ends_left:
                        break
            elif memory[Word.FULL]:
                break
        if memory[Word.DONE] == 0 and not memory.grow_output():
            text = f"its results take more than {memory.largest >> 20:,} MiB"
            self._note((Status.UNSUPPORTED, text), result)
        return memory[Word.DONE]

    def _collect(self, result: BatchResult) -> tuple[bytes, bytes]:
        """Takes over what a round answered; returns its results and its log."""
        memory = self._memory
        told, before = memory[Word.ANSWERS], len(result.ends)
        for word, ends in (
            (Word.RESULT_ENDS, result.ends),
            (Word.LOG_ENDS, result.log_ends),
        ):
            fresh = array("Q", memory.read(word, 8 * told))
            start = ends[-1] if ends else 0
            ends.extend(array("Q", (start + end for end in fresh)) if start else fresh)
        result.times.extend(array("Q", memory.read(Word.TIMES, 8 * told)))
        found = memory.read(Word.FINDINGS, FINDING.size * memory[Word.FINDINGS_USED])
        for case, status, operation, text in FINDING.iter_unpack(found):
            line = text.partition(b"\0")[0].decode(errors="replace")
            result.abnormal.append(Abnormal(before + case, Status(status), operation, line))
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

    def _note_end(self, ended: tuple[Status, str], before: int, result: BatchResult) -> None:
        """A case ended together with its process, which began when there were ``before`` answers:
        note it, and go on after it."""
        memory = self._memory
        if not memory[Word.RUNNING]:
            # Between two cases: the one before it wrecked the driver.
            if memory[Word.ANSWERS] == before:
                raise WorkerError(f"the driver ends before it runs a case: {ended[1]}")
            memory[Word.DONE] -= 1
            memory[Word.ANSWERS] -= 1
        memory[Word.RUNNING] = 0
        self._note(ended, result)

    def _note(self, ended: tuple[Status, str], result: BatchResult) -> None:
        """Notes how a case of the round ended, with what it completed; the next group is due."""
        memory = self._memory
        case = memory[Word.ANSWERS]
        told = len(result.ends) + case
        result.abnormal.append(Abnormal(told, ended[0], memory[Word.OPERATION], ended[1]))
        for ends, used in (
            (Word.RESULT_ENDS, Word.RESULT_USED),
            (Word.LOG_ENDS, Word.LOG_USED),
        ):
            memory.write(ends, memory[used].to_bytes(8, "little"), 8 * case)
        memory.write(Word.TIMES, (1).to_bytes(8, "little"), 8 * case)
        memory[Word.ANSWERS] = case + 1
        memory[Word.DONE] = memory[Word.FIRST] = memory[Word.DONE] + 1
