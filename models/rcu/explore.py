# SPDX-License-Identifier: GPL-2.0-or-later
"""Explores every reader against every writer on one XArray, and sums up."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from models.kernel.source import Source
from models.rcu import explorer, plan
from models.rcu.build import build_all
from models.rcu.explorer import Answer, Breach, Case, Result, Span
from specs.readers import Memory, unreliable
from xarray_model import geometry

LARGE_EXECUTIONS = 20_000
LONG_EXECUTIONS = 2_000
"""The most executions for each starting place without a bound at chunk shift 6, where the
explorer's own would take too long; of the readers in ``plan.LONG`` each execution does."""

LARGE_TIMEOUT = 200.0
"""Seconds for one reader of one case at chunk shift 6."""

BOUNDS = (1, 2, 3)
"""Bounds, in choices other than the default, that are tried in turn where no bound is too much."""

BOUNDED_EXECUTIONS = 5_000
"""The most executions for each starting place with a bound; beyond that the last bound counts."""

BOTH = (Memory.SEQUENTIAL, Memory.WEAK)


@dataclass(frozen=True, slots=True)
class Found:
    """A promise broken by one reader under one writer; ``result.span`` tells whether in a race."""

    result: Result
    breach: Breach

    @property
    def documented(self) -> bool:
        """Whether this is one of the things on which nobody may rely."""
        race = self.result.span is Span.RACE
        return race and unreliable(self.breach.promise, self.result.memory, self.result.case.writer)


@dataclass(frozen=True, slots=True)
class Report:
    """What exploring one XArray came to.

    ``executables`` are the explorers by chunk shift, for replaying; ``unsupported`` counts cases
    whose writer the code does not offer, ``crashes`` names those that ended the run.
    """

    source: Source
    executables: dict[int, Path]
    results: tuple[tuple[int, Result], ...]
    unsupported: int
    crashes: tuple[str, ...]
    seconds: float

    def found(self, writers: Iterable[str] = plan.WRITERS) -> list[tuple[int, Found]]:
        """Every promise broken, with the chunk shift, smallest case and schedule first."""
        wanted = set(writers)
        broken = [
            (shift, Found(result, breach))
            for shift, result in self.results
            if result.case.writer in wanted
            for breach in result.breaches
        ]
        return sorted(
            broken, key=lambda one: (one[0], one[1].result.case.order, one[1].breach.switches)
        )

    def races(self, writers: Iterable[str] = plan.WRITERS) -> list[tuple[int, Result]]:
        """Every reader that was raced on one array."""
        wanted = set(writers)
        return [
            (shift, result)
            for shift, result in self.results
            if result.case.writer in wanted and result.span is Span.RACE
        ]

    def incomplete(self, writers: Iterable[str] = plan.WRITERS) -> list[tuple[int, Result]]:
        """Races that were not explored without a bound, or not to the end."""
        return [
            (shift, result)
            for shift, result in self.races(writers)
            if not result.complete or result.bound is not None
        ]

    @property
    def failing(self) -> bool:
        """Whether anything went wrong that is not documented as unreliable."""
        return bool(self.crashes) or any(not one.documented for _, one in self.found())

    @property
    def executions(self) -> int:
        """Executions in all."""
        return sum(result.executions for _, result in self.results)

    @property
    def states(self) -> int:
        """Distinct states in all, where a reader had a choice."""
        return sum(result.states for _, result in self.results)


def explore(
    source: Source,
    shifts: Sequence[int] = (1, 2, 6),
    memories: Sequence[Memory] = BOTH,
    *,
    writers: Sequence[str] = plan.WRITERS,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Explore every reader against ``writers`` at these chunk shifts (of 1, 2, 6).

    ``progress`` is told how many cases of how many are done.  Raises BuildError when the source
    does not compile, ExplorerError when its stores cannot be followed.
    """
    began = time.monotonic()
    executables = build_all(source, shifts)
    work = [
        (shift, case, memory)
        for shift, executable in executables.items()
        for case in _within_limit(executable, shift, plan.cases(shift))
        if case.writer in writers
        for memory in memories
    ]
    results: list[tuple[int, Result]] = []
    unsupported, crashes = 0, []
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        answers = pool.map(lambda one: _run(executables[one[0]], *one), work)
        for number, ((shift, case, memory), answer) in enumerate(zip(work, answers, strict=True)):
            results += ((shift, result) for result in answer.results)
            unsupported += not answer.supported
            if answer.crash:
                crashes.append(f"s={shift} {case} {memory.value}: {answer.crash}")
            if progress:
                progress(number + 1, len(work))
    seconds = time.monotonic() - began
    return Report(source, executables, tuple(results), unsupported, tuple(crashes), seconds)


def _within_limit(executable: Path, shift: int, cases: list[Case]) -> list[Case]:
    """Without the splits that one-level code does not claim to do, if this is such code."""
    if shift not in plan.LEVELS:
        return cases
    order = 3 * shift
    deep = Case("split", order, 0, 1 << order, 1 << order)
    if explorer.run(executable, deep, Memory.SEQUENTIAL, ()).supported:
        return cases
    return [
        case
        for case in cases
        if case.writer not in ("split", "folio-uniform", *plan.VALUES)
        or not geometry.one_level_limit_exceeded(case.order, case.new_order, shift)
    ]


def _run(executable: Path, shift: int, case: Case, memory: Memory) -> Answer:
    results: list[Result] = []
    supported, crash = True, ""
    for names, most, timeout in _parts(shift, case.writer):
        answer = explorer.run(executable, case, memory, names, executions=most, timeout=timeout)
        results += answer.results
        supported, crash = supported and answer.supported, crash or answer.crash
    again = [one.reader for one in results if not one.complete]
    results = [one for one in results if one.complete]
    for reader in again if not crash else ():
        limited, problem = _bounded(executable, case, memory, reader)
        results += limited
        crash = crash or problem
    return Answer(tuple(results), supported, crash)


def _parts(shift: int, writer: str) -> list[tuple[tuple[str, ...], int, float]]:
    """The readers of a writer in groups that are run together, with their executions and time."""
    names = plan.readers_of(writer)
    if shift != 6:
        return [(names, explorer.EXECUTIONS, explorer.TIMEOUT)]
    return [
        ((name,), LONG_EXECUTIONS if name in plan.LONG else LARGE_EXECUTIONS, LARGE_TIMEOUT)
        for name in names
    ]


def _bounded(executable: Path, case: Case, memory: Memory, reader: str) -> tuple[list[Result], str]:
    """The race of a reader within the largest bound that can be covered, or what was covered of
    the smallest; and a crash, or ""."""
    kept: list[Result] = []
    for bound in BOUNDS:
        answer = explorer.run(
            executable, case, memory, (reader,), bound=bound, executions=BOUNDED_EXECUTIONS
        )
        races = [one for one in answer.results if one.span is Span.RACE]
        complete = all(one.complete for one in races)
        if complete or not kept:
            kept = races
        if answer.crash or not complete:
            return kept, answer.crash
    return kept, ""
