# SPDX-License-Identifier: GPL-2.0-or-later
"""The driver's process: started when it is needed, and anew after the code under test ended it."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from models.driver.closing import Closing

_SANITIZER_EXIT = 99
_START_SECONDS = 60.0

_ENVIRONMENT = {
    "ASAN_OPTIONS": f"exitcode={_SANITIZER_EXIT}:detect_leaks=0:handle_segv=0:handle_sigbus=0"
    ":handle_sigfpe=0:handle_sigill=0:handle_abort=0:allocator_may_return_null=1",
    "UBSAN_OPTIONS": f"exitcode={_SANITIZER_EXIT}:print_stacktrace=0:halt_on_error=1",
}


class WorkerError(Exception):
    """The driver itself does not work: no finding about the code under test."""


class DriverProcess(Closing):
    """Runs one built driver on the shared memory of this descriptor; a context manager."""

    def __init__(self, executable: Path, descriptor: int) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._executable = executable
        self._descriptor = descriptor
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)

    def close(self) -> None:
        """Ends the process, which may leave by itself, and gives everything back."""
        process = self.process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1.0)
        self.end()
        self._errors.close()

    def go(self) -> None:
        """Tells the driver to go on, started if there is none; WorkerError when it does not
        start."""
        process = self.process
        if process is None or process.poll() is not None:
            self.end()
            process = self._start()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(b"r")

    def answers(self, seconds: float) -> bool:
        """Waits for the driver's byte; False when the time is over or the process has ended."""
        assert self.process is not None and self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return False
        if self.process.stdout.read(1):
            return True
        self.process.wait()
        return False

    def waits(self) -> bool:
        """Whether the process waits for something, which is not the processor: one that a busy
        machine does not let run does not wait."""
        assert self.process is not None
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return True
        return stat.rpartition(")")[2].split()[0] != "R"

    def ended(self) -> tuple[bool, str] | None:
        """Whether a sanitizer ended the process, and in one line what did; None: it runs."""
        if self.process is None or self.process.poll() is None:
            return None
        code, report = self.process.returncode, self._report()
        self.end()
        if code == _SANITIZER_EXIT:
            return True, _headline(report)
        return False, signal.Signals(-code).name if code < 0 else f"exit status {code}"

    def end(self) -> None:
        """Ends the process if there is one."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            self.process = subprocess.Popen(
                [str(self._executable), str(self._descriptor)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                pass_fds=[self._descriptor],
                env={**os.environ, **_ENVIRONMENT},
            )
        except OSError as error:
            raise WorkerError(f"cannot start {self._executable}: {error.strerror}") from None
        if not self.answers(_START_SECONDS):
            text = self._report().partition("\n")[0]
            self.end()
            raise WorkerError(f"the driver does not start: {text or 'it says nothing'}")
        return self.process

    def _report(self) -> str:
        """What the process wrote to its standard error, which is then empty again."""
        self._errors.seek(0)
        text = self._errors.read(1 << 16).decode(errors="replace")
        self._errors.seek(0)
        self._errors.truncate()
        return text


def _headline(report: str) -> str:
    """One line from a sanitizer's report: what it found, and where."""
    lines = [line.strip() for line in report.splitlines()]
    found = next((x for x in lines if "runtime error:" in x or "ERROR: " in x), "no report")
    found = re.sub(r"^=+\d+=+", "", found)
    frames = (x.partition(" in ")[2] for x in lines if x.startswith("#0 "))
    if "runtime error:" not in found and (frame := next(frames, "")):
        found = f"{found.partition(' on ')[0]} in {frame}"
    return re.sub(r"0x[0-9a-f]+", "0x...", found)
