# SPDX-License-Identifier: GPL-2.0-or-later
"""``report.html``: the whole review as one page that needs nothing from elsewhere and runs nothing.

The same review gives the same page, but for what stands in elements of the class ``time``: these
hold all that was measured by a clock, and nothing else.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models.kernel.printable import clean
from models.measure.timing import Timed
from models.readers import columns, explore, schedule
from models.readers.explorer import ExplorerError
from proofs.report import Status
from review.bundle import provenance
from review.report import (
    claims,
    drawn,
    heat,
    html_findings,
    html_steps,
    html_tree,
    numbers,
    summary,
    svg,
    text,
)
from review.report import pictures as splits
from review.run import readers, scope
from review.run.numbers import CHUNK_SHIFTS
from review.run.review_result import ReviewResult
from specs.claims import Decision, Evidence, Outcome
from specs.readers import PROMISES
from xarray_model import geometry

SCHEDULES = 3
"""How many races are shown of an implementation."""
_SPLITS = ((6, 0, 2), (18, 0, 6))
"""Order, new order and chunk shift of the splits that are drawn when there is no finding."""


def page(done: ReviewResult, timed: Mapping[str, Sequence[Timed]]) -> str:
    """The page; ``timed`` are the times of splits at chunk shift 6, by implementation."""
    found = html_findings.told(done)
    shown = html_steps.of(done, [one["number"] for one in found])
    plot = partial(drawn.plot, done.search.results.store.texts(drawn.KIND))
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
        within={one.name: _within(done, one.name) for one in done.implementations},
        commits=provenance.commits(done.options),
        mailboxes=provenance.mailboxes(done.options),
        bounds=scope.bounds(done),
        not_checked=scope.not_checked(done),
        rerun=shlex.join(done.options.command),
        kind=_kind,
        findings=[one for one in found if one["counts"]],
        before=[one for one in found if not one["counts"]],
        races=list(html_findings.races(done)),
        steps=shown,
        splits=[_split(*one) for one in _SPLITS] if not done.search.diagnoses else [],
        maps=_maps(done, plot),
        legend=Markup(plot("heat legend")),
        readers=_readers(done),
        nodes=[(s, geometry.node_bytes(s), Markup(plot("nodes", s))) for s in CHUNK_SHIFTS],
        numbers=done.numbers,
        tables=numbers,
        numbers_lines=[] if done.numbers is None else numbers.lines(done.numbers),
        times=Markup(plot("times", timed, 6)) if any(timed.values()) else "",
        style=Markup(svg.style(".tree ") + html_steps.style(len(shown.steps))),
    )


def _within(done: ReviewResult, name: str) -> list[tuple[list[str], Evidence]]:
    """What an implementation that splits one level at most does within that limit, but for what
    plainly holds; checks that are undecided alike are told together."""
    found: dict[object, tuple[list[str], Evidence]] = {}
    for item in done.one_level_evidence:
        readers = item.check.startswith("rcu:")
        if item.target == name and (readers or item.outcome is not Outcome.HOLDS):
            alike = item.detail if item.outcome is Outcome.UNDECIDED and not readers else item.check
            found.setdefault(alike, ([], item))[0].append(item.check)
    return list(found.values())


def _printable(value: object) -> object:
    """What is put in the page: text without characters that do not print or change directions."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _kind(outcome: Outcome | Decision | Status) -> str:
    """The class of an element that tells an outcome: good, bad or open."""
    if outcome in (Outcome.HOLDS, Decision.HOLDS, Status.PROVED):
        return "good"
    bad = (Outcome.FAILS, Decision.FAILS, Status.REFUTED, Status.HELD, Status.DISAGREEMENT)
    return "bad" if outcome in bad else "open"


def _split(order: int, new_order: int, s: int) -> html_tree.Tree:
    """The model's array before and after a split."""
    shown = splits.of_split(order, new_order, 0, s)
    name = f"split-{s}-{order}-{new_order}"
    return html_tree.tree(shown.drawings(splits.MOST_BOXES), shown.captions, shown.title, name)


@dataclass(frozen=True, slots=True)
class _Map:
    """A map of splits: the picture, and what the table says."""

    map: heat.HeatMap
    picture: Markup


def _maps(done: ReviewResult, plot: Callable[..., str]) -> dict[str, list[_Map]]:
    """The maps by implementation."""
    found: dict[str, list[_Map]] = {}
    for number, one in enumerate(heat.maps(done), 1):
        drawn = _Map(one, Markup(plot("heat", one, f"map-{number}")))
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
