# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case does that is run again, as text and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from msgspec import to_builtins

from models.case.counterexample import Counterexample
from models.case.finding import Finding
from models.case.notation import operation_text
from models.case.origins import Placed
from models.case.replay import Replay
from models.diagnosis.where.rank import Where
from models.pictures import explanation
from review.bundle.findings import origin_record, suspects
from review.report.findings import origin_text
from review.report.layout import wrap_words
from review.report.where import where_lines
from review.run.case_files import WrittenCase
from review.run.rerun import Rerun


def written_lines(done: Rerun, case: WrittenCase) -> Iterator[str]:
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


def written_json(done: Rerun, case: WrittenCase) -> dict[str, object]:
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
                "origin": to_builtins(origin_record(origin)),
            }
        )
    return {
        "source": done.implementation.source.name,
        "chunk_shift": case.chunk_shift,
        "operations": [operation_text(one) for one in case.text.operations],
        "holds": not done.found,
        "broken": broken,
        "where": to_builtins(suspects(done.where)),
    }


def lines(done: Rerun, example: Counterexample, result: Replay) -> Sequence[str]:
    """What a counterexample does when it is run again, as text."""
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


def _shown(finding: Finding, done: Rerun) -> list[str]:
    """What an operation did, how that differs from what the model expects, and since when."""
    told = [f"operation {finding.operation}: {finding.detail}"]
    told += explanation.differences(finding)[:8]
    return [*(line for one in told for line in _wrapped(one)), *_origin_lines(done.origin(finding))]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 72, initial_indent="    ", subsequent_indent="      ")


def as_json(done: Rerun, example: Counterexample, result: Replay) -> dict[str, object]:
    """The same as data."""
    source = done.implementation.source
    return {
        "source": source.name,
        "same_source": dict(example.sources) == dict(source.sha256),
        "same_model": result.same_model,
        "property": example.finding.property,
        "holds": result.still is None,
        "still": _detail(result.still, done) if result.still is not None else None,
        "others": {one.property: _detail(one, done) for one in result.others},
        "where": to_builtins(suspects(done.where)),
    }


def _detail(finding: Finding, done: Rerun) -> dict[str, object]:
    return {
        "operation": finding.operation,
        "detail": finding.detail,
        "origin": to_builtins(origin_record(done.origin(finding))),
    }
