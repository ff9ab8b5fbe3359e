# SPDX-License-Identifier: GPL-2.0-or-later
"""Talks to the explorer: a case, what its readers came to, and one execution replayed.

``PROTOCOL.md`` defines the lines.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from models.readers import races
from models.readers.judge import Judge, known
from models.readers.races import SeenRace
from specs.readers import PROMISES, Memory

EXECUTIONS = 60_000
"""The most executions for each place where a reader starts."""

TIMEOUT = 60.0
"""Seconds that one case may take."""

FINGERPRINT_BITS = 64
"""Of the fingerprints that states are told apart by."""


class ExplorerError(Exception):
    """The explorer gave no usable answer; the message says why in one line."""


class Span(Enum):
    """What of the writer's run a reader overlaps."""

    BEFORE = "before"
    AFTER = "after"
    RACE = "race"


class Merging(Enum):
    """Whether executions are cut where they reach a state that was met before."""

    NOTHING = "nothing"
    FINGERPRINTS = "fingerprints"
    """States are told apart by fingerprints: two that share one are taken for the same."""
    CHECKED = "checked"
    """States are kept whole; those that share a fingerprint with another are counted."""


class Trouble(Enum):
    """Why readers of a case were not explored."""

    HANG = "hangs"
    CRASH = "crashes"
    TIME = "does not end in the time given to it"
    UNFOLLOWED = "does what the explorer cannot follow"
    GIVEN_UP = "was not run any more"


@dataclass(frozen=True, slots=True)
class Problem:
    """What ended a run of the explorer early; ``reader`` is the one that ran, "" for the writer."""

    trouble: Trouble
    reader: str
    text: str


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

    ``start`` is the index that the reader asks about or starts from.  ``pair`` tells a data race
    from another one, and is "" for other promises.
    """

    promise: str
    executions: int
    start: int
    schedule: str
    switches: int
    text: str
    pair: str = ""

    @property
    def kind(self) -> str:
        """What it is known by in another version of the code."""
        return f"{self.promise} {self.pair}".rstrip()


@dataclass(frozen=True, slots=True)
class Result:
    """One reader against one writer.

    ``bound`` is the number of choices other than the default that executions were limited to, None
    if there was no limit; ``complete`` whether all executions within it were covered.  ``chance``
    is the probability that two states shared a fingerprint, which would have left out executions;
    ``collisions`` are those that did, where it was looked at.  ``answers`` are the different things
    that the reader saw, ``digest`` a hash of all of them.
    ``races`` are data races, known ones too; those that are not known are breaches as well.
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
    chance: float
    collisions: int
    answers: int
    digest: str
    breaches: tuple[Breach, ...] = ()
    races: tuple[SeenRace, ...] = ()

    def __reduce__(self) -> tuple[type[Result], tuple[object, ...]]:
        """As it is made: a report that is kept has tens of thousands, and the usual way looks the
        names of the fields up for each."""
        return Result, tuple(getattr(self, name) for name in self.__match_args__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of the explorer on a case gave.

    ``supported``: the code under test offers what the writer does; ``problem``: what ended it
    early.  ``results`` are those of the readers before.
    """

    results: tuple[Result, ...]
    supported: bool = True
    problem: Problem | None = None


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


def _ask(executable: Path, memory: Memory, line: str, timeout: float) -> list[list[str]]:
    """The rows that answer a line; the last of them says how it ended: ``done``, ``hang``,
    ``crash``, ``time`` or ``broken``.  What readers saw is judged meanwhile."""
    with subprocess.Popen(
        [executable],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(timeout, end)
        timer.start()
        rows: list[list[str]] = []
        try:
            for row in _told(process, executable, memory, line):
                rows.append(row)
        except BrokenPipeError:
            pass  # it ended, and that is told below
        except (ValueError, KeyError, TypeError) as error:
            process.kill()
            rows.append(["broken", f"it asks what means nothing: {error}"])
        finally:
            timer.cancel()
    if late.is_set():
        return [*rows, ["time", f"no answer within {timeout:.0f} s"]]
    if not rows or rows[-1][0] not in ("done", "hang", "crash", "broken"):
        rows.append(["crash", _ending(process.returncode)])
    return rows


def _told(
    process: subprocess.Popen[bytes], executable: Path, memory: Memory, line: str
) -> Iterator[list[str]]:
    """The rows that are whole and no questions; those are answered."""
    assert process.stdin is not None and process.stdout is not None
    facts: list[list[str]] = []
    judge: Judge | None = None
    answers = process.stdin.fileno()
    os.write(answers, f"{line}\n".encode())
    for output in process.stdout:
        row = output.decode(errors="replace").removesuffix("\n").split("\t")
        if row[0] == "ask":
            if judge is None:
                judge = Judge(memory, facts, known(executable, tuple(map(tuple, facts))))
            os.write(answers, judge.answer(*row[1:]).encode())
        elif row[0] == "fact":
            facts.append(row[1:])
        elif output.endswith(b"\n"):
            yield row
            if row[0] == "done":
                process.stdin.close()


def _ending(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"ended by signal {-status}"


def run(
    executable: Path,
    case: Case,
    memory: Memory,
    readers: tuple[str, ...],
    *,
    bound: int | None = None,
    executions: int = EXECUTIONS,
    timeout: float = TIMEOUT,
    merging: Merging = Merging.FINGERPRINTS,
    bits: int = FINGERPRINT_BITS,
) -> Answer:
    """Explore ``readers`` against the case's writer; with none of them, let the writer run.

    Readers that the build does not have are left out.  ``bits`` are those of a fingerprint, 1..64:
    fewer make it miss executions.
    """
    most = -1 if bound is None else bound
    how = f"run {most} {executions} {merging.value} {bits}"
    rows = _ask(executable, memory, f"{case} {memory.value} {how} {','.join(readers)}", timeout)
    results: list[Result] = []
    racing: list[list[list[str]]] = []
    supported, written = True, False
    for kind, *row in rows:
        if kind == "result":
            results.append(_result(case, memory, bound, row))
            racing.append([])
        elif kind == "finding":
            results[-1] = _with_breach(results[-1], row)
        elif kind == "data-race":
            racing[-1].append(row)
        elif kind == "unsupported":
            supported = False
        elif kind == "stores":
            written = True
    results = [
        _with_races(result, races.seen(executable, some)) if some else result
        for result, some in zip(results, racing, strict=True)
    ]
    raced = {one.reader for one in results if one.span is Span.RACE}
    done = raced | {row[0] for kind, *row in rows if kind == "missing"}
    problem = _problem(rows, [one for one in readers if one not in done] if written else [])
    if problem is not None:
        # What was told of the reader that ran is not the whole of it.
        results = [one for one in results if one.reader in raced]
    return Answer(tuple(results), supported, problem)


def _problem(rows: list[list[str]], left: list[str]) -> Problem | None:
    """What ended a run, if the first of the readers ``left`` was running; the writer if there is
    none."""
    kind, *row = rows[-1]
    if kind == "done":
        return None
    running = left[0] if left else ""
    if kind == "hang":
        who, name, start = row
        where = f"from {start}" if who == "reader" else ""
        return Problem(Trouble.HANG, name, where)
    troubles = {"crash": Trouble.CRASH, "time": Trouble.TIME, "broken": Trouble.UNFOLLOWED}
    return Problem(troubles[kind], running, row[0])


def _result(case: Case, memory: Memory, bound: int | None, row: list[str]) -> Result:
    name, span, *numbers, complete, seconds, chance, collisions, answers, digest = row
    starts, executions, merged, pruned, loads, states = map(int, numbers)
    return Result(
        case,
        memory,
        name,
        Span(span),
        starts,
        executions,
        merged,
        pruned,
        loads,
        states,
        bound if span == Span.RACE.value else None,
        complete == "1",
        float(seconds),
        float(chance),
        int(collisions),
        int(answers),
        digest,
    )


def _with_breach(result: Result, row: list[str]) -> Result:
    promise, executions, start, schedule, switches, text = row
    breach = Breach(
        PROMISES[promise].name, int(executions), int(start), schedule, int(switches), text
    )
    return replace(result, breaches=(*result.breaches, breach))


def _with_races(result: Result, seen: tuple[SeenRace, ...]) -> Result:
    new: dict[str, Breach] = {}
    for one in sorted(
        (one for one in seen if one.race.known is None), key=lambda one: one.switches
    ):
        fields = (1, one.start, one.schedule, one.switches, str(one.race), one.race.pair)
        new.setdefault(one.race.pair, Breach("data-race", *fields))
    return replace(result, races=seen, breaches=(*result.breaches, *new.values()))


def replay(
    executable: Path, case: Case, memory: Memory, reader: str, start: int, schedule: str
) -> tuple[list[Event], tuple[str, ...]]:
    """One execution by its schedule: its events in order, and the promises that it breaks.

    Raises ExplorerError when that is no execution of the reader.
    """
    line = f"{case} {memory.value} replay {reader} {start} {schedule}"
    events: list[Event] = []
    broken: list[str] = []
    for kind, *row in _ask(executable, memory, line, TIMEOUT):
        if kind == "w":
            release = row[1] == "release"
            events.append(Event(Kind.STORE, int(row[0]), row[2], row[3], release=release))
        elif kind == "s":
            events.append(Event(Kind.START, int(row[0])))
        elif kind == "r":
            events.append(Event(Kind.LOAD, int(row[0]), row[2], row[3], newer=int(row[1])))
        elif kind == "finding":
            broken.append(row[0])
        elif kind == "data-race":
            broken += ["data-race"] if races.seen(executable, [row])[0].race.known is None else []
        elif kind == "broken":
            raise ExplorerError(f"{case}: {row[0]}")
        elif kind in ("missing", "crash", "hang", "time", "unsupported"):
            raise ExplorerError(f"{case}: not an execution of {reader}: {schedule}")
    return events, tuple(dict.fromkeys(broken))


def litmus(executable: Path) -> list[tuple[str, Memory, str, str]]:
    """The shapes with known answers: name, memory, expected and found ("seen" or "never")."""
    return [
        (row[0], Memory(row[1]), row[2], row[3])
        for kind, *row in _ask(executable, Memory.WEAK, "litmus", TIMEOUT)
        if kind == "litmus"
    ]
