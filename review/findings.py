# SPDX-License-Identifier: GPL-2.0-or-later
"""How findings are told: as text for a mail or a terminal, and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from models import explanation
from models.finding import Breach, Finding, Findings
from models.notation import operation_text

WIDTH = 72


def lines(findings: Findings) -> Iterator[str]:
    """Every finding as plain text of at most 72 columns where its words permit.

    Properties that the same smallest case breaks, for the same splits, are one finding.
    """
    alike: dict[tuple[object, ...], list[Breach]] = {}
    for breach in findings.sorted():
        smallest = breach.smallest
        key = (smallest.implementation, smallest.operations, frozenset(breach.extent))
        alike.setdefault(key, []).append(breach)
    for number, breaches in enumerate(alike.values(), 1):
        yield from _finding(number, breaches)


def _finding(number: int, breaches: Sequence[Breach]) -> Iterator[str]:
    first = breaches[0]
    finding = first.smallest
    names = ", ".join(breach.smallest.property for breach in breaches)
    yield from _wrap(f"Finding {number}: {finding.implementation} breaks {names}", "    ", "")
    cases = max(breach.cases for breach in breaches)
    yield from _wrap(f"{cases:,} cases; {extent_text(first.extent)}", "    ", "  ")
    yield f"  The smallest, at chunk shift {finding.chunk_shift}:"
    shown = max((breach.smallest.operation or 0) for breach in breaches) or None
    for place, operation in enumerate(finding.operations):
        if shown is None or place <= shown:
            yield f"    {place:2} {operation_text(operation)}"
    for breach in breaches:
        one = breach.smallest
        yield from _wrap(f"{one.property}: {one.statement}", "    ", "  ")
        where = "" if one.operation is None else f"operation {one.operation}: "
        yield from _wrap(where + one.detail, "      ", "    ")
    differences = explanation.differences(finding)
    if differences:
        yield "  Expected by the model and found:"
        for line in differences[:8]:
            yield from _wrap(line, "      ", "    ")
    drawing = explanation.drawing(finding)
    if drawing:
        yield ""
        yield from (f"  {line}" for line in drawing)
    yield ""


def _wrap(text: str, indent: str, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


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


def as_json(breach: Breach) -> dict[str, object]:
    """A finding as a JSON object."""
    finding: Finding = breach.smallest
    return {
        "implementation": finding.implementation,
        "property": finding.property,
        "statement": finding.statement,
        "cases": breach.cases,
        "extent": [
            {"chunk_shift": s, "order": order, "new_order": new}
            for s, order, new in sorted(breach.extent)
        ],
        "smallest": {
            "chunk_shift": finding.chunk_shift,
            "operations": [operation_text(operation) for operation in finding.operations],
            "operation": finding.operation,
            "detail": finding.detail,
            "differences": explanation.differences(finding),
        },
    }
