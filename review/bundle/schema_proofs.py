# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what a manifest says of theorems and obligations."""

from __future__ import annotations

from models.case.strict_json import Reader
from proofs.report import Status
from proofs.solvers import SOLVERS
from review.bundle import fields
from review.bundle.entries import ObligationEntry, TheoremEntry, Theorems
from review.bundle.place import plain_path

ANSWERS = ("sat", "unsat", "unknown", "timeout")
"""What a solver can have answered."""


def theorems(record: Reader) -> Theorems:
    """What the proofs came to."""
    proved, shifts, solvers, missing, theorems = record.fields(
        "proved", "chunk_shifts", "solvers", "missing", "theorems"
    )
    return Theorems(
        fields.flag(proved),
        fields.each(shifts, fields.shift),
        fields.each(solvers, fields.solver),
        fields.texts(missing),
        fields.each(theorems, _theorem),
    )


def _theorem(record: Reader) -> TheoremEntry:
    name, statement, status, obligations, controls, solvers = record.fields(
        "name", "statement", "status", "obligations", "controls", "solvers"
    )
    statement.text()
    statuses = {str(one): one for one in Status}
    fields.mapping(solvers, lambda one: fields.member(one, statuses))
    return TheoremEntry(
        name.parsed(plain_path),
        fields.member(status, statuses),
        obligations.number(fields.MOST),
        controls.number(fields.MOST),
    )


def obligation(record: Reader) -> ObligationEntry:
    """An obligation, with what each solver answered."""
    path, theorem, shift, name, control, premises, expected, answers = record.fields(
        "path", "theorem", "chunk_shift", "name", "control", "premises", "expected", "answers"
    )
    one = ObligationEntry(
        path.parsed(plain_path),
        theorem.text(),
        shift.optional(fields.shift),
        name.text(),
        fields.flag(control),
        fields.flag(premises),
        expected.text(),
        fields.mapping(
            answers, lambda answer: fields.member(answer, {name: name for name in ANSWERS})
        ),
    )
    at = "parametric" if one.chunk_shift is None else f"s{one.chunk_shift}"
    end = ".premises.smt2" if one.premises else ".smt2"
    if one.path != f"obligations/{one.theorem}/{at}/{one.name}{end}":
        path.fail("is not the path of this obligation")
    if one.expected != ("sat" if one.control or one.premises else "unsat"):
        expected.fail("must be sat of a control or premises, unsat otherwise")
    for solver in one.answers:
        if solver not in SOLVERS:
            answers.fail(f"unknown solver {solver[:40]!r}")
    return one
