# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole catalogue at the cheapest chunk shift, and what a run does when things go wrong."""

import time
from pathlib import Path

import bitwuzla
import cvc5
import pytest
import z3

from proofs import catalogue, run
from proofs.obligation import Obligation, prove, refute
from proofs.report import Report, Status
from proofs.smtlib import negation, premises
from proofs.solvers import SOLVERS, supports
from proofs.workers import Ending, Outcome, Task, Workers

FAST = (4,)
"""One that kernels use, and a power of two, which keeps divisions cheap; all take minutes."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Report], Path]:
    """Each theorem by one solver, solvers in turn; ``xasplit prove`` and every review ask all."""
    folder = tmp_path_factory.mktemp("obligations")
    shares: dict[str, list[str]] = {solver: [] for solver in SOLVERS}
    for place, theorem in enumerate(catalogue.THEOREMS):
        able = [solver for solver in SOLVERS if supports(solver, theorem.logic)]
        shares[able[place % len(able)]].append(theorem.name)
    reports = [
        run.prove(names, FAST, (solver,), 120, export=folder) for solver, names in shares.items()
    ]
    return reports, folder


def test_every_promised_theorem_is_proved_and_every_control_refuted(
    exported: tuple[list[Report], Path],
) -> None:
    reports, _ = exported
    decided = {name: result for report in reports for name, result in report.theorems.items()}
    assert decided.keys() == set(catalogue.promised())
    for report in reports:
        wrong = {n: r.status for n, r in report.theorems.items() if r.status is not Status.PROVED}
        assert not wrong and report.proved and not report.missing and not report.unpromised
        assert all(report.status(name) is Status.PROVED for name in report.theorems)
    for result in decided.values():
        for finding in result.obligations:
            assert set(finding.expected) == set(finding.answers) and finding.expected
        for finding in result.controls:
            assert finding.model or result.name == "N4.tiny"
    assert reports[0].status("N6") is Status.MISSING


def test_each_exported_file_is_read_unchanged_by_every_solver_that_knows_its_logic(
    exported: tuple[list[Report], Path],
) -> None:
    reports, folder = exported
    files = sorted(folder.rglob("*.smt2"))
    questions = [file for file in files if not file.name.endswith(".premises.smt2")]
    results = [result for report in reports for result in report.theorems.values()]
    assert len(questions) == sum(len(result.findings) for result in results)
    for file in files:
        text = file.read_text(encoding="ascii")
        logic = text.splitlines()[0].removeprefix("(set-logic ").removesuffix(")")
        assert text.endswith("(check-sat)\n")
        z3.parse_smt2_file(str(file))
        parser = cvc5.InputParser(solver := cvc5.Solver(cvc5.TermManager()))
        parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, str(file))
        symbols = parser.getSymbolManager()
        commands = []
        while not (command := parser.nextCommand()).isNull():
            commands.append(command.getCommandName())
            if commands[-1] != "check-sat":
                command.invoke(solver, symbols)
        assert commands[0] == "set-logic" and commands[-1] == "check-sat"
        if supports("bitwuzla", logic):
            bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options()).parse(str(file), True, True)


def test_scripts_are_the_same_in_every_run() -> None:
    first, second = (run.scripts("N1.loop", 2) for _ in range(2))
    assert first == second


def test_promised_names_are_the_catalogue_sorted() -> None:
    promised = catalogue.promised()
    assert list(promised) == sorted(set(promised))
    assert set(promised) == {theorem.name for theorem in catalogue.THEOREMS}


def test_every_theorem_says_what_it_states_and_where_it_comes_from() -> None:
    for one in catalogue.THEOREMS:
        assert one.statement.endswith(".") and one.source and one.assumes


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="N9"):
        run.prove(["N9"])


def test_a_theorem_without_a_solver_that_knows_its_logic_is_missing() -> None:
    report = run.prove(["V1.count"], solvers=("bitwuzla",))
    assert report.theorems["V1.count"].status is Status.MISSING
    assert report.missing == ("V1.count",) and not report.proved


def test_too_little_time_is_no_proof() -> None:
    report = run.prove(["N1.loop"], (5,), ("cvc5",), timeout=0.1)
    assert report.theorems["N1.loop"].status in (Status.TIMEOUT, Status.UNKNOWN)
    assert not report.proved


def test_ctrl_c_keeps_what_was_found() -> None:
    def stop(report: Report) -> None:
        if any(f.answers for result in report.theorems.values() for f in result.findings):
            raise KeyboardInterrupt

    report = run.prove(["S2"], (2,), on_progress=stop)
    assert report.interrupted and not report.proved
    assert any(f.answers for result in report.theorems.values() for f in result.findings)


x = z3.BitVec("x", 8)
RIGHT, WRONG = prove("right", [], x + x == 2 * x), prove("wrong", [], x + x == x)
GOOD_CONTROL = refute("control", "something", [], x == 1, doubled=x + x)
VACUOUS = prove("vacuous", [x == 1, x == 2], x == 3)


@pytest.mark.parametrize(
    ("obligation", "verdict"), [(RIGHT, "proved"), (WRONG, "refuted"), (GOOD_CONTROL, "refuted")]
)
@pytest.mark.parametrize("solver", SOLVERS)
def test_each_solver_tells_right_from_wrong(
    solver: str, obligation: Obligation, verdict: str
) -> None:
    script = negation(obligation, "QF_BV")
    answer = run.decide(solver, script, "QF_BV", 10)
    assert answer.verdict == verdict and answer.solver == solver
    if verdict == "refuted":
        value = int(answer.model["x"], 0)
        assert value != 1
    if obligation.shown:
        assert int(answer.model["doubled"], 0) == 2 * value % 256


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_contradictory_hypotheses_are_found(solver: str) -> None:
    assert run.decide(solver, premises(VACUOUS, "QF_BV"), "QF_BV", 10).verdict == "proved"
    assert run.decide(solver, negation(VACUOUS, "QF_BV"), "QF_BV", 10).verdict == "proved"


def _outcomes(*tasks: Task) -> list[Outcome]:
    with Workers(2) as workers:
        for task in tasks:
            workers.submit(task)
        return sorted(workers.outcomes(), key=lambda outcome: str(outcome.task.key))


def test_a_task_that_overruns_raises_or_dies_is_told_and_the_rest_goes_on() -> None:
    import os

    late, dead, raised, done = _outcomes(
        Task("1", time.sleep, (60,), 2.0),
        Task("2", os._exit, (3,), 20.0),
        Task("3", int, ("no",), 20.0),
        Task("4", int, ("4",), 20.0),
    )
    assert late.ending is Ending.LATE and dead.ending is Ending.DEAD
    assert raised.ending is Ending.RAISED and "ValueError" in raised.remark
    assert done.ending is Ending.DONE and done.result == 4
