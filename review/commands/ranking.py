# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit mutants --where``: how good it is told where to look first."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table

from models.diagnosis.where.rank import MOST
from models.mutants.mutant import Mutant, MutantError, Part
from models.mutants.where import GOAL, Ranked, ranked_all, share
from models.subject.build import BuildError
from review.report.where import where_json
from review.run.progress import Meter


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
        click.echo(json.dumps(_measured(found), indent=2))
    else:
        _show(found, Console())
    return int(share(found) < GOAL)


def _measured(found: Sequence[Ranked]) -> dict[str, object]:
    return {
        "defects": [
            {
                "name": one.mutant.name,
                "property": None if one.finding is None else one.finding.property,
                "planted": [f"{file}:{line}" for file, line in sorted(one.planted)],
                "place": one.place,
                "seconds": round(one.seconds, 3),
                **_only(where_json(one.told)),
            }
            for one in found
        ],
        "among_the_first": sum(one.place is not None for one in found),
        "of": len(found),
        "share": round(share(found), 4),
        "goal": GOAL,
    }


def _only(told: dict[str, object]) -> dict[str, object]:
    return {"reason": told["reason"], "lines": told["lines"]}


def _show(found: Sequence[Ranked], console: Console) -> None:
    table = Table("defect", "property", "place", "named first", "seconds", box=box.SIMPLE)
    table.columns[2].justify = table.columns[4].justify = "right"
    for one in found:
        first = one.told.suspects[:1]
        named = f"{first[0].file}:{first[0].line} {first[0].function}" if first else one.told.reason
        broken = "" if one.finding is None else one.finding.property
        place = str(one.place or "-")
        table.add_row(one.mutant.name, broken, place, named, f"{one.seconds:.1f}")
    console.print(table)
    among = sum(one.place is not None for one in found)
    told = f"{among} of {len(found)} ({share(found):.0%}) have the planted line among the first"
    console.print(f"{told} {MOST}; the goal is {GOAL:.0%}", highlight=False)
