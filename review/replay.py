# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit replay``: run a counterexample again, or a case that a person wrote."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence

import click

from models import explanation
from models.counterexample import Counterexample
from models.ends import ENDS
from models.finding import Finding
from models.implementation import Implementation
from models.kernel.source import Source, port_source
from models.notation import operation_text
from models.replay import Replay, judge, replay
from models.trial import NoCase
from models.worker import Status
from review import case_files, subjects
from review.case_files import WrittenCase
from review.options import json_option
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
@subjects.kernel_options
@json_option
def command(
    file: str,
    chunk_shift: int | None,
    kernels: tuple[str, ...],
    rev: str | None,
    mailboxes: tuple[str, ...],
    each_patch: bool,
    sanitize: bool,
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
    is ptr1. models/driver/PROTOCOL.md tables all operations.

    \b
    Examples:
      xasplit replay xasplit-counterexamples/port-node-count.json
      xasplit replay finding.json --kernel /usr/src/linux-source-6.12.tar.xz
      xasplit replay case.txt --kernel ~/linux --mbox series.mbx
      printf 'store(0, 2)\\nsplit(0, 2 to 0)\\n' | xasplit replay - --chunk-shift 1

    Exit status: 0 nothing breaks, 1 a property breaks, 2 the file or the environment is at fault.
    """
    case = case_files.load(file, chunk_shift)
    sources = subjects.kernel_sources(kernels, rev, mailboxes, each_patch)
    if isinstance(case, WrittenCase):
        s, sources = case.chunk_shift, sources or [port_source()]
    else:
        s, sources = case.finding.chunk_shift, sources or [_port(case, file)]
        sanitize = sanitize or case.finding.property == ENDS[Status.SANITIZER][0]
    built, prefixes = subjects.implementations(sources, (s,), sanitize, deviations=False)
    if isinstance(case, WrittenCase):
        judged = [(one, _judge(one, case)) for one in built]
        told = [written_json(one, case, found) for one, found in judged]
        shown = [line for one, found in judged for line in written_lines(one, case, found)]
        broken = any(found for _, found in judged)
    else:
        done = [(one.source, _run(one, case, file)) for one in built]
        told = [_as_json(source, case, result) for source, result in done]
        shown = [line for source, result in done for line in _lines(source, case, result)]
        broken = any(result.broken for _, result in done)
    told += [{"does_not_compile": error} for error in prefixes]
    click.echo(json.dumps(told, indent=2) if as_json else "\n".join([*shown, *prefixes]))
    return 1 if broken or prefixes else 0


def _port(example: Counterexample, file: str) -> Source:
    """The port that the file tells of."""
    name = example.finding.implementation
    ports = {source.name: source for source in subjects.port_sources()}
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
        return judge(implementation, case.chunk_shift, case.operations)
    except NoCase as error:
        raise case.refused(error) from None


def written_lines(
    implementation: Implementation, case: WrittenCase, found: Sequence[Finding]
) -> Iterator[str]:
    """What breaks in a case that a person wrote, as text."""
    verdict = "something breaks." if found else "nothing breaks."
    yield f"{implementation.name}: {case.size} at chunk shift {case.chunk_shift}: {verdict}"
    for one in found:
        yield from textwrap.wrap(f"{one.property}: {one.statement}", 72, subsequent_indent="  ")
        where = "" if one.operation is None else f"{case.place(one.operation)}: "
        yield from _wrapped(f"{where}{one.detail}")
    if found:
        # What breaks later may be its consequence, and shares its picture.
        for line in explanation.differences(found[0])[:8]:
            yield from _wrapped(line)
        if drawing := explanation.drawing(found[0]):
            yield ""
            yield from drawing


def written_json(
    implementation: Implementation, case: WrittenCase, found: Sequence[Finding]
) -> dict[str, object]:
    """The same as data; ``line`` is None where no line of the file is at fault."""
    broken = []
    for one in found:
        number = None if one.operation is None else case.numbers[one.operation]
        inside = number is not None and number < len(case.text.lines)
        line = case.text.lines[number] if number is not None and inside else None
        broken.append(
            {
                "property": one.property,
                "statement": one.statement,
                "line": line,
                "detail": one.detail,
                "differences": explanation.differences(one),
            }
        )
    return {
        "source": implementation.source.name,
        "chunk_shift": case.chunk_shift,
        "operations": [operation_text(one) for one in case.text.operations],
        "holds": not found,
        "broken": broken,
    }


def _lines(source: Source, example: Counterexample, result: Replay) -> Sequence[str]:
    known = example.finding
    same = dict(example.sources) == dict(source.sha256)
    lines = [
        f"{source.name}: {len(known.operations)} operations at chunk shift {known.chunk_shift}"
        + ("" if same else ", not on the source that the file tells of"),
        f"{known.property}: {known.statement}",
    ]
    if result.still is not None:
        lines += ["  still breaks.", *_shown(result.still)]
    else:
        lines.append("  holds, but something else breaks." if result.others else "  holds.")
    for other in result.others:
        lines.append(f"{other.property}: {other.statement}")
        lines += ["  breaks.", *_shown(other)]
    if not result.same_model:
        lines.append("The model does not answer what the file expects: it has changed since.")
    return lines


def _shown(finding: Finding) -> list[str]:
    """What an operation did, and how that differs from what the model expects."""
    told = [f"operation {finding.operation}: {finding.detail}"]
    told += explanation.differences(finding)[:8]
    return [line for one in told for line in _wrapped(one)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 72, initial_indent="    ", subsequent_indent="      ")


def _as_json(source: Source, example: Counterexample, result: Replay) -> dict[str, object]:
    return {
        "source": source.name,
        "same_source": dict(example.sources) == dict(source.sha256),
        "same_model": result.same_model,
        "property": example.finding.property,
        "holds": result.still is None,
        "still": _detail(result.still) if result.still is not None else None,
        "others": {one.property: _detail(one) for one in result.others},
    }


def _detail(finding: Finding) -> dict[str, object]:
    return {"operation": finding.operation, "detail": finding.detail}
