# SPDX-License-Identifier: GPL-2.0-or-later
"""The results of a review as tests that pass, fail or are undecided: what KTAP and JUnit tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.histories.search import SUFFICIENT, MachineReport
from models.kernel.printable import clean
from review.report import findings
from review.run import evidence
from review.run.review_result import ReviewResult
from specs.callers import Contract
from specs.claims import Decision, Evidence, Outcome
from specs.origin import Origin


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One test: its name, how it ended, and a line on that."""

    name: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one implementation, or of something else that was checked."""

    name: str
    results: tuple[CheckResult, ...]

    @property
    def outcome(self) -> Outcome:
        """It fails if any does, and is undecided if nothing holds."""
        outcomes = {one.outcome for one in self.results}
        if Outcome.FAILS in outcomes:
            return Outcome.FAILS
        return Outcome.HOLDS if Outcome.HOLDS in outcomes else Outcome.UNDECIDED

    def count(self, outcome: Outcome) -> int:
        """How many ended so."""
        return sum(one.outcome is outcome for one in self.results)


def suites(done: ReviewResult) -> list[Suite]:
    """All results: of each implementation, of the theorems, the claims, and the review itself."""
    everything = [*done.evidence, *done.one_level_evidence]
    names = [one.name for one in done.implementations]
    found = [Suite(name, tuple(_implementation(name, done, everything))) for name in names]
    rest = [
        one
        for one in everything
        if one.target not in names and not one.check.startswith("theorem:")
    ]
    together = tuple(_checked(one, done.options.everything) for one in rest)
    found.append(Suite("together", together))
    found.append(Suite("theorems", tuple(_theorems(done))))
    found.append(Suite("claims", tuple(_claims(done))))
    found.append(Suite("review", tuple(_whole(done))))
    return [one for one in found if one.results]


def _implementation(
    name: str, done: ReviewResult, everything: Iterable[Evidence]
) -> Iterator[CheckResult]:
    """Its findings, then every check of it; a name is given once."""
    for number, one in enumerate(done.search.diagnoses, 1):
        if one.smallest.implementation == name:
            properties = ", ".join(one.cause.properties)
            detail = _line(f"{one.smallest.statement}: {one.smallest.detail}")
            contract = one.smallest.contract
            kind = "" if contract is Contract.CALLERS else f" ({contract.value})"
            origin = done.search.origins[number - 1]
            if origin is not None:
                detail = _line(f"{findings.origin_text(origin)} {detail}")
            # What was there before fails nothing here, and is no pass either.
            counts = origin is None or origin.counts or done.options.everything
            outcome = Outcome.FAILS if counts else Outcome.UNDECIDED
            yield CheckResult(f"finding {number}{kind}: {properties}", outcome, detail)
    for item in everything:
        if item.target == name:
            yield _checked(item, done.options.everything)
    report = done.search.machines.get(name)
    if report is not None:
        yield _machine(report)


def _machine(report: MachineReport) -> CheckResult:
    """Whether the histories met everything, which only a search of sufficient size decides."""
    name = "machine met every rule and branch"
    if report.missing:
        unmet = ", ".join(f"s={s} {what}" for s, what in report.missing)
        return CheckResult(name, Outcome.FAILS, _line(f"never met: {unmet}"))
    small = [f"{report.tallies[s].steps:,} at s={s}" for s in sorted(report.expected)
             if report.tallies[s].steps < SUFFICIENT]  # fmt: skip
    if small or not report.expected:
        steps = ", ".join(small) or "none"
        text = f"undecided: steps drawn are {steps}, and below {SUFFICIENT:,} nothing follows;"
        text += f" {len(report.unmet)} rules and branches were not met"
        return CheckResult(name, Outcome.UNDECIDED, text)
    return CheckResult(name, Outcome.HOLDS, f"{report.total.steps:,} steps")


def _checked(one: Evidence, everything: bool) -> CheckResult:
    if one.outcome is Outcome.FAILS and not one.held(everything=everything):
        text = f"fails, {Origin.BEFORE.value}: {one.detail}"
        return CheckResult(one.check, Outcome.UNDECIDED, _line(text))
    if one.check == evidence.UPSTREAM_TEST and one.outcome is Outcome.FAILS:
        return CheckResult(one.check, Outcome.UNDECIDED, _line(f"{_OF_THE_TEST}: {one.detail}"))
    text = f"undecided: {one.detail}" if one.outcome is Outcome.UNDECIDED else one.detail
    return CheckResult(one.check, one.outcome, _line(text))


_OF_THE_TEST = "fails, of the kernel's own test"
"""What is told and not counted: the code under test does not fail by it."""


def _theorems(done: ReviewResult) -> Iterator[CheckResult]:
    if done.proofs is None:
        if done.options.proofs:
            yield CheckResult("theorems", Outcome.UNDECIDED, "the review was ended before")
        return
    for one in done.proofs.theorems.values():
        outcome = evidence.DECIDED.get(one.status, Outcome.UNDECIDED)
        yield CheckResult(one.name, outcome, _line(f"{one.status}: {one.statement}"))


_CLAIMS = {
    Decision.HOLDS: Outcome.HOLDS,
    Decision.FAILS: Outcome.FAILS,
    Decision.UNDECIDED: Outcome.UNDECIDED,
}


def _claims(done: ReviewResult) -> Iterator[CheckResult]:
    for one in done.verdicts:
        outcome = _CLAIMS[one.decision]
        text = f"{one}: {one.claim.statement}"
        only_test = {item.check for item in one.rests_on} == {evidence.UPSTREAM_TEST}
        if only_test and outcome is Outcome.FAILS:
            outcome, text = Outcome.UNDECIDED, f"{_OF_THE_TEST}: {one.claim.statement}"
        if one.before and not done.options.everything:
            outcome, text = Outcome.UNDECIDED, f"{text}; only by what was there before"
        if one.missing and outcome is Outcome.UNDECIDED:
            text += f"; missing: {', '.join(one.missing)}"
        yield CheckResult(evidence.claim_of(one.claim.id, one.source), outcome, _line(text))


def _whole(done: ReviewResult) -> Iterator[CheckResult]:
    text = "every stage was run" if done.complete else "it was ended early"
    yield CheckResult("complete", Outcome.HOLDS if done.complete else Outcome.UNDECIDED, text)
    for one in done.search.broken:
        yield CheckResult("every prefix of the series compiles", Outcome.FAILS, _line(one))


def _line(text: str) -> str:
    """The text in one line that a terminal can show."""
    return " ".join(clean(text).split())
