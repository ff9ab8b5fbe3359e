# SPDX-License-Identifier: GPL-2.0-or-later
"""What proofs of C code are evidence of."""

from proofs.c.cases import Case, Harness
from proofs.c.report import Outcome, Report, Verdict
from review.run.evidence import of_c_proofs
from specs import claims
from specs.claims import CLAIMS, Evidence, decide
from specs.strength import Extent, Strength

SPLIT, LARGER = Case(Harness.SPLIT, 1, 2, 1, 0), Case(Harness.SPLIT, 2, 2, 3, 0)
REFUSED = Case(Harness.SPLIT, 1, 4, 3, 0, refused=True)
FAILS, UNDECIDED = claims.Outcome.FAILS, claims.Outcome.UNDECIDED


def evidence(*outcomes: Outcome) -> list[Evidence]:
    return [*of_c_proofs(Report("code", "cbmc 6.6.0", [*outcomes]))]


def proved(case: Case) -> Outcome:
    return Outcome(case, Verdict.PROVED)


def refuted(case: Case, confirmed: bool) -> Outcome:
    return Outcome(case, Verdict.REFUTED, confirmed=confirmed)


def test_all_cases_of_a_harness_are_proved() -> None:
    (one,) = evidence(proved(SPLIT), proved(LARGER))
    assert (one.check, one.target, one.strength) == ("c:split", "code", Strength.INPUTS)
    assert str(one.extent) == (
        "proved for every input at the sizes named: chunk shift 1 2, orders up to 3"
    )


def test_one_that_is_undecided_leaves_the_harness_so() -> None:
    (one,) = evidence(proved(SPLIT), Outcome(LARGER, Verdict.UNDECIDED))
    assert (one.outcome, one.strength) == (UNDECIDED, None)


def test_a_proof_that_a_program_contradicts_holds_nothing() -> None:
    (one,) = evidence(proved(SPLIT), Outcome(LARGER, Verdict.PROVED, contradicted=True))
    assert one.outcome is UNDECIDED


def test_only_a_counterexample_that_shows_natively_fails() -> None:
    assert [one.outcome for one in evidence(refuted(SPLIT, True), proved(LARGER))] == [FAILS]
    assert [one.outcome for one in evidence(refuted(SPLIT, False))] == [UNDECIDED]


def test_what_is_to_be_refused_decides_no_claim() -> None:
    assert evidence(refuted(REFUSED, True)) == []
    assert evidence() == []


def test_a_claim_says_what_is_proved_of_the_source() -> None:
    claim = claims.Claim("X", "it is so", ("sweep:tree",), (), ("c:split",))
    swept = Evidence("sweep:tree", claims.Outcome.HOLDS, Extent(9, 9, "cases"), "code")
    assert str(decide(claim, [swept])) == "holds (complete within the bounds named)"
    assert str(decide(claim, [swept, *evidence(proved(SPLIT))])) == (
        "holds (complete within the bounds named; of the source proved for every input at the"
        " sizes named: chunk shift 1, orders up to 1)"
    )
    undecided = decide(claim, [swept, *evidence(Outcome(SPLIT, Verdict.UNDECIDED))])
    assert str(undecided) == "holds (complete within the bounds named)"
    failed = decide(claim, [swept, *evidence(refuted(SPLIT, True))])
    assert failed.decision is claims.Decision.FAILS


def test_the_checks_of_the_claims_are_those_of_harnesses() -> None:
    named = {name for one in CLAIMS.values() for name in one.bounded}
    assert named == {f"c:{one}" for one in Harness}
    assert named <= claims.OTHER_CHECKS.keys()
