# SPDX-License-Identifier: GPL-2.0-or-later
"""Obligations as SMT-LIB 2 scripts that any solver reads; every solver gets the same text."""

from __future__ import annotations

import re
from collections.abc import Iterable

import z3

from proofs.obligation import Obligation

CHECK = "(check-sat)\n"

_STATUS = re.compile(r"^\(set-info :status (\w+)\)\n", re.MULTILINE)
_LET = re.compile(r"[?$]x\d+")


def _renumbered(text: str) -> str:
    """The text with its let-bound names numbered in order, so that it is the same in every run."""
    names: dict[str, str] = {}
    return _LET.sub(lambda found: names.setdefault(found[0], f"{found[0][:2]}{len(names)}"), text)


def _assertions(terms: Iterable[z3.BoolRef]) -> str:
    # In a context of its own: what is written as a let depends on whatever else refers to a term.
    context = z3.Context()
    solver = z3.Solver(ctx=context)
    solver.add(*(term.translate(context) for term in terms))
    lines = solver.to_smt2().splitlines()
    dropped = (";", "(set-info", "(check-sat")
    return _renumbered("".join(line + "\n" for line in lines if not line.startswith(dropped)))


def _script(logic: str, expected: str, terms: Iterable[z3.BoolRef]) -> str:
    return f"(set-logic {logic})\n(set-info :status {expected})\n{_assertions(terms)}{CHECK}"


def statuses(script: str) -> tuple[str, ...]:
    """What a script says that it must answer: one of ``sat`` and ``unsat`` in those made here."""
    return tuple(_STATUS.findall(script))


def question(script: str) -> str:
    """The script without its last command and without what it must answer, so that a solver is not
    told the answer: cvc5 takes that for an order, and ends in an error where its own differs."""
    return _STATUS.sub("", script).removesuffix(CHECK)


def negation(obligation: Obligation, logic: str) -> str:
    """The script that is unsatisfiable exactly if the obligation holds: its hypotheses and the
    negation of its goal.  A control also names the terms that its counterexample should show."""
    named = [
        z3.Const(name, term.sort()) == term for name, term in obligation.shown if obligation.broken
    ]
    expected = "sat" if obligation.broken else "unsat"
    return _script(logic, expected, [*obligation.hypotheses, *named, z3.Not(obligation.goal)])


def premises(obligation: Obligation, logic: str) -> str:
    """The script that is satisfiable exactly if the hypotheses do not contradict each other."""
    return _script(logic, "sat", obligation.hypotheses)
