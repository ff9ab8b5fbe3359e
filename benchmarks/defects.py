# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon each seeded defect of the port shows, by the search, by random testing, by a kernel's
own test.

The search goes in its own order: a few cases of every kind, some histories, the sweep, then more
histories.  Random testing draws histories from the first moment on and shrinks nothing; it has the
same model and the same specs.  Both have one core and the chunk shift that the defect is tried at,
and stop at the first case that breaks a property.
"""

from __future__ import annotations

import math
import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from hypothesis import Phase

from benchmarks.group import Group, Settings, Yielded
from benchmarks.result import Kind, Line, Measure, NotRun
from models.case.finding import Finding
from models.case.trial import Trial
from models.histories.batch import Batch, Tally
from models.histories.drawing import draw
from models.histories.machine import ArrayMachine
from models.kernel.source import open_source
from models.mutants import upstream_test
from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import Mutant, Part
from models.mutants.run import mutated
from models.subject.baseline import NoTest
from models.subject.implementation import Implementation
from models.sweep.sweep import (
    Unit,
    complete_units,
    in_order,
    quick_units,
    run_unit,
    sampled_units,
)
from review.run.histories import FIRST

LIMIT = 15.0
"""Seconds after which a defect is given up, each way."""
QUICK_SAMPLE, QUICK_LIMIT = 4, 3.0
STEPS, CASES = 40, 50
"""Steps of a history, and histories in a batch."""
_SEED = 1

Way = Callable[[Implementation, int, float], float]


class _FirstError(Exception):
    """The first case that breaks a property was found."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A defect: seconds until it showed by the search, and by random testing; inf: not at all."""

    name: str
    by_search: float
    by_random: float


def by_search(one: Implementation, s: int, limit: float) -> float:
    """Seconds until the search, in its own order, has found something; inf if it has not."""
    began = time.monotonic()

    def found(_: Finding) -> None:
        raise _FirstError

    def swept(units: Iterable[Unit]) -> float:
        try:
            for unit in units:
                if time.monotonic() - began > limit:
                    break
                run_unit(unit, [one], on_found=found)
        except _FirstError:
            return time.monotonic() - began
        return math.inf

    def drawn(most: int | None, seed: int) -> float:
        spent = time.monotonic() - began
        return spent + by_random(one, s, limit - spent, most, seed)

    quick = quick_units((s,))
    every = (*complete_units((s,)), *sampled_units((s,), _SEED))
    ways: tuple[Callable[[], float], ...] = (
        partial(swept, in_order(quick, hurried=False)),
        partial(drawn, FIRST, _SEED),
        partial(swept, in_order(every, hurried=False)),
        partial(drawn, None, _SEED + 1),
    )
    return next((taken for way in ways if (taken := way()) <= limit), math.inf)


def by_random(
    one: Implementation, s: int, limit: float, most: int | None = None, seed: int = _SEED
) -> float:
    """Seconds until histories that are drawn from the first moment on, ``most`` at most, have found
    something; inf if they have not."""
    began, first, tally = time.monotonic(), list[float](), Tally()
    seeds = random.Random(f"{seed} {s}")
    with Trial(one, s) as trial:
        while time.monotonic() - began < limit and (most is None or tally.examples < most):
            batch = Batch(
                trial, tally, set(), deadline=began + limit, shrinks=0,
                on_found=lambda _: first.append(time.monotonic() - began),
            )  # fmt: skip
            draw(
                type("BenchMachine", (ArrayMachine,), {"batch": batch}),
                examples=CASES,
                steps=STEPS,
                seeded=seeds.getrandbits(64),
                phases=[Phase.generate],
            )
            if first:
                return first[0]
    return math.inf


def sample(mutants: Sequence[Mutant], most: int) -> list[Mutant]:
    """At most so many of them, drawn evenly."""
    if most >= len(mutants):
        return list(mutants)
    return [mutants[number * len(mutants) // most] for number in range(most)]


def quantile(values: Sequence[float], share: float) -> float:
    """The least of the values that so large a share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _try(mutant: Mutant, limit: float) -> Tried:
    one, s = mutated(mutant), mutant.chunk_shift
    return Tried(mutant.name, by_search(one, s, limit), by_random(one, s, limit))


def measure(settings: Settings) -> Iterator[Yielded]:
    """Search and random testing, on all cores; then the kernel's own test."""
    limit = QUICK_LIMIT if settings.quick else LIMIT
    most = min(QUICK_SAMPLE, settings.sample) if settings.quick else settings.sample
    everything = [one for one in MUTANTS if one.part is Part.PORT]
    chosen = sample(everything, most)
    done, interrupted = _tried(chosen, limit)
    if done:
        for way, times in (
            ("search", [one.by_search for one in done]),
            ("random testing", [one.by_random for one in done]),
        ):
            yield from _told(way, times, limit)
        sums = [
            sum(min(taken, limit) for taken in times)
            for times in ([one.by_random for one in done], [one.by_search for one in done])
        ]
        note = f"what was not found counts {limit:g} s"
        yield Measure(
            "random testing to search, in all", sums[0] / sums[1], "", Kind.RATIO, None, note
        )
    if interrupted:
        raise KeyboardInterrupt
    settings.check_time()
    yield from _of_kernel(settings, chosen, done)


def _tried(chosen: Sequence[Mutant], limit: float) -> tuple[list[Tried], bool]:
    """What was tried of them before it was done, or interrupted."""
    found: list[Tried] = []
    ignore = (signal.SIGINT, signal.SIG_IGN)
    jobs = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(jobs, initializer=signal.signal, initargs=ignore) as pool:
        try:
            for one in pool.map(_try, chosen, [limit] * len(chosen)):
                found.append(one)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            return found, True
    return found, False


def _told(way: str, times: Sequence[float], limit: float) -> Iterator[Yielded]:
    found = [taken for taken in times if taken <= limit]
    share, note = len(found) / len(times), f"{len(found)} of {len(times)} within {limit:g} s"
    yield Measure(f"{way}, defects found", 100 * share, "%", Kind.COUNT, note=note)
    for name, part in (("median", 0.5), ("95th percentile", 0.95)):
        taken = quantile(times, part)
        more = "" if taken <= limit else f"or more: not found within {limit:g} s"
        yield Measure(f"{way}, first counterexample, {name}", min(taken, limit), note=more)
    points = (
        (max(taken, 0.001), (number + 1) / len(times)) for number, taken in enumerate(sorted(found))
    )
    yield Line(way, "seconds to the first counterexample", "share of the defects", tuple(points))


def _of_kernel(
    settings: Settings, chosen: Sequence[Mutant], done: Sequence[Tried]
) -> Iterator[Yielded]:
    """What a kernel's own test of the split finds of those that it could."""
    if settings.kernel is None:
        raise NotRun("a kernel's own test: no kernel is named (--kernel)")
    able = {one.name for one in upstream_test.split_defects()}
    common = [one for one in chosen if one.name in able]
    if not common:
        raise NotRun("a kernel's own test: none of these defects is one of the split")
    try:
        caught = upstream_test.run(open_source(settings.kernel), common)
    except NoTest as error:
        raise NotRun(f"a kernel's own test: {error}") from None
    if not caught.sound:
        raise NotRun("a kernel's own test: it fails on the port without a defect")
    names = {one.name for one in common}
    ours = [one for one in done if one.name in names]
    for way, times in (
        ("search", [one.by_search for one in ours]),
        ("random testing", [one.by_random for one in ours]),
    ):
        found = sum(math.isfinite(taken) for taken in times)
        yield _share(f"defects of the split that {way} finds", found, len(names))
    for levels in upstream_test.RANGES:
        found = len(caught.caught[levels])
        name = f"defects of the split that check_split() finds, {levels} levels"
        yield _share(name, found, len(names))


def _share(name: str, found: int, total: int) -> Measure:
    return Measure(name, 100 * found / total, "%", Kind.COUNT, note=f"{found} of {total}")


GROUP = Group("defects", "the first counterexample of seeded defects of the port", measure)
