# SPDX-License-Identifier: GPL-2.0-or-later
"""A campaign: sweep and state machines on all cores, with progress, ended early by Ctrl-C."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any

from models.finding import Finding
from models.hangs import Area, Hangs, hopeless_splits
from models.implementation import Implementation
from models.search import MachineReport
from models.search import search as machine_search
from models.sweep import SAMPLE, Unit, UnitResult, run_unit
from review.attempt import one_line
from review.pool import Pool, tell
from xarray_model import geometry

MOST_FAILED = 3
"""Tasks that may fail, by no fault of the code under test, before no more are begun."""


def run(
    units: Sequence[Unit],
    implementations: Sequence[Implementation],
    jobs: int,
    on_progress: Callable[[Unit, UnitResult], None],
    result: UnitResult,
    on_found: Callable[[Finding], None] = lambda _: None,
    failed: list[str] | None = None,
) -> bool:
    """Run the units with ``jobs`` processes and add what they find to ``result``; whether all were.

    ``on_progress`` is told of each unit when it is done, with the sum of all that were, and
    ``on_found`` of each property when a unit first finds it broken.  On Ctrl-C the units that were
    not run are in no total, nor is one that failed: ``failed`` gets a line on each.
    """
    trouble = [] if failed is None else failed
    with Pool(jobs, on_found) as pool:
        # The longest first, so that no core is left alone with one at the end; no more than run at
        # once, so that each begins with what those before it learnt about hangs.
        waiting = deque(sorted(units, key=_cost, reverse=True))
        futures: dict[Future[UnitResult], Unit] = {}
        try:
            while (waiting and len(trouble) < MOST_FAILED) or futures:
                while waiting and len(futures) < jobs and len(trouble) < MOST_FAILED:
                    unit = waiting.popleft()
                    futures[pool.submit(_unit, unit, implementations, result.hung())] = unit
                for future in pool.wait(futures):
                    unit = futures.pop(future)
                    if problem := _problem(future):
                        trouble.append(f"{unit}: not run, {problem}")
                        continue
                    result.update(future.result())
                    on_progress(unit, result)
        except KeyboardInterrupt:
            pool.stop()
            return False
    return not trouble


def _unit(
    unit: Unit, implementations: Sequence[Implementation], known: Mapping[Area, Hangs]
) -> UnitResult:
    return run_unit(unit, implementations, known, on_found=tell)


def _problem(future: Future[Any]) -> str:
    """Why a task failed, in a line; "" if it did not."""
    error = future.exception()
    if error is None:
        return ""
    if isinstance(error, BrokenProcessPool):
        return "a process of the search was ended from outside; memory may be short"
    return one_line(error)


def _cost(unit: Unit) -> int:
    """About how long a unit takes: groups times the size of their trees."""
    nodes = 8 + geometry.split_nodes(unit.order, unit.new_order, unit.chunk_shift)
    groups = unit.total() >> unit.order if unit.sample is None else unit.sample
    return groups * nodes


@dataclass(frozen=True, slots=True)
class Effort:
    """How much the machines do, for each implementation: cases of so many steps over all chunk
    shifts together, or as many as fit in so many seconds for all implementations.  ``remember``:
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
    jobs: int,
    on_progress: Callable[[MachineReport], None],
    reports: list[MachineReport],
    hangs: Mapping[Area, Hangs] | None = None,
    on_found: Callable[[Finding], None] = lambda _: None,
    failed: list[str] | None = None,
) -> bool:
    """Run the state machines with ``jobs`` processes, an implementation and chunk shift each.

    Adds to ``reports`` one for each that it does not have yet, and says whether all were run;
    ``hangs`` is what the sweep learnt.  ``on_found`` and ``failed`` as for ``run``.
    """
    trouble = [] if failed is None else failed
    had = {(one.implementation, s) for one in reports for s in one.tallies}
    tasks = [(one, s) for one in implementations for s in shifts if (one.name, s) not in had]
    seconds = None if effort.seconds is None else effort.seconds * jobs / max(1, len(tasks))
    examples = -(-effort.examples // len(shifts))
    with Pool(jobs, on_found) as pool:
        futures = {
            pool.submit(
                _machine,
                one,
                s,
                replace(effort, examples=examples, seconds=seconds),
                seed,
                hopeless_splits(hangs or {}, one.name, s),
            ): (one, s)
            for one, s in tasks
        }
        try:
            while futures:
                for future in pool.wait(futures):
                    one, s = futures.pop(future)
                    if problem := _problem(future):
                        trouble.append(f"{one.name} at chunk shift {s}: no histories, {problem}")
                        continue
                    reports.append(future.result())
                    on_progress(reports[-1])
        except KeyboardInterrupt:
            pool.stop()
            return False
    return not trouble


def _machine(
    one: Implementation, s: int, effort: Effort, seed: int, hanging: frozenset[str]
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
        on_found=tell,
    )
