# SPDX-License-Identifier: GPL-2.0-or-later
"""The model checker CBMC: where it is, what it is asked, and what its answer means.

Only two exit statuses are verdicts: 0, all holds, and 10, something fails.  After all others, such
as 6 when memory ran out, its output may still say that nothing failed; that is not believed.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

OLDEST = 6
"""The first version whose usual checks are the ones that are meant here."""
OPTIONS = (
    "--unwinding-assertions",
    "--memory-leak-check",
    "--drop-unused-functions",
    "--slice-formula",
)
"""Beside its usual checks: bounds, pointers, division, signed overflow, shifts."""
HOLDS, FAILS, NO_MEMORY = 0, 10, 6
_CLOCK = 10
"""How much longer a run may take by the clock, on a machine that does other things besides."""
_LATE = (-signal.SIGXCPU, -signal.SIGKILL)
"""How a process ends whose CPU time is over."""
_UNWINDING = re.compile(r"(.+)\.(?:unwind\.(\d+)|recursion)")
_INPUT = re.compile(r"in_(\w+)")


class MissingError(Exception):
    """There is no CBMC that can be used; the message is one line."""


@dataclass(frozen=True, slots=True)
class Program:
    """CBMC, and the version that it says it is."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A property that fails: ``name`` is one of ``specs/``, or ``no-undefined``; ``key`` is CBMC's
    own name for it, ``text`` what it says, ``place`` file, line and function."""

    name: str
    key: str
    text: str
    place: str

    @property
    def loop(self) -> str:
        """The loop or recursive function to be unwound further, "" if it is about none."""
        found = _UNWINDING.fullmatch(self.key)
        return (found[1] + (f".{found[2]}" if found[2] else "")) if found else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run came to: its exit status, None when it was ended for its time; seconds of wall
    and CPU time, bytes of memory; how many properties were checked, which fail, and the inputs by
    which they do, if a trace was asked for; ``said`` is the last that it said when it is no
    verdict."""

    status: int | None
    seconds: float
    cpu: float
    memory: int
    checked: int = 0
    failures: tuple[Failure, ...] = ()
    inputs: Mapping[str, int] | None = None
    said: str = ""


def find() -> Program:
    """What ``$CBMC`` names, or the ``cbmc`` on PATH.  MissingError if there is none of version
    6."""
    named = os.environ.get("CBMC", "")
    path = shutil.which(named or "cbmc")
    if path is None:
        raise MissingError(
            f"CBMC names no program: {named}"
            if named
            else "cbmc is not installed: install version 6 or later, or name one with CBMC"
        )
    version = _version(path)
    if not version:
        raise MissingError(f"{path} does not work as cbmc")
    if int(version.partition(".")[0]) < OLDEST:
        raise MissingError(f"{path} is cbmc {version}: {OLDEST} or later is needed")
    return Program(path, version)


@cache
def _version(path: str) -> str:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    found = re.match(r"(\d+)(\.\d+)*", done.stdout)
    return found[0] if found and done.returncode == 0 else ""


class Running:
    """The processes that run now, so that all can be ended at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self.stopped = False

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """A process that was started."""
        with self._lock:
            self._processes.add(process)
            if self.stopped:
                _end(process)

    def drop(self, process: subprocess.Popen[bytes]) -> None:
        """One that has ended."""
        with self._lock:
            self._processes.discard(process)

    def stop(self) -> None:
        """End them, and all that are started after."""
        with self._lock:
            self.stopped = True
            for process in self._processes:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """A process and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def ask(
    program: Program,
    texts: Sequence[tuple[str, bytes]],
    options: Sequence[str],
    seconds: float,
    memory: int,
    running: Running,
) -> Answer:
    """One run on preprocessed C files, each a name and its text, with these ``options``.

    It may take ``seconds`` of CPU time, ten times as much by the clock, and ``memory`` bytes of
    address space.
    """
    with tempfile.TemporaryDirectory(prefix="xasplit-cbmc-") as folder:
        names = []
        for number, (name, text) in enumerate(texts):
            path = Path(folder) / f"{number}-{Path(name).stem}.i"
            path.write_bytes(text)
            names.append(path.name)
        limits = f"ulimit -v {memory // 1024} && ulimit -t {math.ceil(seconds)}"
        command = [
            "sh",
            "-c",
            f'{limits} && exec "$@"',
            "sh",
            program.path,
            "--json-ui",
            *options,
            *names,
        ]
        began = time.monotonic()
        output = Path(folder) / "output"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            running.add(process)
            status, cpu, used = _wait(process, seconds * _CLOCK)
            running.drop(process)
        took = time.monotonic() - began
        return _read(status, took, cpu, used, output.read_bytes())


def _wait(process: subprocess.Popen[bytes], seconds: float) -> tuple[int | None, float, int]:
    """The exit status, None where it was ended for its time, seconds of CPU and bytes of memory."""
    deadline = time.monotonic() + seconds
    late = False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if not late and time.monotonic() >= deadline:
            late = True
            _end(process)
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (
        None if late or process.returncode in _LATE else process.returncode,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024,
    )


def _read(status: int | None, seconds: float, cpu: float, memory: int, output: bytes) -> Answer:
    answer = Answer(status, seconds, cpu, memory)
    try:
        messages = json.loads(output)
        results = [one for message in messages for one in message.get("result", ())]
    except (ValueError, AttributeError, TypeError):
        said = output.decode(errors="replace").strip().splitlines()
        return Answer(status, seconds, cpu, memory, said=said[-1][:200] if said else "")
    if status not in (HOLDS, FAILS):
        told = [str(one["messageText"]) for one in messages if one.get("messageType") == "ERROR"]
        return Answer(status, seconds, cpu, memory, said=told[-1][:200] if told else "")
    failed = [one for one in results if one["status"] == "FAILURE"]
    traces = [one["trace"] for one in failed if "trace" in one]
    return Answer(
        answer.status,
        seconds,
        cpu,
        memory,
        len(results),
        tuple(_failure(one) for one in failed),
        _inputs(traces[0]) if traces else None,
    )


def _failure(result: Mapping[str, object]) -> Failure:
    key, text = str(result["property"]), str(result["description"])
    where = result.get("sourceLocation")
    place = ""
    if isinstance(where, dict):
        file = Path(str(where.get("file", ""))).name
        place = f"{file}:{where.get('line', '?')} in {where.get('function', '?')}"
    ours = re.search(r"\.assertion\.\d+$", key) is not None
    name = text if ours else "ends" if _UNWINDING.fullmatch(key) else "no-undefined"
    return Failure(name, key, "" if ours else text, place)


def _inputs(trace: Sequence[Mapping[str, object]]) -> dict[str, int]:
    """The inputs of a harness that a trace assigns, by name."""
    found: dict[str, int] = {}
    for step in trace:
        match = _INPUT.fullmatch(str(step.get("lhs", "")))
        value = step.get("value")
        if step.get("stepType") == "assignment" and match and isinstance(value, dict):
            bits = str(value.get("binary", ""))
            if re.fullmatch("[01]+", bits):
                found[match[1]] = int(bits, 2)
    return found
