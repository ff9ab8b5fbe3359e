# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit prove``: decide the theorems by three solvers."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

from proofs import run
from proofs.report import Finding, Report, Status, TheoremResult
from proofs.solvers import SOLVERS
from review.report.layout import wrap_words
from review.report.terminal import show_lines, simple_table
from review.run import reused
from review.run.store import ResultStore
from xarray_model.geometry import CHUNK_SHIFTS

_INTERVAL = 10.0
"""Seconds between two lines of progress where there is no terminal."""
_SHOWN = 10
"""Constants of a counterexample that are shown; --json has them all."""


def table(report: Report) -> Table:
    """One row for each theorem: how many obligations hold, what each solver said and took."""
    shown = simple_table("theorem", "obligations", *report.solvers, "controls", "verdict")
    for result in report.theorems.values():
        shown.add_row(
            result.name,
            _ratio(result.obligations),
            *(_solver(result, solver) for solver in report.solvers),
            _ratio(result.controls),
            str(result.status),
        )
    return shown


def _ratio(findings: list[Finding]) -> str:
    good = sum(finding.status is Status.PROVED for finding in findings)
    return f"{good} of {len(findings)}"


def _solver(result: TheoremResult, solver: str) -> str:
    status = result.solver_status(solver)
    return "-" if status is None else f"{status} {result.seconds(solver):.1f} s"


def _place(finding: Finding) -> str:
    return "" if finding.chunk_shift is None else f" at s={finding.chunk_shift}"


def _model(finding: Finding) -> str:
    pairs = [f"{name}={value}" for name, value in sorted(finding.model.items())]
    more = [f"and {len(pairs) - _SHOWN} more"] if len(pairs) > _SHOWN else []
    return ", ".join(pairs[:_SHOWN] + more)


def _problems(report: Report) -> list[str]:
    """A line for each finding that is not as it must be, for what is missing or not promised."""
    lines = []
    for result in report.theorems.values():
        for finding in result.findings:
            if finding.status in (Status.PROVED, Status.MISSING):
                continue
            said = "; ".join(
                f"{answer.solver} {answer.verdict} {answer.remark}".rstrip()
                for answer in finding.answers.values()
            )
            detail = ": ".join(filter(None, (finding.error, said, _model(finding))))
            name = f"{result.name} {finding.name}{_place(finding)}"
            lines.append(f"{finding.status}: {name}: {detail}")
    lines += [f"not proved: {name}" for name in report.missing]
    lines += [f"not in proofs/theorems.txt: {name}" for name in report.unpromised]
    return lines


def _controls(report: Report) -> list[str]:
    """A line for each refuted control, with the counterexample of the last chunk shift."""
    lines = {}
    for result in report.theorems.values():
        for finding in result.controls:
            if finding.status is Status.PROVED:
                place = f"{result.name}{_place(finding)}: {finding.broken}"
                model = _model(finding)
                lines[result.name, finding.name] = f"{place} ({model})" if model else place
    return list(lines.values())


def show(report: Report, console: Console) -> None:
    """Print the table, the refuted controls, what is wrong, and the totals."""
    console.print(table(report))
    console.print("Refuted controls (each is a theorem with one thing broken on purpose):")
    for line in _controls(report):
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    show_lines(console, _problems(report))
    results = list(report.theorems.values())
    obligations = [finding for result in results for finding in result.obligations]
    controls = [finding for result in results for finding in result.controls]
    spent = ", ".join(
        f"{solver} {sum(result.seconds(solver) for result in results):.1f} s"
        for solver in report.solvers
    )
    shifts = " ".join(map(str, report.chunk_shifts))
    console.print(
        f"chunk shifts {shifts}: "
        f"{sum(result.status is Status.PROVED for result in results)} of {len(results)} theorems, "
        f"{_ratio(obligations)} obligations, {_ratio(controls)} controls as they must be; "
        f"{spent}; {report.seconds:.1f} s in all",
        highlight=False,
        soft_wrap=True,
    )
    show_lines(console, reused.of_theorems(report))
    if report.interrupted:
        console.print("Interrupted: what was not decided is missing above.")


class _Progress:
    """The live table on a terminal, a line now and then elsewhere; both on standard error."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self.live = Live(console=self.console, transient=True, refresh_per_second=4)
        self.next = time.monotonic() + _INTERVAL

    def __enter__(self) -> _Progress:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def update(self, report: Report) -> None:
        """Show how far the run is."""
        if self.console.is_terminal:
            if time.monotonic() >= self.next:
                self.next = time.monotonic() + 0.25
                self.live.update(table(report))
        elif time.monotonic() >= self.next:
            self.next = time.monotonic() + _INTERVAL
            done = sum(result.status is Status.PROVED for result in report.theorems.values())
            line = f"xasplit: prove: {done} of {len(report.theorems)} theorems"
            print(line, file=sys.stderr)


def decide(
    names: tuple[str, ...] = (),
    chunk_shifts: tuple[int, ...] = CHUNK_SHIFTS,
    solvers: tuple[str, ...] = tuple(SOLVERS),
    timeout: float = run.TIMEOUT,
    export: Path | None = None,
    processes: int | None = None,
    store: ResultStore | None = None,
) -> Report:
    """``proofs.run.prove`` with progress on standard error."""
    with _Progress() as progress:
        return run.prove(
            names, chunk_shifts, solvers, timeout, progress.update, processes, export, store
        )


def summary(report: Report) -> str:
    """How many theorems are proved, where and by whom, in lines of a mail."""
    proved = sum(one.status is Status.PROVED for one in report.theorems.values())
    shifts = " ".join(map(str, report.chunk_shifts))
    told = f"{proved} of {len(report.theorems)} theorems proved at chunk shift {shifts} by "
    told += f"{', '.join(report.solvers)} (xasplit prove tells more)."
    missing = f" Not proved: {', '.join(report.missing)}." if report.missing else ""
    return "\n".join(
        wrap_words(" ".join([told + missing, *reused.of_theorems(report)]), "    ", "")
    )
