# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit replay``: run a counterexample again, or a case that a person wrote."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from models.case.counterexample import Counterexample
from models.case.ends import ENDS
from models.case.finding import Finding
from models.case.notation import operation_text
from models.case.origins import Placed
from models.case.replay import Replay, judge, replay
from models.case.trial import NoCase
from models.diagnosis.where.rank import NOT_ASKED, Where
from models.driver.worker import Status
from models.kernel.source import Source, port_source
from models.pictures import explanation
from models.subject.implementation import Implementation
from review.commands.options import json_option
from review.report.findings import origin_json, origin_text, wrap_words
from review.report.where import where_json, where_lines
from review.run import case_files, subjects
from review.run.case_files import WrittenCase
from review.run.diagnosis import located, originated
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
@subjects.base_option
@subjects.everything_option
@json_option
def command(
    file: str,
    chunk_shift: int | None,
    kernels: tuple[str, ...],
    rev: str | None,
    mailboxes: tuple[str, ...],
    each_patch: bool,
    base: str | None,
    everything: bool,
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

    With --mbox, --rev A..B or --base it is told with which patch each thing that breaks came; what
    was there before does not count, unless --all is given.

    \b
    Examples:
      xasplit replay xasplit-counterexamples/port-node-count.json
      xasplit replay finding.json --kernel /usr/src/linux-source-6.12.tar.xz
      xasplit replay case.txt --kernel ~/linux --mbox series.mbx
      xasplit replay case.txt --kernel ~/patched --base ~/linux
      printf 'store(0, 2)\\nsplit(0, 2 to 0)\\n' | xasplit replay - --chunk-shift 1

    Exit status: 0 nothing breaks, 1 a property breaks, 2 the file or the environment is at fault.
    """
    case = case_files.load(file, chunk_shift)
    sources = subjects.kernel_sources(kernels, rev, mailboxes, each_patch, base)
    if isinstance(case, WrittenCase):
        s, sources = case.chunk_shift, sources or [port_source()]
    else:
        s, sources = case.finding.chunk_shift, sources or [_port(case, file)]
        sanitize = sanitize or case.finding.property == ENDS[Status.SANITIZER][0]
    built, prefixes = subjects.implementations(sources, (s,), sanitize, deviations=False)
    if isinstance(case, WrittenCase):
        done = [_placed(one, _judge(one, case)) for one in built]
        told = [written_json(one, case) for one in done]
        shown = [line for one in done for line in written_lines(one, case)]
    else:
        again = [_run(one, case, file) for one in built]
        done = [_placed(one, result.broken) for one, result in zip(built, again, strict=True)]
        each = [*zip(done, again, strict=True)]
        told = [_as_json(one, case, result) for one, result in each]
        shown = [line for one, result in each for line in _lines(one, case, result)]
    broken = any(one.counts(everything) for one in done)
    told += [{"does_not_compile": error} for error in prefixes]
    click.echo(json.dumps(told, indent=2) if as_json else "\n".join([*shown, *prefixes]))
    return 1 if broken or prefixes else 0


@dataclass(frozen=True, slots=True)
class _Placed:
    """What breaks in a case on an implementation, where each of it comes from, and where to look
    first for the first of it: what breaks besides may be its consequence."""

    implementation: Implementation
    found: Sequence[Finding]
    origins: Sequence[Placed | None]
    where: Where

    def counts(self, everything: bool) -> bool:
        """Whether something decides the exit status; with ``everything`` what was there before
        does too."""
        return any(everything or one is None or one.counts for one in self.origins)

    def origin(self, finding: Finding) -> Placed | None:
        """Where a finding comes from; None where no base is known."""
        return next(
            told for one, told in zip(self.found, self.origins, strict=True) if one is finding
        )


def _placed(implementation: Implementation, found: Sequence[Finding]) -> _Placed:
    origins = originated(found, [implementation])
    # What was there before is not ranked.
    new = [n for n, one in enumerate(origins) if one is None or one.counts][:1]
    chosen, their = [found[n] for n in new], [origins[n] for n in new]
    wheres = located(chosen, their, [implementation])
    return _Placed(implementation, found, origins, wheres[0] if wheres else NOT_ASKED)


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


def written_lines(done: _Placed, case: WrittenCase) -> Iterator[str]:
    """What breaks in a case that a person wrote, as text."""
    implementation, found = done.implementation, done.found
    verdict = "something breaks." if found else "nothing breaks."
    yield f"{implementation.name}: {case.size} at chunk shift {case.chunk_shift}: {verdict}"
    for one in found:
        yield from textwrap.wrap(f"{one.property}: {one.statement}", 72, subsequent_indent="  ")
        where = "" if one.operation is None else f"{case.place(one.operation)}: "
        yield from _wrapped(f"{where}{one.detail}")
        yield from _origin_lines(done.origin(one))
    if found:
        # What breaks later may be its consequence, and shares its picture.
        for line in explanation.differences(found[0])[:8]:
            yield from _wrapped(line)
        if drawing := explanation.drawing(found[0]):
            yield ""
            yield from drawing
    yield from _where_lines(done.where)


def _origin_lines(origin: Placed | None) -> Iterator[str]:
    if origin is not None:
        yield from _wrapped(origin_text(origin))


def _where_lines(where: Where) -> Iterator[str]:
    for line in where_lines(where):
        yield from wrap_words(line, "      ", "  ")


def written_json(done: _Placed, case: WrittenCase) -> dict[str, object]:
    """The same as data; ``line`` is None where no line of the file is at fault."""
    broken = []
    for one, origin in zip(done.found, done.origins, strict=True):
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
                "origin": origin_json(origin),
            }
        )
    return {
        "source": done.implementation.source.name,
        "chunk_shift": case.chunk_shift,
        "operations": [operation_text(one) for one in case.text.operations],
        "holds": not done.found,
        "broken": broken,
        "where": where_json(done.where),
    }


def _lines(done: _Placed, example: Counterexample, result: Replay) -> Sequence[str]:
    known, source = example.finding, done.implementation.source
    same = dict(example.sources) == dict(source.sha256)
    lines = [
        f"{source.name}: {len(known.operations)} operations at chunk shift {known.chunk_shift}"
        + ("" if same else ", not on the source that the file tells of"),
        f"{known.property}: {known.statement}",
    ]
    if result.still is not None:
        lines += ["  still breaks.", *_shown(result.still, done)]
    else:
        lines.append("  holds, but something else breaks." if result.others else "  holds.")
    for other in result.others:
        lines.append(f"{other.property}: {other.statement}")
        lines += ["  breaks.", *_shown(other, done)]
    lines += _where_lines(done.where)
    if not result.same_model:
        lines.append("The model does not answer what the file expects: it has changed since.")
    return lines


def _shown(finding: Finding, done: _Placed) -> list[str]:
    """What an operation did, how that differs from what the model expects, and since when."""
    told = [f"operation {finding.operation}: {finding.detail}"]
    told += explanation.differences(finding)[:8]
    return [*(line for one in told for line in _wrapped(one)), *_origin_lines(done.origin(finding))]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 72, initial_indent="    ", subsequent_indent="      ")


def _as_json(done: _Placed, example: Counterexample, result: Replay) -> dict[str, object]:
    source = done.implementation.source
    return {
        "source": source.name,
        "same_source": dict(example.sources) == dict(source.sha256),
        "same_model": result.same_model,
        "property": example.finding.property,
        "holds": result.still is None,
        "still": _detail(result.still, done) if result.still is not None else None,
        "others": {one.property: _detail(one, done) for one in result.others},
        "where": where_json(done.where),
    }


def _detail(finding: Finding, done: _Placed) -> dict[str, object]:
    return {
        "operation": finding.operation,
        "detail": finding.detail,
        "origin": origin_json(done.origin(finding)),
    }
