# SPDX-License-Identifier: GPL-2.0-or-later
"""How findings are told: as text for a mail or a terminal, and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from models.case.deviations import DEVIATIONS
from models.case.extent import Extent, Row, Tried, rows, split_rows
from models.case.finding import SPLITTING, Finding, last_operation
from models.case.notation import operation_text
from models.case.origins import Placed
from models.diagnosis.reproducer import Reproducer
from models.diagnosis.where.rank import NOT_ASKED, Suspect, Where
from models.pictures import explanation
from review.bundle.findings import differing
from review.report.layout import wrap, wrap_words
from review.run.attempt import attempt
from review.run.diagnosis import Diagnosis
from specs.callers import Contract


def lines(
    diagnoses: Sequence[Diagnosis],
    tried: Mapping[str, Tried],
    origins: Sequence[Placed | None] = (),
    wheres: Sequence[Where] = (),
) -> Iterator[str]:
    """Every finding as plain text of at most 72 columns where its words permit.

    A finding is a cause: all properties that it breaks, where it fails and where it holds, its
    smallest case and its reproducer.  ``tried`` are the cases that were run, by implementation;
    ``origins`` say where each finding comes from, ``wheres`` where to look first.  Of those that
    were there before a line is told.
    """
    before: list[str] = []
    placed = origins or [None] * len(diagnoses)
    looked = wheres or [NOT_ASKED] * len(diagnoses)
    for number, (one, origin, where) in enumerate(zip(diagnoses, placed, looked, strict=True), 1):
        if origin is not None and not origin.counts:
            before += wrap(f"{number}. {headline(one)}", "      ", "  ")
            continue
        cases = tried.get(one.smallest.implementation, Tried())
        made = _finding(number, one, cases, origin, where)
        shown, problem = attempt(partial(list[str], made))
        yield from shown or ()
        if problem:
            name, broken = one.smallest.implementation, one.smallest.property
            said = f"Finding {number}: {name} breaks {broken}; telling it failed, {problem}"
            yield from wrap(said, "    ", "")
            yield ""
    if before:
        yield "There before, in the same way, to the byte:"
        yield from [*before, ""]


def _finding(
    number: int, one: Diagnosis, tried: Tried, origin: Placed | None, where: Where
) -> Iterator[str]:
    cause, finding = one.cause, one.smallest
    names = ", ".join(cause.properties)
    yield from wrap(f"Finding {number}: {finding.implementation} breaks {names}", "    ", "")
    if origin is not None:
        yield from wrap(_capital(origin_text(origin)), "    ", "  ")
    for line in remarks(finding):
        yield from wrap(line, "    ", "  ")
    if cause.later:
        yield from wrap(f"and in consequence {', '.join(sorted(cause.later))}", "    ", "  ")
    yield from wrap(f"{cause.cases:,} cases; {extent_text(cause.extent.splits)}", "    ", "  ")
    yield from _extent_lines(cause.extent, tried)
    yield f"  The smallest, at chunk shift {finding.chunk_shift}:"
    for place, operation in enumerate(finding.operations):
        if not finding.operation or place <= finding.operation:
            yield f"    {place:2} {operation_text(operation)}"
    # What the other properties found was found in the case before it was shrunk.
    yield from wrap(f"{finding.property}: {finding.statement}", "    ", "  ")
    shown = "" if finding.operation is None else f"operation {finding.operation}: "
    yield from wrap(shown + finding.detail, "      ", "    ")
    for other in cause.first[1:]:
        yield from wrap(f"{other.property}: {other.statement}", "    ", "  ")
    if one.unshrunk:
        yield from wrap(one.unshrunk, "    ", "  ")
    differences = differing(finding)
    if differences:
        yield "  Expected by the model and found:"
        for line in differences[:8]:
            yield from wrap(line, "      ", "    ")
    drawing, problem = attempt(partial(explanation.drawing, finding))
    if drawing:
        yield ""
        yield from drawing
    if problem:
        yield from wrap(f"It was not drawn: {problem}", "    ", "  ")
    for line in where_lines(where):
        yield from wrap_words(line, "      ", "  ")
    yield ""
    yield from _reproducer_lines(one.reproducer)
    yield ""


def origin_text(origin: Placed) -> str:
    """Where a finding comes from, in a sentence: ``new with patch 2 of 4, "XArray: ...".``"""
    subject = f', "{origin.subject}"' if origin.subject else ""
    return f"{origin}{subject}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def headline(one: Diagnosis) -> str:
    """A finding in a line: what breaks, and when."""
    finding = one.smallest
    text = f"{finding.property}, {when(finding)}: {short(finding.detail)}"
    outside = finding.contract is Contract.DOCUMENTATION
    told = [finding.contract.value] if outside else []
    told += [f"known deviation {name}" for name in finding.deviations]
    return f"{text} ({', '.join(told)})" if told else text


def when(finding: Finding) -> str:
    """The operation of the smallest case that shows a finding, in a few words."""
    place = last_operation(finding)
    at = finding.operations[: place + 1]
    split = next((each for each in reversed(at) if each.code in SPLITTING), None)
    last = at[-1]
    text = last.code.name.lower()
    if split is last:
        text = f"{text} {last.order} to {last.new_order}"
    elif split is not None:
        text += f" after {split.code.name.lower()} {split.order} to {split.new_order}"
    return f"{text} at s={finding.chunk_shift}"


def short(detail: str) -> str:
    """A detail for a line: of a list of more than a few numbers only how many there are."""
    return _NUMBERS.sub(lambda found: _few(found[0]), detail)


def _few(text: str) -> str:
    numbers = text.split(", ")
    return text if len(numbers) <= _MOST_NUMBERS else f"{numbers[0]} and {len(numbers) - 1} more"


# In one number the comma is followed by three digits at once: 68,174,084.
_NUMBER = r"-?(?:0x[0-9a-f]+|\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
_NUMBERS = re.compile(rf"(?<![\w,]){_NUMBER}(?:, {_NUMBER})+")
_MOST_NUMBERS = 6


def remarks(finding: Finding) -> list[str]:
    """A sentence on the class of a finding, unless it breaks what callers rely on; and one on each
    known deviation that it is."""
    lines = []
    if finding.contract is Contract.DOCUMENTATION:
        lines.append("No caller may ask for this: it breaks only what the documentation promises.")
    for one in DEVIATIONS:
        if one.name in finding.deviations:
            lines.append(f"It is a known deviation, {one.name}: {one.statement}. {one.cause}.")
    return lines


def _extent_lines(failed: Extent, tried: Tried) -> Iterator[str]:
    """Where it fails and where it holds, dimension by dimension."""
    others = [split for split, bad, _ in split_rows(failed, tried) if not bad]
    clean = [split for split in others if not tried.left_out.splits[split]]
    if clean:
        yield from wrap(f"holds for {len(clean):,} other splits that were run", "    ", "  ")
    if len(others) > len(clean):
        text = f"not decided for {len(others) - len(clean):,} others, of which some were not run"
        yield from wrap(text, "    ", "  ")
    table: dict[str, list[Row]] = {}
    for row in rows(failed, tried):
        table.setdefault(row.dimension, []).append(row)
    lines: list[str] = []
    for name, values in table.items():
        bad = [row.value for row in values if row.failed]
        good = [row.value for row in values if not row.failed and not row.left_out]
        rest = [row.value for row in values if not row.failed and row.left_out]
        if not bad or not (good or rest):
            continue  # It makes no difference.
        text = f"fails for {', '.join(bad)}"
        text += f"; holds for {', '.join(good)}" if good else ""
        text += f"; not all run for {', '.join(rest)}" if rest else ""
        lines += wrap(f"{name:<15} {text}", " " * 20, "    ")
    if lines:
        yield from ["  In the splits where it fails:", *lines]


def _reproducer_lines(one: Reproducer) -> Iterator[str]:
    if not one.code:
        yield from wrap(f"No reproducer: {one.reason}.", "    ", "  ")
        return
    text = f"Reproducer, with XA_CHUNK_SHIFT {one.chunk_shift}. Run in {one.harness}"
    text += f" it fails ({one.failed}); with a right XArray, the port, it passes."
    yield from wrap(text, "    ", "  ")
    yield ""
    yield from one.code.splitlines()


def extent_text(extent: Iterable[tuple[int, int, int]]) -> str:
    """Which splits show a finding: ``s=2: 4 to 0, 4 to 1; s=3: ...``, the first few of each."""
    by_shift: dict[int, list[tuple[int, int]]] = {}
    for s, order, new_order in sorted(extent):
        by_shift.setdefault(s, []).append((order, new_order))
    parts = []
    for s, splits in by_shift.items():
        shown = ", ".join(f"{order} to {new}" for order, new in splits[:6])
        more = f" and {len(splits) - 6} more" if len(splits) > 6 else ""
        parts.append(f"s={s}: {shown}{more}")
    return "; ".join(parts)


def where_lines(where: Where) -> Iterator[str]:
    """Where to look first, a line each; or why that is not told."""
    if where.reason:
        yield f"Where to look first was not ranked: {where.reason}."
        return
    if not where.suspects:
        return
    compared = f"{where.failing} failing and {where.passing} passing cases"
    yield f"Look here first (a ranking of lines from {compared}, no proof):"
    for place, one in enumerate(where.suspects, 1):
        yield f"  {place}. {suspect_text(one)}"


def suspect_text(one: Suspect) -> str:
    """``lib/xarray.c:1071 in xas_split (patch 2 of 4, @@ -1,2 +1,3 @@): it ended here``"""
    named = f"{one.file}:{one.line}" + (f" in {one.function}" if one.function else "")
    if one.hunk is not None:
        named += f" ({one.hunk.label}, {one.hunk.header})"
    return f"{named}: {'; '.join(one.why)}"
