# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit prove``: decide the theorems by three solvers."""

from __future__ import annotations

from pathlib import Path

import click

from proofs import run
from review.commands.options import chunk_shifts_option, fresh_option, json_option
from review.commands.solver_options import solver_options
from review.report.output import show
from review.report.proofs import answer, decide
from review.run.store import ResultStore


@click.command("prove", short_help="Decide the theorems by three solvers.")
@click.argument("names", nargs=-1, metavar="[ID]...")
@chunk_shifts_option
@solver_options(run.TIMEOUT)
@click.option(
    "--export",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write every obligation as an SMT-LIB 2 file into this folder.",
)
@fresh_option
@json_option
def command(
    names: tuple[str, ...],
    shifts: tuple[int, ...],
    solvers: tuple[str, ...],
    timeout: float,
    export: Path | None,
    fresh: bool,
    as_json: bool,
) -> int:
    """Decide the theorems on the split's arithmetic, all or those named (N1, or N1.loop).

    Every obligation must be proved by each solver that knows its logic, and every negative control
    refuted.  Theorems for any chunk shift are decided once.  An answer that a solver gave to the
    same script before is kept, and told as such; some are asked for again.

    \b
    Examples:
      xasplit prove
      xasplit prove N1 N2 --chunk-shift 6
      xasplit prove --chunk-shift 4 --chunk-shift 6 --export obligations --json

    Exit status: 0 all proved, 1 anything refuted, unknown or missing, 2 wrong usage.
    """
    try:
        report = decide(names, shifts, solvers, timeout, export, store=ResultStore(fresh=fresh))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write to {export}: {error.strerror}") from None
    show(answer(report), as_json=as_json)
    return 0 if report.proved else 1
