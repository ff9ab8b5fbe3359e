# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search did and found, as a terminal has it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from models.histories.search import MachineReport
from review.bundle.format import CoverageRecord
from review.bundle.search import coverage
from review.report import findings
from review.report.terminal import show_lines, simple_table
from review.run import reused
from review.run.search_result import SearchResult, never_surviving, not_run


def show(done: SearchResult, console: Console) -> None:
    """Print coverage, the machines' work, known deviations and findings."""
    console.print(_coverage(coverage(done), done.finished))
    if done.machines:
        console.print(_machines(done.machines))
    for had in done.known:
        show_lines(console, (*textwrap.wrap(str(had), 72, subsequent_indent="  "), ""))
    for report in done.machines.values():
        show_lines(console, _remarks(report))
    for line in (*not_run(done), *never_surviving(done)):
        show_lines(console, textwrap.wrap(line, 72, subsequent_indent="  "))
    found = done.findings
    told = (done.diagnoses, done.result.tried, done.origins, done.wheres)
    show_lines(console, (*done.broken, *findings.lines(*told)))
    cases = sum(one.covered for one in coverage(done))
    steps = sum(report.total.steps for report in done.machines.values())
    console.print(
        f"{cases:,} cases and {steps:,} steps in {done.seconds:.1f} s, seed {done.seed}: "
        f"{len(found)} broken {'property' if len(found) == 1 else 'properties'}",
        highlight=False,
    )
    for line in (*done.earlier, *reused.of_sweep(done.result)):
        show_lines(console, textwrap.wrap(line, 72, subsequent_indent="  "))
    show_lines(console, (*done.not_done, *done.unsaved))
    if not done.finished:
        why = "Not finished" if done.not_done or done.over else "Interrupted"
        console.print(f"{why}: what was not run is not counted above.")


def _coverage(parts: Sequence[CoverageRecord], finished: bool) -> Table:
    table = simple_table(
        "implementation", "family", "chunk shifts", "cases run", "of", "", right=(3, 4)
    )
    families: dict[tuple[str, str, bool], list[CoverageRecord]] = {}
    for one in parts:
        families.setdefault((one.implementation, one.family, one.sampled), []).append(one)
    for (name, family, sampled), some in families.items():
        covered, total = sum(one.covered for one in some), sum(one.total for one in some)
        whole = "complete" if covered == total and finished else "NOT COMPLETE"
        table.add_row(
            name,
            family,
            " ".join(str(one.chunk_shift) for one in some),
            f"{covered:,}",
            f"{total:,}" if total < 10**10 else f"{total:.1e}",
            "sampled" if sampled else whole,
        )
    return table


def _machines(reports: dict[str, MachineReport]) -> Table:
    table = simple_table(
        "machines", "histories", "steps", "operations", "steps a second", right=range(1, 5)
    )
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
    return table


def _remarks(report: MachineReport) -> Iterator[str]:
    """What a machine never met."""
    for s, name in report.missing:
        yield f"{report.implementation}: at chunk shift {s} the machine never met: {name}"
