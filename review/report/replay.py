# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case does that is run again, as text and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from models.case.counterexample import Counterexample
from models.case.finding import Finding
from models.case.notation import operation_text
from models.case.origins import Placed
from models.case.replay import Replay
from models.pictures import explanation
from models.readers.schedule import Schedule
from review.bundle.findings import origin_record, suspects
from review.report.findings import origin_text, where_lines
from review.report.layout import wrap_words
from review.report.output import Part, as_object, each, nested, readable, shown
from review.run.case_files import WrittenCase
from review.run.rerun import Rerun
from specs.readers import PROMISES


def together(
    answers: Iterable[Iterable[Part]], prefixes: Sequence[str], not_run: Sequence[str]
) -> Iterator[Part]:
    """What all that was named does; prefixes of the series that do not compile, and what was not
    run, a line each."""
    yield each("subjects", answers)
    yield Part("does_not_compile", list(prefixes), list(prefixes))
    yield Part("not_run", list(not_run), list(not_run))


def readers(
    schedule: Schedule, found: Sequence[tuple[str, bool]], not_run: Sequence[str]
) -> Iterator[Part]:
    """Whether the promise that a schedule tells of is broken, in any execution of its reader beside
    its writer, on each source by its name."""
    one = schedule
    what = f"{one.reader} beside {one.case} at chunk shift {one.chunk_shift}, {one.memory.value}"
    stated = textwrap.wrap(f"{one.promise}: {PROMISES[one.promise].statement}", 72)
    yield Part("promise", one.promise, stated)
    yield Part("reader", what, _wrapped(what))
    for name, broken in found:
        yield shown(f"{name}: {'still breaks.' if broken else 'holds in every execution.'}")
    yield Part("subjects", [{"source": name, "holds": not broken} for name, broken in found])
    yield Part("not_run", list(not_run), list(not_run))


def _configured(done: Rerun) -> Iterator[Part]:
    configuration = done.implementation.source.configuration
    yield Part("configuration", configuration.sentence, _wrapped(f"with {configuration.sentence}"))


def written(done: Rerun, case: WrittenCase) -> Iterator[Part]:
    """What breaks in a case that a person wrote; the ``line`` of a broken property is None where no
    line of the file is at fault."""
    implementation, found = done.implementation, done.found
    verdict = "something breaks." if found else "nothing breaks."
    line = f"{implementation.name}: {case.size} at chunk shift {case.chunk_shift}: {verdict}"
    yield Part("source", implementation.source.name, [line])
    yield from _configured(done)
    yield Part("chunk_shift", case.chunk_shift)
    yield Part("operations", [operation_text(one) for one in case.text.operations])
    yield Part("holds", not found)
    yield each("broken", (_broken(one, done, case) for one in found))
    if found:
        # What breaks later may be its consequence, and shares its picture.
        yield shown(*_differing(found[0]))
        if drawing := explanation.drawing(found[0]):
            yield shown("", *drawing)
    yield _where(done)


def _broken(one: Finding, done: Rerun, case: WrittenCase) -> Iterator[Part]:
    place = None if one.operation is None else case.numbers[one.operation]
    inside = place is not None and place < len(case.text.lines)
    statement = textwrap.wrap(f"{one.property}: {one.statement}", 72, subsequent_indent="  ")
    yield from (Part("property", one.property, statement), Part("statement", one.statement))
    yield Part("line", case.text.lines[place] if place is not None and inside else None)
    where = "" if one.operation is None else f"{case.place(one.operation)}: "
    yield Part("detail", one.detail, _wrapped(f"{where}{one.detail}"))
    yield Part("differences", lambda: explanation.differences(one))
    yield _origin(done.origin(one))


def _origin(origin: Placed | None) -> Part:
    lines = [] if origin is None else _wrapped(origin_text(origin))
    return Part("origin", origin_record(origin), lines)


def _where(done: Rerun) -> Part:
    lines = [line for one in where_lines(done.where) for line in wrap_words(one, "      ", "  ")]
    return Part("where", suspects(done.where), lines)


def counterexample(done: Rerun, example: Counterexample, result: Replay) -> Iterator[Part]:
    """What a counterexample does when it is run again."""
    known, source = example.finding, done.implementation.source
    same = dict(example.sources) == dict(source.sha256)
    line = f"{source.name}: {len(known.operations)} operations at chunk shift {known.chunk_shift}"
    line += "" if same else ", not on the source that the file tells of"
    yield from (Part("source", source.name, [line]), Part("same_source", same))
    yield from _configured(done)
    yield Part("property", known.property, [f"{known.property}: {known.statement}"])
    line = "  still breaks."
    if result.still is None:
        line = "  holds, but something else breaks." if result.others else "  holds."
    yield Part("holds", result.still is None, [line])
    if result.still is None:
        yield Part("still", None)
    else:
        yield nested("still", _shown(result.still, done))
    others = {one.property: [*_shown(one, done)] for one in result.others}
    yield Part("others", {name: as_object(parts) for name, parts in others.items()})
    for one in result.others:
        yield shown(f"{one.property}: {one.statement}", "  breaks.")
        yield Part("", text=readable(others[one.property]))
    yield _where(done)
    changed = "The model does not answer what the file expects: it has changed since."
    yield Part("same_model", result.same_model, [] if result.same_model else [changed])


def _shown(finding: Finding, done: Rerun) -> Iterator[Part]:
    """What an operation did, how that differs from what the model expects, and since when."""
    yield Part("operation", finding.operation)
    yield Part(
        "detail", finding.detail, _wrapped(f"operation {finding.operation}: {finding.detail}")
    )
    yield shown(*_differing(finding))
    yield _origin(done.origin(finding))


def _differing(finding: Finding) -> list[str]:
    return [line for one in explanation.differences(finding)[:8] for line in _wrapped(one)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 72, initial_indent="    ", subsequent_indent="      ")
