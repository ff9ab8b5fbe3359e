# SPDX-License-Identifier: GPL-2.0-or-later
"""A campaign: sweep and state machines on all cores, with progress, ended early by Ctrl-C."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any, cast

from models.case.finding import Finding
from models.case.findings import Seen
from models.histories.search import MachineReport
from models.histories.search import search as machine_search
from models.subject.implementation import Implementation
from models.sweep.hangs import Area, Hangs, hopeless_splits
from models.sweep.sweep import SAMPLE, Unit, UnitResult, in_order, run_unit
from models.sweep.verdicts import Verdicts
from review.run.attempt import one_line
from review.run.executor import tell
from review.run.results import Results, program_key
from review.run.workers import Workers

UNITS = "units of the sweep"
"""What results of units are called, by implementation."""
HISTORIES = "searches with histories"
"""What results of machines are called, by implementation and chunk shift."""
LAG = 16
"""How many units may be under way at once: a unit knows what those learnt of hangs that come as
many or more before it, however fast any of them is."""
MOST_FAILED = 3
"""Tasks that may fail, by no fault of the code under test, before no more are begun."""


def run(
    units: Sequence[Unit],
    implementations: Sequence[Implementation],
    workers: Workers,
    on_progress: Callable[[Unit, UnitResult], None],
    result: UnitResult,
    on_found: Callable[[Finding], None] = lambda _: None,
    failed: list[str] | None = None,
    known: Mapping[Area, Hangs] | None = None,
    deadline: float = math.inf,
    verdicts: Verdicts | None = None,
    *,
    results: Results,
) -> bool:
    """Have ``workers`` run the units and add what they find to ``result``; whether all were.

    ``on_progress`` is told of each unit when it is done, with the sum of all that were, and
    ``on_found`` of each property when a unit first finds it broken.  On Ctrl-C, or when the time is
    over (``deadline``, of ``time.monotonic``), the units that were not run are in no total, nor is
    one that failed: ``failed`` gets a line on each.

    What is found does not depend on which unit ends when: units are begun and added up in one
    order, and what a unit knows of hangs is ``known`` and what those learnt that come ``LAG`` or
    more before it.  ``verdicts`` are those of earlier runs, and so are ``results``.
    """
    trouble = [] if failed is None else failed
    ordered = in_order(units, hurried=deadline < math.inf)
    ended: dict[int, UnitResult] = {}
    learnt = UnitResult(hangs={area: one.copy() for area, one in (known or {}).items()})
    added = 0

    lost: set[int] = set()

    def add(number: int) -> None:
        result.update(ended[number])
        if number not in lost:
            on_progress(ordered[number], result)

    kept = _Kept(results, on_found)
    with workers.executor(on_found) as pool:
        judged = pool.usable(verdicts)
        futures: dict[Future[UnitResult], int] = {}
        begun = 0
        try:
            while added < len(ordered):
                if time.monotonic() > deadline:
                    raise _Over
                room = pool.jobs if len(trouble) < MOST_FAILED else 0
                while begun < len(ordered) and len(futures) < room:
                    before = begun - LAG
                    if before >= 0:
                        if before not in ended:
                            break
                        learnt.update(UnitResult(hangs=ended[before].hangs))
                    unit, hung = ordered[begun], learnt.hung()
                    ended_before, left = kept.take(unit, implementations, hung)
                    if left:
                        futures[pool.submit(_unit, unit, left, hung, judged)] = begun
                    else:
                        ended[begun] = ended_before
                    begun += 1
                if not futures and added not in ended:
                    break
                for future in pool.wait(futures, deadline) if futures else ():
                    number = futures.pop(future)
                    if problem := _problem(future):
                        trouble.append(f"{ordered[number]}: not run, {problem}")
                        lost.add(number)
                        ended[number] = UnitResult()
                    else:
                        ended[number] = kept.add(ordered[number], future.result())
                while added in ended:
                    added += 1
                    add(added - 1)
        except KeyboardInterrupt:
            pool.stop()
            return False
        except _Over:
            pool.stop()
            for number in sorted(one for one in ended if one >= added):
                add(number)
            return False
    return not trouble


class _Kept:
    """The ``results`` of earlier runs as units take them over."""

    def __init__(self, results: Results, on_found: Callable[[Finding], None]) -> None:
        self._results = results
        self._on_found = on_found
        self._had: dict[Unit, UnitResult] = {}
        self._parts: dict[Unit, dict[str, object]] = {}
        self._again: dict[tuple[Unit, str], UnitResult] = {}

    def take(
        self,
        unit: Unit,
        implementations: Sequence[Implementation],
        known: Mapping[Area, Hangs],
    ) -> tuple[UnitResult, list[Implementation]]:
        """What is kept of a unit, and the implementations that are to be run.  Nothing is kept of
        one in which something is known to hang."""
        kept, left = UnitResult(), []
        hanging = {area.implementation for area in known}
        for one in implementations:
            if one.name in hanging or not unit.offered(one):
                left.append(one)
                continue
            parts = (unit, program_key(one, unit.chunk_shift))
            earlier = self._results.known(UNITS, parts)
            again = earlier is not None and self._results.again()
            self._results.count(UNITS, None if again else earlier)
            found = cast(UnitResult, earlier.value) if earlier is not None else None
            if found is not None and not again:
                kept.update(found)
                found.findings.tell(self._on_found)
                continue
            left.append(one)
            self._parts.setdefault(unit, {})[one.name] = parts
            if found is not None:
                self._again[unit, one.name] = found
        left = [one for one in left if unit.offered(one)]
        if left:
            self._had[unit] = kept
        return kept, left

    def add(self, unit: Unit, made: UnitResult) -> UnitResult:
        """All of a unit, with what was run now, which is kept unless anything hung in it."""
        for name, parts in self._parts.pop(unit, {}).items():
            mine = made.of(name)
            earlier = self._again.pop((unit, name), None)
            if earlier is not None and not mine.alike(earlier):
                made.misjudged.append(f"{unit} of {name}")
            if not mine.hung() and not made.misjudged:
                self._results.keep(UNITS, parts, mine)
        whole = self._had.pop(unit, UnitResult())
        whole.update(made)
        return whole


def _unit(
    unit: Unit,
    implementations: Sequence[Implementation],
    known: Mapping[Area, Hangs],
    verdicts: Verdicts | None,
) -> UnitResult:
    return run_unit(unit, implementations, known, on_found=tell, verdicts=verdicts)


class _Over(Exception):
    """The time is over."""


def _problem(future: Future[Any]) -> str:
    """Why a task failed, in a line; "" if it did not."""
    error = future.exception()
    if error is None:
        return ""
    if isinstance(error, BrokenProcessPool):
        return "a process of the search was ended from outside; memory may be short"
    return one_line(error)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much the machines do, for each implementation: cases of so many steps over all chunk
    shifts together, and no more than fit in so many seconds for all implementations.  ``remember``:
    what failed in this user's earlier searches comes first, besides what the seed draws.
    ``sample``: how many groups of cases the sweep draws where it is not complete."""

    examples: int
    steps: int
    seconds: float | None = None
    remember: bool = False
    sample: int = SAMPLE


def machines(
    implementations: Sequence[Implementation],
    shifts: Sequence[int],
    effort: Effort,
    seed: int,
    workers: Workers,
    on_progress: Callable[[MachineReport], None],
    reports: list[MachineReport],
    swept: UnitResult | None = None,
    on_found: Callable[[Finding], None] = lambda _: None,
    failed: list[str] | None = None,
    deadline: float = math.inf,
    *,
    results: Results,
) -> bool:
    """Have ``workers`` run the state machines, an implementation and chunk shift each.

    Adds to ``reports`` one for each that it does not have yet, and says whether all were run;
    ``swept`` is what the sweep came to: what hung there is left out, and what fails as cases did
    there is counted, and not made smaller.  ``on_found``, ``failed``, ``deadline`` and
    ``results`` as for ``run``.
    """
    trouble = [] if failed is None else failed
    reported = {(one.implementation, s) for one in reports for s in one.tallies}
    tasks = [(one, s) for one in implementations for s in shifts if (one.name, s) not in reported]
    examples = -(-effort.examples // len(shifts))
    swept = swept or UnitResult()
    hung = swept.hung()
    with workers.executor(on_found) as pool:
        seconds = None
        if effort.seconds is not None:
            seconds = effort.seconds * pool.jobs / max(1, len(tasks))
        each = replace(effort, examples=examples, seconds=seconds)
        futures: dict[Future[MachineReport], tuple[Implementation, int, object]] = {}
        for one, s in tasks:
            hopeless, seen = hopeless_splits(hung, one.name, s), swept.findings.seen(one.name)
            parts = (program_key(one, s), each, seed, sorted(hopeless), _sorted(seen))
            earlier = None
            if seconds is None and not effort.remember:
                earlier = results.known(HISTORIES, parts)
                results.count(HISTORIES, earlier)
            if earlier is not None:
                reports.append(cast(MachineReport, earlier.value))
                reports[-1].findings.tell(on_found)
                on_progress(reports[-1])
            else:
                future = pool.submit(_machine, one, s, each, seed, hopeless, seen)
                futures[future] = (one, s, parts)
        try:
            while futures:
                if time.monotonic() > deadline:
                    raise _Over
                for future in pool.wait(futures, deadline):
                    one, s, asked = futures.pop(future)
                    if problem := _problem(future):
                        trouble.append(f"{one.name} at chunk shift {s}: no histories, {problem}")
                        continue
                    reports.append(future.result())
                    cut = seconds is not None or effort.remember or reports[-1].not_drawn
                    if not cut:
                        results.keep(HISTORIES, asked, reports[-1])
                    on_progress(reports[-1])
        except (KeyboardInterrupt, _Over):
            pool.stop()
            return False
    return not trouble


def _sorted(seen: Seen) -> object:
    return sorted((apart, sorted(map(sorted, shown))) for apart, shown in seen.items())


def _machine(
    one: Implementation, s: int, effort: Effort, seed: int, hanging: frozenset[str], seen: Seen
) -> MachineReport:
    return machine_search(
        one,
        [s],
        examples=effort.examples,
        steps=effort.steps,
        seed=seed,
        seconds=effort.seconds,
        remember=effort.remember,
        hanging={s: hanging},
        seen=seen,
        on_found=tell,
    )
