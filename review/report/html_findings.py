# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings as ``report.html`` has them: what is new first, each with what to look at first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec import to_builtins

from models.case.extent import Row, Tried, rows, split_rows
from models.case.finding import Finding, last_operation
from models.case.notation import operation_text
from models.case.reference import run_case
from models.diagnosis.where.excerpt import Excerpt, excerpt
from models.diagnosis.where.rank import Where
from models.pictures import diagram, explanation
from models.pictures.steps import SPLITTING
from review.bundle import findings as records
from review.bundle.findings import differing
from review.report import findings, summary
from review.report import pictures as splits
from review.report.html_tree import Tree, tree
from review.run.attempt import attempt
from review.run.diagnosis import Diagnosis
from review.run.review_result import ReviewResult
from specs.callers import Contract
from specs.stream import cut
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import Snapshot, decode


def told(done: ReviewResult) -> list[dict[str, Any]]:
    """All findings in the order in which to look at them: what is new or made worse, then what only
    the documentation promises and what is known of released kernels, then what was there before."""
    found = [_finding(*one, done) for one in enumerate(done.search.diagnoses, 1)]
    return sorted(found, key=lambda one: (not one["counts"], one["minor"], one["number"]))


_WIDEST = 660
"""Pixels; two arrays that would be wider beside a hunk stand one below the other."""


@dataclass(frozen=True, slots=True)
class Race:
    """A promise to readers that is broken, and was not before."""

    name: str
    promise: str
    where: str
    since: str


def races(done: ReviewResult) -> Iterator[Race]:
    """Those that are told in the section of readers."""
    for name, one in summary.races(done):
        if one.counts:
            where = f"{one.result.reader} against {one.result.case}"
            since = "" if one.origin is None else findings.origin_text(one.origin)
            yield Race(name, one.breach.promise, where, since)


def _finding(number: int, one: Diagnosis, done: ReviewResult) -> dict[str, Any]:
    """What is told of a finding."""
    cause, smallest = one.cause, one.smallest
    tried = done.search.result.tried.get(smallest.implementation, Tried())
    placed = done.search.origins[number - 1]
    where = done.search.wheres[number - 1]
    record = to_builtins(records.cause(one, done.search.result.tried, placed, where))
    shown = smallest.operations
    if smallest.operation:
        shown = shown[: smallest.operation + 1]
    return {
        **record,
        "counts": placed is None or placed.counts,
        "minor": smallest.contract is Contract.DOCUMENTATION or bool(smallest.deviations),
        "placed": "" if placed is None else findings.origin_text(placed),
        "headline": f"{findings.when(smallest)}: {findings.short(smallest.detail)}",
        "number": number,
        "remarks": findings.remarks(smallest),
        "extent": findings.extent_text(cause.extent.splits),
        "clean": sum(not bad for _, bad, _ in split_rows(cause.extent, tried)),
        "traits": _traits(list(rows(cause.extent, tried))),
        "chunk_shift": smallest.chunk_shift,
        "operations": [operation_text(operation) for operation in shown],
        "operation": smallest.operation,
        "detail": smallest.detail,
        "also": cause.first[1:],
        "differences": differing(smallest),
        "trees": attempt(lambda: _trees(number, one))[0] or [],
        "reproducer": one.reproducer,
        "where": next(findings.where_lines(where), ""),
        "suspects": list(map(findings.suspect_text, where.suspects)),
        "excerpt": attempt(partial(_excerpt, smallest.implementation, where, done))[0],
    }


def _excerpt(name: str, where: Where, done: ReviewResult) -> Excerpt | None:
    """The hunk, or the lines, in which the line lies that is to be looked at first."""
    sources = (one.source for one in done.search.implementations if one.name == name)
    return next((excerpt(one, each) for one in sources for each in where.suspects[:1]), None)


def _traits(table: Sequence[Row]) -> list[Row]:
    """The rows of the dimensions in which something makes a difference."""
    sizes = {row.dimension: 0 for row in table}
    for row in table:
        sizes[row.dimension] += 1
    return [row for row in table if sizes[row.dimension] > 1]


def _trees(number: int, one: Diagnosis) -> list[Tree]:
    """The array before, and the expected next to the actual one, as far as there are any."""
    found = []
    before = array_before(one.smallest)
    if before is not None:
        drawings = diagram.boxes(before[1], most_nodes=splits.MOST_BOXES)
        title = f"Finding {number}: the array before operation {before[0]}"
        found.append(tree(drawings, ["before"], title, f"finding-{number}-before"))
    pictures = explanation.pictures(one.smallest)
    if pictures is not None:
        drawings = diagram.boxes(*pictures, most_nodes=splits.MOST_BOXES)
        title = f"Finding {number}: the array as expected, and as it is"
        found.append(
            tree(drawings, ["expected", "actual"], title, f"finding-{number}-after", _WIDEST)
        )
    return found


def array_before(finding: Finding) -> tuple[int, Snapshot] | None:
    """The model's array before the last split up to what shows a finding, or before that if there
    is no split, with the number of that operation; None when it has none."""
    shown = last_operation(finding)
    splits = [
        place
        for place, operation in enumerate(finding.operations[: shown + 1])
        if operation.code in SPLITTING
    ]
    place = splits[-1] if splits else shown
    operations = [*finding.operations[:place], Operation(Code.SNAPSHOT)]
    try:
        answers = cut(
            operations, run_case(operations, finding.chunk_shift, width=finding.bits).results
        )
    except (PreconditionError, ValueError):
        return None
    return place, decode(answers[-1].snapshot or b"")
