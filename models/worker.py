# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker: runs batches of cases in a process of its own, which the code under test may wreck.

A crash, a hang or a sanitizer report ends that process and one case; the worker notes it, starts
another process and goes on with the next case.  ``models/driver/PROTOCOL.md`` describes the memory
and the messages that both sides share.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import tempfile
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate
from pathlib import Path
from typing import IO

from models.closing import Closing
from models.shared_memory import FINDING, LARGEST, MOST_CASES, SharedMemory, Word

_SANITIZER_EXIT = 99
_PATIENCE = 20.0
"""Seconds without any progress, on top of what a case may take, after which a process is ended:
for code that blocks without using CPU time, which the driver's own timer does not see."""

_ENVIRONMENT = {
    "ASAN_OPTIONS": f"exitcode={_SANITIZER_EXIT}:detect_leaks=0:handle_segv=0:handle_sigbus=0"
    ":handle_sigfpe=0:handle_sigill=0:handle_abort=0:allocator_may_return_null=1",
    "UBSAN_OPTIONS": f"exitcode={_SANITIZER_EXIT}:print_stacktrace=0:halt_on_error=1",
}


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


class WorkerError(Exception):
    """The driver itself does not work: no finding about the code under test."""


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
        self.executable = executable
        self.hang_seconds = hang_seconds
        self._memory = SharedMemory()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        self._process: subprocess.Popen[bytes] | None = None
        self._ends_left: int | None = None

    def close(self) -> None:
        """Ends the process, which may leave by itself, and gives everything back; the worker cannot
        be used any more."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1.0)
        self._end()
        self._errors.close()
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
            self._end()
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
        for word in (Word.FIRST, Word.DONE, Word.RUNNING, Word.FULL):
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
            text = f"its results take more than {LARGEST >> 30} GiB"
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
        process = self._process
        if process is None or process.poll() is not None:
            self._end()
            process = self._start()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(b"r")
        progress = None
        while not self._answer(process, self.hang_seconds + _PATIENCE):
            if process.poll() is not None:
                return self._why(process)
            now = (self._memory[Word.DONE], self._memory[Word.OPERATION])
            if now == progress:
                self._end()
                return Status.HANG, f"no progress for {self.hang_seconds + _PATIENCE:.0f} seconds"
            progress = now
        return None

    def _answer(self, process: subprocess.Popen[bytes], seconds: float) -> bool:
        """Waits for the driver's byte; False when the time is over or the process has ended."""
        assert process.stdout is not None
        if not select.select([process.stdout], [], [], seconds)[0]:
            return False
        if process.stdout.read(1):
            return True
        process.wait()
        return False

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(
                [str(self.executable), str(self._memory.descriptor)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                pass_fds=[self._memory.descriptor],
                env={**os.environ, **_ENVIRONMENT},
            )
        except OSError as error:
            raise WorkerError(f"cannot start {self.executable}: {error.strerror}") from None
        self._process = process
        if not self._answer(process, 60.0):
            text = self._report().partition("\n")[0]
            self._end()
            raise WorkerError(f"the driver does not start: {text or 'it says nothing'}")
        return process

    def _why(self, process: subprocess.Popen[bytes]) -> tuple[Status, str]:
        """Why the process ended by itself."""
        code, report = process.returncode, self._report()
        self._end()
        if code == _SANITIZER_EXIT:
            return Status.SANITIZER, _headline(report)
        if code < 0:
            return Status.CRASH, signal.Signals(-code).name
        return Status.CRASH, f"exit status {code}"

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

    def _report(self) -> str:
        """What the process wrote to its standard error, which is then empty again."""
        self._errors.seek(0)
        text = self._errors.read(1 << 16).decode(errors="replace")
        self._errors.seek(0)
        self._errors.truncate()
        return text

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _headline(report: str) -> str:
    """One line from a sanitizer's report: what it found, and where."""
    lines = [line.strip() for line in report.splitlines()]
    found = next((x for x in lines if "runtime error:" in x or "ERROR: " in x), "no report")
    found = re.sub(r"^=+\d+=+", "", found)
    frames = (x.partition(" in ")[2] for x in lines if x.startswith("#0 "))
    if "runtime error:" not in found and (frame := next(frames, "")):
        found = f"{found.partition(' on ')[0]} in {frame}"
    return re.sub(r"0x[0-9a-f]+", "0x...", found)
