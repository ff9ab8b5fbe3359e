# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs seeded defects with progress; what cannot be run is one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import click

from models.diagnosis.causes import causes
from models.mutants.mutant import Mutant, MutantError, Part
from models.mutants.run import Outcome, catch_all
from models.mutants.several import Bench
from models.mutants.told import Outcome as SetOutcome
from models.mutants.where import Ranked, ranked_all
from models.subject.build import BuildError
from review.run.progress import Meter

_T = TypeVar("_T")


def caught(mutants: Sequence[Mutant]) -> list[Outcome]:
    """Put the mutants through their checks; click.ClickException when one does not fit its source
    any more or does not compile, as for the others below."""
    return _collected("mutants", len(mutants), catch_all(mutants), lambda one: one.caught, "caught")


def ranked(mutants: Sequence[Mutant], jobs: int) -> list[Ranked]:
    """Rank the lines of every seeded defect of the port."""
    wanted = [one for one in mutants if one.part is Part.PORT and one.usual]
    if not wanted:
        raise click.UsageError(
            "None of these is a defect of the port as usual, whose lines are ranked."
        )
    found = ranked_all(wanted, jobs)
    among = "among the first"
    return _collected("defects", len(wanted), found, lambda one: one.place is not None, among)


def told_apart(mutants: Sequence[Mutant], sizes: range, sample: int, seed: int) -> list[SetOutcome]:
    """Judge what is told of ``sample`` sets of so many defects."""
    bench = Bench(mutants, causes)
    if len(bench.mutants) < sizes[-1]:
        raise click.UsageError(
            f"Of these defects {len(bench.mutants)} can be planted together, not {sizes[-1]}."
        )
    found = bench.outcomes(sizes, sample, seed)
    return _collected("sets", sample, found, lambda one: one.right, "told apart")


def _collected(
    task: str, steps: int, outcomes: Iterable[_T], good: Callable[[_T], bool], word: str
) -> list[_T]:
    """The outcomes as they come, with a note on how many are good."""
    found: list[_T] = []
    try:
        with Meter(task, steps) as meter:
            for one in outcomes:
                found.append(one)
                meter.advance(f"{sum(map(good, found))} {word}")
    except (MutantError, BuildError) as error:
        raise click.ClickException(str(error)) from None
    return found
