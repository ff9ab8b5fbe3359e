# SPDX-License-Identifier: GPL-2.0-or-later
"""What is to be decided: obligations, their negative controls, and the theorems they make up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import z3

LOGICS = ("QF_BV", "QF_UFBV", "QF_LIA", "QF_NIA", "QF_UFLIA")
"""SMT-LIB logics in use; the first two are bit-vector logics, the others are about integers."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """``hypotheses`` imply ``goal``; or, for a control, they must be found not to.

    ``broken`` says what was broken on purpose in a control and is empty otherwise.  ``shown`` are
    further terms that a counterexample should name.
    """

    name: str
    hypotheses: tuple[z3.BoolRef, ...]
    goal: z3.BoolRef
    broken: str = ""
    shown: tuple[tuple[str, z3.ExprRef], ...] = ()


def prove(name: str, hypotheses: Sequence[z3.BoolRef], goal: z3.BoolRef) -> Obligation:
    """An obligation that must be proved, from hypotheses that must not contradict each other."""
    return Obligation(name, tuple(hypotheses), goal)


def refute(
    name: str, broken: str, hypotheses: Sequence[z3.BoolRef], goal: z3.BoolRef, **shown: z3.ExprRef
) -> Obligation:
    """A negative control: ``goal`` with ``broken`` in it, which must be refuted."""
    return Obligation(name, tuple(hypotheses), goal, broken, tuple(shown.items()))


@dataclass(frozen=True, slots=True)
class Theorem:
    """A named statement and how to make its obligations.

    ``build`` takes the chunk shift; a ``parametric`` theorem holds for any number of slots and is
    built once, whatever the chunk shift.
    """

    name: str
    statement: str
    source: str
    assumes: str
    logic: str
    build: Callable[[int], Iterator[Obligation]]
    parametric: bool = False

    @property
    def family(self) -> str:
        """The family, such as N1: the part of the name before the dot."""
        return self.name.partition(".")[0]


def theorem(
    name: str, statement: str, *, source: str, assumes: str, logic: str, parametric: bool = False
) -> Callable[[Callable[[int], Iterator[Obligation]]], Theorem]:
    """Make a theorem of the generator of its obligations."""

    def make(build: Callable[[int], Iterator[Obligation]]) -> Theorem:
        return Theorem(name, statement, source, assumes, logic, build, parametric)

    return make
