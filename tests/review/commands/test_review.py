# SPDX-License-Identifier: GPL-2.0-or-later
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner

from models.histories.search import MachineReport
from models.kernel.source import port_source
from models.mutants.mutant import Mutant
from models.mutants.run import mutated
from models.readers import plan
from models.readers.explorer import Case
from models.subject.implementation import examine
from models.sweep.families import Family
from models.sweep.sweep import Coverage, Part, Unit, UnitResult, run_unit
from proofs.report import Finding, Report, Status, TheoremResult
from proofs.solvers import Answer, Verdict
from review.cli import main
from review.report import claims
from review.report.layout import WIDTH
from review.run import evidence
from review.run.numbers import AT_ONCE, MARKED, Measured, Numbers
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchResult, SearchState
from specs.claims import CLAIMS, Decision, Evidence, Outcome, decide
from specs.registry import PROPERTIES
from specs.strength import Proved, Strength


@pytest.fixture(scope="module")
def clean() -> UnitResult:
    ports = [examine(port_source(recursive), (2,)) for recursive in (False, True)]
    return run_unit(Unit(2, 3, 1), ports)


@pytest.fixture(scope="module")
def port() -> SearchResult:
    one = examine(port_source(), (2, 4, 6))
    return SearchResult([one], SearchState(result=run_unit(Unit(2, 3, 1), [one])), 1, True)


def outcomes(found: list[Evidence]) -> dict[str, Outcome]:
    return {one.check: one.outcome for one in found}


def test_a_clean_sweep_is_evidence_for_what_it_judged_and_nothing_else(port: SearchResult) -> None:
    """Splits alone meet no step of a kept cursor, no xas_try_split() and no refusal."""
    found = list(evidence.of_sweep(port.result, port.implementations[0]))
    told = outcomes(found)
    never = {name for name, outcome in told.items() if outcome is Outcome.UNDECIDED}
    assert {one.strength for one in found if one.check not in never} == {Strength.COMPLETE}
    assert set(told.values()) == {Outcome.HOLDS, Outcome.UNDECIDED}
    unmet = {f"sweep:{name}" for name in PROPERTIES if name.startswith(("cursor-", "try-split-"))}
    assert unmet | {"sweep:split-refusal", "sweep:answer-store-error"} <= never
    assert not any(name.removeprefix("sweep:").startswith(("node-", "split-m")) for name in never)
    assert all(one.detail == evidence.NEVER_JUDGED for one in found if one.check in never)


def test_what_was_not_judged_is_decided_by_nothing(port: SearchResult) -> None:
    """The same cases, of which nothing was judged: that no property broke says nothing."""
    result = UnitResult(port.result.findings, port.result.coverage)
    found = outcomes(list(evidence.of_sweep(result, port.implementations[0])))
    assert {found[f"sweep:{name}"] for name in PROPERTIES} == {Outcome.UNDECIDED}
    assert set(outcomes(list(evidence.of_machine(MachineReport("port", 1)))).values()) == {
        Outcome.UNDECIDED
    }


def test_a_sweep_with_gaps_decides_nothing(port: SearchResult) -> None:
    result = replace(port.result, coverage={
        part: replace(one, covered=one.covered - 1) for part, one in port.result.coverage.items()
    })  # fmt: skip
    found = list(evidence.of_sweep(result, port.implementations[0]))
    assert set(outcomes(found).values()) == {Outcome.UNDECIDED}


def test_what_hangs_elsewhere_takes_nothing_with_it(port: SearchResult) -> None:
    """Walks were not run to their end: what is about splits alone is decided all the same."""
    (whole,) = port.result.coverage
    walks = Part(whole.implementation, Family.WALKS.value, 2, sampled=False)
    coverage = {**port.result.coverage, walks: Coverage(5, 9, 3, cut=1)}
    found = {
        one.check: one for one in evidence.of_sweep(replace(port.result, coverage=coverage),
                                                    port.implementations[0])
    }  # fmt: skip
    for name in ("split-cursor", "split-entries", "split-marks", "split-merge"):
        assert found[f"sweep:{name}"].outcome is Outcome.HOLDS
        assert "walks" not in found[f"sweep:{name}"].extent.what
    for name in ("agreement", "node-count", "try-split-accepts"):
        assert found[f"sweep:{name}"].outcome is Outcome.UNDECIDED


def test_counts_are_decided_by_what_was_counted(port: SearchResult) -> None:
    (whole,) = port.result.coverage
    hung = {whole: Coverage(7, 9, 3, cut=1, unsplit=1)}
    counts = Part(whole.implementation, Family.COUNTS.value, 2, sampled=False)
    one = port.implementations[0]

    def outcome(name: str, coverage: dict[Part, Coverage]) -> Outcome:
        result = replace(port.result, coverage=coverage)
        return outcomes(list(evidence.of_sweep(result, one)))[f"sweep:{name}"]

    assert outcome("split-requests", hung) is Outcome.UNDECIDED
    assert outcome("split-requests", {**hung, counts: Coverage(99, 99, 63)}) is Outcome.HOLDS
    assert outcome("split-cursor", {**hung, counts: Coverage(99, 99, 63)}) is Outcome.UNDECIDED
    assert outcome("split-cursor", {whole: Coverage(9, 9, 3, cut=1)}) is Outcome.HOLDS
    assert outcome("split-entries", {whole: Coverage(9, 9, 3, cut=1)}) is Outcome.UNDECIDED


def test_of_what_was_ended_early_only_what_breaks_is_decided(port: SearchResult) -> None:
    found = list(evidence.of_sweep(port.result, port.implementations[0], finished=False))
    assert set(outcomes(found).values()) == {Outcome.UNDECIDED}


def test_samples_alone_are_called_sampled(port: SearchResult) -> None:
    one = port.implementations[0]
    found = list(evidence.of_sweep(run_unit(Unit(2, 5, 1, 4), [one]), one))
    held = [item for item in found if item.outcome is Outcome.HOLDS]
    assert {item.strength for item in held} == {Strength.SAMPLED}
    assert found[0].extent.of == Unit(2, 5, 1).total() > found[0].extent.ran


def test_a_sweep_of_nothing_holds_nothing(port: SearchResult) -> None:
    found = list(evidence.of_sweep(UnitResult(), port.implementations[0]))
    assert set(outcomes(found).values()) == {Outcome.UNDECIDED}
    assert {item.strength for item in found} == {None}


def test_a_broken_property_fails_and_so_does_agreement() -> None:
    one = mutated(
        Mutant(
            "count", "planted", "lib/xarray_split.c", "	unsigned int values = node->nr_values;\n",
            "	unsigned int values = node->nr_values;\n	node->count++;\n", (), chunk_shift=2,
        )
    )  # fmt: skip
    found = outcomes(list(evidence.of_sweep(run_unit(Unit(2, 2, 1), [one]), one)))
    assert found["sweep:node-count"] is found["sweep:agreement"] is Outcome.FAILS
    assert found["sweep:lru-stray"] is Outcome.HOLDS


def test_both_ways_to_split_must_have_been_run(clean: UnitResult, port: SearchResult) -> None:
    (one,) = evidence.recursive_agrees(clean)
    assert (one.outcome, one.strength) == (Outcome.HOLDS, Strength.COMPLETE)
    assert one.extent.ran == one.extent.of and "splits to order 3 at s=2" in one.extent.what
    assert not list(evidence.recursive_agrees(port.result))


def test_the_large_split_is_measured(port: SearchResult) -> None:
    found = list(evidence.of_large_split(port.implementations))
    assert outcomes(found) == {"large:1G-4K": Outcome.HOLDS}
    assert found[0].strength is Strength.ONCE
    assert "4,161 nodes" in found[0].detail


def test_one_that_claims_less_than_it_does_is_found_out(port: SearchResult) -> None:
    pretends = replace(port.implementations[0], one_level=True)
    (one,) = evidence.of_large_split([pretends])
    assert (one.check, one.outcome) == ("upstream:1G-4K", Outcome.FAILS)


def test_what_is_not_decided_is_told_with_what_is_missing() -> None:
    lines = claims.claim_lines([decide(CLAIMS["Q4"], [])])
    assert lines[0] == "Q4  undecided"
    assert any("missing: rcu:readers" in line for line in lines)


def test_claims_rest_on_what_was_run(port: SearchResult) -> None:
    verdict = decide(CLAIMS["C5"], ReviewResult(ReviewOptions(), port).evidence)
    assert verdict.decision is Decision.HOLDS
    told = "\n".join(claims.claim_lines([verdict]))
    assert "complete within the bounds named" in told and "sweep:split-failure" in told
    assert max(map(len, told.splitlines())) <= WIDTH


@pytest.mark.usefixtures("short")
def test_the_command_ends_with_the_claims_and_json_has_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "cases", lambda *_: [Case("split", 3, 0, 8, 8)])
    words = ["review", "--examples", "0", "--no-proofs", "--json", "--out", str(tmp_path / "b")]
    result = CliRunner().invoke(main, words, standalone_mode=False)
    told = json.loads(result.stdout)
    assert {one["id"] for one in told["claims"]} == set(CLAIMS)
    assert result.return_value == 0
    assert {one["decision"] for one in told["claims"] if one["id"] in ("U1", "T1")} == {"undecided"}


def report(status: Status) -> Report:
    """A report on N1, whose one theorem has this status."""
    result = TheoremResult("N1.loop", "statement", (6,), [], {6})
    done = Report((6,), ("z3", "cvc5"), ("N1.loop",), {"N1.loop": result})
    answer = Finding("N1.loop", 6, "o", "", ("z3",), error="" if status is Status.PROVED else "e")
    result.findings = [answer, Finding("N1.loop", 6, "c", "broken", ("z3",))]
    verdicts = (Verdict.PROVED, Verdict.REFUTED)
    for finding, verdict in zip(result.findings, verdicts, strict=True):
        finding.answers["z3"] = Answer("z3", verdict, 0.1)
    if status is Status.REFUTED:
        answer.error = ""
        answer.answers["z3"] = Answer("z3", Verdict.REFUTED, 0.1)
    return done


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (Status.PROVED, Outcome.HOLDS),
        (Status.REFUTED, Outcome.FAILS),
        (Status.ERROR, Outcome.UNDECIDED),
    ],
)
def test_theorems_are_evidence_and_only_what_is_proved_holds(
    status: Status, outcome: Outcome
) -> None:
    done = report(status)
    assert done.status("N1") is status
    (one,) = evidence.of_proofs(done)
    assert (one.check, one.outcome, one.strength) == ("theorem:N1", outcome, Strength.PROVED)
    assert one.extent.proved is Proved.CODE


def test_formulas_are_told_from_code() -> None:
    done = Report((6,), ("z3",), ("M1.split-node",), {})
    (one,) = evidence.of_proofs(done)
    assert one.extent.proved is Proved.FORMULA
    assert (one.outcome, one.strength) == (Outcome.UNDECIDED, None)


def numbers(problem: str, reason: str) -> Numbers:
    """What was measured on the recursive port: with a problem, or not measured for a reason."""
    work = reason or object()
    told = SimpleNamespace(
        name="port (recursive)",
        works={(6, AT_ONCE[0]): work, (4, AT_ONCE[0]): work, (6, MARKED): work},
        stacks={("gcc", 6): reason or [object()] * 3},
        unlike_computed=[problem] if problem else [],
        stack_problems=[problem] if problem else [],
        stack_unmeasured=[reason] if reason else [],
        stack_detail="296 bytes",
    )
    return Numbers("compiler", "machine", (), (cast(Measured, told),))


@pytest.mark.parametrize(
    ("problem", "reason", "outcome"),
    [
        ("", "", Outcome.HOLDS),
        ("9 nodes", "", Outcome.FAILS),
        ("", "no compiler", Outcome.UNDECIDED),
        ("9 nodes", "no compiler", Outcome.FAILS),
    ],
)
def test_numbers_are_evidence_and_what_was_not_measured_is_not(
    problem: str, reason: str, outcome: Outcome
) -> None:
    one = replace(examine(port_source(recursive=True), (2,)), one_level=False)
    told = list(evidence.of_numbers(numbers(problem, reason), [one]))
    found = outcomes(told)
    if not reason:
        # Of 2,016 pairs of orders, at two chunk shifts in four ways, and with three compilers.
        assert [item.extent.count for item in told] == ["3 of 16,128", "3 of 6,048"]
        assert {item.strength for item in told} == {Strength.SAMPLED}
    assert found == {"count:table": outcome, "recursive:stack": outcome}
    pretends = replace(one, one_level=True)
    assert not list(evidence.of_numbers(numbers(problem, reason), [pretends]))
