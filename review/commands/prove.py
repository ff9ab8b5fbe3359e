# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit prove``: decide the theorems by three solvers, and with ``--c`` C code by CBMC."""

from __future__ import annotations

from pathlib import Path

import click

from proofs import run
from review.commands import run_options
from review.commands.options import chunk_shifts_option, fresh_option, jobs_option, json_option
from review.commands.solver_options import solver_options
from review.report.output import Part, each, show
from review.report.proofs import answer, decide
from review.run.named import NamedKernels
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
@click.option(
    "--c", "of_c", is_flag=True, help="Prove C code by CBMC instead: the port, or --kernel."
)
@run_options.kernels_options("rev", "mbox")
@click.option("--list", "listed", is_flag=True, help="With --c: list the cases, and run none.")
@run_options.save_option
@jobs_option
@fresh_option
@json_option
def command(
    names: tuple[str, ...],
    shifts: tuple[int, ...],
    solvers: tuple[str, ...],
    timeout: float,
    export: Path | None,
    of_c: bool,
    named: NamedKernels,
    listed: bool,
    save: Path,
    jobs: int,
    fresh: bool,
    as_json: bool,
) -> int:
    """Decide the theorems on the split's arithmetic, all or those named (N1, or N1.loop).

    Every obligation must be proved by each solver that knows its logic, and every negative control
    refuted.  Theorems for any chunk shift are decided once.  An answer that a solver gave to the
    same script before is kept, and told as such; some are asked for again.

    With --c harnesses over compiled source are decided by CBMC (on PATH, or named by CBMC=): at
    small sizes every input, undefined behaviour included. IDs are then cases, or what their names
    begin with. Each harness also runs as a program with sanitizers, by the inputs of a
    counterexample or on drawn ones: a counterexample that fails to show there is not confirmed.

    \b
    Examples:
      xasplit prove
      xasplit prove N1 N2 --chunk-shift 6
      xasplit prove --chunk-shift 4 --chunk-shift 6 --export obligations --json
      xasplit prove --c split-s1 --chunk-shift 1
      xasplit prove --c --kernel /usr/src/linux-source-6.12.tar.xz --list

    Exit status: 0 all proved, 1 anything refuted, unknown or missing, 2 wrong usage; with --c, 2
    where a case was not decided and none is refuted.
    """
    if of_c:
        return _of_c(names, shifts, named, listed, save, jobs, fresh, as_json)
    if named.kernels or listed:
        raise click.UsageError("--kernel and --list go with --c.")
    try:
        report = decide(
            names, shifts, solvers, timeout, export, jobs, store=ResultStore(fresh=fresh)
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write to {export}: {error.strerror}") from None
    show(answer(report), as_json=as_json)
    return 0 if report.proved else 1


def _of_c(
    names: tuple[str, ...],
    shifts: tuple[int, ...],
    named: NamedKernels,
    listed: bool,
    save: Path,
    jobs: int,
    fresh: bool,
    as_json: bool,
) -> int:
    from proofs.c import cbmc
    from review.report import c_proofs as report
    from review.run import c_counterexample, c_proofs, subjects

    if not listed:
        try:
            cbmc.find()
        except cbmc.MissingError as error:
            raise click.ClickException(str(error)) from None
    sources, _ = subjects.tested(named)
    built, broken = subjects.implementations(sources, (1,), sanitize=False, deviations=False)
    chosen = [
        (
            one,
            [
                case
                for case in c_proofs.cases_of(one)
                if case.s in shifts and (not names or case.name.startswith(names))
            ],
        )
        for one in built
    ]
    if not any(cases for _, cases in chosen):
        raise click.UsageError("no such case: xasplit prove --c --list names them.")
    if listed:
        show(report.listed([(one.name, cases) for one, cases in chosen]), as_json=as_json)
        return 0
    reports = []
    replays: list[c_counterexample.Replayed] = []
    with report.progress() as progress:
        for one, cases in chosen:
            if not cases:
                continue
            made = c_proofs.prove(
                one,
                cases,
                jobs=jobs,
                keeping=ResultStore(fresh=fresh),
                on_progress=progress.update,
            )
            reports.append(made)
            if made.interrupted:
                break
            replays += [
                c_counterexample.replayed(one.source, each, save / one.name)
                for each in made.refuted
            ]
    parts = each("sources", map(report.answer, reports))
    show(
        [parts, *report.counterexamples(replays), Part("not_run", broken, broken)], as_json=as_json
    )
    if any(one.refuted or any(each.contradicted for each in one.outcomes) for one in reports):
        return 1
    return 0 if all(one.proved for one in reports) and not broken else 2
