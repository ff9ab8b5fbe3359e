# SPDX-License-Identifier: GPL-2.0-or-later
"""Options of commands that ask solvers."""

from __future__ import annotations

from collections.abc import Callable

import click

from proofs.solvers import SOLVERS
from review.commands.options import Command, together


def solver_options(timeout: float) -> Callable[[Command], Command]:
    """Options that say how obligations are decided: ``--solver`` (any number of times), and
    ``--timeout`` with this default, in seconds."""
    return together(
        click.option(
            "--solver",
            "solvers",
            multiple=True,
            type=click.Choice(list(SOLVERS)),
            callback=_in_order,
            help="Only this solver; may be given several times.  [default: all three]",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(0.1),
            default=timeout,
            show_default=True,
            help="Seconds for one answer of one solver.",
        ),
    )


def _in_order(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(solver for solver in SOLVERS if solver in names) or tuple(SOLVERS)
