# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit replay``: run a counterexample again, or a case that a person wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from models.case.counterexample import Counterexample
from models.case.ends import ENDS
from models.case.finding import Finding
from models.case.replay import Replay, judge, replay
from models.case.trial import NoCase
from models.driver.worker import Status
from models.kernel.configuration import CHECKED, Configuration
from models.kernel.source import Source, port_source
from models.readers.explorer import ExplorerError
from models.readers.origins import breaks
from models.readers.schedule import Schedule
from models.subject.build import BuildError
from models.subject.implementation import Implementation, name_of
from review.commands import run_options
from review.commands.options import json_option
from review.report import replay as report
from review.report.output import show
from review.run import case_files, given_patch, subjects
from review.run.case_files import WrittenCase
from review.run.named import NamedKernels
from review.run.rerun import placed
from xarray_model.errors import PreconditionError
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import Code

_TRY = frozenset({Code.TRY_SPLIT, Code.TRY_SPLIT_MIN_ORDER})


@click.command("replay", short_help="Run a counterexample, or a case that you write.")
@click.argument("file")
@click.option(
    "--chunk-shift",
    type=click.IntRange(min(CHUNK_SHIFTS), max(CHUNK_SHIFTS)),
    help="XA_CHUNK_SHIFT of a case that you write.  [default: what it says, or 6]",
)
@run_options.kernels_options("rev", "mbox", "each-patch", "base", "config")
@run_options.sanitize_option
@run_options.everything_option
@run_options.bisect_option
@json_option
def command(
    file: str,
    chunk_shift: int | None,
    named: NamedKernels,
    everything: bool,
    sanitize: bool,
    bisect: bool,
    as_json: bool,
) -> int:
    """Run the case in FILE, and judge it anew.

    FILE is a counterexample, or operations that you write, in the notation of reports, one a line
    (- is standard input). You give no answers: the model computes them, and the specification
    judges every step. Without --kernel the case runs on the C port.

    \b
      chunk shift 2                                 # or --chunk-shift; 6 if neither is given
      store(index=0, order=2, entry=ptr1)           # or store(0, 2)
      set_mark(index=1, mark=0)
      fail(argument=1, fail_blocking, fail_nonblocking)   # the next request for a node fails
      split(index=0, order=2, new_order=0, entry=v:17)    # or split(0, 2 to 0, v:17)
      find(0)                                       # up to the last index

    Entries are NULL, ptr1, v:17 (the value 17) or a pointer in hexadecimal; one that is left out
    is ptr1. models/driver/PROTOCOL.md tables all operations. FILE may be a schedule of a bundle,
    too: its reader and writer are then explored whole, and asked for the promise that it tells.

    With --mbox, --rev A..B or --base it is told with which patch each thing that breaks came; what
    was there before does not count, unless --all is given. With --bisect the case runs on the tree
    that one stands in, and a counterexample is bad where its own property breaks.

    \b
    Examples:
      xasplit replay xasplit-counterexamples/port-node-count.json
      xasplit replay finding.json --kernel /usr/src/linux-source-6.12.tar.xz
      xasplit replay case.txt --kernel ~/linux --mbox series.mbx
      xasplit replay case.txt --kernel ~/patched --base ~/linux
      git bisect run xasplit replay --bisect /tmp/finding.json
      printf 'store(0, 2)\\nsplit(0, 2 to 0)\\n' | xasplit replay - --chunk-shift 1

    It says which configuration it runs under: what the file says, or --config.

    Exit status: 0 nothing breaks, 1 a property breaks, 2 the file or the environment is at fault,
    or something was not run.
    """
    try:
        schedule = case_files.schedule_in(file)
        case = schedule or case_files.load(file, chunk_shift)
    except click.ClickException as error:
        if not bisect:
            raise
        click.echo(f"xasplit: {error.format_message()}", err=True)
        return run_options.STOP

    def again() -> int:
        tree = given_patch.tree_of(named.kernels[0] if named.kernels else None)
        here = replace(named, kernels=(tree,))
        if isinstance(case, Schedule):
            return _explored(case, here, as_json)
        return _replayed(case, file, here, everything, sanitize, as_json, alone=True)

    if bisect:
        return run_options.bisected(again)
    if isinstance(case, Schedule):
        return _explored(case, named, as_json)
    return _replayed(case, file, named, everything, sanitize, as_json)


def _explored(schedule: Schedule, named: NamedKernels, as_json: bool) -> int:
    """The exit status of the reader of a schedule, beside its writer, in every execution: the
    choices of one have no meaning in other code."""
    sources, not_run = subjects.tested(named)
    one = schedule
    found = []
    for source in sources:
        try:
            broken = breaks(source, one.chunk_shift, one.case, one.memory, one.reader, one.promise)
        except (BuildError, ExplorerError) as error:
            raise click.ClickException(str(error)) from None
        found.append((name_of(source), broken))
    show(report.readers(one, found, not_run), as_json=as_json)
    return 1 if any(broken for _, broken in found) else 2 if not_run else 0


def _replayed(
    case: WrittenCase | Counterexample,
    file: str,
    named: NamedKernels,
    everything: bool,
    sanitize: bool,
    as_json: bool,
    *,
    alone: bool = False,
) -> int:
    """The exit status; with ``alone`` nothing but a counterexample's own property decides it."""
    sources = subjects.kernel_sources(named)
    if isinstance(case, WrittenCase):
        s, sources = case.chunk_shift, sources or [port_source()]
        configurations = named.configurations
    else:
        s, sources = case.finding.chunk_shift, sources or [_port(case, file)]
        # What the file says, unless something else is asked for.
        asked = named.configurations != (CHECKED,)
        configurations = named.configurations if asked else (case.configuration,)
        sanitize = sanitize or case.finding.property == ENDS[Status.SANITIZER][0]
    fitting, unfit = _fitting(case, configurations)
    sources, not_run = subjects.configured(sources, fitting) if fitting else ([], [])
    not_run += unfit
    built, prefixes = subjects.implementations(sources, (s,), sanitize, deviations=False)
    if isinstance(case, WrittenCase):
        done = [placed(one, _judge(one, case)) for one in built]
        answers = [report.written(one, case) for one in done]
    else:
        again = [_run(one, case, file) for one in built]
        done = [placed(one, result.broken) for one, result in zip(built, again, strict=True)]
        each = zip(done, again, strict=True)
        answers = [report.counterexample(one, case, result) for one, result in each]
    show(report.together(answers, prefixes, not_run), as_json=as_json)
    broken = any(one.counts(everything) for one in done)
    if alone and isinstance(case, Counterexample):
        name = case.finding.property
        broken = any(one.property == name for result in again for one in result.broken)
    return 1 if broken or prefixes else 2 if not_run else 0


def _fitting(
    case: WrittenCase | Counterexample, configurations: Sequence[Configuration]
) -> tuple[list[Configuration], list[str]]:
    """The configurations in which a case can be run, and a line on each of the others."""
    why = {}
    for one in configurations:
        if isinstance(case, WrittenCase):
            operations = case_files.at_width(case.operations, one.bits)
        else:
            operations = case.finding.operations
        why[one] = case_files.unfit(operations, one.bits)
    lines = [f"not run: {one.beside(CHECKED)}: {told}" for one, told in why.items() if told]
    return [one for one, told in why.items() if not told], lines


def _port(example: Counterexample, file: str) -> Source:
    """The port that the file tells of."""
    name = example.finding.implementation
    ports = {
        name_of(source.configured(example.configuration)): source
        for source in subjects.port_sources()
    }
    if name not in ports:
        raise click.ClickException(f"{file} is about {name}: name its source with --kernel.")
    return ports[name]


def _run(implementation: Implementation, example: Counterexample, file: str) -> Replay:
    try:
        return replay(implementation, example.finding)
    except (PreconditionError, ValueError) as error:
        raise click.ClickException(f"{file}: the case cannot be judged: {error}") from None


def _judge(implementation: Implementation, case: WrittenCase) -> list[Finding]:
    for number, one in enumerate(case.operations):
        if one.code in _TRY and not implementation.source.capabilities.try_split:
            raise click.ClickException(
                f"{case.name}: {case.place(number)}: {implementation.name} has no xas_try_split."
            )
    try:
        operations = case_files.at_width(case.operations, implementation.bits)
        return judge(implementation, case.chunk_shift, operations)
    except NoCase as error:
        raise case.refused(error) from None
