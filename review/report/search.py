# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search did and found, as a terminal has it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from models.histories.search import MachineReport
from models.sweep.sweep import Coverage, UnitResult
from review.report import findings
from review.run import reused
from review.run.search_result import SearchResult, never_surviving, not_run


def show(done: SearchResult, console: Console) -> None:
    """Print coverage, the machines' work, known deviations and findings."""
    console.print(_coverage(done.result, done.finished))
    if done.machines:
        console.print(_machines(done.machines))
    for had in done.known:
        for line in (*textwrap.wrap(str(had), 72, subsequent_indent="  "), ""):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for report in done.machines.values():
        for line in _remarks(report):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in (*not_run(done), *never_surviving(done)):
        for part in textwrap.wrap(line, 72, subsequent_indent="  "):
            console.print(part, markup=False, highlight=False, soft_wrap=True)
    found = done.findings
    told = (done.diagnoses, done.result.tried, done.origins, done.wheres)
    for line in (*done.broken, *findings.lines(*told)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    cases = sum(coverage.covered for coverage in done.result.coverage.values())
    steps = sum(report.total.steps for report in done.machines.values())
    console.print(
        f"{cases:,} cases and {steps:,} steps in {done.seconds:.1f} s, seed {done.seed}: "
        f"{len(found)} broken {'property' if len(found) == 1 else 'properties'}",
        highlight=False,
    )
    for line in (*done.earlier, *reused.of_sweep(done.result)):
        for part in textwrap.wrap(line, 72, subsequent_indent="  "):
            console.print(part, markup=False, highlight=False, soft_wrap=True)
    for line in (*done.not_done, *done.unsaved):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if not done.finished:
        why = "Not finished" if done.not_done or done.over else "Interrupted"
        console.print(f"{why}: what was not run is not counted above.")


def _coverage(result: UnitResult, finished: bool) -> Table:
    table = Table("implementation", "family", "chunk shifts", "cases run", "of", "", box=box.SIMPLE)
    told: dict[tuple[str, str, bool], tuple[list[int], Coverage]] = {}
    for part, coverage in sorted(result.coverage.items(), key=lambda item: item[0]):
        key = (part.implementation, part.family, part.sampled)
        shifts, total = told.setdefault(key, ([], Coverage()))
        shifts.append(part.chunk_shift)
        total.add(coverage)
    for (name, family, sampled), (shifts, total) in told.items():
        whole = "complete" if total.complete and finished else "NOT COMPLETE"
        table.add_row(
            name,
            family,
            " ".join(map(str, shifts)),
            f"{total.covered:,}",
            f"{total.total:,}" if total.total < 10**10 else f"{total.total:.1e}",
            "sampled" if sampled else whole,
        )
    for column in table.columns[3:5]:
        column.justify = "right"
    return table


def _machines(reports: dict[str, MachineReport]) -> Table:
    table = Table("machines", "histories", "steps", "operations", "steps a second", box=box.SIMPLE)
    for name, report in sorted(reports.items()):
        total = report.total
        rate = total.steps / max(report.seconds, 1e-9)
        table.add_row(
            name,
            f"{total.examples:,}",
            f"{total.steps:,}",
            f"{total.operations:,}",
            f"{rate:,.0f}",
        )
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _remarks(report: MachineReport) -> Iterator[str]:
    """What a machine never met."""
    for s, name in report.missing:
        yield f"{report.implementation}: at chunk shift {s} the machine never met: {name}"
