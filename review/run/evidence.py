# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks of a review found, in the form that the claims are decided by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from models.case.deviations import DEVIATIONS
from models.case.finding import AGREES, Finding
from models.case.findings import Findings
from models.histories.search import MachineReport
from models.kernel.configuration import CHECKED, Configuration
from models.measure.programs import Way
from models.mutants import upstream_test
from models.subject.baseline import NoTest
from models.subject.build import BuildError
from models.subject.implementation import Implementation, examine
from models.sweep import large
from models.sweep.count_cases import HIGHEST
from models.sweep.families import Family
from models.sweep.sweep import Coverage, Part, UnitResult
from proofs import catalogue
from proofs.c import cases as c_cases
from proofs.c import report as c_report
from proofs.report import Report, Status
from review.run import gaps
from review.run.numbers import CHUNK_SHIFTS, NO_WALK, STACKS, Numbers
from specs.callers import Contract
from specs.claims import Evidence, Outcome
from specs.origin import Origin
from specs.registry import PROPERTIES
from specs.strength import Extent, Proved, nothing
from specs.verdicts import SHARED, THEOREMS

NEVER_JUDGED = "never judged: no case met what it is about"
"""What is said of a property that nothing decides, whatever else holds."""
NOT_ENDED = "not every case was run to its end"
"""What is said of every property where cases were left out, or ended early."""

PORT = "port"
RECURSIVE = "port (recursive)"
PORTS = (PORT, RECURSIVE)


def names(source: str) -> tuple[str, ...]:
    """What a source is called in evidence: the port in both of its ways to split."""
    return PORTS if source == PORT else (source,)


def shared(configuration: Configuration) -> tuple[str, ...]:
    """The checks that are not about one source and decide of one in this configuration: in another
    than the usual one theorems alone, which are about 64-bit words."""
    if configuration == CHECKED:
        return SHARED
    return (THEOREMS,) if configuration.bits == 64 and configuration.multi else ()


def claim_of(claim: str, source: str) -> str:
    """What a claim on a source is called: on the port by its id alone."""
    return claim if source == PORT else f"{claim} of {source}"


def of_sweep(
    result: UnitResult,
    implementation: Implementation,
    finished: bool = True,
    first: Findings | None = None,
) -> Iterator[Evidence]:
    """One piece of evidence for each property, from the sweep of one implementation.

    What only cases break that no caller may ask for (``specs.callers``) fails where it is what the
    documentation promises of such cases, and elsewhere is told beside what the other cases decide.

    A property is undecided where cases that are about it (``gaps``) were not run, or not to their
    end.  A property that a known deviation outside the split breaks is undecided, and
    agreement is agreement but for such deviations.  Of a sweep that did not come to its end, which
    ``finished`` tells, only what breaks is decided, in its ``first`` cases too.
    """
    name, based = implementation.name, implementation.source.lineage is not None
    parts = {part: one for part, one in result.coverage.items() if part.implementation == name}
    covered = sum(one.covered for one in parts.values())
    found = result.findings
    if first is not None and not finished:
        found = Findings()
        found.update(result.findings)
        found.add_missing(first)
    breaches = [one for one in found.sorted() if one.smallest.implementation == name]
    # What was not there before comes first, then what breaks within the callers' contract.
    breaches.sort(key=lambda one: one.smallest.before)
    deciding = [one for one in breaches if decides(one.smallest)]
    broken = {one.smallest.property: one for one in reversed(deciding)}
    within = [one for one in deciding if one.smallest.contract is Contract.CALLERS]
    outside = {one.smallest.property for one in breaches if not decides(one.smallest)}
    deviating = result.met.get(name, Counter[str]())
    known = {one.property: one for one in DEVIATIONS if deviating[one.name]}
    judged = result.judged.get(name, Counter[str]())
    for check in ("agreement", *PROPERTIES):
        breach = broken.get(check)
        about = gaps.deciding(check, parts)
        ran = sum(one.covered for one in about.values())
        if check == "agreement" and within:
            breach = broken.get(AGREES[0], within[0])
            breach = breach if not breach.smallest.before else within[0]
        if breach is not None:
            detail = f"{breach.cases:,} cases, e.g. {breach.smallest.detail}"
            outcome = Outcome.FAILS
        elif not finished or not covered or gaps.has_gap(check, about):
            outcome, detail = Outcome.UNDECIDED, NOT_ENDED
        elif check in known:
            one = known[check]
            detail = f"{deviating[one.name]:,} cases are the known deviation {one.name}"
            outcome = Outcome.UNDECIDED
        elif check in PROPERTIES and not judged[check]:
            outcome, detail = Outcome.UNDECIDED, NEVER_JUDGED
        else:
            outcome, detail = Outcome.HOLDS, f"{ran:,} cases"
            if check in PROPERTIES:
                detail += f", judged {judged[check]:,} times"
            if check == "agreement" and deviating:
                detail += f", of which {deviating.total():,} are known deviations outside the split"
            if check in outside or (check == "agreement" and breaches):
                detail += "; some that no caller may ask for break it"
        origin = None if breach is None else of_case(breach.smallest, based)
        yield Evidence(f"sweep:{check}", outcome, swept(about), name, detail, origin)


def decides(finding: Finding) -> bool:
    """Whether what a case breaks decides the property: it is within the callers' contract, or what
    the documentation promises of cases beyond it."""
    promised = finding.property.startswith(gaps.OF_TRYING)
    return promised or finding.contract is Contract.CALLERS


def of_case(finding: Finding, based: bool) -> Origin | None:
    """Where a failing case comes from if the base is known; what was not there before is new."""
    if not based:
        return None
    return Origin.BEFORE if finding.before else Origin.NEW


_LISTED = frozenset(
    one.value
    for one in (
        *(Family.ARRAYS, Family.ARRAY_STEPS),
        *(Family.BETWEEN, Family.RANGES, Family.SINGLES),
    )
)
"""Families that are run whole for some pairs of orders: ``docs/bounds.md`` and ``review.run.scope``
list them."""


def swept(coverage: Mapping[Part, Coverage]) -> Extent:
    """How much of these parts of a sweep was run: of those that are run whole if there are any,
    beside which the samples are told."""
    whole = {part: one for part, one in coverage.items() if not part.sampled}
    counted = whole or coverage
    bounds: dict[tuple[str, int], list[str]] = {}
    for part, one in counted.items():
        bounds.setdefault((part.family, one.highest), []).append(str(part.chunk_shift))
    what = ", ".join(
        f"{family}{', those listed,' * (family in _LISTED)} to order {highest}"
        f" at s={','.join(shifts)}"
        for (family, highest), shifts in bounds.items()
    )
    some = [one for part, one in coverage.items() if part.sampled]
    if whole and some:
        covered, total = sum(one.covered for one in some), sum(one.total for one in some)
        what += f"; besides {covered:,} of {total:,} sampled"
    ran, of = (sum(getattr(one, name) for one in counted.values()) for name in ("covered", "total"))
    return Extent(ran, of, f"cases: {what}")


def of_machine(report: MachineReport | None, based: bool = False) -> Iterator[Evidence]:
    """One piece of evidence for each property, from the histories of one implementation; ``based``:
    what it was made from is known."""
    if report is None or report.interrupted:
        return
    deciding = [one for one in report.findings.sorted() if decides(one.smallest)]
    found = sorted(deciding, key=lambda one: one.smallest.before)
    broken = {one.smallest.property: one.smallest for one in reversed(found)}
    known = {one.deviation.property: one.deviation.name for one in report.known}
    total = report.total
    extent = Extent(total.examples, None, f"histories, seed {report.seed}")
    for check in ("agreement", *PROPERTIES):
        finding = broken.get(check)
        if check == "agreement":
            inside = (one for one in found if one.smallest.contract is Contract.CALLERS)
            finding = next((one.smallest for one in inside), None)
        if finding is not None:
            outcome, detail = Outcome.FAILS, finding.detail
        elif report.hindered:
            outcome, detail = Outcome.UNDECIDED, "some operations were left out, since they hang"
        elif check in known:
            outcome = Outcome.UNDECIDED
            detail = f"what would meet the known deviation {known[check]} was left out"
        elif check in PROPERTIES and not total.judged[check]:
            outcome, detail = Outcome.UNDECIDED, NEVER_JUDGED
        elif not total.examples:
            outcome, detail = Outcome.UNDECIDED, "no history was run"
        else:
            outcome, detail = Outcome.HOLDS, f"{total.steps:,} steps"
            if check in PROPERTIES:
                detail += f", judged {total.judged[check]:,} times"
        origin = None if finding is None else of_case(finding, based)
        yield Evidence(f"machine:{check}", outcome, extent, report.implementation, detail, origin)


def of_deviations(
    reports: Iterable[MachineReport], based: Collection[str] = ()
) -> Iterator[Evidence]:
    """Whether an order-0 store of the other kind into a larger entry keeps ``nr_values`` right.

    It is asked of released kernels, so the port alone decides nothing.
    """
    for report in reports:
        if report.implementation in (PORT, RECURSIVE) or report.interrupted:
            continue
        findings = [*report.otherwise, *(known.finding for known in report.known)]
        shown = [one for one in findings if one.property == "node-nr-values"]
        cases = [one.name for one in DEVIATIONS if one.property == "node-nr-values"]
        yield Evidence(
            "deviations:nr-values",
            Outcome.FAILS if shown else Outcome.HOLDS,
            Extent(len(cases), None, f"cases: that of {', '.join(cases)}"),
            report.implementation,
            shown[0].detail if shown else "the case that shows it elsewhere is right here",
            of_case(shown[0], report.implementation in based) if shown else None,
        )


DECIDED = {
    Status.PROVED: Outcome.HOLDS,
    Status.REFUTED: Outcome.FAILS,
    Status.DISAGREEMENT: Outcome.FAILS,
    Status.HELD: Outcome.FAILS,
    Status.VACUOUS: Outcome.FAILS,
}
"""What a theorem's status comes to; any other status leaves it undecided."""


def of_proofs(report: Report) -> Iterator[Evidence]:
    """One piece of evidence for each family of theorems; what no solver decided is undecided."""
    shifts = " and ".join(map(str, report.chunk_shifts))
    target = f"every order, chunk shift {shifts}"
    for family in sorted({name.partition(".")[0] for name in report.promised}):
        status = report.status(family)
        outcome = DECIDED.get(status, Outcome.UNDECIDED)
        detail = f"{status} by {', '.join(report.solvers)}"
        some = sum(name.partition(".")[0] == family for name in report.theorems)
        extent = Extent(some, some, f"chunk shift {shifts}", catalogue.about(family))
        yield Evidence(f"theorem:{family}", outcome, extent, target, detail)


def of_c_proofs(report: c_report.Report) -> Iterator[Evidence]:
    """One piece of evidence for each harness on compiled source.  What the code is to refuse
    decides no claim, which all speak of what it supports; the report has it."""
    asked = [one for one in report.outcomes if not one.case.refused]
    for harness in c_cases.Harness:
        some = [one for one in asked if one.case.harness is harness]
        if not some:
            continue
        proved = sum(one.good for one in some)
        failed = [one for one in some if one.verdict is c_report.Verdict.REFUTED and one.confirmed]
        shifts = " ".join(map(str, sorted({one.case.s for one in some})))
        what = f"chunk shift {shifts}, orders up to {max(one.case.order for one in some)}"
        detail = f"{proved} of {len(some)} cases proved by {report.program}"
        for one in failed[:1]:
            detail += f"; {one.case.name} fails {', '.join(one.properties)}"
        outcome = Outcome.HOLDS if proved == len(some) else Outcome.UNDECIDED
        yield Evidence(
            f"c:{harness}",
            Outcome.FAILS if failed else outcome,
            Extent(proved, len(some), what, Proved.SOURCE),
            report.name,
            detail,
            broke=tuple(dict.fromkeys(name for one in failed for name in one.properties)),
        )


def recursive_agrees(result: UnitResult) -> Iterator[Evidence]:
    """Whether both ways to split answered each case with the model's bytes."""
    names = {part.implementation for part in result.coverage}
    if not {PORT, RECURSIVE} <= names:
        return
    recursive = {p: one for p, one in result.coverage.items() if p.implementation == RECURSIVE}
    ours = {PORT, RECURSIVE}
    broken = [b for b in result.findings.sorted() if b.smallest.implementation in ours]
    complete = all(
        one.complete or part.sampled
        for part, one in result.coverage.items()
        if part.implementation in ours
    )
    holds = Outcome.HOLDS if complete else Outcome.UNDECIDED
    yield Evidence(
        "recursive:agreement",
        Outcome.FAILS if broken else holds,
        swept(recursive),
        f"{PORT}, {RECURSIVE}",
        f"{sum(one.covered for one in recursive.values()):,} cases each",
    )


def of_large_split(implementations: Sequence[Implementation]) -> Iterator[Evidence]:
    """The 1 GiB split itself: performed where deep splits are claimed, refused elsewhere."""
    what = f"order {large.ORDER} to {large.NEW_ORDER} at chunk shift {large.CHUNK_SHIFT}"
    for one in implementations:
        if one.one_level:
            check, answer = "upstream:1G-4K", large.refused(one)
        else:
            check, answer = "large:1G-4K", large.split_whole(one)
        outcome = Outcome.HOLDS if answer.holds else Outcome.FAILS
        extent = Extent(1, None, what)
        yield Evidence(check, outcome, extent, one.name, answer.detail, broke=answer.broke)


def of_bases(implementations: Sequence[Implementation]) -> Iterator[Evidence]:
    """What the base of a series does with that split, if it refuses it: the series was to change
    that."""
    for one in implementations:
        lineage = one.source.lineage
        if lineage is None or one.one_level or any(x.one_level for x in implementations):
            continue
        try:
            base = examine(lineage.base, (large.CHUNK_SHIFT,))
        except BuildError:
            continue
        if base.one_level:
            yield from of_large_split([base])
            return


def of_numbers(numbers: Numbers, implementations: Sequence[Implementation]) -> Iterator[Evidence]:
    """Whether splits take what is tabled, and whether the recursive split's stack is bounded."""
    deep = {one.name for one in implementations if not one.one_level}
    for one in numbers.measured:
        if one.name not in deep:
            continue
        splits = {
            (s, item.way, item.order, item.new_order)
            for (s, item), found in one.works.items()
            if not isinstance(found, str)
        }
        shifts = " and ".join(map(str, CHUNK_SHIFTS))
        of = _PAIRS * len(CHUNK_SHIFTS) * len(Way)
        extent = Extent(len(splits), of, f"splits, in {len(Way)} ways at s={shifts}")
        reasons = {found for found in one.works.values() if isinstance(found, str)} - {NO_WALK}
        detail = "nodes, calls and the highest number in use, measured, are those computed"
        yield _judged("count:table", one.name, extent, one.unlike_computed, sorted(reasons), detail)
        if one.name == RECURSIVE:
            known = [found for found in one.stacks.values() if not isinstance(found, str)]
            reasons = set() if known else set(one.stack_unmeasured)
            what = "splits, by compiler and chunk shift"
            extent = Extent(sum(map(len, known)), _PAIRS * len(STACKS), what)
            problems, detail = one.stack_problems, one.stack_detail
            yield _judged("recursive:stack", one.name, extent, problems, sorted(reasons), detail)


_PAIRS = HIGHEST * (HIGHEST + 1) // 2
"""Splits that there are: pairs of an order and a smaller one."""


def _judged(
    check: str,
    target: str,
    extent: Extent,
    problems: Sequence[str],
    unmeasured: Sequence[str],
    detail: str,
) -> Evidence:
    """A failure if there is any problem; undecided if there is anything that is not known."""
    text = "; ".join(problems or unmeasured) or detail
    rest = Outcome.UNDECIDED if unmeasured else Outcome.HOLDS
    outcome = Outcome.FAILS if problems else rest
    return Evidence(check, outcome, extent, target, text)


UPSTREAM_TEST = "upstream-test:defects"
"""The check that judges a kernel's test: that it fails is no failure of the code under test."""


def of_upstream_test(implementations: Sequence[Implementation]) -> Iterator[Evidence]:
    """Which seeded defects of the split the test of the first kernel that has one catches."""
    kernel = next((one for one in implementations if one.source.has_kernel_test), None)
    if kernel is None:
        return
    try:
        caught = upstream_test.run(kernel.source)
    except (NoTest, BuildError) as error:
        yield Evidence(
            UPSTREAM_TEST, Outcome.UNDECIDED, nothing("defects"), kernel.name, str(error)
        )
        return
    few, many = upstream_test.RANGES
    missed = caught.missed(many)
    detail = (
        f"of {len(caught.defects)} seeded defects of the port's split check_split() catches"
        f" {len(caught.caught[few])} with orders below {few} chunks and {len(caught.caught[many])}"
        f" below {many}, at chunk shift {upstream_test.CHUNK_SHIFT}"
    )
    more = f" and {len(missed) - 4} more" if len(missed) > 4 else ""
    detail += f"; it passes {', '.join(missed[:4])}{more}" if missed else ""
    outcome = Outcome.FAILS if missed else Outcome.HOLDS
    if not caught.sound:
        outcome, detail = Outcome.UNDECIDED, "check_split() fails on the port without a defect"
    extent = Extent(len(caught.defects), None, "defects that a split can have")
    yield Evidence(UPSTREAM_TEST, outcome, extent, kernel.name, detail)
