# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit rcu``: readers without a lock against every writer, explored on compiled code."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from models.kernel.source import Source
from models.readers import controls, explorer, litmus
from models.readers.build import build
from models.readers.columns import lines
from models.readers.controls import Caught
from models.readers.explore import Report, explore
from models.readers.explorer import ExplorerError
from models.subject.build import BuildError
from models.subject.implementation import name_of
from review.bundle.readers import as_json as readers_json
from review.commands.options import json_option
from review.commands.run_options import (
    base_option,
    everything_option,
    kernels_options,
    mbox_option,
    rev_option,
)
from review.report.readers import show, show_controls
from review.report.terminal import show_lines
from review.run import subjects
from review.run.named import NamedKernels
from review.run.progress import Meter
from specs.readers import PROMISES, Memory

SHIFTS = (1, 2, 6)


def _replay(text: str, source: Source, console: Console) -> int:
    """Show one execution; its status is 1 if it breaks a promise."""
    fields = text.split()
    try:
        shift, order, new_order, base, at, start = (
            int(fields[i]) for i in (0, 2, 3, 4, 5, 8)
        )  # fmt: skip
        case = explorer.Case(fields[1], order, new_order, base, at)
        memory, reader, schedule = Memory(fields[6]), fields[7], fields[9]
        executable = _explorer_of(source, shift)
    except (ValueError, IndexError):
        raise click.BadParameter(f"{text!r} is not a schedule that this command printed.") from None
    try:
        events, broken = explorer.replay(executable, case, memory, reader, start, schedule)
    except ExplorerError as error:
        raise click.ClickException(str(error)) from None
    show_lines(console, lines(events, reader))
    for promise in broken:
        console.print(f"breaks {promise}: {PROMISES[promise].statement}", markup=False)
    if not broken:
        console.print("breaks nothing")
    return 1 if broken else 0


def _litmus(source: Source, folder: Path, console: Console) -> int:
    """Write the litmus tests; they were not run by herd7, which is said."""
    try:
        made = litmus.write(_explorer_of(source, 2), folder)
    except ExplorerError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write to {folder}: {error.strerror}") from None
    console.print(f"{len(made)} litmus tests in {folder}, for herd7 -conf linux-kernel.cfg in")
    console.print("tools/memory-model of a kernel tree.  Not run here: their results are what the")
    console.print("explorer answered.")
    return 0


def _explorer_of(source: Source, shift: int) -> Path:
    """The explorer built for a source; click.ClickException when it cannot be."""
    try:
        return build(source, shift)
    except BuildError as error:
        raise click.ClickException(str(error)) from None


@click.command("rcu", short_help="Readers without a lock against splits under way.")
@kernels_options(rev_option, mbox_option, base_option)
@everything_option
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
      xasplit rcu --replay '2 split 3 0 8 8 weak marked 12 1:1'
      xasplit rcu --litmus shapes
    """
    console = Console()
    sources = subjects.kernel_sources(named) or subjects.port_sources()
    if replayed is not None:
        return _replay(replayed, sources[0], console)
    if shapes is not None:
        return _litmus(sources[0], shapes, console)
    memories = (Memory.SEQUENTIAL,) if sc else tuple(Memory)
    chosen = tuple(int(shift) for shift in shifts) or SHIFTS
    reports = [_explored(source, chosen, memories) for source in sources]
    caught = [one for control in controls.CONTROLS for one in _checked(control)]
    if as_json:
        click.echo(json.dumps(readers_json(reports, caught), indent=2))
    else:
        for name, report in reports:
            show(report, name, console, schedules)
        show_controls(caught, console)
    missed = any(not one.as_expected for one in caught)
    before = everything and any(
        not one.documented for _, report in reports for _, one in report.found()
    )
    return 1 if missed or before or any(report.failing for _, report in reports) else 0


def _explored(
    source: Source, shifts: tuple[int, ...], memories: tuple[Memory, ...]
) -> tuple[str, Report]:
    name = name_of(source)
    try:
        with Meter(f"readers of {name}") as meter:
            report = explore(
                source, shifts, memories, progress=lambda _, total: meter.advance(total=total)
            )
    except (BuildError, ExplorerError) as error:
        raise click.ClickException(str(error)) from None
    return name, report


def _checked(control: controls.Control) -> list[Caught]:
    try:
        return controls.check(control)
    except (BuildError, ExplorerError) as error:
        raise click.ClickException(str(error)) from None
