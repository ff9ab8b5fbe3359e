# SPDX-License-Identifier: GPL-2.0-or-later
"""Explores every reader against every writer on one XArray, and sums up."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.case.origins import Placed
from models.kernel.source import Source
from models.readers import plan
from models.readers.build import build_all
from models.readers.exploration import Exploration, Unexplored
from models.readers.explorer import Breach, Result, Span
from models.readers.limit import within_limit
from models.readers.origins import Key, key, placed
from models.readers.races import Race, SeenRace
from specs.readers import Memory, unreliable

BOTH = (Memory.SEQUENTIAL, Memory.WEAK)


@dataclass(frozen=True, slots=True)
class Found:
    """A promise broken by one reader under one writer; ``result.span`` tells whether in a race."""

    result: Result
    breach: Breach
    origin: Placed | None = None
    """Where it comes from; None where no base is known, and of what nobody may rely on."""

    @property
    def counts(self) -> bool:
        """Whether it is held against the code: neither documented, nor there before."""
        return not self.documented and (self.origin is None or self.origin.counts)

    @property
    def documented(self) -> bool:
        """Whether this is one of the things on which nobody may rely."""
        race = self.result.span is Span.RACE
        return race and unreliable(self.breach.promise, self.result.memory, self.result.case.writer)


@dataclass(frozen=True, slots=True)
class Report:
    """What exploring one XArray came to.

    ``executables`` are the explorers by chunk shift, for replaying; ``unsupported`` counts cases on
    one memory whose writer the code does not offer; ``unexplored`` are those that were not
    explored, or not by every reader; ``origins`` say where what broke comes from.
    """

    source: Source
    executables: dict[int, Path]
    results: tuple[tuple[int, Result], ...]
    unsupported: int
    unexplored: tuple[Unexplored, ...]
    seconds: float
    origins: Mapping[Key, Placed] = field(default_factory=dict)

    def found(self, writers: Iterable[str] = plan.WRITERS) -> list[tuple[int, Found]]:
        """Every promise broken, with the chunk shift, smallest case and schedule first."""
        wanted = set(writers)
        broken = [
            (shift, Found(result, breach, self.origins.get(key(shift, result, breach))))
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
    def data_races(self) -> dict[Race, tuple[int, Result, SeenRace]]:
        """Every data race that was seen, known or not, with the first that shows it."""
        found: dict[Race, tuple[int, Result, SeenRace]] = {}
        for shift, result in self.results:
            for one in result.races:
                found.setdefault(one.race, (shift, result, one))
        return dict(sorted(found.items()))

    @property
    def failing(self) -> bool:
        """Whether anything went wrong that is not documented as unreliable and was not there
        before, or was not explored."""
        return bool(self.unexplored) or any(one.counts for _, one in self.found())

    @property
    def chance(self) -> float:
        """At most so probable is it that anywhere two states shared a fingerprint."""
        return min(1.0, sum(result.chance for _, result in self.results))

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
    large: bool = True,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Explore every reader against ``writers`` at these chunk shifts (of 1, 2, 6), on
    entries of 2 MiB too if ``large``.

    Every case in which the writer comes to an end is explored.  ``progress`` is told how many cases
    of how many are done.  Raises BuildError when the source does not compile.
    """
    began = time.monotonic()
    executables = build_all(source, shifts)
    work = [
        (shift, case)
        for shift, executable in executables.items()
        for case in within_limit(executable, shift, plan.cases(shift, large))
        if case.writer in writers
    ]
    explorations = {
        shift: Exploration(shift, executables[shift], memories) for shift in executables
    }
    results: list[tuple[int, Result]] = []
    unexplored: list[Unexplored] = []
    unsupported = 0
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        done = pool.map(lambda one: explorations[one[0]].explore(one[1]), work)
        for number, ((shift, _), explored) in enumerate(zip(work, done, strict=True), 1):
            results += ((shift, result) for result in explored.results)
            unsupported += 0 if explored.supported else len(memories)
            unexplored += explored.unexplored
            if progress:
                progress(number, len(work))
    seconds = time.monotonic() - began
    report = Report(source, executables, tuple(results), unsupported, tuple(unexplored), seconds)
    if source.lineage is None:
        return report
    broken = [
        (shift, one.result, one.breach) for shift, one in report.found() if not one.documented
    ]
    origins = placed(broken, source.lineage, jobs)
    return replace(report, origins=origins, seconds=time.monotonic() - began)
