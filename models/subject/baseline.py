# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a kernel's own test, ``lib/test_xarray.c``, in user space, in a process of its own."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.kernel import cache
from models.kernel.configuration import USUAL, Configuration
from models.kernel.headers import STAND_INS
from models.kernel.source import Source
from models.subject.build import (
    FLAGS,
    SANITIZE,
    check_buildable,
    compile_source,
    compiled,
    compiler,
    compiler_version,
    preprocessing,
    stand_ins,
)

TEST = "lib/test_xarray.c"
SECONDS = 300.0
"""How long a run may take."""

_HOST = STAND_INS.with_name("host.c")
_HIT = re.compile(r"BUG at (\w+:\d+)")
TOTAL = re.compile(r"XArray: (\d+) of (\d+) tests passed")
"""How many checks passed, of how many: what a kernel's tests of the XArray print at their end."""
_SANITIZER = re.compile(r".*(runtime error: .*|AddressSanitizer: .*)")
_SEEN = re.compile(r"(WARNING|UNPROTECTED|ASSERTION|STOPPED) (.*)")


class NoTest(Exception):
    """The kernel came without its test; the message is one line."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """How a run of a kernel's own test went.

    ``run`` and ``passed`` count its checks, as it prints them at its end, None when it did not come
    to it.  ``failures`` counts the checks that failed, by function and line, in the order in which
    they first did; ``warnings`` the warnings of the code under test by place.  ``ended`` says what
    ended the run before its end, "" if nothing did.
    """

    name: str
    chunk_shift: int
    configuration: Configuration
    run: int | None
    passed: int | None
    failures: Mapping[str, int]
    warnings: Mapping[str, int]
    ended: str
    seconds: float
    sanitized: bool = False
    undefined: str = ""
    """What a sanitizer said first, "" if it said nothing or there was none."""

    @property
    def holds(self) -> bool:
        """Whether every check passed, and nothing was said against how."""
        broken = self.failures or self.ended or self.undefined
        return not broken and self.run is not None


@dataclass
class _Output:
    """What has been read of a run's output."""

    totals: tuple[int, int] | None = None
    failures: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    stopped: str = ""
    undefined: str = ""

    def take(self, line: str) -> None:
        if hit := _HIT.match(line):
            self.failures[hit[1]] += 1
        elif total := TOTAL.match(line):
            self.totals = int(total[2]), int(total[1])
        elif said := _SANITIZER.match(line):
            self.undefined = self.undefined or said[1]
        elif seen := _SEEN.match(line):
            if seen[1] in ("WARNING", "UNPROTECTED"):
                self.warnings[seen[2]] += 1
            else:
                assertion = "an assertion fails: " if seen[1] == "ASSERTION" else ""
                self.stopped = assertion + seen[2]


def run_test(
    source: Source,
    shift: int = 6,
    *,
    configuration: Configuration = USUAL,
    sanitize: bool = False,
    seconds: float = SECONDS,
) -> Baseline:
    """Build and run the test of ``source`` at chunk shift ``shift`` (1..6).

    Without the assertions of the library a wrong tree shows only in the test's own checks, as in a
    usual kernel.  ``sanitize`` adds the address and undefined-behaviour sanitizers.  Raises NoTest,
    or BuildError when library or test does not compile.
    """
    if not source.has_kernel_test:
        raise NoTest(f"{source.name} came without {TEST}")
    # Without assertions in its own file the test counts what fails, and goes on; it then defines a
    # dump function, which the library has too when it is built with assertions.
    flags = ("-D__KERNEL__", "-Dxa_dump=test_xa_dump")
    how = configuration
    executable = build_test(source, shift, TEST, flags, configuration=how, sanitize=sanitize)
    return run_program(
        executable, source, shift, configuration=how, sanitized=sanitize, seconds=seconds
    )


def build_test(
    source: Source,
    shift: int,
    test: str,
    test_flags: Sequence[str],
    *,
    configuration: Configuration = USUAL,
    sanitize: bool = False,
) -> Path:
    """The program that runs ``test``, a C file (its path, or its path in the tree), on ``source``.

    ``test_flags`` are for that file only.  BuildError when it does not compile.
    """
    command = compiler()
    check_buildable(configuration, command)
    how = (*FLAGS, *(SANITIZE if sanitize else ()), *configuration.flags)
    flags = (*how, *preprocessing(source, shift))
    debug = ["XA_DEBUG=1"] if configuration.debug else []
    asked = (command, compiler_version(command), flags, test, tuple(test_flags), debug)
    digest = hashlib.sha256(repr((asked, sorted(source.sha256.items()))).encode())
    for path in (_HOST, source.directory / test):
        digest.update(f"{path.name} ".encode() + path.read_bytes())
    digest.update(stand_ins())

    def fill(folder: Path) -> None:
        seen = preprocessing(source, shift, *debug)
        library = [
            compiled(source, command, (*how, "-w"), seen, unit)
            for unit in (*source.units, str(_HOST))
        ]
        tested = compiled(
            source, command, (*how, "-w"), [*preprocessing(source, shift), *test_flags], test
        )
        compile_source(source, [*command, *how, *library, tested, "-o", str(folder / "test")])

    return cache.entry("tests", digest.hexdigest(), fill) / "test"


def run_program(
    executable: Path,
    source: Source,
    shift: int,
    *,
    configuration: Configuration = USUAL,
    sanitized: bool = False,
    seconds: float = SECONDS,
    environment: Mapping[str, str] | None = None,
) -> Baseline:
    """Run a built test and read what it prints; it is ended when it takes longer than ``seconds``.

    ``environment`` is added to this program's own.  Whatever the code under test does, this
    returns.
    """
    started = time.monotonic()
    output = _Output()
    late = threading.Event()
    with subprocess.Popen(
        [str(executable)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        # What sanitizers say comes among the rest.
        stderr=subprocess.STDOUT if sanitized else subprocess.DEVNULL,
        text=True,
        errors="replace",
        env={**os.environ, **(environment or {})},
    ) as process:

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            assert process.stdout is not None
            while line := process.stdout.readline(4096):
                output.take(line)
            process.wait()
        finally:
            timer.cancel()
            process.kill()
    ended = output.stopped
    if late.is_set():
        ended = f"it did not end within {seconds:.0f} seconds"
    elif process.returncode < 0 and not output.totals:
        ended = f"it crashed: {signal.Signals(-process.returncode).name}"
    elif not output.totals and not ended:
        ended = f"it ended with status {process.returncode} and said no result"
    run, passed = output.totals or (None, None)
    return Baseline(
        f"Linux {source.version} ({source.name})" if source.version else source.name,
        shift,
        configuration,
        run,
        passed,
        dict(output.failures),
        dict(output.warnings),
        ended,
        time.monotonic() - started,
        sanitized,
        output.undefined,
    )
