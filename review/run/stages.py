# SPDX-License-Identifier: GPL-2.0-or-later
"""The stages of a review, one after the other; Ctrl-C ends it with what was found so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias

from models.readers import explore, plan
from models.subject.implementation import Implementation
from proofs import run as proving
from proofs.c import report as c_report
from proofs.report import Report
from review.run import c_proofs, evidence, numbers, saving, search_result, time_limit
from review.run import search as searches
from review.run.attempt import one_line
from review.run.checkpoint import Checkpoint
from review.run.numbers import Numbers
from review.run.progress import Meter
from review.run.results import Results, implementation_key, source_key, tools
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.store import NOWHERE, ResultStore
from review.run.workers import Workers
from specs.claims import Evidence
from xarray_model.geometry import CHUNK_SHIFTS

DecideC: TypeAlias = Callable[
    [Sequence[Implementation], int, ResultStore], Sequence[c_report.Report]
]
SAMPLE = 24
"""Groups of cases that a review's sweep draws where it is not complete: half of what ``search``
does."""
_FOR_SEARCH = 2 / 3
"""How much of the time that a review is given goes to the search, its causes included."""
_FOR_WRITING = 0.1
"""How much of it is kept for writing the bundle."""
OBLIGATIONS = "obligations"
"""The folder of the SMT-LIB files, which the proofs write themselves."""
FOUND = "found"
"""The folder of counterexamples as they are found, as long as the bundle is not written."""
PROVED_AT = (6,)
"""The chunk shifts at which a review decides the theorems; ``prove`` decides them at all."""
READERS_AT = (1, 2)
"""The chunk shifts at which a review explores readers; ``rcu`` adds 6 and every writer."""


def run(
    options: ReviewOptions,
    built: list[Implementation],
    broken: list[str],
    workers: Workers,
    place: Path,
    checkpoint: Checkpoint,
    store: ResultStore = NOWHERE,
    decide: Callable[..., Report] = proving.prove,
    others: Mapping[str, Sequence[Implementation]] | None = None,
    decide_c: DecideC = c_proofs.prove_all,
) -> ReviewResult:
    """Review what was ``built``; ``broken`` are prefixes of a series that were not, ``others`` by
    its name what it is in other configurations, which are searched at small scope.

    ``place`` is the folder that gets the theorems' obligations.  What ``had`` says is done is not
    done again; it is kept up to date.  ``store`` has what earlier runs judged and decided;
    ``decide`` decides the theorems, as ``proofs.run.prove`` does, ``decide_c`` what a thorough
    review proves of C code, as ``c_proofs.prove_all``.  After Ctrl-C the stages that were not run
    are missing in what is returned, and it is not complete.
    """
    for_search = None if options.seconds is None else options.seconds * _FOR_SEARCH
    effort = searches.effort(options.examples, options.steps, for_search, sample=SAMPLE)
    began = time.monotonic()
    others = others or {}
    everything = [*built, *(one for some in others.values() for one in some)]
    saver = saving.Saver(place / FOUND, everything, options.seed)
    results = Results(store)
    with _timed(checkpoint.durations, "search"):
        search = searches.search(
            built,
            CHUNK_SHIFTS,
            options.seed,
            workers,
            effort,
            checkpoint.so_far,
            saver.found,
            results,
        )
        if search.finished:
            searches.elsewhere(search, others, workers, effort, saver.found)
    search.broken, search.everything = broken, options.everything
    done = ReviewResult(options, search, durations=checkpoint.durations)
    left = None
    if options.seconds is not None:
        left = max(0.1, options.seconds * (1 - _FOR_WRITING) - (time.monotonic() - began))
        search.deadline = time.monotonic() + left
    try:
        with time_limit.within(left):
            if search.over:
                search_result.work_out(search)
            done.complete = search.finished and _rest(
                done, place, workers, checkpoint, store, decide, decide_c
            )
    except KeyboardInterrupt:
        search_result.leave(search)
    except Exception as error:  # whatever it is: what was found before is worth more
        search.not_done.append(f"A stage of the review failed: {one_line(error)}")
        search_result.leave(search)
    return done


def _rest(
    done: ReviewResult,
    place: Path,
    workers: Workers,
    checkpoint: Checkpoint,
    store: ResultStore,
    decide: Callable[..., Report],
    decide_c: DecideC = c_proofs.prove_all,
) -> bool:
    """What comes after the search; whether all of it was done."""
    built, took = done.implementations, checkpoint.durations
    if done.options.proofs:
        with _timed(took, "theorems"):
            done.proofs = checkpoint.proofs or decide(
                chunk_shifts=PROVED_AT,
                export=place / OBLIGATIONS,
                processes=workers.jobs,
                store=store,
            )
        if done.proofs.interrupted:
            return False
        checkpoint.proofs = done.proofs
    if done.options.thorough:
        with _timed(took, "proofs of C code"):
            done.c_proofs = checkpoint.c_proofs or decide_c(built, workers.jobs, store)
        if any(one.interrupted for one in done.c_proofs):
            return False
        checkpoint.c_proofs = done.c_proofs
    taken = done.search.results
    with _timed(took, "readers"):
        done.explored = checkpoint.explored = checkpoint.explored or _explored(
            built, taken, workers.jobs
        )
    with _timed(took, "large splits"):
        done.measured = _measured(built, taken)
    with _timed(took, "numbers"):
        done.numbers = _numbers(built, done.hanging, taken, workers.jobs)
    with _timed(took, "causes"):
        search_result.work_out(done.search)
        return True


@contextmanager
def _timed(durations: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        durations[name] = durations.get(name, 0.0) + time.monotonic() - began


def _explored(
    built: Sequence[Implementation], results: Results, jobs: int
) -> dict[str, explore.Report]:
    """What lockless readers may see of a split under way, for each implementation."""
    found: dict[str, explore.Report] = {}
    with Meter("readers", len(built)) as meter:
        for one in built:
            found[one.name] = results.of(
                "explorations of readers",
                (source_key(one.source, steps=True), READERS_AT, plan.SPLITS, tools()),
                partial(explore.explore, one.source, READERS_AT, writers=plan.SPLITS, jobs=jobs),
                _whole,
            )
            meter.advance()
    return found


def _whole(report: explore.Report) -> bool:
    """Whether everything was explored, and to its end, by programs that can still replay it."""
    ended = not report.unexplored and all(result.complete for _, result in report.results)
    return ended and all(path.exists() for path in report.executables.values())


def _measured(built: Sequence[Implementation], results: Results) -> list[Evidence]:
    """What one large split each comes to, and what the kernel's own test sees."""
    steps = (evidence.of_large_split, evidence.of_upstream_test)
    found: list[Evidence] = list(evidence.of_bases(built))
    key = [implementation_key(one) for one in built]
    with Meter("large splits", len(steps)) as meter:
        for step in steps:
            parts = (step.__name__, key, tools())
            found += results.of("large splits and tests", parts, lambda: list(step(built)))  # noqa: B023
            meter.advance()
    return found


def _numbers(
    built: Sequence[Implementation], hanging: Collection[str], results: Results, jobs: int
) -> Numbers:
    """Nodes, work under the lock and stack."""
    key = ([source_key(one.source) for one in built], sorted(hanging), tools())

    def measured() -> Numbers:
        with Meter("numbers", numbers.steps(built)) as meter:
            return numbers.measure(built, hanging=hanging, progress=meter.advance, jobs=jobs)

    return results.of("measurements", key, measured)
