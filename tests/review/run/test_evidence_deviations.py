# SPDX-License-Identifier: GPL-2.0-or-later
"""What the evidence says where a kernel has known deviations, and of what no caller may ask for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from models.case.deviations import DEVIATIONS
from models.case.finding import Finding
from models.case.findings import Findings
from models.case.known import Known
from models.histories.batch import Tally
from models.histories.search import MachineReport
from models.kernel.source import port_source
from models.subject.implementation import Implementation
from models.sweep.families import Family
from models.sweep.sweep import Coverage, Part, UnitResult
from review.run import evidence
from specs.callers import Contract
from specs.claims import Evidence, Outcome
from specs.registry import PROPERTIES
from specs.strength import Strength
from xarray_model.operations import Code, Operation

ONE = Implementation("Linux", port_source(), False, {})
STORE = Operation(Code.STORE, 0, 4, entry=4)
COUNT = Finding("Linux", 2, "node-nr-values", "is right", "was 9", 0, (STORE,), b"", b"")


def swept(refusals: int = 8, splits: int = 8, cut: Sequence[Family] = ()) -> UnitResult:
    result = UnitResult()
    for family, covered in ((Family.SPLITS, splits), (Family.REFUSALS, refusals)):
        result.coverage[Part("Linux", family.value, 2, False)] = Coverage(covered, 8)
    for one in cut:
        result.coverage[Part("Linux", one.value, 2, False)].cut += 1
    result.judged["Linux"] = Counter(dict.fromkeys(PROPERTIES, 1))
    return result


def outcomes(result: UnitResult) -> dict[str, Evidence]:
    return {one.check.removeprefix("sweep:"): one for one in evidence.of_sweep(result, ONE)}


def test_what_a_deviation_breaks_is_undecided() -> None:
    result = swept()
    result.met["Linux"] = Counter({"step-inside": 3})
    told = outcomes(result)
    assert told["answer-step"].outcome is Outcome.UNDECIDED
    assert told["answer-step"].detail == "3 cases are the known deviation step-inside"
    assert told["answer-load"].outcome is Outcome.HOLDS
    assert "of which 3 are known deviations" in told["agreement"].detail


def test_gaps_outside_the_callers_contract_are_none_in_it() -> None:
    for result in (swept(refusals=5), swept(cut=[Family.REFUSALS])):
        told = outcomes(result)
        assert told["node-count"].outcome is Outcome.HOLDS
        assert told["try-split-accepts"].outcome is Outcome.UNDECIDED
    assert outcomes(swept(cut=[Family.SPLITS]))["node-count"].outcome is Outcome.UNDECIDED
    assert outcomes(swept(splits=5))["node-count"].outcome is Outcome.UNDECIDED


def test_both_classes_are_kept_and_the_callers_comes_first() -> None:
    findings = Findings()
    outside = replace(COUNT, detail="outside", contract=Contract.DOCUMENTATION)
    findings.add(outside, (2, 4, 1))
    findings.add(COUNT, (2, 4, 1))
    assert [one.smallest for one in findings.sorted()] == [COUNT, outside]
    result = swept()
    result.findings.update(findings)
    assert outcomes(result)["node-nr-values"].detail.endswith("was 9")


def test_what_no_caller_may_ask_for_decides_only_what_is_promised_of_it() -> None:
    outside = replace(COUNT, contract=Contract.DOCUMENTATION)
    refused = replace(outside, property="try-split-refuses")
    result = swept()
    for one in (outside, refused):
        result.findings.add(one, (2, 4, 1))
    told = outcomes(result)
    assert told["node-nr-values"].outcome is told["agreement"].outcome is Outcome.HOLDS
    for check in ("node-nr-values", "agreement"):
        assert told[check].detail.endswith("; some that no caller may ask for break it")
    assert "no caller" not in told["node-count"].detail
    assert told["try-split-refuses"].outcome is Outcome.FAILS
    result.findings.add(COUNT, (2, 4, 1))
    told = outcomes(result)
    assert told["node-nr-values"].outcome is told["agreement"].outcome is Outcome.FAILS
    tally = Tally(examples=1, judged=Counter(dict.fromkeys(PROPERTIES, 1)))
    report = MachineReport("Linux", 1, tallies={2: tally})
    report.findings.add(outside, (2, 4, 1))
    machine = {one.check: one for one in evidence.of_machine(report)}
    assert machine["machine:node-nr-values"].outcome is Outcome.HOLDS
    report.findings.add(COUNT, (2, 4, 1))
    machine = {one.check: one for one in evidence.of_machine(report)}
    assert machine["machine:node-nr-values"].outcome is Outcome.FAILS


def test_histories_decide_nothing_of_what_they_left_out() -> None:
    deviation = next(one for one in DEVIATIONS if one.name == "pause-inside")
    report = MachineReport("Linux", 1, known=[Known(deviation, COUNT)])
    report.tallies[2] = Tally(examples=9, judged=Counter(dict.fromkeys(PROPERTIES, 1)))
    told = {one.check: one for one in evidence.of_machine(report)}
    assert told["machine:answer-pause"].outcome is Outcome.UNDECIDED
    assert told["machine:answer-load"].outcome is Outcome.HOLDS


def test_a_miscount_in_another_way_is_no_right_count() -> None:
    right, wrong = MachineReport("Linux", 1), MachineReport("Linux", 1, otherwise=[COUNT])
    asked = [next(iter(evidence.of_deviations([one]))) for one in (right, wrong)]
    assert [one.outcome for one in asked] == [Outcome.HOLDS, Outcome.FAILS]
    assert asked[0].strength is Strength.ONCE


def test_no_history_holds_nothing() -> None:
    told = list(evidence.of_machine(MachineReport("Linux", 1)))
    assert {one.outcome for one in told} == {Outcome.UNDECIDED}
