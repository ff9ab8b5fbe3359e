# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit baseline``: what a kernel's own test says."""

from __future__ import annotations

import click

from models.kernel.configuration import USUAL
from models.kernel.mailbox import SeriesError
from models.kernel.source import SourceError
from models.subject.baseline import SECONDS, NoTest, run_test
from models.subject.build import BuildError
from review.commands import run_options
from review.commands.options import json_option
from review.report import baseline as report
from review.report.output import Part, each, show
from review.run import radix_tree
from review.run.named import NamedKernels
from review.run.subjects import buildable, with_own_test


@click.command("baseline", short_help="Run a kernel's own test of the XArray.")
@run_options.kernels_options(
    "rev",
    "mbox",
    run_options.config_option(USUAL, "what is not named is multi=on,debug=off,bits=64"),
)
@click.option(
    "--chunk-shift",
    "shifts",
    multiple=True,
    default=(6,),
    show_default=True,
    type=click.IntRange(1, 6),
    help="May be given several times; the test itself needs 3 or more.",
)
@click.option(
    "--radix-tree",
    "other",
    is_flag=True,
    help="Run tools/testing/radix-tree too, by its own Makefile: minutes; needs make, liburcu.",
)
@click.option("--sanitize", is_flag=True, help="Address and undefined-behaviour sanitizers.")
@click.option(
    "--limit",
    "seconds",
    type=click.FloatRange(0.1),
    default=SECONDS,
    show_default=True,
    help="Seconds that a run may take.",
)
@json_option
def command(
    named: NamedKernels,
    shifts: tuple[int, ...],
    other: bool,
    sanitize: bool,
    seconds: float,
    as_json: bool,
) -> int:
    """Build the kernel's own test, lib/test_xarray.c, in user space and run it.

    With --mbox the kernel is patched first; if the series changes the test, both the old and the
    new one are run on the patched code.  With --radix-tree the kernel's other test is run as well,
    where the tree has it: its programs multiorder, xarray and main, as its own Makefile builds
    them, in the usual configuration.

    \b
    Examples:
      xasplit baseline --kernel /usr/src/linux-source-6.12.tar.xz
      xasplit baseline --kernel ~/linux --config debug=on --config multi=off --sanitize
      xasplit baseline --kernel ~/linux --rev v6.15 --mbox series.mbx --json
      xasplit baseline --kernel ~/linux --radix-tree
    """
    if not named.kernels:
        raise click.UsageError("Name a kernel with --kernel: the port has no test of its own.")
    try:
        configurations, not_run = buildable(named.configurations)
        runs = [
            run_test(one, shift, configuration=how, sanitize=sanitize, seconds=seconds)
            for one in with_own_test(named)
            for how in configurations
            for shift in sorted(set(shifts))
        ]
        others = radix_tree.of(named, shifts, seconds, not_run) if other else []
    except (SourceError, SeriesError, BuildError, NoTest) as error:
        raise click.ClickException(str(error)) from None
    told = Part("not_run", not_run, not_run)
    shown = each("radix_tree", map(report.other, others))
    show([each("runs", map(report.answer, runs)), shown, told], as_json=as_json)
    if not (all(one.holds for one in runs) and all(one.holds for one in others)):
        return 1
    return 2 if not_run else 0
