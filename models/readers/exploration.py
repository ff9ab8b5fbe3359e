# SPDX-License-Identifier: GPL-2.0-or-later
"""Explores the cases of one chunk shift; a problem with one reader of one case leaves out no other.

A writer that hangs costs a fraction of a second of CPU time, so every case is tried.  A reader that
hangs costs a second, and one that is slow a minute: those are given up after some cases, which is
told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from models.readers import explorer, plan
from models.readers.explorer import Case, Problem, Result, Span, Trouble
from specs.readers import Memory

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

MOST_TROUBLES = 3
"""Cases of one writer in which a reader may be too slow, and cases in which a reader that never
came to an end may hang."""

MOST_HANGS = 40
"""Hangs of readers from which on no reader is run any more that hung before."""


@dataclass(frozen=True, slots=True)
class Unexplored:
    """A case of which something was not explored on one memory: all readers if the writer has the
    problem, else one."""

    shift: int
    case: Case
    memory: Memory
    problem: Problem

    @property
    def readers(self) -> tuple[str, ...]:
        """The readers that were not explored."""
        return (self.problem.reader,) if self.problem.reader else plan.readers_of(self.case.writer)


@dataclass
class Explored:
    """What one case came to; ``supported``: the code under test offers what the writer does."""

    results: list[Result] = field(default_factory=list)
    unexplored: list[Unexplored] = field(default_factory=list)
    supported: bool = True


class Exploration:
    """Explores cases at one chunk shift, from any number of threads."""

    def __init__(self, shift: int, executable: Path, memories: Sequence[Memory]) -> None:
        self._shift = shift
        self._executable = executable
        self._memories = memories
        self._lock = Lock()
        self._slow: Counter[tuple[str, str]] = Counter()
        self._hangs: Counter[str] = Counter()
        self._ended: set[str] = set()

    def explore(self, case: Case) -> Explored:
        """Every reader of the case's writer, on each memory."""
        found = Explored()
        for memory in self._memories:
            problem = self._on(case, memory, found)
            if problem is not None:
                # What the writer does depends on no memory.
                unexplored = [Unexplored(self._shift, case, one, problem) for one in self._memories]
                return Explored(unexplored=unexplored)
        return found

    def _on(self, case: Case, memory: Memory, found: Explored) -> Problem | None:
        """Explore on one memory; the writer's problem, which leaves nothing to explore."""
        if (given_up := self._given_up(case.writer, "")) is not None:
            return given_up
        for names, most, timeout in self._parts(case.writer):
            left = list(names)
            while left:
                for name in tuple(left):
                    if (given_up := self._given_up(case.writer, name)) is not None:
                        left.remove(name)
                        found.unexplored.append(Unexplored(self._shift, case, memory, given_up))
                if not left:
                    break
                answer = explorer.run(
                    self._executable, case, memory, tuple(left), executions=most, timeout=timeout
                )
                if not answer.supported:
                    found.supported = False
                    return None
                self._keep(case, memory, answer.results, found)
                if answer.problem is None:
                    break
                self._note(case, answer.problem)
                if not answer.problem.reader:
                    return answer.problem
                found.unexplored.append(Unexplored(self._shift, case, memory, answer.problem))
                left = left[left.index(answer.problem.reader) + 1 :]
        return None

    def _parts(self, writer: str) -> list[tuple[tuple[str, ...], int, float]]:
        """The readers of a writer in groups that are run together, with their executions and
        time."""
        names = plan.readers_of(writer)
        if self._shift != 6:
            return [(names, explorer.EXECUTIONS, explorer.TIMEOUT)]
        return [
            ((name,), LONG_EXECUTIONS if name in plan.LONG else LARGE_EXECUTIONS, LARGE_TIMEOUT)
            for name in names
        ]

    def _keep(self, case: Case, memory: Memory, results: Sequence[Result], found: Explored) -> None:
        """Take over what was explored; what was not to its end is explored with a bound instead."""
        with self._lock:
            self._ended.update(one.reader for one in results)
        found.results += (one for one in results if one.complete)
        for reader in dict.fromkeys(one.reader for one in results if not one.complete):
            limited, problem = self._bounded(case, memory, reader)
            found.results += limited
            if problem is not None:
                found.unexplored.append(Unexplored(self._shift, case, memory, problem))

    def _bounded(
        self, case: Case, memory: Memory, reader: str
    ) -> tuple[list[Result], Problem | None]:
        """The race of a reader within the largest bound that can be covered, or what was covered of
        the smallest."""
        kept: list[Result] = []
        for bound in BOUNDS:
            answer = explorer.run(
                self._executable,
                case,
                memory,
                (reader,),
                bound=bound,
                executions=BOUNDED_EXECUTIONS,
            )
            races = [one for one in answer.results if one.span is Span.RACE]
            complete = all(one.complete for one in races)
            if complete or not kept:
                kept = races or kept
            if answer.problem is not None or not complete:
                return kept, None if kept else answer.problem
        return kept, None

    def _note(self, case: Case, problem: Problem) -> None:
        with self._lock:
            if problem.trouble is Trouble.TIME:
                self._slow[case.writer, problem.reader] += 1
            elif problem.trouble is Trouble.HANG and problem.reader:
                self._hangs[problem.reader] += 1

    def _given_up(self, writer: str, reader: str) -> Problem | None:
        """Why a reader is not run with a writer any more, or for "" the writer not at all."""
        with self._lock:
            slow, hangs = self._slow[writer, reader], self._hangs[reader]
            never = hangs >= MOST_TROUBLES and reader not in self._ended
            if slow >= MOST_TROUBLES:
                why = f"after {slow} cases in which it took too long"
                return Problem(Trouble.GIVEN_UP, reader, why)
            if never or (hangs and self._hangs.total() >= MOST_HANGS):
                return Problem(Trouble.GIVEN_UP, reader, f"after {hangs} cases in which it hung")
        return None
