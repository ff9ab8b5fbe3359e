# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of benchmarks: ``python -m benchmarks``."""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path

import click

from benchmarks import (
    commands,
    cost,
    defects,
    plot,
    readers,
    review,
    suite,
    sweep,
    table,
    theorems,
)
from benchmarks.group import Group, Settings, not_run, run
from benchmarks.machine import ROOT, commit, load, machine, plain
from benchmarks.result import FORMAT, GroupResult, Report, State, dumps
from models.kernel.source import SourceError, open_source

GROUPS: tuple[Group, ...] = tuple(
    one.GROUP for one in (commands, cost, readers, theorems, sweep, defects, review, suite)
)
"""All groups, in the order in which they are run."""
OUT = ROOT / "docs" / "bench"
SAMPLE = 40
QUICK_OUT = ROOT / "build" / "bench"


@click.command("benchmarks", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([one.name for one in GROUPS]),
    help="Run this group; may be given several times.  [default: all]",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where bench.json, bench.txt and bench.svg go.  [default: docs/bench, with --quick"
    " build/bench]",
)
@click.option(
    "--kernel",
    type=click.Path(exists=True, path_type=Path),
    help="A kernel's tarball or tree, to be reviewed before and after a line changes.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=SAMPLE,
    show_default=True,
    help="How many seeded defects are looked for, drawn evenly from all.",
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MINUTES",
    help="Begin nothing long after so long.  [default: no limit]",
)
@click.option(
    "--suite",
    "whole_suite",
    is_flag=True,
    help="Measure make test, too: a quarter of an hour more.",
)
@click.option("--quick", is_flag=True, help="Repeat as little as can be: to see that all works.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON instead of the table.")
def main(
    only: tuple[str, ...],
    out: Path | None,
    kernel: Path | None,
    sample: int,
    budget: float | None,
    whole_suite: bool,
    quick: bool,
    as_json: bool,
) -> None:
    """Measure how fast xasplit is, group by group, against goals and against others.

    One JSON, one table and one plot are left.  The machine should have nothing else to do.  What
    cannot be run is told with its reason; Ctrl-C keeps what was measured.

    \b
    Examples:
      python -m benchmarks
      python -m benchmarks --only commands --only readers --out /tmp/bench
      python -m benchmarks --kernel linux.tar.xz --sample 30 --budget 25
      python -m benchmarks --quick --json

    Exit status: 0 measured, whether goals are met or not, 1 a group failed by an error of its own,
    2 wrong usage, 130 interrupted.
    """
    _check(kernel)
    before, done = (load(), plain()), list[GroupResult]()
    deadline = math.inf if budget is None else time.monotonic() + budget * 60
    out = out or (QUICK_OUT if quick else OUT)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"--out: {out}: {error.strerror}") from None
    interrupted = False
    for group in GROUPS:
        if only and group.name not in only:
            continue
        if interrupted:
            done.append(not_run(group, "interrupted before"))
        else:
            click.echo(f"benchmarks: {group.name}", err=True)
            with tempfile.TemporaryDirectory(prefix="xasplit-bench-") as folder:
                given = kernel.absolute() if kernel else None
                settings = Settings(Path(folder), quick, sample, given, deadline, whole_suite)
                done.append(run(group, settings))
            interrupted = done[-1].state is State.INTERRUPTED
        # What was measured is kept, whatever becomes of the rest.
        report = Report(FORMAT, commit(), quick, machine(*before), tuple(done))
        _write(report, out)
    click.echo(dumps(report) if as_json else table.text(report), nl=False)
    if interrupted:
        click.get_current_context().exit(130)
    if any(one.state is State.FAILED for one in done):
        click.get_current_context().exit(1)


def _check(kernel: Path | None) -> None:
    """Before anything long begins: whether it is a kernel.  click.UsageError."""
    try:
        if kernel is not None:
            open_source(kernel)
    except SourceError as error:
        raise click.UsageError(f"--kernel: {error}") from None


def _write(report: Report, out: Path) -> None:
    (out / "bench.json").write_text(dumps(report))
    (out / "bench.txt").write_text(table.text(report))
    (out / "bench.svg").write_text(plot.svg(report))


if __name__ == "__main__":
    main()
