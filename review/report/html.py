# SPDX-License-Identifier: GPL-2.0-or-later
"""``report.html``: the whole review as one page that needs nothing from elsewhere and runs nothing.

The same review gives the same page, but for what stands in elements of the class ``time``: these
hold all that was measured by a clock, and nothing else.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import to_builtins

from models.case.extent import Row, Tried, rows, split_rows
from models.case.finding import Finding, last_operation
from models.case.notation import operation_text
from models.case.reference import run_case
from models.kernel.printable import clean
from models.measure.timing import Timed
from models.pictures import boxes, diagram, explanation
from models.readers import columns, explore, schedule
from models.readers.explorer import ExplorerError
from proofs.report import Status
from review.bundle import findings as records
from review.bundle import provenance
from review.bundle.findings import differing
from review.report import claims, findings, heat, numbers, plots, summary, svg, text
from review.report import pictures as splits
from review.run import readers, scope
from review.run.attempt import attempt
from review.run.diagnosis import Diagnosis
from review.run.numbers import CHUNK_SHIFTS
from review.run.review_result import ReviewResult
from specs.claims import Decision, Outcome
from specs.readers import PROMISES
from specs.stream import cut
from xarray_model import geometry
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import Snapshot, decode

SCHEDULES = 3
"""How many races are shown of an implementation."""
_SPLITTING = (Code.SPLIT, Code.TRY_SPLIT, Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALONE)
_SPLITS = ((6, 0, 2), (18, 0, 6))
"""Order, new order and chunk shift of the splits that are drawn when there is no finding."""


def page(done: ReviewResult, timed: Mapping[str, Sequence[Timed]]) -> str:
    """The page; ``timed`` are the times of splits at chunk shift 6, by implementation."""
    environment = Environment(
        loader=PackageLoader("review.report", ""),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html.j2").render(
        done=done,
        result=text.result(done),
        summary="\n".join(summary.lines(done)),
        claim_rows=list(zip(*done.columns.values(), strict=True)),
        blamed=claims.blamed,
        commits=provenance.commits(done.options),
        mailboxes=provenance.mailboxes(done.options),
        bounds=scope.bounds(done),
        not_checked=scope.not_checked(done),
        rerun=shlex.join(done.options.command),
        kind=_kind,
        findings=[_finding(*one, done) for one in enumerate(done.search.diagnoses, 1)],
        splits=[_split(*one) for one in _SPLITS] if not done.search.diagnoses else [],
        maps=_maps(done),
        legend=Markup(heat.legend()),
        readers=_readers(done),
        nodes=[(s, geometry.node_bytes(s), Markup(plots.nodes(s))) for s in CHUNK_SHIFTS],
        numbers=done.numbers,
        tables=numbers,
        numbers_lines=[] if done.numbers is None else numbers.lines(done.numbers),
        times=Markup(plots.times(timed, 6)) if any(timed.values()) else "",
        style=Markup(svg.style(".tree ")),
    )


def _printable(value: object) -> object:
    """What is put in the page: text without characters that do not print or change directions."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _kind(outcome: Outcome | Decision | Status) -> str:
    """The class of an element that tells an outcome: good, bad or open."""
    if outcome in (Outcome.HOLDS, Decision.HOLDS, Status.PROVED):
        return "good"
    bad = (Outcome.FAILS, Decision.FAILS, Status.REFUTED, Status.HELD, Status.DISAGREEMENT)
    return "bad" if outcome in bad else "open"


@dataclass(frozen=True, slots=True)
class _Tree:
    """Arrays next to each other: the picture, and the same as text."""

    caption: str
    picture: Markup
    text: str


def _tree(drawings: Sequence[boxes.Box], captions: Sequence[str], title: str, name: str) -> _Tree:
    said = f"{title}: {' and '.join(captions)}. The same as text follows the picture."
    drawn = svg.inline(drawings, captions, title, said, name)
    return _Tree(title, Markup(drawn), boxes.text(drawings, captions))


def _split(order: int, new_order: int, s: int) -> _Tree:
    """The model's array before and after a split."""
    shown = splits.of_split(order, new_order, 0, s)
    name = f"split-{s}-{order}-{new_order}"
    return _tree(shown.drawings(splits.MOST_BOXES), shown.captions, shown.title, name)


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
        "placed": "" if placed is None else findings.origin_text(placed),
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
        "where": list(findings.where_lines(where)),
    }


def _traits(table: Sequence[Row]) -> list[Row]:
    """The rows of the dimensions in which something makes a difference."""
    sizes = {row.dimension: 0 for row in table}
    for row in table:
        sizes[row.dimension] += 1
    return [row for row in table if sizes[row.dimension] > 1]


def _trees(number: int, one: Diagnosis) -> list[_Tree]:
    """The array before, and the expected next to the actual one, as far as there are any."""
    found = []
    before = _before(one.smallest)
    if before is not None:
        drawings = diagram.boxes(before[1], most_nodes=splits.MOST_BOXES)
        title = f"Finding {number}: the array before operation {before[0]}"
        found.append(_tree(drawings, ["before"], title, f"finding-{number}-before"))
    pictures = explanation.pictures(one.smallest)
    if pictures is not None:
        drawings = diagram.boxes(*pictures, most_nodes=splits.MOST_BOXES)
        title = f"Finding {number}: the array as expected, and as it is"
        found.append(_tree(drawings, ["expected", "actual"], title, f"finding-{number}-after"))
    return found


def _before(finding: Finding) -> tuple[int, Snapshot] | None:
    """The model's array before the last split up to what shows a finding, or before that if there
    is no split, with the number of that operation; None when it has none."""
    shown = last_operation(finding)
    splits = [
        place
        for place, operation in enumerate(finding.operations[: shown + 1])
        if operation.code in _SPLITTING
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


@dataclass(frozen=True, slots=True)
class _Map:
    """A map of splits: the picture, and what the table says."""

    map: heat.HeatMap
    picture: Markup


def _maps(done: ReviewResult) -> dict[str, list[_Map]]:
    """The maps by implementation."""
    found: dict[str, list[_Map]] = {}
    for number, one in enumerate(heat.maps(done), 1):
        drawn = _Map(one, Markup(heat.picture(one, f"map-{number}")))
        found.setdefault(one.implementation, []).append(drawn)
    return found


def _readers(done: ReviewResult) -> list[dict[str, Any]]:
    """The table of readers and writers, and the schedules of what is broken; implementations of
    which all of it is the same are told together."""
    found: list[dict[str, Any]] = []
    for name, report in done.explored.items():
        record = _explored(report, done.reader_cells[name])
        for other in found:
            if {**other, "names": []} == {**record, "names": []}:
                other["names"].append(name)
                break
        else:
            found.append({**record, "names": [name]})
    return found


def _explored(report: explore.Report, cells: Sequence[readers.ReaderCell]) -> dict[str, Any]:
    """What is told of one implementation."""
    table: dict[str, dict[str, list[readers.ReaderCell]]] = {}
    for cell in cells:
        table.setdefault(cell.reader, {}).setdefault(cell.writer, []).append(cell)
    found = readers.smallest(report)
    return {
        "executions": report.executions,
        "states": report.states,
        "collisions": readers.collisions(report),
        "not_explored": readers.not_explored(report),
        "writers": list(dict.fromkeys(cell.writer for cell in cells)),
        "table": {
            reader: {writer: _verdicts(mine) for writer, mine in by_writer.items()}
            for reader, by_writer in sorted(table.items())
        },
        "schedules": [_schedule(report, *one) for one in found[:SCHEDULES]],
        "more": max(0, len(found) - SCHEDULES),
    }


def _verdicts(cells: Sequence[readers.ReaderCell]) -> list[tuple[str, str, str]]:
    """Class, verdict and memory of a reader against a writer; once if all memories are alike."""
    lines = []
    for cell in cells:
        kind = "bad" if cell.broken or cell.alone else "good"
        if kind == "good" and (cell.documented or not cell.complete):
            kind = "open"
        lines.append((kind, cell.verdict, cell.memory.name.lower()))
    if len({verdict for _, verdict, _ in lines}) == 1:
        return [(lines[0][0], lines[0][1], "")]
    return lines


def _schedule(report: explore.Report, shift: int, found: explore.Found) -> dict[str, Any]:
    """A schedule as rows of two columns, what the writer does and what the reader does."""
    record: dict[str, Any] = {
        "promise": found.breach.promise,
        "statement": PROMISES[found.breach.promise].statement,
        "text": found.breach.text,
        "documented": found.documented,
        "rows": [],
        "problem": "",
        "title": f"{found.result.reader} against {found.result.case}, chunk shift {shift}",
    }
    try:
        one = schedule.of(report, shift, found)
    except ExplorerError as error:
        return {**record, "problem": str(error)}
    rows = [columns.split(line) for line in one.shown[2:]]
    return {**record, "rows": rows, "command": f"xasplit rcu --replay '{one.command}'"}
