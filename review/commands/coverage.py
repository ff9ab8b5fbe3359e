# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit coverage``: which lines and branches of the port's split functions the checks run."""

from __future__ import annotations

import json

import click
from rich.console import Console

from models.mutants.coverage import EXPLAINED, Coverage, measure
from models.subject.build import BuildError
from review.commands.options import json_option
from review.report.terminal import simple_table
from review.run import subjects


@click.command("coverage", short_help="Line and branch coverage of the port's split functions.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--examples",
    type=click.IntRange(1),
    default=900,
    show_default=True,
    help="Histories that the machine draws, at chunk shifts 1 to 3 together.",
)
@json_option
def command(seed: int, examples: int, as_json: bool) -> int:
    """Count with gcov which lines and branches of the port's split functions sweep and machine run.

    Needs gcc.  What no call within the contract reaches is listed with its reason.

    \b
    Examples:
      xasplit coverage
      xasplit coverage --examples 200 --json

    Exit status: 0 complete and nothing broke, 1 not so, 2 wrong usage or environment.
    """
    try:
        done = {
            source.name: measure(source, (1, 2, 3), examples, seed)
            for source in subjects.port_sources()
        }
    except BuildError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps({name: _as_json(one) for name, one in done.items()}, indent=2))
    else:
        for name, one in done.items():
            _show(name, one, Console())
    return 0 if all(one.complete and not one.findings for one in done.values()) else 1


def _show(name: str, done: Coverage, console: Console) -> None:
    table = simple_table(name, "lines", "branches", "missed")
    for function, lines in done.functions.items():
        missed = [*map(str, lines.missed_lines), *(f"{n}.{b}" for n, b in lines.missed_branches)]
        table.add_row(
            function,
            f"{len(lines.lines) - len(lines.missed_lines)}/{len(lines.lines)}",
            f"{len(lines.branches) - len(lines.missed_branches)}/{len(lines.branches)}",
            " ".join(missed),
        )
    console.print(table)
    for function, text in sorted(done.explained):
        console.print(f"  not reached in {function}: {text}", highlight=False)
        console.print(f"    {EXPLAINED[function, text]}", highlight=False)
    if done.findings:
        console.print(f"  {len(done.findings)} properties broke: run xasplit search")


def _as_json(done: Coverage) -> dict[str, object]:
    return {
        "complete": done.complete,
        "functions": {
            function: {
                "lines": len(lines.lines),
                "missed_lines": lines.missed_lines,
                "branches": len(lines.branches),
                "missed_branches": [list(place) for place in lines.missed_branches],
            }
            for function, lines in done.functions.items()
        },
        "explained": [
            {"function": function, "text": text, "reason": EXPLAINED[function, text]}
            for function, text in sorted(done.explained)
        ],
        "findings": len(done.findings),
    }
