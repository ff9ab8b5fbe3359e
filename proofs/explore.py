# SPDX-License-Identifier: GPL-2.0-or-later
"""Run plain Python code on symbolic words along every feasible path.

The code runs once for each path.  At a branch on a symbolic condition the solver tells which
sides can be taken; if both can, the other one is run later.  Whether the paths together cover
the assumption is not taken on trust: ``covered`` is part of every goal made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from proofs.words import Running, conjunction, disjunction

MAX_BRANCHES = 300
"""Branches of one path: far above any loop over the levels of a tree, so more means no end."""


class EndlessPathError(Exception):
    """A path took more than ``MAX_BRANCHES`` branches."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold for one operation to be well defined, given the branches before it."""

    reached: z3.BoolRef
    needed: z3.BoolRef
    why: str


@dataclass(frozen=True, slots=True)
class Path:
    """One feasible path: its condition, what the code returned, and what it required."""

    condition: z3.BoolRef
    result: Any
    requirements: tuple[Requirement, ...]


class _Run:
    """One execution: follows ``decisions`` first, then decides and notes what is left to do."""

    def __init__(self, solver: z3.Solver, decisions: list[bool]) -> None:
        self.solver = solver
        self.decisions = decisions
        self.position = 0
        self.conditions: list[z3.BoolRef] = []
        self.requirements: list[Requirement] = []
        self.pending: list[list[bool]] = []

    def _feasible(self, condition: z3.BoolRef) -> bool:
        # what is undefined has been filed, so no path needs to be followed beyond it
        defined = [requirement.needed for requirement in self.requirements]
        return bool(self.solver.check(*defined, *self.conditions, condition) != z3.unsat)

    def decide(self, condition: z3.BoolRef) -> bool:
        """The side that this path takes."""
        if self.position == MAX_BRANCHES:
            raise EndlessPathError(f"no end after {MAX_BRANCHES} branches")
        if self.position < len(self.decisions):
            taken = self.decisions[self.position]
        else:
            taken = self._feasible(condition)
            if taken and self._feasible(z3.Not(condition)):
                self.pending.append([*self.decisions, False])
            self.decisions.append(taken)
        self.position += 1
        self.conditions.append(condition if taken else z3.Not(condition))
        return taken

    def require(self, condition: z3.BoolRef, why: str) -> None:
        """File a requirement; one that is plainly true is dropped."""
        if not z3.is_true(z3.simplify(condition)):
            reached = conjunction(self.conditions)
            self.requirements.append(Requirement(reached, condition, why))


def explore(code: Callable[[], Any], assumptions: Sequence[z3.BoolRef] = ()) -> Iterator[Path]:
    """Each feasible path of ``code`` under ``assumptions``.

    ``EndlessPathError`` when a path does not end; whatever ``code`` itself raises passes through.
    """
    solver = z3.Solver()  # one for all paths: what it learns of the divisions serves every branch
    solver.add(*assumptions)
    pending: list[list[bool]] = [[]]
    while pending:
        run = _Run(solver, pending.pop())
        Running.current = run
        try:
            result = code()
        finally:
            Running.current = None
        pending += run.pending
        yield Path(conjunction(run.conditions), result, tuple(run.requirements))


def covered(paths: Sequence[Path]) -> z3.BoolRef:
    """That one of the paths is taken."""
    return disjunction(path.condition for path in paths)


def everywhere(paths: Sequence[Path], goal: Callable[[Any], z3.BoolRef]) -> z3.BoolRef:
    """That the paths cover everything and ``goal`` holds of the result of each."""
    holds = [z3.Implies(path.condition, goal(path.result)) for path in paths]
    return conjunction([covered(paths), *holds])


def well_defined(paths: Sequence[Path]) -> z3.BoolRef:
    """That the paths cover everything and all that they require holds."""
    needs = [
        z3.Implies(requirement.reached, requirement.needed)
        for path in paths
        for requirement in path.requirements
    ]
    return conjunction([covered(paths), *needs])
