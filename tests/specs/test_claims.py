# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from specs.claims import CLAIMS, OTHER_CHECKS, Claim, Decision, Evidence, Outcome, Strength, decide
from specs.registry import PROPERTIES

CLAIM = Claim("X", "it holds", ("sweep:lru", "sweep:refines"), ("theorem:N1",))


def evidence(
    check: str, strength: Strength = Strength.COMPLETE, outcome: Outcome = Outcome.HOLDS
) -> Evidence:
    return Evidence(check, outcome, strength, "port")


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
    assert str(decide(claim, held)) == "holds (checked completely within bounds)"
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
    assert str(verdict) == "holds (sampled)"
    assert verdict.missing == ("theorem:N1",)
    assert verdict.rests_on == (LRU, sampled, REFINES)


def test_proof_needs_the_checks_too() -> None:
    assert decide(CLAIM, [PROOF, LRU]).decision is Decision.UNDECIDED
    assert str(decide(CLAIM, [PROOF, LRU, REFINES])) == (
        "holds (proved for all orders; trees and code checked completely within bounds)"
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
