# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit mutants``: show that each seeded defect is caught, by what, and how fast; or that each
of several at once is told by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import click
from rich.console import Console

from models.diagnosis.causes import causes
from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import Mutant, MutantError, Part
from models.mutants.run import Outcome, catch_all, controls
from models.mutants.several import Bench
from models.mutants.told import Outcome as SetOutcome
from models.mutants.told import Sum
from models.mutants.where import GOAL, Ranked, ranked_all, share
from models.subject.build import BuildError
from review.commands.options import json_option
from review.report import ranking
from review.report import several as several_report
from review.report.mutants import Controls, show
from review.report.mutants import as_json as mutants_json
from review.run.progress import Meter


def run(mutants: Sequence[Mutant]) -> list[Outcome]:
    """Put the mutants through their checks, with progress; click.ClickException when one does not
    fit its source any more or does not compile."""
    outcomes = []
    try:
        with Meter("mutants", len(mutants)) as meter:
            for outcome in catch_all(mutants):
                outcomes.append(outcome)
                meter.advance(f"{sum(one.caught for one in outcomes)} caught")
    except (MutantError, BuildError) as error:
        raise click.ClickException(str(error)) from None
    return outcomes


def measure(mutants: Sequence[Mutant], jobs: int, as_json: bool) -> int:
    """Rank every seeded defect of the port, and print where its line is; the exit status: 1 when
    fewer than ``GOAL`` have it among the first."""
    wanted = [one for one in mutants if one.part is Part.PORT]
    if not wanted:
        raise click.UsageError("None of these is a defect of the port, whose lines are ranked.")
    found: list[Ranked] = []
    try:
        with Meter("defects", len(wanted)) as meter:
            for one in ranked_all(wanted, jobs):
                found.append(one)
                meter.advance(f"{sum(each.place is not None for each in found)} among the first")
    except (MutantError, BuildError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(ranking.as_json(found), indent=2))
    else:
        ranking.show(found, Console())
    return int(share(found) < GOAL)


def _sizes(_: click.Context, __: click.Parameter, text: str | None) -> range | None:
    """How many defects: one number, or the first and the last."""
    if text is None:
        return None
    told = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    sizes = range(int(told[1]), int(told[2] or told[1]) + 1) if told else range(0)
    if not sizes or sizes[0] < 1:
        raise click.BadParameter(f"{text} is neither a number of defects nor a range such as 2-6")
    return sizes


def told_apart(
    mutants: Sequence[Mutant], sizes: range, sample: int, seed: int, as_json: bool
) -> int:
    """Judge what is told of ``sample`` sets, and print it; the exit status."""
    bench = Bench(mutants, causes)
    if len(bench.mutants) < sizes[-1]:
        raise click.UsageError(
            f"Of these defects {len(bench.mutants)} can be planted together, not {sizes[-1]}."
        )
    outcomes: list[SetOutcome] = []
    try:
        with Meter("sets", sample) as meter:
            for outcome in bench.outcomes(sizes, sample, seed):
                outcomes.append(outcome)
                meter.advance(f"{sum(one.right for one in outcomes)} told apart")
    except (MutantError, BuildError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(several_report.as_json(outcomes, seed), indent=2))
    else:
        several_report.show(outcomes, Console())
    return int(not Sum(outcomes).met)


@click.command("mutants", short_help="Show that seeded defects are caught.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--where", is_flag=True, help="Measure how well the ranking finds their lines.")
@click.option(
    "--several",
    callback=_sizes,
    metavar="K[-K]",
    help="Plant so many defects at once, or from so many to so many, such as 2-6.",
)
@click.option(
    "--sample", type=click.IntRange(1), default=20, show_default=True, help="So many sets of them."
)
@click.option("--seed", type=int, default=1, show_default=True, help="What draws the sets.")
@json_option
def command(
    names: tuple[str, ...],
    where: bool,
    several: range | None,
    sample: int,
    seed: int,
    as_json: bool,
) -> int:
    """Put each seeded defect of port, model and driver, or those with these NAMEs, through the
    check that must catch it.

    A defect is caught when every property that it is declared to break is found broken: in samples
    of the sweep, or in histories that the machine draws.  Exit status 1 when one survives.  Where
    no NAME is given the unchanged port is put through the whole of each check too, and must pass.

    With --where, lines of code are ranked for a case of each defect of the port (docs/where.md),
    and it is told on which place its own is.  Exit status 1 when the goal for that is not met.

    With --several, sets of defects are planted together, those in which each is still seen alone,
    and it is judged whether each is told as one finding whose smallest case shows no other.  Exit
    status 1 when the goals for that are not met.

    \b
    Examples:
      xasplit mutants
      xasplit mutants --where --json
      xasplit mutants sibling-mask canonical-first --json
      xasplit mutants --several 2-6 --sample 100
    """
    known = {mutant.name: mutant for mutant in MUTANTS}
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"There is no mutant {unknown[0]}; without names all are run.")
    chosen = [known[name] for name in dict.fromkeys(names)] or list(MUTANTS)
    if where and several is not None:
        raise click.UsageError("--where and --several measure different things: give one of them.")
    if where:
        return measure(chosen, 2, as_json)
    if several is not None:
        return told_apart(chosen, several, sample, seed, as_json)
    outcomes = run(chosen)
    unchanged: Controls = {} if names else controls(chosen)
    if as_json:
        click.echo(json.dumps(mutants_json(outcomes, unchanged), indent=2))
    else:
        show(outcomes, unchanged, Console())
    return int(any(unchanged.values()) or not all(one.caught for one in outcomes))
