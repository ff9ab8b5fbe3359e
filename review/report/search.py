# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search did and found, as a terminal has it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from models.histories.search import MachineReport
from models.subject.implementation import Implementation
from review.bundle import search as records
from review.bundle.findings import cause
from review.bundle.format import CauseRecord, CoverageRecord
from review.report import findings
from review.report.output import Column, Part, Table, fields, shown
from review.run import reused
from review.run.search_result import SearchResult, never_surviving, not_run


def answer(done: SearchResult, *, verbose: bool = False, more: str = "--verbose") -> Iterator[Part]:
    """Coverage, the machines' work, findings, and known deviations: in a line each, unless
    ``verbose``; ``more`` says what tells more of these."""
    yield from fields(done, "seed", "finished")
    yield Part("seconds", round(done.seconds, 3))
    yield Part("implementations", [*map(_implementation, done.implementations)])
    covered = records.coverage(done)
    table = [_coverage(covered)] if covered else _wrapped(_no_case(done))
    yield Part("coverage", covered, table)
    yield Part("judged", records.judged(done))
    reports = [report for _, report in sorted(done.machines.items())]
    yield Part("machines", records.machines(done), [Table(reports, _MACHINES)] if reports else [])
    yield shown(*(line for report in reports for line in _unmet(report)))
    yield Part("not_run", not_run(done), _wrapped(*not_run(done)))
    yield shown(*_wrapped(*never_surviving(done)))
    yield Part("does_not_compile", done.broken, done.broken)
    causes = (done.diagnoses, done.result.tried, done.origins, done.wheres)
    yield Part("findings", lambda: _causes(done), findings.lines(*causes))
    known = (line for one in done.known for line in (*_wrapped(str(one)), ""))
    yield Part(
        "known_deviations", records.known_deviations(done), known if verbose else _known(done, more)
    )
    yield Part("mended", done.mended, _wrapped(*done.mended))
    cases = sum(one.covered for one in covered)
    steps = sum(report.total.steps for report in reports)
    yield shown(
        *_wrapped(
            f"{cases:,} cases and {steps:,} steps in {done.seconds:.1f} s, seed {done.seed}:"
            f" {_found(done)}"
        )
    )
    kept = reused.of_search(done)
    yield Part("kept", kept, _wrapped(*kept))
    yield Part("not_done", done.not_done, [*done.not_done, *done.unsaved])
    if not done.finished or done.not_done:
        why = "Not finished" if done.not_done or done.over else "Interrupted"
        text = "" if done.failed else "; nothing fails in what was run, and the rest is undecided"
        yield shown(*_wrapped(f"{why}: what was not run is not counted above{text}."))


def _found(done: SearchResult) -> str:
    """How many findings there are, in a few words."""
    counted = len(done.counted)
    rest = len(done.diagnoses) - counted
    text = f"{counted or 'no'} {'finding' if counted == 1 else 'findings'}"
    return f"{text}, and {rest} there before" if rest else text


def _known(done: SearchResult, more: str) -> Iterator[str]:
    """The known deviations outside the split, a line each."""
    names = dict.fromkeys(one.implementation for one in done.known)
    for name in names:
        yield from _wrapped(f"Known deviations of {name}, outside the split ({more} tells more):")
        for one in done.known:
            if one.implementation == name:
                met = f"{one.cases:,} cases, {one.times:,} operations left out"
                yield f"  {one.known.deviation.name}: {met}"
        yield ""


def _no_case(done: SearchResult) -> str:
    """Why the sweep has run no case."""
    if not any(one.multi for one in done.implementations):
        return (
            "No family of the sweep applies: without CONFIG_XARRAY_MULTI no entry has several"
            " indices, and none can be split."
        )
    return "No unit of the sweep was run to its end."


def _wrapped(*texts: str) -> list[str]:
    return [line for one in texts for line in textwrap.wrap(one, 72, subsequent_indent="  ")]


def _implementation(one: Implementation) -> dict[str, object]:
    return {
        "name": one.name,
        "source": one.source.name,
        "one_level": one.one_level,
        "sha256": one.source.sha256,
        "base": records.base(one.source),
    }


def _causes(done: SearchResult) -> list[CauseRecord]:
    each = zip(done.diagnoses, done.origins, done.wheres, strict=True)
    return [cause(one, done.result.tried, origin, where) for one, origin, where in each]


_Parts = list[CoverageRecord]
"""What was run of a family on an implementation, a part a chunk shift."""


def _coverage(parts: Sequence[CoverageRecord]) -> Table[_Parts]:
    families: dict[tuple[str, str, bool], _Parts] = {}
    for one in parts:
        families.setdefault((one.implementation, one.family, one.sampled), []).append(one)

    def covered(row: _Parts) -> int:
        return sum(one.covered for one in row)

    def total(row: _Parts) -> int:
        return sum(one.total for one in row)

    def how(row: _Parts) -> str:
        if row[0].sampled:
            return "sampled"
        return "complete" if covered(row) == total(row) else "NOT COMPLETE"

    def rounded(row: _Parts) -> object:
        return total(row) if total(row) < 10**10 else f"{total(row):.1e}"

    columns: list[Column[_Parts]] = [
        Column("", "implementation", lambda row: row[0].implementation),
        Column("", "family", lambda row: row[0].family),
        Column("", "chunk shifts", lambda row: " ".join(str(one.chunk_shift) for one in row)),
        Column("", "cases run", covered),
        Column("", "of", rounded),
        Column("", " ", how),
    ]
    return Table([*families.values()], columns)


_MACHINES: list[Column[MachineReport]] = [
    Column("", "machines", lambda one: one.implementation),
    Column("", "histories", lambda one: one.total.examples),
    Column("", "steps", lambda one: one.total.steps),
    Column("", "operations", lambda one: one.total.operations),
    Column("", "steps a second", lambda one: round(one.total.steps / max(one.seconds, 1e-9))),
]


def _unmet(report: MachineReport) -> Iterator[str]:
    for s, name in report.missing:
        yield f"{report.implementation}: at chunk shift {s} the machine never met: {name}"
