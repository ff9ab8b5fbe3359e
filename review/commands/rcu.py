# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit rcu``: readers without a lock against every writer, explored on compiled code."""

from __future__ import annotations

from pathlib import Path

import click

from models.subject.implementation import name_of
from review.commands import run_options
from review.commands.options import json_option
from review.report import readers as report
from review.report.output import Part, each, show, show_text
from review.run import exploring, subjects
from review.run.named import NamedKernels
from specs.readers import Memory

SHIFTS = (1, 2, 6)


@click.command("rcu", short_help="Readers without a lock against splits under way.")
@run_options.kernels_options("rev", "mbox", "base", "config")
@run_options.everything_option
@click.option(
    "--chunk-shift",
    "shifts",
    type=click.Choice([str(shift) for shift in SHIFTS]),
    multiple=True,
    help="1 and 2: small arrays, everything; 6: a 2 MiB entry.  [default: all three]",
)
@click.option("--sc", is_flag=True, help="Sequential consistency only, not weak memory.")
@click.option(
    "--schedules",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="How many findings are shown step by step.",
)
@click.option("--replay", "replayed", metavar="SCHEDULE", help="Show one execution, as printed.")
@click.option(
    "--litmus",
    "shapes",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write shapes of the split as litmus tests for herd7, with the answers of the explorer.",
)
@json_option
def command(
    named: NamedKernels,
    everything: bool,
    shifts: tuple[str, ...],
    sc: bool,
    schedules: int,
    replayed: str | None,
    shapes: Path | None,
    as_json: bool,
) -> int:
    """Explore what readers under RCU can see while another task splits, merges, erases or stores.

    Every interleaving and, unless --sc is given, every outcome of weak memory, on compiled code:
    the C port, or the kernels named.  Races that were once in the kernel are put into the port
    again, to show that they are found.

    \b
    Examples:
      xasplit rcu
      xasplit rcu --kernel /usr/src/linux-source-6.12.tar.xz --chunk-shift 2
      xasplit rcu --kernel ~/linux --config debug=off --chunk-shift 2
      xasplit rcu --replay '2 split 3 0 8 8 weak marked 12 1:1'
      xasplit rcu --litmus shapes
    """
    sources, not_run = subjects.tested(named)
    if replayed is not None:
        events, broken, reader = exploring.execution(replayed, sources[0])
        show_text(report.execution(events, broken, reader))
        return 1 if broken else 0
    if shapes is not None:
        show_text(exploring.litmus_tests(sources[0], shapes))
        return 0
    memories = (Memory.SEQUENTIAL,) if sc else tuple(Memory)
    chosen = tuple(int(shift) for shift in shifts) or SHIFTS
    sources, without = exploring.explorable(sources)
    not_run += without
    found = [(name_of(one), exploring.explored(one, chosen, memories)) for one in sources]
    # What shows that races are found is not needed where nothing is explored.
    caught = exploring.known_races() if sources else []
    subjects_part = each("subjects", (report.answer(*one, schedules) for one in found))
    told = Part("not_run", not_run, not_run)
    show([subjects_part, report.controls(caught), told], as_json=as_json)
    missed = any(not one.as_expected for one in caught)
    before = everything and any(
        not one.documented for _, explored in found for _, one in explored.found()
    )
    if missed or before or any(explored.failing for _, explored in found):
        return 1
    return 2 if not_run else 0
