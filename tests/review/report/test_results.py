# SPDX-License-Identifier: GPL-2.0-or-later
"""KTAP and JUnit: they parse, agree, and call nothing passed that is not."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from models.case.origins import Placed
from models.histories.batch import Tally
from models.histories.search import SUFFICIENT, MachineReport
from proofs.report import Status, TheoremResult
from review.report import junit, ktap
from review.report.results import Suite, suites
from review.run.evidence import UPSTREAM_TEST
from review.run.review_result import ReviewResult
from specs.callers import Contract
from specs.claims import Evidence, Outcome
from specs.origin import Origin
from specs.strength import Extent, nothing
from tests.review import small
from tests.review.report.strict_ktap import Test as KtapTest
from tests.review.report.strict_ktap import parse


@pytest.fixture
def good(tmp_path: Path) -> ReviewResult:
    return small.reviewed(small.clean(), tmp_path, proofs=True)


@pytest.fixture
def bad(tmp_path: Path) -> ReviewResult:
    return small.reviewed(small.broken(), tmp_path)


def ktap_outcomes(tests: list[KtapTest]) -> dict[tuple[str, str], Outcome]:
    found = {}
    for suite in tests:
        for one in suite.subtests:
            outcome = Outcome.HOLDS if one.passed else Outcome.FAILS
            if one.directive:
                assert one.directive == "SKIP" and one.passed
                outcome = Outcome.UNDECIDED
            found[suite.name, one.name] = outcome
    return found


def junit_outcomes(text: str) -> dict[tuple[str, str], Outcome]:
    found = {}
    for case in ElementTree.fromstring(text.encode()).iter("testcase"):
        outcome = Outcome.HOLDS
        if case.find("failure") is not None:
            outcome = Outcome.FAILS
        elif case.find("skipped") is not None:
            outcome = Outcome.UNDECIDED
        found[case.attrib["classname"].removeprefix("xasplit."), case.attrib["name"]] = outcome
    return found


@pytest.mark.parametrize("name", ["good", "bad"])
def test_both_forms_tell_all_results_as_they_are(name: str, request: pytest.FixtureRequest) -> None:
    done: ReviewResult = request.getfixturevalue(name)
    expected = {
        (suite.name, one.name): one.outcome for suite in suites(done) for one in suite.results
    }
    assert len(expected) == sum(len(suite.results) for suite in suites(done)) > 50
    assert ktap_outcomes(parse(ktap.dumps(done))) == expected
    assert junit_outcomes(junit.dumps(done)) == expected


def test_a_suite_fails_with_any_of_its_tests(bad: ReviewResult) -> None:
    told = {one.name: one for one in parse(ktap.dumps(bad))}
    assert not told["Linux 6.18"].passed
    failing = [one.name for one in told["Linux 6.18"].subtests if not one.passed]
    assert failing[0] == "finding 1: node-count, split-nodes-outside"
    assert "sweep:node-count" in failing
    root = ElementTree.fromstring(junit.dumps(bad).encode())
    suite = next(one for one in root if one.attrib["name"] == "Linux 6.18")
    assert int(suite.attrib["failures"]) == len(failing) == len(suite.findall("*/failure"))
    first = suite.find("*/failure")
    assert first is not None and "slots" in first.attrib["message"]


@pytest.mark.parametrize(
    ("origin", "everything", "outcome"),
    [
        (Placed(Origin.NEW, ("patch 2 of 4",)), False, Outcome.FAILS),
        (Placed(Origin.WORSE), False, Outcome.FAILS),
        (Placed(Origin.UNDECIDED, reason="the base hangs"), False, Outcome.FAILS),
        (Placed(Origin.BEFORE), False, Outcome.UNDECIDED),
        (Placed(Origin.BEFORE), True, Outcome.FAILS),
    ],
)
def test_what_was_there_before_is_told_and_fails_nothing(
    origin: Placed, everything: bool, outcome: Outcome, bad: ReviewResult
) -> None:
    bad.search = replace(bad.search)
    vars(bad.search).update(diagnoses=small.broken().diagnoses, origins=[origin])
    bad.options = replace(bad.options, everything=everything)
    name = ("Linux 6.18", "finding 1: node-count, split-nodes-outside")
    told = ktap.dumps(bad)
    assert ktap_outcomes(parse(told))[name] is outcome
    assert junit_outcomes(junit.dumps(bad))[name] is outcome
    (line,) = [one.strip() for one in told.splitlines() if f" {name[1]}" in one]
    assert line.startswith("not ok" if outcome is Outcome.FAILS else "ok")
    assert ("# SKIP there before" in line) == (outcome is Outcome.UNDECIDED)
    assert str(origin) in told and str(origin) in junit.dumps(bad)


def test_what_is_undecided_is_never_passed(good: ReviewResult) -> None:
    done = small.reviewed(small.clean(), Path())
    done.complete = False
    done.measured = [
        Evidence("large:1G-4K", Outcome.UNDECIDED, nothing("splits"), "port", "not run"),
        Evidence(UPSTREAM_TEST, Outcome.FAILS, Extent(9, None, "cases"), "port", "misses some"),
    ]
    told = {(x.name, y.name): y for x in parse(ktap.dumps(done)) for y in x.subtests}
    assert told["port", "large:1G-4K"].directive == "SKIP"
    assert told["port", UPSTREAM_TEST].directive == told["claims", "T1"].directive == "SKIP"
    assert told["claims", "Q4"].directive == told["review", "complete"].directive == "SKIP"
    suite = next(one for one in parse(ktap.dumps(done)) if one.name == "port")
    skipped = sum(one.directive == "SKIP" for one in suite.subtests)
    assert suite.passed and 0 < skipped < len(suite.subtests)
    assert suite.said == f"{skipped} of {len(suite.subtests)} undecided"
    review = next(one for one in parse(ktap.dumps(done)) if one.name == "review")
    assert review.directive == "SKIP"
    assert junit_outcomes(junit.dumps(done))["claims", "Q4"] is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (Status.PROVED, Outcome.HOLDS),
        (Status.REFUTED, Outcome.FAILS),
        (Status.VACUOUS, Outcome.FAILS),
        (Status.HELD, Outcome.FAILS),
        (Status.DISAGREEMENT, Outcome.FAILS),
        (Status.UNKNOWN, Outcome.UNDECIDED),
        (Status.TIMEOUT, Outcome.UNDECIDED),
        (Status.MISSING, Outcome.UNDECIDED),
        (Status.ERROR, Outcome.UNDECIDED),
    ],
)
def test_theorems(
    status: Status, outcome: Outcome, good: ReviewResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TheoremResult, "status", status)
    assert ktap_outcomes(parse(ktap.dumps(good)))["theorems", small.THEOREM] is outcome


def test_theorems_that_were_to_be_decided_are_missed() -> None:
    done = small.reviewed(small.clean(), Path())
    assert ("theorems", "theorems") not in ktap_outcomes(parse(ktap.dumps(done)))
    done.options = replace(done.options, proofs=True)
    assert ktap_outcomes(parse(ktap.dumps(done)))["theorems", "theorems"] is Outcome.UNDECIDED


def test_a_review_that_was_ended_early_tells_its_findings(bad: ReviewResult) -> None:
    bad.complete = False
    bad.search = replace(bad.search, finished=False)
    found = ktap_outcomes(parse(ktap.dumps(bad)))
    assert Outcome.FAILS in {outcome for (name, _), outcome in found.items() if "Linux" in name}
    assert found["review", "complete"] is Outcome.UNDECIDED


def test_texts_of_strangers_break_no_form(good: ReviewResult) -> None:
    nasty = "a # SKIP b\n  KTAP version 1\nnot ok 1 x\x1b[2J ]]> <&\x00 \ud800"
    good.measured = [Evidence("large:# x", Outcome.FAILS, Extent(9, None, "cases"), "port", nasty)]
    good.search = replace(good.search, broken=[nasty])
    found = ktap_outcomes(parse(ktap.dumps(good)))
    assert found["port", "large: x"] is Outcome.FAILS
    assert junit_outcomes(junit.dumps(good))["port", "large:# x"] is Outcome.FAILS


def test_no_suite_is_empty(good: ReviewResult) -> None:
    assert all(isinstance(one, Suite) and one.results for one in suites(good))


@pytest.mark.parametrize(
    ("steps", "fired", "outcome", "told"),
    [
        ((SUFFICIENT, SUFFICIENT), 1, Outcome.HOLDS, "100,000 steps"),
        ((SUFFICIENT, 1_000), 1, Outcome.UNDECIDED, "1,000 at s=4, and below 50,000 nothing"),
        ((SUFFICIENT, 1_000), 0, Outcome.FAILS, "never met: s=2 rule split"),
        ((1_000, 1_000), 0, Outcome.UNDECIDED, "2 rules and branches were not met"),
        ((), 0, Outcome.UNDECIDED, "steps drawn are none"),
    ],
)
def test_a_small_search_does_not_say_that_it_met_everything(
    steps: tuple[int, ...], fired: int, outcome: Outcome, told: str, good: ReviewResult
) -> None:
    report = MachineReport("port", 1)
    for s, count in zip((2, 4), steps, strict=False):
        report.tallies[s] = Tally(steps=count, rules=Counter(split=fired))
        report.expected[s] = ["rule split"]
    so_far = replace(good.search.so_far, machines=[report])
    good.search = replace(good.search, so_far=so_far)
    (one,) = (x for suite in suites(good) for x in suite.results if "every rule" in x.name)
    assert (one.outcome, told in one.detail) == (outcome, True)


def test_a_finding_of_the_documentation_only_is_named_so(
    bad: ReviewResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named() -> list[str]:
        found = (one.name for suite in suites(bad) for one in suite.results)
        return [name for name in found if name.startswith("finding ")]

    within = named()
    assert within and not any("documentation only" in name for name in within)
    outside = [
        replace(one, smallest=replace(one.smallest, contract=Contract.DOCUMENTATION))
        for one in bad.search.diagnoses
    ]
    # Other tests use the same search.
    monkeypatch.setitem(vars(bad.search), "diagnoses", outside)
    assert all("(documentation only): " in name for name in named())
