# SPDX-License-Identifier: GPL-2.0-or-later
"""A campaign: sweep and state machines on all cores, with progress, ended early by Ctrl-C."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait,
)
from dataclasses import dataclass, replace

from models.hangs import Area, Hangs, hopeless_splits
from models.implementation import Implementation
from models.search import MachineReport
from models.search import search as machine_search
from models.sweep import SAMPLE, Unit, UnitResult, run_unit
from xarray_model import geometry


def run(
    units: Sequence[Unit],
    implementations: Sequence[Implementation],
    jobs: int,
    on_progress: Callable[[Unit, UnitResult], None],
    result: UnitResult,
) -> bool:
    """Run the units with ``jobs`` processes and add what they find to ``result``; whether all were.

    ``on_progress`` is told of each unit when it is done, with the sum of all that were.  On Ctrl-C
    the units that were not run are in no total.
    """
    with ProcessPoolExecutor(jobs, initializer=_prepare) as pool:
        # The longest first, so that no core is left alone with one at the end; no more than run at
        # once, so that each begins with what those before it learnt about hangs.
        waiting = deque(sorted(units, key=_cost, reverse=True))
        futures: dict[Future[UnitResult], Unit] = {}
        try:
            while waiting or futures:
                while waiting and len(futures) < jobs:
                    unit = waiting.popleft()
                    futures[pool.submit(run_unit, unit, implementations, result.hung())] = unit
                for future in wait(futures, return_when=FIRST_COMPLETED).done:
                    unit = futures.pop(future)
                    result.update(future.result())
                    on_progress(unit, result)
        except KeyboardInterrupt:
            _stop(pool)
            return False
    return True


def _cost(unit: Unit) -> int:
    """About how long a unit takes: groups times the size of their trees."""
    nodes = 8 + geometry.split_nodes(unit.order, unit.new_order, unit.chunk_shift)
    groups = unit.total() >> unit.order if unit.sample is None else unit.sample
    return groups * nodes


def _prepare() -> None:
    """Leave Ctrl-C to the parent.  Collect garbage less often: cases leave next to no cycles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(20_000)


def _stop(pool: ProcessPoolExecutor) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    for child in multiprocessing.active_children():
        child.terminate()


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
) -> bool:
    """Run the state machines with ``jobs`` processes, an implementation and chunk shift each.

    Adds to ``reports`` one for each that it does not have yet, and says whether all were run;
    ``hangs`` is what the sweep learnt.
    """
    had = {(one.implementation, s) for one in reports for s in one.tallies}
    tasks = [(one, s) for one in implementations for s in shifts if (one.name, s) not in had]
    seconds = None if effort.seconds is None else effort.seconds * jobs / max(1, len(tasks))
    examples = -(-effort.examples // len(shifts))
    with ProcessPoolExecutor(jobs, initializer=_prepare) as pool:
        futures = [
            pool.submit(
                _machine,
                one,
                s,
                replace(effort, examples=examples, seconds=seconds),
                seed,
                hopeless_splits(hangs or {}, one.name, s),
            )
            for one, s in tasks
        ]
        try:
            for future in as_completed(futures):
                reports.append(future.result())
                on_progress(reports[-1])
        except KeyboardInterrupt:
            _stop(pool)
            return False
    return True


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
    )
