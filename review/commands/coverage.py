# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit coverage``: which lines and branches of the port's split functions the checks run."""

from __future__ import annotations

import click

from models.mutants.coverage import measure
from models.subject.build import BuildError
from review.commands.options import json_option
from review.report import coverage as report
from review.report.output import nested, show
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
    parts = [nested(name, report.answer(name, one)) for name, one in done.items()]
    show(parts, as_json=as_json)
    return 0 if all(one.complete and not one.findings for one in done.values()) else 1
