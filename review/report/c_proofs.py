# SPDX-License-Identifier: GPL-2.0-or-later
"""Bounded proofs of C code, as a table, JSON and lines; the same table grows while they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.case.notation import operation_text
from models.subject.implementation import Implementation
from proofs.c.cases import Case
from proofs.c.report import Outcome, Report, Verdict
from proofs.keeping import Keeping
from review.report.growing import Growing
from review.report.output import Column, Part, Table, fields, shown, table
from review.run import c_proofs
from review.run.c_counterexample import Replayed


def _status(one: Outcome) -> str:
    if one.contradicted:
        return f"{one.verdict}, but not natively"
    if one.verdict is not Verdict.REFUTED:
        return one.verdict
    return one.verdict if one.confirmed else f"{one.verdict}, not confirmed"


def outcomes(report: Report) -> Table[Outcome]:
    """A row for each case: its verdict, what it took, and what the harness says as a program."""
    return Table(
        report.outcomes,
        [
            Column("case", "case", lambda one: one.case.name),
            Column("covers", "", lambda one: one.case.title),
            Column("verdict", "verdict", lambda one: one.verdict, _status),
            Column("properties", "fails", lambda one: [*one.properties],
                   lambda one: ", ".join(one.properties)),
            Column("checked", "checks"),
            Column("seconds", "s", lambda one: round(one.seconds, 1)),
            Column("cpu", "s of CPU", lambda one: round(one.cpu, 1)),
            Column("memory", "MiB", lambda one: one.memory, lambda one: one.memory >> 20),
            Column("confirmed"),
            Column("native", "natively"),
            Column("contradicted"),
            Column("inputs"),
            Column("failures"),
            Column("reason"),
            Column("kept"),
        ],
    )  # fmt: skip


def listed(named: Sequence[tuple[str, Sequence[Case]]]) -> Iterator[Part]:
    """The table of cases of each source, without running any."""
    rows = [(name, case) for name, cases in named for case in cases]
    yield table(
        "cases",
        Table(
            rows,
            [
                Column("source", "of", lambda row: row[0]),
                Column("case", "case", lambda row: row[1].name),
                Column("covers", "covers", lambda row: row[1].title),
                Column("chunk_shift", "s", lambda row: row[1].s),
                Column("levels", "levels", lambda row: row[1].levels),
                Column("order", "n", lambda row: row[1].order),
                Column("new_order", "m", lambda row: row[1].new_order),
                Column("unwinding", "unwinding", lambda row: row[1].unwinding),
                Column("expected", "", lambda _: Verdict.PROVED),
            ],
        ),
    )


def answer(report: Report) -> Iterator[Part]:
    """The table of one source, what fails or is undecided, and the totals."""
    yield from fields(report, "name", "program", "proved", "interrupted")
    yield Part("seconds", round(report.seconds, 2))
    yield shown(f"{report.name}, by {report.program}:")
    yield table("cases", outcomes(report))
    yield shown(*_problems(report))
    cpu = sum(one.cpu for one in report.outcomes if not one.kept)
    most = max((one.memory for one in report.outcomes), default=0) >> 20
    kept = sum(bool(one.kept) for one in report.outcomes)
    good = sum(one.good for one in report.outcomes)
    yield shown(
        f"{good} of {len(report.outcomes)} cases proved; {report.seconds:.1f} s,"
        f" {cpu:.1f} s of CPU, {most:,} MiB at most; {kept} taken over from earlier runs"
    )
    if report.interrupted:
        yield shown("Interrupted: what was not decided is told as not run.")


def _so_far(report: Report) -> str:
    done = sum(one.verdict is not Verdict.NOT_RUN for one in report.outcomes)
    return f"{report.name}: {done} of {len(report.outcomes)} proofs of C code"


def progress() -> Growing[Outcome, Report]:
    """The table of a source's cases, growing."""
    return Growing(outcomes, _so_far)


def decide(
    implementations: Sequence[Implementation], jobs: int, store: Keeping
) -> Sequence[Report]:
    """``c_proofs.prove_all`` with progress on standard error."""
    with progress() as growing:
        return c_proofs.prove_all(implementations, jobs, store, growing.update)


def summary(report: Report) -> Iterator[str]:
    """How many cases are proved, and a line on each of the others."""
    good = sum(one.good for one in report.outcomes)
    yield f"{report.name}: {good} of {len(report.outcomes)} cases proved by {report.program}."
    yield from _problems(report)


def _problems(report: Report) -> Iterator[str]:
    for one in report.outcomes:
        if one.verdict is Verdict.REFUTED:
            where = one.failures[0]
            inputs = " ".join(f"{name}={value}" for name, value in (one.inputs or {}).items())
            said = f"{where.name} {where.text}".rstrip()
            yield f"{_status(one)}: {one.case.name}: {said} at {where.place}"
            yield f"  inputs: {inputs or ('none told' if one.inputs is None else 'any')}"
            yield f"  natively: {one.native or 'not run'}"
        elif one.contradicted:
            yield f"{_status(one)}: {one.case.name}: natively: {one.native}"
        elif one.verdict is not Verdict.PROVED:
            yield f"{one.verdict}: {one.case.name}: {one.reason}".removesuffix(": ")


def counterexamples(replays: Sequence[Replayed]) -> Iterator[Part]:
    """Each counterexample as a case: its operations, what breaks in it, and a reproducer."""
    yield Part("counterexamples", [*map(_record, replays)])
    for one in replays:
        yield shown(f"Counterexample of {one.outcome.case.name} as a case, at chunk shift"
                    f" {one.outcome.case.s}:")  # fmt: skip
        yield shown(*(f"  {operation_text(each)}" for each in one.operations))
        if one.reason:
            yield shown(f"  {one.reason}")
        if not one.found:
            yield shown("  Nothing breaks in it natively: it shows in the harness at most.")
            continue
        for found in one.found:
            yield shown(f"  breaks {found.property}: {found.statement}", f"    {found.detail}")
        yield shown(*([f"  saved: {one.path}"] if one.path else []))
        if one.reproducer is not None and one.reproducer.code:
            yield shown("", *one.reproducer.code.splitlines())
        elif one.reproducer is not None:
            yield shown(f"  No reproducer: {one.reproducer.reason}")


def _record(one: Replayed) -> dict[str, object]:
    return {
        "case": one.outcome.case.name,
        "chunk_shift": one.outcome.case.s,
        "operations": [operation_text(each) for each in one.operations],
        "broken": [each.property for each in one.found],
        "file": None if one.path is None else str(one.path),
        "reproducer": "" if one.reproducer is None else one.reproducer.code,
        "reason": one.reason,
    }
