# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a command: its seconds, its seconds of CPU, and how many cores it used when."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.machine import ROOT
from benchmarks.result import NotRun

PYTHON = (sys.executable, "-c")
XASPLIT = (sys.executable, "-c", "from review.cli import run; run()")
"""The command line of this tree, as its entry point has it."""
_EVERY = 0.5
"""Seconds between two samples of the cores in use."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that came to its end: ``seconds`` by the clock, ``cpu`` of it and of all processes
    that it started and waited for; ``samples`` as a timeline has them."""

    status: int
    seconds: float
    cpu: float
    samples: tuple[tuple[float, float], ...]


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    look: Callable[[float], object] = lambda _: None,
    every: float = _EVERY,
    statuses: Sequence[int] = (0,),
) -> Ran:
    """Run a command in a folder; ``look`` is called with the seconds so far ``every`` so many
    seconds.  NotRun when it ends with another status than those named."""
    with tempfile.TemporaryFile("w+", dir=folder) as output:
        before, began = _children(), time.monotonic()
        samples: list[tuple[float, float]] = []
        last = used = 0.0
        process = _started(command, folder, environment, output, output)
        try:
            while not _ended(process, every):
                now = time.monotonic() - began
                look(now)
                if now - last >= _EVERY and (total := _tree(process.pid)) is not None:
                    samples.append((round(now, 2), max(0.0, total - used) / (now - last)))
                    last, used = now, total
            seconds = time.monotonic() - began
        finally:
            _end(process)
        output.seek(0)
        told = output.read()
    if process.returncode not in statuses:
        raise NotRun(_failed(command, process.returncode, told))
    return Ran(process.returncode, seconds, _children() - before, tuple(samples))


def until(
    command: Sequence[str],
    folder: Path,
    shown: str,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> float:
    """Seconds until a command shows a text on its terminal; it is ended then.  NotRun when it ends
    by itself, or does not show it for so many ``seconds``."""
    ours, its = os.openpty()
    began = time.monotonic()
    process = _started(
        command, folder, {"TERM": "xterm", "COLUMNS": "120", **(environment or {})}, its, its
    )
    os.close(its)
    told = ""
    try:
        while shown not in told:
            left = seconds - (time.monotonic() - began)
            if left <= 0 or not select.select([ours], [], [], left)[0]:
                raise NotRun(f"{_name(command)} did not show {shown!r} in {seconds:.0f} seconds")
            try:
                told += os.read(ours, 1 << 16).decode(errors="replace")
            except OSError:  # nobody has the other end any more
                raise NotRun(_failed(command, process.wait(), told)) from None
        return time.monotonic() - began
    finally:
        _end(process)
        os.close(ours)


def _started(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None,
    output: IO[str] | int,
    errors: IO[str] | int,
) -> subprocess.Popen[bytes]:
    given = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    return subprocess.Popen(
        command, cwd=folder, env=given, stdout=output, stderr=errors, start_new_session=True
    )


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a process ends within so many seconds, at which this returns."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its session, if it runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _name(command: Sequence[str]) -> str:
    return "xasplit " + " ".join(command[len(XASPLIT) : len(XASPLIT) + 3])


def _failed(command: Sequence[str], status: int, told: str) -> str:
    last = (told.strip().splitlines() or ["nothing"])[-1]
    return f"{_name(command)} ended with status {status}: {last}"


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(first: int) -> float | None:
    """Seconds of CPU of a process and of all that descend from it, those that ended and were waited
    for included; None where nothing tells."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(place.parent.name)
        parents[number], ticks[number] = int(fields[1]), sum(map(int, fields[11:15]))
    if first not in ticks:
        return None
    total = 0
    for number in ticks:
        above = number
        while above not in (0, first):
            above = parents.get(above, 0)
        total += ticks[number] if above == first else 0
    return total / os.sysconf("SC_CLK_TCK")
