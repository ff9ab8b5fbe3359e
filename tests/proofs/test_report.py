# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from proofs.report import Finding, Report, Status, TheoremResult
from proofs.solvers import Answer, Verdict

P, R, U, T = Verdict.PROVED, Verdict.REFUTED, Verdict.UNKNOWN, Verdict.TIMEOUT


def finding(
    verdicts: dict[str, Verdict], broken: str = "", premises: Verdict | None = R
) -> Finding:
    expected = ("z3", "cvc5", "bitwuzla")
    answers = {solver: Answer(solver, verdict, 1.0) for solver, verdict in verdicts.items()}
    checked = Answer("z3", premises, 0.1) if premises else None
    return Finding("N1.loop", 6, "count", broken, expected, True, answers, checked)


@pytest.mark.parametrize(
    ("verdicts", "broken", "premises", "status"),
    [
        ((P, P, P), "", R, Status.PROVED),
        ((P, P, R), "", R, Status.DISAGREEMENT),
        ((P, P, R), "broken", None, Status.DISAGREEMENT),
        ((R, R, R), "", R, Status.REFUTED),
        ((R, U, T), "", R, Status.REFUTED),
        ((P, U, P), "", R, Status.UNKNOWN),
        ((P, T, P), "", R, Status.TIMEOUT),
        ((P, P), "", R, Status.MISSING),
        ((), "", R, Status.MISSING),
        ((P, P, P), "", P, Status.VACUOUS),
        ((P, P, P), "", U, Status.VACUOUS),
        ((P, P, P), "", None, Status.MISSING),
        ((P, P, P), "broken", None, Status.HELD),
        ((R, U, T), "broken", None, Status.PROVED),
        ((U, U, U), "broken", None, Status.UNKNOWN),
        ((), "broken", None, Status.MISSING),
    ],
)
def test_the_verdict_on_a_finding(
    verdicts: tuple[Verdict, ...], broken: str, premises: Verdict | None, status: Status
) -> None:
    told = dict(zip(("z3", "cvc5", "bitwuzla"), verdicts, strict=False))
    assert finding(told, broken, premises).status is status


def result(*findings: Finding, built: bool = True) -> TheoremResult:
    return TheoremResult("N1.loop", "A statement.", (6,), list(findings), {6} if built else set())


ALL = {"z3": P, "cvc5": P, "bitwuzla": P}
CONTROL = finding(dict.fromkeys(ALL, R), "broken", None)


def test_a_theorem_needs_an_obligation_a_control_and_all_its_chunk_shifts() -> None:
    proved = finding(ALL)
    assert result(proved, CONTROL).status is Status.PROVED
    assert result(proved).status is Status.MISSING
    assert result(CONTROL).status is Status.MISSING
    assert result(proved, CONTROL, built=False).status is Status.MISSING
    assert result(proved, CONTROL, finding({**ALL, "z3": R})).status is Status.DISAGREEMENT


def test_a_report_compares_promised_with_proved() -> None:
    good = {"N1.loop": result(finding(ALL), CONTROL)}
    assert Report((6,), ("z3",), ("N1.loop",), good).proved
    missing = Report((6,), ("z3",), ("N1.gone", "N1.loop"), good)
    assert missing.missing == ("N1.gone",) and not missing.proved
    assert missing.status("N1") is Status.MISSING and missing.status("N1.loop") is Status.PROVED
    unpromised = Report((6,), ("z3",), (), good)
    assert unpromised.unpromised == ("N1.loop",) and not unpromised.proved
