# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit mutants``: show that each seeded defect is caught, by what, and how fast; or that each
of several at once is told by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from statistics import median

import click
from rich import box
from rich.console import Console
from rich.table import Table

from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import Check, Mutant, MutantError
from models.mutants.run import Outcome, catch_all, controls
from models.mutants.upstream import FOR_READERS
from models.subject.build import BuildError
from review.commands import ranking
from review.commands.options import json_option
from review.commands.several import SIZES, told_apart
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


Controls = Mapping[tuple[Check, int], Mapping[str, str]]
"""What the unchanged port breaks, by check and chunk shift (``models.mutants.run.controls``)."""


def _as_json(outcomes: Sequence[Outcome], unchanged: Controls) -> dict[str, object]:
    """The outcomes as a JSON object; times in seconds."""
    return {
        "unchanged_port": [
            {"check": check.value, "chunk_shift": s, "found": dict(found)}
            for (check, s), found in unchanged.items()
        ],
        "mutants": [
            {
                "name": one.mutant.name,
                "wrong": one.mutant.wrong,
                "part": one.mutant.part.value,
                "file": one.mutant.file,
                "chunk_shift": one.mutant.chunk_shift,
                "check": one.mutant.check.value,
                "caught": one.caught,
                "caught_by": list(one.mutant.caught_by),
                "missing": one.missing,
                "found": dict(one.found),
                "seconds": round(one.seconds, 3),
                "build_seconds": round(one.build_seconds, 3),
            }
            for one in outcomes
        ],
        "median_seconds": round(median(one.seconds for one in outcomes), 3),
        "survived": [one.mutant.name for one in outcomes if not one.caught],
        "for_readers": FOR_READERS,
    }


def show(outcomes: Sequence[Outcome], unchanged: Controls, console: Console) -> None:
    """Print the outcomes for people."""
    table = Table("defect", "what is wrong", "caught by", "in", "seconds", box=box.SIMPLE)
    table.columns[4].justify = "right"
    for one in outcomes:
        caught = ", ".join(one.mutant.caught_by)
        if not one.caught:
            caught = f"SURVIVES: {', '.join(one.missing)} not found"
        check = one.mutant.check.value
        table.add_row(one.mutant.name, one.mutant.wrong, caught, check, f"{one.seconds:.2f}")
    console.print(table)
    survived = [one.mutant.name for one in outcomes if not one.caught]
    console.print(
        f"{len(outcomes) - len(survived)} of {len(outcomes)} caught,"
        f" median {median(one.seconds for one in outcomes):.2f} s to catch one"
        f" (slowest {max(one.seconds for one in outcomes):.2f} s), compiling not counted",
        highlight=False,
    )
    for (tried, s), found in unchanged.items():
        told = f"WRONG: it breaks {', '.join(found)}" if found else "it passes"
        console.print(
            f"The unchanged port in the {tried.value} at chunk shift {s}: {told}",
            highlight=False,
            soft_wrap=True,
        )
    for change, control in FOR_READERS.items():
        told = f"Not run: {change}: only readers see it, control {control} of xasplit rcu"
        console.print(told, highlight=False, soft_wrap=True)


@click.command("mutants", short_help="Show that seeded defects are caught.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--where", is_flag=True, help="Measure how well the ranking finds their lines.")
@click.option(
    "--several",
    type=SIZES,
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
        return ranking.measure(chosen, 2, as_json)
    if several is not None:
        return told_apart(chosen, several, sample, seed, as_json)
    outcomes = run(chosen)
    unchanged: Controls = {} if names else controls(chosen)
    if as_json:
        click.echo(json.dumps(_as_json(outcomes, unchanged), indent=2))
    else:
        show(outcomes, unchanged, Console())
    return int(any(unchanged.values()) or not all(one.caught for one in outcomes))
