# SPDX-License-Identifier: GPL-2.0-or-later
"""Talks to the explorer: a case, what its readers came to, and one execution replayed.

``PROTOCOL.md`` defines the lines.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from specs.readers import PROMISES, Memory

EXECUTIONS = 60_000
"""The most executions for each place where a reader starts."""

TIMEOUT = 60.0
"""Seconds that one case may take."""


class ExplorerError(Exception):
    """The explorer gave no usable answer; the message says why in one line."""


class Span(Enum):
    """What of the writer's run a reader overlaps."""

    BEFORE = "before"
    AFTER = "after"
    RACE = "race"


@dataclass(frozen=True, slots=True)
class Case:
    """One writer on one array: an entry of ``order`` at ``base``, to become of ``new_order``; its
    cursors are set to the index ``at``."""

    writer: str
    order: int
    new_order: int
    base: int
    at: int

    def __str__(self) -> str:
        return f"{self.writer} {self.order} {self.new_order} {self.base} {self.at}"


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise broken: in how many executions, and the one with the fewest switches.

    ``start`` is the index that the reader asks about or starts from.
    """

    promise: str
    executions: int
    start: int
    schedule: str
    switches: int
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One reader against one writer.

    ``bound`` is the number of choices other than the default that executions were limited to, None
    if there was no limit; ``complete`` whether all executions within it were covered.
    """

    case: Case
    memory: Memory
    reader: str
    span: Span
    starts: int
    executions: int
    merged: int
    pruned: int
    loads: int
    states: int
    bound: int | None
    complete: bool
    seconds: float
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of the explorer on a case gave.

    ``supported``: the code under test offers what the writer does; ``crash``: how it ended, or "".
    """

    results: tuple[Result, ...]
    supported: bool = True
    crash: str = ""


class Kind(Enum):
    """What an event is."""

    STORE = "w"
    START = "s"
    LOAD = "r"


@dataclass(frozen=True, slots=True)
class Event:
    """A step of a replayed execution: a store of the writer, the start of the reader, or a load.

    ``time`` numbers the stores from 1; for a load it is the store that it sees, 0 for none;
    ``newer``: how many stores to the same place follow that one.
    """

    kind: Kind
    time: int
    place: str = ""
    value: str = ""
    release: bool = False
    newer: int = 0


def _ask(executable: Path, line: str, timeout: float) -> list[list[str]]:
    try:
        done = subprocess.run(
            [executable],
            input=f"{line}\n",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [["crash", f"no answer within {timeout:.0f} s"]]
    rows = [row.split("\t") for row in done.stdout.splitlines()]
    for row in rows:
        if row[0] == "broken":
            raise ExplorerError(f"{line.split(' run')[0]}: {row[1]}")
    told = any(row[0] in ("done", "crash") for row in rows)
    if not told:
        rows.append(["crash", f"ended with status {done.returncode}"])
    return rows


def run(
    executable: Path,
    case: Case,
    memory: Memory,
    readers: tuple[str, ...],
    *,
    bound: int | None = None,
    executions: int = EXECUTIONS,
    timeout: float = TIMEOUT,
) -> Answer:
    """Explore ``readers`` against the case's writer.

    Readers that the build does not have are left out.  Raises ExplorerError when the explorer
    cannot follow the code.
    """
    most = -1 if bound is None else bound
    line = f"{case} {memory.value} run {most} {executions} {','.join(readers)}"
    results: list[Result] = []
    supported, crash = True, ""
    for kind, *row in _ask(executable, line, timeout):
        if kind == "result":
            name, span, starts, ran, merged, pruned, loads, states, complete, seconds = row
            bounded = bound if span == Span.RACE.value else None
            results.append(
                Result(case, memory, name, Span(span), int(starts), int(ran), int(merged),
                       int(pruned), int(loads), int(states), bounded, complete == "1",
                       float(seconds), ())
            )  # fmt: skip
        elif kind == "finding":
            results[-1] = _with_breach(results[-1], row)
        elif kind == "unsupported":
            supported = False
        elif kind == "crash":
            crash = row[0]
    return Answer(tuple(results), supported, crash)


def _with_breach(result: Result, row: list[str]) -> Result:
    promise, executions, start, schedule, switches, text = row
    breach = Breach(
        PROMISES[promise].name, int(executions), int(start), schedule, int(switches), text
    )
    fields = {name: getattr(result, name) for name in Result.__slots__}
    fields["breaches"] = (*result.breaches, breach)
    return Result(**fields)


def replay(
    executable: Path, case: Case, memory: Memory, reader: str, start: int, schedule: str
) -> tuple[list[Event], str]:
    """One execution by its schedule: its events in order, and the promise that it breaks or "".

    Raises ExplorerError when that is no execution of the reader.
    """
    line = f"{case} {memory.value} replay {reader} {start} {schedule}"
    events, broken = [], ""
    for kind, *row in _ask(executable, line, TIMEOUT):
        if kind == "w":
            release = row[1] == "release"
            events.append(Event(Kind.STORE, int(row[0]), row[2], row[3], release=release))
        elif kind == "s":
            events.append(Event(Kind.START, int(row[0])))
        elif kind == "r":
            events.append(Event(Kind.LOAD, int(row[0]), row[2], row[3], newer=int(row[1])))
        elif kind == "finding":
            broken = row[0]
        elif kind in ("missing", "crash", "unsupported"):
            raise ExplorerError(f"{case}: not an execution of {reader}: {schedule}")
    return events, broken


def litmus(executable: Path) -> list[tuple[str, Memory, str, str]]:
    """The shapes with known answers: name, memory, expected and found ("seen" or "never")."""
    return [
        (row[0], Memory(row[1]), row[2], row[3])
        for kind, *row in _ask(executable, "litmus", TIMEOUT)
        if kind == "litmus"
    ]
