# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from specs.claims import CLAIMS, OTHER_CHECKS, Claim, Decision, Evidence, Outcome, decide
from specs.registry import PROPERTIES
from specs.strength import Extent, Proved, Strength, nothing

CLAIM = Claim("X", "it holds", ("sweep:lru", "sweep:refines"), ("theorem:N1",))


EXTENTS = {
    Strength.ONCE: Extent(1, None, "case"),
    Strength.SAMPLED: Extent(9, 1_000, "cases"),
    Strength.COMPLETE: Extent(1_000, 1_000, "cases"),
    Strength.PROVED: Extent(2, 2, "chunk shift 6", Proved.CODE),
}


def evidence(
    check: str, strength: Strength = Strength.COMPLETE, outcome: Outcome = Outcome.HOLDS
) -> Evidence:
    return Evidence(check, outcome, EXTENTS[strength], "port")


LRU, REFINES = evidence("sweep:lru"), evidence("sweep:refines")
PROOF = evidence("theorem:N1", Strength.PROVED)


def test_no_evidence_decides_nothing() -> None:
    for claim in CLAIMS.values():
        verdict = decide(claim, [])
        assert verdict.decision is Decision.UNDECIDED
        assert str(verdict) == "undecided"
        assert verdict.missing == claim.checks + claim.proofs


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_each_claim_needs_every_check_and_none_may_fail(claim: Claim) -> None:
    held = [evidence(name) for name in claim.checks]
    assert str(decide(claim, held)) == "holds (complete within the bounds named)"
    for name in claim.checks:
        rest = [item for item in held if item.check != name]
        assert decide(claim, rest).decision is Decision.UNDECIDED
        undecided = evidence(name, outcome=Outcome.UNDECIDED)
        assert decide(claim, [*held, undecided]).decision is Decision.UNDECIDED
        failed = evidence(name, outcome=Outcome.FAILS)
        verdict = decide(claim, [*held, failed])
        assert (verdict.decision, verdict.rests_on) == (Decision.FAILS, (failed,))


def test_weakest_result_tells_the_strength() -> None:
    sampled = evidence("sweep:lru", Strength.SAMPLED)
    verdict = decide(CLAIM, [LRU, sampled, REFINES])
    assert str(verdict) == "holds (sampled, 9 of 1,000 by sweep:lru)"
    assert verdict.missing == ("theorem:N1",)
    assert verdict.rests_on == (LRU, sampled, REFINES)


def test_proof_needs_the_checks_too() -> None:
    assert decide(CLAIM, [PROOF, LRU]).decision is Decision.UNDECIDED
    assert str(decide(CLAIM, [PROOF, LRU, REFINES])) == (
        "holds (proved for all orders; trees and code complete within the bounds named)"
    )


def test_refuted_theorem_fails_the_claim_and_an_open_one_adds_nothing() -> None:
    refuted = evidence("theorem:N1", Strength.PROVED, Outcome.FAILS)
    assert decide(CLAIM, [LRU, REFINES, refuted]).decision is Decision.FAILS
    unknown = evidence("theorem:N1", Strength.PROVED, Outcome.UNDECIDED)
    verdict = decide(CLAIM, [LRU, REFINES, unknown])
    assert verdict.strength is Strength.COMPLETE
    assert verdict.missing == ("theorem:N1",)


def test_checks_alone_never_prove() -> None:
    strong = [evidence(name, Strength.PROVED) for name in CLAIM.checks]
    assert decide(CLAIM, strong).strength is Strength.COMPLETE


def test_other_evidence_is_ignored() -> None:
    failed = evidence("sweep:head", outcome=Outcome.FAILS)
    assert decide(CLAIM, [LRU, REFINES, failed]).decision is Decision.HOLDS


def test_every_claim_of_the_facts_is_tabled() -> None:
    assert " ".join(CLAIMS) == "C1 C2 C3 C4 C5 Q1 Q2 Q3 Q4 Q5 U1 T1"


def test_every_check_exists() -> None:
    numbers = {"N": 5, "S": 3, "M": 1, "V": 1, "E": 1, "O": 1, "X": 1}
    theorems = {f"theorem:{kind}{n + 1}" for kind, last in numbers.items() for n in range(last)}
    properties = {f"{run}:{name}" for run in ("sweep", "machine") for name in PROPERTIES}
    for claim in CLAIMS.values():
        assert set(claim.checks) <= properties | set(OTHER_CHECKS)
        assert set(claim.proofs) <= theorems
        assert claim.checks


def test_one_case_makes_no_more_of_a_claim_than_seen_once() -> None:
    once = evidence("sweep:lru", Strength.ONCE)
    assert str(decide(CLAIM, [LRU, once, REFINES])) == "holds (seen once)"
    told = str(decide(CLAIM, [PROOF, LRU, once, REFINES]))
    assert told == "holds (proved for all orders; trees and code seen once)"


def test_a_proof_of_a_formula_is_told_as_one() -> None:
    formula = Evidence("theorem:N1", Outcome.HOLDS, Extent(1, 1, "s=6", Proved.FORMULA), "any")
    told = str(decide(CLAIM, [formula, LRU, REFINES]))
    assert told.startswith("holds (proved for all orders, of a formula by N1; trees and code")


def test_what_holds_though_nothing_was_run_is_undecided() -> None:
    empty = Evidence("sweep:lru", Outcome.HOLDS, nothing("cases"), "port", "0 cases")
    assert (empty.outcome, empty.detail) == (Outcome.UNDECIDED, "nothing was run; 0 cases")
    assert decide(CLAIM, [empty, REFINES]).decision is Decision.UNDECIDED
    failed = Evidence("sweep:lru", Outcome.FAILS, nothing("cases"), "port")
    assert failed.outcome is Outcome.FAILS
