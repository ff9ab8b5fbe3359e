# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit search``: look for counterexamples in the port or in kernels."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from review.commands import run_options
from review.commands.options import chunk_shifts_option, fresh_option, json_option
from review.run.named import NamedKernels

EXAMPLES = 2400
"""Histories that the machines draw by default, for each implementation."""


@click.command("search", short_help="Look for counterexamples.")
@run_options.kernels_options("rev", "mbox", "each-patch", "base", "config")
@run_options.sanitize_option
@run_options.everything_option
@chunk_shifts_option
@click.option("--seed", type=click.IntRange(0), help="Of all that is drawn.  [default: a new one]")
@run_options.bounds_options(EXAMPLES)
@run_options.save_option
@run_options.reproducers_option
@fresh_option
@click.option("--verbose", is_flag=True, help="Tell known deviations in full.")
@json_option
def command(
    named: NamedKernels,
    everything: bool,
    sanitize: bool,
    shifts: tuple[int, ...],
    seed: int | None,
    bounds: run_options.Bounds,
    save: Path,
    reproducers: Path | None,
    fresh: bool,
    verbose: bool,
    as_json: bool,
) -> int:
    """Look for counterexamples in the C port or, with --kernel, in kernels.

    The sweep runs every split from every start, merges back and drains: whole for chunk shift 1 to
    five levels of nodes, 2 to three and 3 to two, beyond that a seeded sample, of orders up to 63.
    State machines draw histories of all operations, some before the sweep, the rest after it.
    Model and implementation must answer with the same bytes, and the specs judge every answer.
    Deviations of released kernels that are known and lie outside the split are told, and do not
    count as failures.  With --mbox, --rev A..B or --base each finding says with which patch it
    came, and what was there before does not count.  What a part came to in an earlier run is taken
    over, and told, where nothing that it depends on has changed; --fresh runs all.

    \b
    Examples:
      xasplit search
      xasplit search --kernel /usr/src/linux-source-6.12.tar.xz --chunk-shift 2
      xasplit search --kernel ~/linux --rev v6.15 --seed 7 --json
      xasplit search --kernel ~/linux --mbox series.mbx --each-patch
      xasplit search --kernel ~/linux --rev origin/master..topic
      xasplit search --kernel ~/linux --config bits=32 --config multi=off
      xasplit search --time 10m

    --time counts from the start, what is compiled included.  Part of it is kept for what is found:
    its smallest case and the patch that it came with.

    Exit status: 0 all that was to be run was run and holds, 1 a property fails, 2 wrong usage or
    environment, or not all was run (the time was over, Ctrl-C) and nothing fails in what was.
    """
    # Not before: what is wrong with the usage is told at once, and so is a kernel that is none.
    from review.run import subjects

    sources, not_run = subjects.tested(named)
    from review.report import search as report
    from review.report.output import show
    from review.run import diagnosis, saving, search_result, time_limit
    from review.run import search as searches
    from review.run.results import Results
    from review.run.store import ResultStore

    built, broken = subjects.implementations(sources, shifts, sanitize)
    drawn = secrets.randbelow(1 << 32) if seed is None else seed
    left = bounds.left
    effort = searches.effort(bounds.histories(EXAMPLES), bounds.steps, left, seed is None)
    saver = saving.Saver(save, built, drawn)
    with time_limit.within(left):
        results = Results(ResultStore(fresh=fresh))
        done = searches.search(
            built, shifts, drawn, bounds.workers, effort, None, saver.found, results
        )
        done.broken, done.everything = broken, everything
        done.not_done += not_run
        saver.finish(done.findings)
        search_result.explain(done)
    for one in done.diagnoses:
        saver.smaller(one.smallest)
    unwritten = diagnosis.write(done.diagnoses, reproducers)
    show(report.answer(done, verbose=verbose), as_json=as_json)
    for line in (*unwritten, *saving.told(saver)):
        click.echo(line, err=as_json)
    return 1 if done.failed else 0 if done.finished and not done.not_done else 2
