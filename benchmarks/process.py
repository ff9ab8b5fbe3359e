# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a command: its seconds, its seconds of CPU, and how many cores it used when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import ROOT
from benchmarks.result import NotRun

PYTHON = (sys.executable, "-c")
XASPLIT = (sys.executable, "-c", "from review.cli import run; run()")
"""The command line of this tree, as its entry point has it."""
_EVERY = 0.25
"""Seconds between two samples of the cores in use."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that came to its end: ``began`` by ``time.time()``, ``seconds`` by the clock,
    ``cpu`` of it and of all processes that it started and waited for; ``samples`` as a timeline
    has them."""

    status: int
    began: float
    seconds: float
    cpu: float
    samples: tuple[tuple[float, float], ...]
    output: str


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    look: Callable[[float], bool] = lambda _: False,
    every: float = _EVERY,
    statuses: Sequence[int] = (0,),
) -> Ran:
    """Run a command in a folder.  ``look`` is called with the seconds so far ``every`` so many
    seconds, and ends it by Ctrl-C when it says so; the status does not count then.

    NotRun when it ends with another status than those named.
    """
    given = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    with tempfile.TemporaryFile("w+", dir=folder) as output:
        before, began, wall = _children(), time.monotonic(), time.time()
        samples, last, used = [], 0.0, 0.0
        ended = False
        process = subprocess.Popen(
            command, cwd=folder, env=given, stdout=output, stderr=output, start_new_session=True
        )
        try:
            while process.poll() is None:
                now = time.monotonic() - began
                if now - last >= _EVERY and (total := _tree(process.pid)) is not None:
                    samples.append((round(now, 2), max(0.0, total - used) / (now - last)))
                    last, used = now, total
                if not ended and look(now):
                    process.send_signal(signal.SIGINT)
                    ended = True
                time.sleep(every if now > 2 * every else 0.002)
            seconds = time.monotonic() - began
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
        output.seek(0)
        told = output.read()
    if not ended and process.returncode not in statuses:
        last_line = (told.strip().splitlines() or ["nothing"])[-1]
        named = " ".join(command[len(XASPLIT) :][:4]) or command[-1]
        raise NotRun(f"{named!r} ended with status {process.returncode}: {last_line}")
    return Ran(process.returncode, wall, seconds, _children() - before, tuple(samples), told)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


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
