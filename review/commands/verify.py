# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit verify``: recheck a bundle of evidence without trusting who made it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from review.commands import run_options
from review.commands.options import jobs_option, json_option
from review.commands.solver_options import solver_options
from review.run.named import NamedKernels

TIMEOUT = 120.0
"""Seconds for one answer: more than a review gives, since this machine may be slower."""


@click.command("verify", short_help="Recheck a bundle without trusting who made it.")
@click.argument("bundle", type=click.Path(path_type=Path))
@solver_options(TIMEOUT)
@run_options.kernels_options("rev", "mbox", "base")
@click.option(
    "--run-reproducers",
    is_flag=True,
    help="Compile and run the bundle's C reproducers: programs of whoever made it.",
)
@jobs_option
@click.option("--strict", is_flag=True, help="What cannot be rechecked here counts as a failure.")
@json_option
def command(
    bundle: Path,
    solvers: tuple[str, ...],
    timeout: float,
    named: NamedKernels,
    run_reproducers: bool,
    jobs: int,
    strict: bool,
    as_json: bool,
) -> int:
    """Recheck what "xasplit review" left in the folder BUNDLE, whoever sent it.

    Every file must be the one that the manifest lists.  Then every obligation is decided again,
    and must be the one that this version makes for its theorem; every counterexample and schedule
    is replayed on the source that it is about, which for a kernel --kernel names; every claim is
    decided again from the evidence.  Nothing of the bundle is run but its reproducers, in C, and
    these only with --run-reproducers.

    \b
    Examples:
      xasplit verify xasplit-review-001
      xasplit verify v2 --solver cvc5 --solver bitwuzla --strict
      xasplit verify v2 --kernel ~/linux --rev v6.18 --mbox series.mbox
      xasplit verify v2 --run-reproducers --json

    Exit status: 0 all that could be rechecked here is confirmed, 1 something is not, or was
    changed, 2 no bundle, one that cannot be read, or wrong usage.
    """
    # Not before: what is wrong with the usage is told at once.
    from models.case.strict_json import FormatError
    from review.bundle.format import MANIFEST
    from review.bundle.read import Bundle, Changed
    from review.report.output import show
    from review.run import subjects
    from review.verify import report
    from review.verify.account import Account
    from review.verify.recheck import recheck, whole

    account = Account()
    sources = [*subjects.port_sources(), *subjects.kernel_sources(named)]
    manifest = None
    try:
        with Bundle(bundle) as opened:
            manifest = opened.manifest
            if whole(opened, account):
                if manifest.options.each_patch and (named.mailboxes or named.ranged):
                    sources += subjects.kernel_sources(replace(named, each_patch=True))
                recheck(opened, account, solvers, timeout, sources, jobs, run_reproducers)
    except Changed as error:
        account.reject("file", str(error).partition(":")[0], str(error).partition(": ")[2])
    except FormatError as error:
        raise click.ClickException(f"{bundle}: {error}") from None
    except OSError as error:
        name = error.filename if isinstance(error.filename, str) else str(bundle)
        wrong = f"{name}: {error.strerror}; a bundle is a folder with a {MANIFEST}"
        raise click.ClickException(f"{bundle}: {wrong}" if name == MANIFEST else wrong) from None
    holds = account.holds(strict=strict)
    show(report.answer(bundle, manifest, account, holds), as_json=as_json)
    return 0 if holds else 1
