# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit mutants --several``: whether each of several defects at once is told by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table

from models.diagnosis.causes import causes
from models.mutants.mutant import Mutant, MutantError
from models.mutants.several import Bench
from models.mutants.told import NOT_PURE_OR_TWICE, TOLD, Outcome, Sum, by_size
from models.subject.build import BuildError
from review.run.progress import Meter


class _Sizes(click.ParamType[range]):
    name = "K[-K]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> range:
        """How many defects: one number, or the first and the last."""
        if isinstance(value, range):
            return value
        told = re.fullmatch(r"(\d+)(?:-(\d+))?", str(value))
        sizes = range(int(told[1]), int(told[2] or told[1]) + 1) if told else range(0)
        if not sizes or sizes[0] < 1:
            self.fail(f"{value} is neither a number of defects nor a range such as 2-6", param, ctx)
        return sizes


SIZES = _Sizes()


def told_apart(
    mutants: Sequence[Mutant], sizes: range, sample: int, seed: int, as_json: bool
) -> int:
    """Judge what is told of ``sample`` sets, and print it; the exit status."""
    bench = Bench(mutants, causes)
    if len(bench.mutants) < sizes[-1]:
        raise click.UsageError(
            f"Of these defects {len(bench.mutants)} can be planted together, not {sizes[-1]}."
        )
    outcomes: list[Outcome] = []
    try:
        with Meter("sets", sample) as meter:
            for outcome in bench.outcomes(sizes, sample, seed):
                outcomes.append(outcome)
                meter.advance(f"{sum(one.right for one in outcomes)} told apart")
    except (MutantError, BuildError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(_as_json(outcomes, seed), indent=2))
    else:
        show(outcomes, Console())
    return int(not Sum(outcomes).met)


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print for people what was told of sets."""
    headings = ("defects", "sets", "in all", "told", "findings", "not pure", "twice")
    table = Table(*headings, box=box.SIMPLE)
    for column in table.columns:
        column.justify = "right"
    sums = [(str(size), one) for size, one in by_size(outcomes).items()]
    for name, one in [*sums, ("all", Sum(list(outcomes)))]:
        table.add_row(
            name,
            str(len(one.outcomes)),
            str(one.defects),
            percent(one.told, one.defects),
            str(one.findings),
            percent(one.not_pure, one.findings),
            percent(one.twice, one.findings),
        )
    console.print(table)
    met = "are met" if Sum(list(outcomes)).met else "are NOT met"
    console.print(
        f"The goals, {TOLD} % told and at most {NOT_PURE_OR_TWICE} % of findings not pure or told"
        f" twice, {met}.",
        highlight=False,
        soft_wrap=True,
    )
    for outcome in outcomes:
        for line in wrong(outcome):
            console.print(line, highlight=False, soft_wrap=True, markup=False)


def percent(part: int, whole: int) -> str:
    """A share with the numbers that it is of."""
    return f"{100 * part / whole:.1f} %" if whole else "none"


def wrong(outcome: Outcome) -> Iterator[str]:
    """What is wrong with what was told of a set, a line each; nothing if all is right."""
    if outcome.right:
        return
    yield f"Of {', '.join(outcome.defects)}:"
    for name in outcome.untold:
        yield f"  not told: {name}"
    for name, times in outcome.told.items():
        if times > 1:
            yield f"  told {times} times: {name}"
    for one in outcome.findings:
        if not one.pure:
            shows = ", ".join((*one.defects, *(["the port"] if one.port else []))) or "nothing"
            yield f"  not pure: {one.case.property}, whose smallest case shows {shows}"


def _as_json(outcomes: Sequence[Outcome], seed: int) -> dict[str, object]:
    total = Sum(list(outcomes))
    return {
        "seed": seed,
        "goals": {"told_percent": TOLD, "not_pure_or_twice_percent": NOT_PURE_OR_TWICE},
        "met": total.met,
        "sizes": [{"size": size, **_sum(one)} for size, one in by_size(outcomes).items()],
        "all": _sum(total),
        "sets": [
            {
                "defects": list(one.defects),
                "right": one.right,
                "not_told": one.untold,
                "told": dict(one.told),
                "findings": [
                    {"property": told.case.property, "shows": list(told.defects), "pure": told.pure}
                    for told in one.findings
                ],
            }
            for one in outcomes
        ],
    }


def _sum(one: Sum) -> dict[str, int]:
    return {
        "sets": len(one.outcomes),
        "defects": one.defects,
        "told": one.told,
        "findings": one.findings,
        "not_pure": one.not_pure,
        "twice": one.twice,
    }
