# SPDX-License-Identifier: GPL-2.0-or-later
"""The three solvers, each behind one function: an SMT-LIB script in, an answer out.

They are independent programs by different authors.  The script asserts the negation of what is
claimed, so ``unsat`` means proved and ``sat`` means refuted, with the counterexample as a model.
Each runs in process, bounded by its own time limit; ``proofs/workers.py`` ends one that overruns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import bitwuzla
import cvc5
import z3

from proofs.smtlib import question


class Verdict(StrEnum):
    """What one solver says of one script."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Answer:
    """One solver's verdict, the seconds it took, the counterexample of a refutation (by the names
    of the script's constants), and a remark on a verdict that is no decision.  ``kept``: when and
    where it was given, if that was in an earlier run."""

    solver: str
    verdict: Verdict
    seconds: float
    model: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    kept: str = ""


def _undecided(solver: str, seconds: float, limit: float, remark: str) -> Answer:
    late = seconds >= limit * 0.95 or "timeout" in remark.lower()
    return Answer(solver, Verdict.TIMEOUT if late else Verdict.UNKNOWN, seconds, {}, remark)


def _number(text: str) -> str:
    """A value as SMT-LIB prints it, in the form that people read."""
    if text.startswith("#b"):
        return str(int(text[2:], 2)) if len(text) <= 10 else hex(int(text[2:], 2))
    if text.startswith("#x"):
        return str(int(text[2:], 16)) if len(text) <= 4 else hex(int(text[2:], 16))
    if text.startswith("(- "):
        return "-" + text[3:-1]
    return text


def run_z3(script: str, logic: str, limit: float) -> Answer:
    """Z3's answer within ``limit`` seconds."""
    solver = z3.SolverFor(logic) if logic != "QF_UFBV" else z3.Solver()
    solver.set("timeout", int(limit * 1000))
    solver.from_string(question(script))
    start = time.perf_counter()
    result = solver.check()
    seconds = time.perf_counter() - start
    if result == z3.unsat:
        return Answer("z3", Verdict.PROVED, seconds)
    if result == z3.sat:
        found = solver.model()
        constants = [name for name in found.decls() if name.arity() == 0]
        model = {name.name(): _number(found[name].sexpr()) for name in constants}
        return Answer("z3", Verdict.REFUTED, seconds, model)
    return _undecided("z3", seconds, limit, solver.reason_unknown())


def run_cvc5(script: str, logic: str, limit: float) -> Answer:
    """cvc5's answer within ``limit`` seconds."""
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("produce-models", "true")
    solver.setOption("tlimit-per", str(int(limit * 1000)))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, question(script), "script")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        command.invoke(solver, symbols)
    start = time.perf_counter()
    result = solver.checkSat()
    seconds = time.perf_counter() - start
    if result.isUnsat():
        return Answer("cvc5", Verdict.PROVED, seconds)
    if result.isSat():
        constants = [term for term in symbols.getDeclaredTerms() if not term.getSort().isFunction()]
        model = {term.getSymbol(): _number(str(solver.getValue(term))) for term in constants}
        return Answer("cvc5", Verdict.REFUTED, seconds, model)
    return _undecided("cvc5", seconds, limit, str(result.getUnknownExplanation()))


def run_bitwuzla(script: str, logic: str, limit: float) -> Answer:
    """Bitwuzla's answer within ``limit`` seconds; it knows bit-vector logics only."""
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.PRODUCE_MODELS, True)
    options.set(bitwuzla.Option.TIME_LIMIT_PER, int(limit * 1000))
    manager = bitwuzla.TermManager()
    parser = bitwuzla.Parser(manager, options)
    parser.parse(question(script), True, False)
    solver = parser.bitwuzla()
    start = time.perf_counter()
    result = solver.check_sat()
    seconds = time.perf_counter() - start
    if result == bitwuzla.Result.UNSAT:
        return Answer("bitwuzla", Verdict.PROVED, seconds)
    if result == bitwuzla.Result.SAT:
        constants = [term for term in parser.get_declared_funs() if not term.sort().is_fun()]
        model = {term.symbol(): _number(str(solver.get_value(term))) for term in constants}
        return Answer("bitwuzla", Verdict.REFUTED, seconds, model)
    return _undecided("bitwuzla", seconds, limit, "")


SOLVERS: Mapping[str, Callable[[str, str, float], Answer]] = MappingProxyType(
    {"z3": run_z3, "cvc5": run_cvc5, "bitwuzla": run_bitwuzla}
)
"""Each solver by its name."""


def supports(solver: str, logic: str) -> bool:
    """Whether a solver knows a logic: bitwuzla has no integers, the others know all in use."""
    return solver != "bitwuzla" or logic.endswith("BV")
