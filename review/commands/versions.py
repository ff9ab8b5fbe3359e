# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit versions``: which properties hold in which kernel, in one table."""

from __future__ import annotations

from dataclasses import replace

import click

from models.subject.build import BuildError
from review.commands import run_options
from review.commands.options import jobs_option, json_option
from review.report.output import show
from review.report.versions import answer
from review.run import subjects, versions
from review.run.named import NamedKernels


@click.command("versions", short_help="Which properties hold in which kernel.")
@run_options.kernels_options("mbox", "base")
@click.argument("revisions", nargs=-1)
@run_options.everything_option
@click.option("--seed", type=click.IntRange(0), default=versions.SEED, show_default=True)
@jobs_option
@json_option
def command(
    named: NamedKernels,
    revisions: tuple[str, ...],
    everything: bool,
    seed: int,
    jobs: int,
    as_json: bool,
) -> int:
    """Compare kernels: REVISIONS of the git repository that --kernel names, or several --kernel.

    A part of the sweep is run on each; the table says which properties hold, which fail, and what
    is not supported.  With --mbox, --base or a revision A..B each finding says with which patch it
    came, and what was there before does not count.  Exit status 1 when a property of the split
    fails in one of them, or one does not compile; 2 when none does.

    \b
    Examples:
      xasplit versions --kernel ~/linux v6.1 v6.6 v6.12 v6.18
      xasplit versions --kernel linux-source-6.1.tar.xz --kernel linux-source-6.12.tar.xz
      xasplit versions --kernel ~/linux v6.12 v6.18 --mbox series.mbx
    """
    if not named.kernels:
        raise click.UsageError("Name kernels with --kernel.")
    if revisions and len(named.kernels) > 1:
        raise click.UsageError("Revisions go with one --kernel, a git repository.")
    sources = [
        source
        for revision in (dict.fromkeys(revisions) or [None])
        for source in subjects.kernel_sources(replace(named, rev=revision))
    ]
    built = subjects.built_each(sources, versions.SHIFTS)
    errors = [one for one in built.values() if isinstance(one, BuildError)]
    if len(errors) == len(built):
        raise click.ClickException(f"Not one of them compiles: {errors[0]}")
    done = versions.compare(built, seed, jobs)
    done.everything = everything
    show(answer(done), as_json=as_json)
    return 1 if done.failed else 0 if done.finished else 2
