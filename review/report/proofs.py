# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit prove``: decide the theorems by three solvers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from proofs import run
from proofs.keeping import NOWHERE, Keeping
from proofs.report import Finding, Report, Status, TheoremResult
from proofs.solvers import SOLVERS, Answer, Verdict
from review.report.growing import Growing
from review.report.layout import wrap_words
from review.report.output import Column, Part, Table, fields, shown, table
from review.run import reused
from xarray_model.geometry import CHUNK_SHIFTS

_SHOWN = 10
"""Constants of a counterexample that are shown; --json has them all."""


def _ratio(findings: list[Finding]) -> str:
    good = sum(finding.status is Status.PROVED for finding in findings)
    return f"{good} of {len(findings)}"


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


def _answer_json(one: Answer) -> dict[str, object]:
    return {
        "verdict": one.verdict,
        "seconds": round(one.seconds, 3),
        "model": one.model,
        "remark": one.remark,
        "kept": one.kept,
    }


def _finding_json(one: Finding) -> dict[str, object]:
    refuted = one.is_control and one.status is Status.PROVED
    return {
        "name": one.name,
        "chunk_shift": one.chunk_shift,
        "control": one.broken,
        "status": "refuted" if refuted else one.status,
        "premises": one.premises.verdict == Verdict.REFUTED if one.premises else None,
        "error": one.error,
        "answers": {answer.solver: _answer_json(answer) for answer in one.answers.values()},
    }


def _by(solver: str) -> Column[TheoremResult]:
    """What one solver said, and how long it took."""

    def cell(result: TheoremResult) -> str:
        status = result.solver_status(solver)
        return "-" if status is None else f"{status} {result.seconds(solver):.1f} s"

    return Column("", solver, cell)


def theorems(report: Report) -> Table[TheoremResult]:
    """A row for each theorem: how many obligations hold, what each solver said and took."""
    columns: list[Column[TheoremResult]] = [
        Column("name", "theorem"),
        Column("statement"),
        Column("", "obligations", lambda one: _ratio(one.obligations)),
        *map(_by, report.solvers),
        Column("", "controls", lambda one: _ratio(one.controls)),
        Column("status", "verdict"),
        Column("findings", "", lambda one: [*map(_finding_json, one.findings)]),
    ]
    return Table([*report.theorems.values()], columns)


def answer(report: Report) -> Iterator[Part]:
    """The table, the refuted controls, what is wrong, and the totals."""
    yield from fields(report, "proved", "interrupted", "chunk_shifts", "solvers")
    yield from fields(report, "missing", "unpromised")
    yield Part("seconds", round(report.seconds, 2))
    yield table("theorems", theorems(report))
    yield shown("Refuted controls (each is a theorem with one thing broken on purpose):")
    yield shown(*(f"  {line}" for line in _controls(report)), *_problems(report))
    results = list(report.theorems.values())
    proved = sum(result.status is Status.PROVED for result in results)
    obligations = _ratio([one for result in results for one in result.obligations])
    controls = _ratio([one for result in results for one in result.controls])
    spent = ", ".join(
        f"{solver} {sum(result.seconds(solver) for result in results):.1f} s"
        for solver in report.solvers
    )
    yield shown(
        f"chunk shifts {' '.join(map(str, report.chunk_shifts))}: {proved} of {len(results)}"
        f" theorems, {obligations} obligations, {controls} controls as they must be; {spent};"
        f" {report.seconds:.1f} s in all",
        *reused.of_theorems(report),
    )
    if report.interrupted:
        yield shown("Interrupted: what was not decided is missing above.")


def _so_far(report: Report) -> str:
    done = sum(result.status is Status.PROVED for result in report.theorems.values())
    return f"prove: {done} of {len(report.theorems)} theorems"


def decide(
    names: tuple[str, ...] = (),
    chunk_shifts: tuple[int, ...] = CHUNK_SHIFTS,
    solvers: tuple[str, ...] = tuple(SOLVERS),
    timeout: float = run.TIMEOUT,
    export: Path | None = None,
    processes: int | None = None,
    store: Keeping = NOWHERE,
) -> Report:
    """``proofs.run.prove`` with progress on standard error."""
    with Growing(theorems, _so_far) as progress:
        return run.prove(
            names, chunk_shifts, solvers, timeout, progress.update, processes, export, store
        )


def summary(report: Report) -> str:
    """How many theorems are proved, where and by whom, in lines of a mail."""
    proved = sum(one.status is Status.PROVED for one in report.theorems.values())
    shifts = " ".join(map(str, report.chunk_shifts))
    text = f"{proved} of {len(report.theorems)} theorems proved at chunk shift {shifts} by "
    text += f"{', '.join(report.solvers)} (xasplit prove tells more)."
    missing = f" Not proved: {', '.join(report.missing)}." if report.missing else ""
    return "\n".join(
        wrap_words(" ".join([text + missing, *reused.of_theorems(report)]), "    ", "")
    )
