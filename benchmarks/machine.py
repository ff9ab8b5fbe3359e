# SPDX-License-Identifier: GPL-2.0-or-later
"""Where it is measured."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.result import Machine
from models.subject.build import BuildError, compiler, compiler_version

ROOT = Path(__file__).resolve().parents[1]
_TURNS = 10_000_000


def load() -> float:
    """The load average over the last minute."""
    return round(os.getloadavg()[0], 2)


def plain() -> float:
    """Seconds of CPU that a plain loop of Python takes here and now."""
    began = time.process_time()
    total = 0
    for number in range(_TURNS):
        total += number & 1
    return round(time.process_time() - began, 3)


def machine(load_before: float, plain_before: float) -> Machine:
    """This one, now."""
    return Machine(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        _processor(),
        platform.machine(),
        len(os.sched_getaffinity(0)),
        load_before,
        load(),
        platform.python_version(),
        _compiler(),
        plain_before,
        plain(),
    )


def commit() -> str:
    """The commit that is measured; what is not committed is told."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (" and changes" * bool(changed))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or "an unknown processor"


def _compiler() -> str:
    try:
        return compiler_version(compiler())
    except BuildError as error:
        return str(error)
