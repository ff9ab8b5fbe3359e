# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit search``: look for counterexamples in the port or in kernels."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from models.case.finding import Finding
from models.histories.search import MachineReport, extent_of
from models.subject.implementation import Implementation
from models.sweep.sweep import (
    SAMPLE,
    Unit,
    UnitResult,
    complete_units,
    quick_units,
    sampled_units,
)
from models.sweep.verdicts import Verdicts
from review.run import campaign
from review.run.campaign import Effort
from review.run.evidence import PORTS
from review.run.histories import Histories
from review.run.progress import Meter
from review.run.results import Results
from review.run.search_result import SearchResult, SearchState
from review.run.workers import Workers

_SHARE, _SHARE_FOUND = 0.8, 0.5
"""How much of the time that is given goes to looking for counterexamples, and how much where the
first cases find some; the rest to what is made of them."""
_SHARE_SWEEP = 0.75
"""How much of that goes to the sweep, where histories are asked for."""
FEW_HISTORIES, FEW_STEPS = 50, 50
"""Histories at each chunk shift that are drawn in a quick check, and their steps."""


def search(
    implementations: list[Implementation],
    shifts: Sequence[int],
    seed: int,
    workers: Workers,
    effort: Effort,
    had: SearchState | None,
    on_found: Callable[[Finding], None],
    results: Results,
) -> SearchResult:
    """Sweep the implementations at these chunk shifts, then let the machines run, with progress.

    What ``had`` says is done is not done again; it is kept up to date, as long as this runs.
    ``on_found`` is told of what breaks as soon as it is found; ``results`` has what earlier runs
    came to, and what was judged in them.
    """
    had = had or SearchState()

    def found(finding: Finding) -> None:
        had.early.add(finding, extent_of(finding))
        on_found(finding)

    failed: list[str] = []
    started = time.monotonic() - had.seconds
    began = time.monotonic()
    given = math.inf if effort.seconds is None else effort.seconds
    deadline = began + given * _SHARE
    if had.quick is None:
        had.quick = _cases(
            implementations, partial(quick_units, shifts), workers, found, deadline, results
        )
        if had.quick is None and time.monotonic() < deadline:
            return SearchResult(implementations, had, seed, finished=False, jobs=workers.jobs)
    histories = Histories(shifts, effort, seed, workers, had, found, failed, results)
    if not histories.first(_named(implementations), deadline):
        return SearchResult(implementations, had, seed, finished=False, jobs=workers.jobs)
    if any(not one.smallest.before for one in had.early.breaches.values()):
        deadline = began + given * _SHARE_FOUND
    now = time.monotonic()
    sweep_end = now + (deadline - now) * (_SHARE_SWEEP if effort.examples else 1)
    units = [
        unit
        for bits in sorted({one.bits for one in implementations}, reverse=True)
        for unit in (
            *complete_units(shifts, bits),
            *sampled_units(shifts, seed, effort.sample, bits),
        )
    ]
    left = [unit for unit in units if unit not in had.units]
    known = UnitResult(hangs=had.quick.hung() if had.quick else {})
    known.update(UnitResult(hangs=had.result.hung()))
    with Meter("sweep", len(left)) as meter:

        def swept(unit: Unit, so_far: UnitResult) -> None:
            had.units.add(unit)
            had.seconds = time.monotonic() - started
            covered = sum(coverage.covered for coverage in so_far.coverage.values())
            found_so_far = so_far.findings.breaches.values()
            broken = sum(not one.smallest.before for one in found_so_far)
            rate = covered / had.seconds
            told = f"{broken} broken {'property' if broken == 1 else 'properties'}"
            meter.advance(f"{covered:,} cases, {rate:,.0f} a second, {told}")

        verdicts = Verdicts(results.store.texts("verdicts"), secrets.randbelow(1 << 32))
        finished = campaign.run(
            left, implementations, workers, swept, had.result, found, failed, known.hangs,
            sweep_end, verdicts, results=results,
        )  # fmt: skip
    for unit in had.result.misjudged:
        failed.append(f"{unit}: an earlier run judged the same answers otherwise, or had others")
    over = time.monotonic() >= sweep_end
    if (finished or failed or over) and effort.examples and time.monotonic() < deadline:
        drawn = histories.rest(implementations, deadline)
        over &= drawn or time.monotonic() >= deadline
        finished &= drawn
    done = SearchResult(
        implementations, had, seed, finished, not_done=failed, results=results, jobs=workers.jobs
    )
    if effort.seconds is None and not effort.remember:
        done.asked = (tuple(shifts), effort)
    if over or time.monotonic() >= deadline:
        done.over = [*_left_out(had, units), *histories.left_out(implementations)]
        done.finished &= not done.over
    done.left = [unit for unit in units if unit not in had.units]
    done.deadline = began + given
    return done


_UNBOUNDED = 1 << 40


class FirstPass(NamedTuple):
    """What the first cases came to, and what so many histories found besides."""

    swept: UnitResult
    histories: int


def first_pass(
    implementations: Sequence[Implementation],
    shifts: Sequence[int],
    workers: Workers,
    not_done: list[str],
    results: Results,
    deadline: float = math.inf,
) -> FirstPass:
    """Run a few cases of every kind, what of the sweep comes first, and a few histories;
    ``not_done`` gets a line on each part that failed, by no fault of the code under test, or was
    not run at ``deadline``, of ``time.monotonic``.  Raises KeyboardInterrupt when the user ends
    it."""
    swept, over = UnitResult(), "{}: the time was over before all were run"
    done = _cases(
        implementations, lambda bits: [*quick_units(shifts, bits), *_soon(shifts, bits)], workers,
        lambda _: None, deadline, results, not_done, swept,
    )  # fmt: skip
    if done is None:
        if time.monotonic() < deadline:
            raise KeyboardInterrupt
        not_done.append(over.format("first cases"))
    effort, reports = Effort(FEW_HISTORIES * len(shifts), FEW_STEPS), list[MachineReport]()
    with Meter("first histories", len(implementations) * len(shifts)) as meter:
        drawn = campaign.machines(
            implementations, shifts, effort, 0, workers, lambda _: meter.advance(), reports, swept,
            failed=not_done, deadline=deadline, results=results,
        )  # fmt: skip
    if not drawn and time.monotonic() >= deadline:
        not_done.append(over.format("first histories"))
    elif not drawn and not not_done:
        raise KeyboardInterrupt
    for one in sorted(reports, key=lambda one: (one.implementation, sorted(one.tallies))):
        swept.findings.update(one.findings)
    return FirstPass(swept, sum(one.total.examples for one in reports))


def _soon(shifts: Sequence[int], bits: int) -> list[Unit]:
    """What of the sweep comes first."""
    units = (*complete_units(shifts, bits), *sampled_units(shifts, 0, bits=bits))
    return [unit for unit in units if unit.soon]


ELSEWHERE_AT = (2, 4, 6)
"""The chunk shifts at which other configurations are searched."""
ELSEWHERE_EXAMPLES = 24
"""Histories that are drawn of another configuration: the scope is small."""


def elsewhere(
    done: SearchResult,
    others: Mapping[str, Sequence[Implementation]],
    workers: Workers,
    effort: Effort,
    on_found: Callable[[Finding], None] = lambda _: None,
) -> None:
    """Search ``others``, which are in other configurations, by the name of the same in the usual
    one, at small scope, and add to ``done`` what that finds."""
    built = [one for some in others.values() for one in some]
    done.implementations = [*done.implementations, *built]
    done.elsewhere = {one.name: name for name, some in others.items() for one in some}
    had = done.so_far
    if had.elsewhere or not built:
        return
    units = [
        unit for bits in {one.bits for one in built} for unit in quick_units(ELSEWHERE_AT, bits)
    ]
    small = replace(effort, examples=ELSEWHERE_EXAMPLES, seconds=None)
    with Meter("other configurations", len(units) + len(built) * len(ELSEWHERE_AT)) as meter:
        finished = campaign.run(
            units, built, workers, lambda *_: meter.advance(), had.result, on_found, done.not_done,
            results=done.results,
        )  # fmt: skip
        if finished and effort.examples:
            finished = campaign.machines(
                built, ELSEWHERE_AT, small, done.seed, workers, lambda _: meter.advance(),
                had.machines, had.result, on_found, done.not_done, results=done.results,
            )  # fmt: skip
    done.finished &= finished
    had.elsewhere = finished
    vars(done).pop("machines", None)


def _cases(
    implementations: Sequence[Implementation],
    of_bits: Callable[[int], Sequence[Unit]],
    workers: Workers,
    on_found: Callable[[Finding], None],
    deadline: float,
    results: Results,
    failed: list[str] | None = None,
    first: UnitResult | None = None,
) -> UnitResult | None:
    """What the first cases, those for indices of so many bits, find in what was named; None if the
    user, or the time, ended that: ``first`` then has what came to its end."""
    named = _named(implementations)
    units = [unit for bits in {one.bits for one in named} for unit in of_bits(bits)]
    first = UnitResult() if first is None else first
    failed = [] if failed is None else failed
    with Meter("first cases", len(units)) as meter:
        done = campaign.run(
            units, named, workers, lambda *_: meter.advance(), first, on_found, failed,
            deadline=deadline, results=results,
        )  # fmt: skip
    return first if done or failed else None


def _left_out(had: SearchState, units: Sequence[Unit]) -> list[str]:
    """What of the sweep was not run for lack of time, a line."""
    missing = sum(unit not in had.units for unit in units)
    line = f"The time was over: {missing:,} of {len(units):,} units of the sweep were not run"
    return [line] if missing else []


def _named(implementations: Sequence[Implementation]) -> Sequence[Implementation]:
    """What was named, and not the port that it is held against."""
    return [one for one in implementations if one.name not in PORTS] or implementations


def effort(
    examples: int | None,
    steps: int,
    seconds: float | None,
    remember: bool = False,
    sample: int = SAMPLE,
) -> Effort:
    """The effort that the options ask for: so many histories at most, None for as many as fit in
    the time, and so long at most."""
    most = _UNBOUNDED if examples is None else examples
    return Effort(most, steps, seconds, remember, sample)
