# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit mutants``: show that each seeded defect is caught, by what, and how fast; or that each
of several at once is told by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from models.mutants.catalogue import MUTANTS
from models.mutants.run import controls, lacking
from models.mutants.told import Sum
from models.mutants.where import GOAL, share
from review.commands import run_options
from review.commands.options import fresh_option, jobs_option, json_option
from review.report import mutants as report
from review.report.output import show
from review.run import mutants as runs
from review.run.named import NamedKernels
from review.run.workers import Workers

if TYPE_CHECKING:
    from review.run.results import Results

SETS = 20
"""How many sets of seeded defects are drawn."""


def _sizes(_: click.Context, __: click.Parameter, text: str | None) -> range | None:
    """How many defects: one number, or the first and the last."""
    if text is None:
        return None
    ends = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    sizes = range(int(ends[1]), int(ends[2] or ends[1]) + 1) if ends else range(0)
    if not sizes or sizes[0] < 1:
        raise click.BadParameter(f"{text} is neither a number of defects nor a range such as 2-6")
    return sizes


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
    "--sample",
    type=click.IntRange(1),
    help=f"So many of these sets [default: {SETS}], or of machine-made mutants [default: all].",
)
@click.option("--seed", type=int, default=1, show_default=True, help="What draws them.")
@click.option(
    "--machine-made",
    "machine",
    is_flag=True,
    help="Make mutants of a source and run them against its kernel's own test and our checks.",
)
@run_options.kernels_options("rev", "mbox")
@click.option("--port", is_flag=True, help="Of the C port, with each of its splits.")
@click.option(
    "--functions",
    metavar="NAME,...",
    default="split",
    show_default=True,
    help="What is mutated, with all that it calls; split: what splits; others: what stores,"
    " erases, marks, finds, steps and pauses and is not called by what splits.",
)
@click.option(
    "--checks",
    type=click.Choice(["specs", "geometry", "model"]),
    help="Of the checks instead: a changed one must judge, or answer, some control otherwise.",
)
@jobs_option
@fresh_option
@json_option
def command(
    names: tuple[str, ...],
    where: bool,
    several: range | None,
    sample: int | None,
    seed: int,
    machine: bool,
    named: NamedKernels,
    port: bool,
    functions: str,
    checks: str | None,
    jobs: int,
    fresh: bool,
    as_json: bool,
) -> int:
    """Put each seeded defect of port, model and driver, or those with these NAMEs, through the
    check that must catch it.

    A defect is caught when every property that it is declared to break is found broken: in samples
    of the sweep, or in histories that the machine draws, of the configuration that it names.  Exit
    status 1 when one survives.  Where
    no NAME is given the unchanged port is put through the whole of each check too, and must pass.

    With --where, lines of code are ranked for a case of each defect of the port (docs/where.md),
    and it is told on which place its own is.  Exit status 1 when the goal for that is not met.

    With --several, sets of defects are planted together, those in which each is still seen alone,
    and it is judged whether each is told as one finding whose smallest case shows no other.  Exit
    status 1 when the goals for that are not met.

    With --machine-made, mutants of a kernel's or the port's functions are made by rules and run
    against the kernel's own test and against our checks, each until the first kills it. Exit status
    1 when one survives our checks and it is not known why. --where tells instead on which place
    the ranking has the line of each, beside plain coverage. --checks makes mutants of the specs,
    the geometry or the model: each must change what is said of some case whose verdict is known.

    \b
    Examples:
      xasplit mutants
      xasplit mutants --where --json
      xasplit mutants sibling-mask canonical-first --json
      xasplit mutants --several 2-6 --sample 100
      xasplit mutants --machine-made --port --sample 100
      xasplit mutants --machine-made --kernel ~/linux --functions others --json
      xasplit mutants --machine-made --checks specs --sample 200
    """
    if machine:
        if names or several is not None or (where and checks):
            raise click.UsageError("--machine-made goes with --where or --checks, and no more.")
        from review.run.results import Results
        from review.run.store import ResultStore

        results = Results(ResultStore(fresh=fresh))
        if checks is not None:
            return _of_checks(checks, sample, seed, Workers(jobs), results, as_json)
        return _machine_made(
            named, port, functions, sample, seed, Workers(jobs), results, as_json, where=where
        )
    if named.kernels or port or checks:
        raise click.UsageError("--kernel, --port and --checks go with --machine-made.")
    known = {mutant.name: mutant for mutant in MUTANTS}
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"There is no mutant {unknown[0]}; without names all are run.")
    chosen = [known[name] for name in dict.fromkeys(names)] or list(MUTANTS)
    if where and several is not None:
        raise click.UsageError("--where and --several measure different things: give one of them.")
    if where:
        ranked = runs.ranked(chosen, 2)
        show(report.ranked(ranked), as_json=as_json)
        return int(share(ranked) < GOAL)
    if several is not None:
        sets = runs.told_apart(chosen, several, sample or SETS, seed)
        show(report.told_apart(sets, seed), as_json=as_json)
        return int(not Sum(sets).met)
    not_run = {one.name: why for one in chosen if (why := lacking(one))}
    chosen = [one for one in chosen if one.name not in not_run]
    if not chosen:
        raise click.ClickException("; ".join(f"{name}: {why}" for name, why in not_run.items()))
    outcomes = runs.caught(chosen)
    unchanged: report.Controls = {} if names else controls(chosen)
    show(report.caught(outcomes, unchanged, not_run), as_json=as_json)
    return int(any(unchanged.values()) or not all(one.caught for one in outcomes))


def _machine_made(
    named: NamedKernels,
    port: bool,
    functions: str,
    sample: int | None,
    seed: int,
    workers: Workers,
    results: Results,
    as_json: bool,
    *,
    where: bool,
) -> int:
    if port == bool(named.kernels):
        raise click.UsageError("--machine-made: of what? Give --port, --kernel or --checks.")
    try:
        from review.report import machine_made as report
        from review.run.machine_made import adequacy, places, scope
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{error.name} is not installed: pip install 'xasplit[mutants]'"
        ) from None
    from review.report.output import each
    from review.run.subjects import kernel_sources, port_sources

    sources = port_sources() if port else kernel_sources(named)
    wanted = scope(functions, sample, seed)
    if where:
        ranked = [places(one, wanted, workers, results) for one in sources]
        show([each("sources", map(report.ranked, ranked))], as_json=as_json)
        return 2 if any(one.left for one in ranked) else 0
    done = [adequacy(one, wanted, workers, results) for one in sources]
    show([each("sources", map(report.answer, done))], as_json=as_json)
    if any(report.unexplained(one) for one in done):
        return 1
    return 2 if any(one.left for one in done) else 0


def _of_checks(
    named: str,
    sample: int | None,
    seed: int,
    workers: Workers,
    results: Results,
    as_json: bool,
) -> int:
    from review.report import changed_checks as report
    from review.run.changed_checks import fates

    done = fates(named, sample, seed, workers, results)
    show(report.answer(done), as_json=as_json)
    return 1 if done.survivors else 2 if done.left else 0
