# SPDX-License-Identifier: GPL-2.0-or-later
"""The stages of a review, one after the other; Ctrl-C ends it with what was found so far."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from models.implementation import Implementation
from models.rcu import explore, plan
from review import evidence, numbers, prove
from review import search as searches
from review.bundle.write import OBLIGATIONS
from review.numbers import Numbers
from review.progress import Meter
from review.reviewed import Options, Reviewed
from specs.claims import Evidence
from xarray_model.geometry import CHUNK_SHIFTS

PROVED_AT = (6,)
"""The chunk shifts at which a review decides the theorems; ``prove`` decides them at all."""
READERS_AT = (1, 2)
"""The chunk shifts at which a review explores readers; ``rcu`` adds 6 and every writer."""


def run(
    options: Options,
    built: list[Implementation],
    broken: list[str],
    jobs: int,
    place: Path,
) -> Reviewed:
    """Review what was ``built``; ``broken`` are prefixes of a series that were not.

    ``place`` is the folder that gets the theorems' obligations.  After Ctrl-C the stages that were
    not run are missing in what is returned, and it is not complete.
    """
    effort = searches.effort(options.examples, options.steps, options.seconds)
    durations: dict[str, float] = {}
    with _timed(durations, "search"):
        search = searches.search(built, CHUNK_SHIFTS, options.seed, jobs, effort)
    search.broken = broken
    done = Reviewed(options, search, durations=durations)
    if not search.finished:
        return done
    try:
        if options.proofs:
            with _timed(durations, "theorems"):
                done.proofs = prove.decide(
                    chunk_shifts=PROVED_AT, export=place / OBLIGATIONS, processes=jobs
                )
            if done.proofs.interrupted:
                return done
        with _timed(durations, "readers"):
            done.explored = _explored(built)
        with _timed(durations, "large splits"):
            done.measured = _measured(built)
        with _timed(durations, "numbers"):
            done.numbers = _numbers(built)
        with _timed(durations, "causes"):
            done.complete = search.diagnoses is not None
    except KeyboardInterrupt:
        done.complete = False
    return done


@contextmanager
def _timed(durations: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        durations[name] = time.monotonic() - began


def _explored(built: Sequence[Implementation]) -> dict[str, explore.Report]:
    """What lockless readers may see of a split under way, for each implementation."""
    found: dict[str, explore.Report] = {}
    with Meter("readers", len(built)) as meter:
        for one in built:
            found[one.name] = explore.explore(one.source, READERS_AT, writers=plan.SPLITS)
            meter.advance()
    return found


def _measured(built: Sequence[Implementation]) -> list[Evidence]:
    """What one large split each comes to, and what the kernel's own test sees."""
    steps = (evidence.of_large_split, evidence.of_upstream_test)
    found: list[Evidence] = []
    with Meter("large splits", len(steps)) as meter:
        for step in steps:
            found += step(built)
            meter.advance()
    return found


def _numbers(built: Sequence[Implementation]) -> Numbers:
    """Nodes, work under the lock and stack."""
    with Meter("numbers", numbers.steps(built)) as meter:
        return numbers.measure(built, progress=meter.advance)
