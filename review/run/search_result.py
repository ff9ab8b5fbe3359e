# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search did and found, and how it is told."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial

from models.case.extent import Extent
from models.case.finding import SITES, Finding
from models.case.findings import Findings
from models.case.known import Deviating, Known, known
from models.case.origins import Placed
from models.case.trial import Trial
from models.diagnosis.where.rank import Where
from models.histories.search import MachineReport, extent_of
from models.subject.implementation import Implementation
from models.sweep.families import Family
from models.sweep.hangs import never_survived
from models.sweep.sweep import Unit, UnitResult
from review.run.attempt import attempt
from review.run.diagnosis import (
    CORES,
    Diagnosis,
    located,
    originated,
    reduced,
    reproduced,
    undiagnosed,
)
from review.run.results import Results, implementation_key, tools

_ENDED = "the search was ended before that was tried"
_LEFT = Where(reason=_ENDED)


@dataclass
class SearchState:
    """How far a search is: the units of the sweep that are done and what they found, and of the
    machines a report for each implementation and chunk shift; in so many seconds."""

    units: set[Unit] = field(default_factory=set)
    result: UnitResult = field(default_factory=UnitResult)
    first: list[MachineReport] = field(default_factory=list)
    """Those of the histories before the sweep."""
    machines: list[MachineReport] = field(default_factory=list)
    early: Findings = field(default_factory=Findings)
    """The first case of each broken property, told when it was found: all there is of what was
    ended before it was done."""
    quick: UnitResult | None = None
    """What the quick pass found; the sweep finds it again, but for what it does not draw."""
    seconds: float = 0.0
    elsewhere: bool = False
    """Whether other configurations were searched."""


@dataclass(frozen=True, slots=True)
class KnownOutside:
    """A known deviation outside the split: so many ``cases`` of the sweep are just that, and so
    many ``times`` histories left out an operation that would meet it."""

    implementation: str
    known: Known
    cases: int
    times: int

    def __str__(self) -> str:
        one = self.known.deviation
        return (
            f"{self.implementation} has a known deviation, {one.name}: {one.statement}."
            f" {one.cause}. {self.cases:,} cases of the sweep are just that; histories left out"
            f" {self.times:,} operations that would meet it."
        )


@dataclass
class SearchResult:
    """What a search did and found."""

    implementations: list[Implementation]
    """What was tested, with what was in other configurations (``elsewhere``)."""
    so_far: SearchState
    seed: int
    finished: bool
    broken: list[str] = field(default_factory=list)
    """Prefixes of a series that do not compile, with the compiler's first error."""
    not_done: list[str] = field(default_factory=list)
    """Parts of the search that failed, by no fault of the code under test, with the reason."""
    unsaved: list[str] = field(default_factory=list)
    """Files that could not be written, with the reason."""
    cut: bool = False
    """Whether working out causes and origins was ended before it was done."""
    left: list[Unit] = field(default_factory=list)
    """The units of the sweep that were not run."""
    over: list[str] = field(default_factory=list)
    """What was left out since the time was over, a line each."""
    deadline: float = math.inf
    """When what is made of the findings is to be done, of ``time.monotonic``."""
    everything: bool = False
    """Whether what was there before counts as a failure too."""
    results: Results = field(default_factory=Results)
    """What earlier runs came to, and how much of it was taken over."""
    jobs: int = CORES
    """Processes that work out causes."""
    elsewhere: dict[str, str] = field(default_factory=dict)
    """What was searched in another configuration, at small scope: the name, and that of the same in
    the usual one."""
    asked: object = None
    """What decides, with the implementations and the seed, all that it finds; None where the clock
    does, or what this user searched for before."""

    @property
    def result(self) -> UnitResult:
        """What the sweep found."""
        return self.so_far.result

    @property
    def swept(self) -> bool:
        """Whether the sweep came to its end; histories may be left out where the time was over."""
        return not (self.left or self.not_done) and (self.finished or bool(self.over))

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.so_far.seconds

    @cached_property
    def machines(self) -> dict[str, MachineReport]:
        """The machines' reports by implementation."""
        total: dict[str, MachineReport] = {}
        every = [*self.so_far.first, *self.so_far.machines]
        for one in sorted(every, key=lambda one: sorted(one.tallies)):
            total.setdefault(one.implementation, MachineReport(one.implementation, self.seed))
            total[one.implementation].update(one)
        return total

    @cached_property
    def known(self) -> list[KnownOutside]:
        """The known deviations outside the split, which are in no finding, by implementation."""
        lines = []
        for one in self.implementations:
            cases = self.result.met.get(one.name, Counter[str]())
            report = self.machines.get(one.name)
            aside = report.total.set_aside if report else Counter[str]()
            told_of = one.deviations and one.name not in self.elsewhere
            for present in self._deviating[one.name].present if told_of else ():
                name = present.deviation.name
                if not present.deviation.on_split:
                    lines.append(KnownOutside(one.name, present, cases[name], aside[name]))
        return lines

    @cached_property
    def mended(self) -> list[str]:
        """What the sources mend of the known deviations that their bases have, a line each."""
        return [
            f"{one.name} mends a known deviation of what it was made from, {deviation.name}:"
            f" {deviation.statement}."
            for one in self.implementations
            if one.source.lineage is not None
            for deviation in self._deviating[one.name].mended
        ]

    @cached_property
    def _deviating(self) -> dict[str, Deviating]:
        """What the cases of the known deviations show, by implementation."""
        return {
            one.name: known(one)
            for one in self.implementations
            if one.deviations or one.source.lineage is not None
        }

    @property
    def findings(self) -> Findings:
        """What sweep and machines found, together."""
        total = self._counted()
        if not self.finished:
            total.update(self._early)
        return total

    def _counted(self) -> Findings:
        """What units and histories found that came to their end, and the first cases besides."""
        total = Findings()
        total.update(self.result.findings)
        for report in self.machines.values():
            total.update(report.findings)
        if self.so_far.quick is not None:
            if self.left:
                total.take_smaller(self.so_far.quick.findings)
            total.add_missing(self.so_far.quick.findings)
        return total

    @cached_property
    def _early(self) -> Findings:
        """What was found in that which did not come to its end: of each case all that breaks, so
        that what follows from something else is no finding of its own."""
        found = Findings()
        known = self._counted().breaches.keys()
        by_name = {one.name: one for one in self.implementations}
        for key, breach in self.so_far.early.breaches.items():
            one = breach.smallest
            if key not in known:
                again, _ = attempt(partial(whole, by_name[one.implementation], one))
                found.add_case(again or [one], Extent.of(extent_of(one)))
        return found

    @property
    def told(self) -> Findings:
        """Those of ``findings`` that are told: in another configuration what is not found in the
        usual one."""
        found = self.findings
        usual: dict[str, set[str]] = {}
        for (kind, name), _ in found.breaches.items():
            usual.setdefault(kind[0], set()).add(name)
        known = {name: usual.get(of, set()) for name, of in self.elsewhere.items()}
        for key in [one for one in found.breaches if one[1] in known.get(one[0][0], ())]:
            del found.breaches[key]
        for alike, failure in list(found.failures.items()):
            if failure.properties <= known.get(alike[0], set()):
                del found.failures[alike]
        return found

    @cached_property
    def reduced(self) -> list[Diagnosis]:
        """The causes of what was found, with their smallest cases and no reproducers, worked out
        when first asked for, those that were there before last; of a search that was ended early by
        the user as they were met."""
        if self._ended_early:
            found = undiagnosed(self.told)
        else:
            end = self._until(0.5)
            found = reduced(self.told, self.implementations, self.result.tried, end, self.jobs)
        return sorted(found, key=lambda one: one.smallest.before)

    @cached_property
    def diagnoses(self) -> list[Diagnosis]:
        """The same with reproducers, unless the user ended the search early."""
        if self._ended_early:
            return self.reduced
        return reproduced(self.reduced, self.implementations, self._until(0.6), self.jobs)

    @property
    def _ended_early(self) -> bool:
        return self.cut or not (self.finished or self.not_done or self.over)

    def _until(self, share: float) -> float:
        """When that is to end which may take this share of the time that is left."""
        now = time.monotonic()
        return now + max(0.0, self.deadline - now) * share

    @cached_property
    def origins(self) -> list[Placed | None]:
        """Where each of ``diagnoses`` comes from; None where the base of what was tested is not
        known."""
        ended = _ENDED if self._ended_early else ""
        return originated(self._smallest, self.implementations, ended, self._until(0.6), self.jobs)

    @cached_property
    def wheres(self) -> list[Where]:
        """Where to look first for each of ``diagnoses``."""
        if self._ended_early:
            return [_LEFT] * len(self.diagnoses)
        return located(
            self._smallest, self.origins, self.implementations, self._until(0.9), self.jobs
        )

    @property
    def _smallest(self) -> list[Finding]:
        found = self.diagnoses if "diagnoses" in vars(self) else self.reduced
        return [one.smallest for one in found]

    @property
    def counted(self) -> list[Diagnosis]:
        """The causes that decide the exit status: not those that were there before, unless asked
        for."""
        return [one for one in self.diagnoses if self.everything or not one.smallest.before]

    @property
    def failed(self) -> bool:
        """Whether a property broke, a machine never met what it is to test, or a prefix of a series
        does not compile."""
        found = self.findings.breaches.values()
        counted = any(self.everything or not one.smallest.before for one in found)
        return counted or bool(self.broken) or self.unmet

    @property
    def unmet(self) -> bool:
        """Whether a machine never met what it is to test, though it did enough."""
        return any(report.missing for report in self.machines.values())


def whole(implementation: Implementation, finding: Finding) -> list[Finding]:
    """All that breaks in the case of a finding, and is told with it."""
    with Trial(implementation, finding.chunk_shift) as trial:
        case = finding.operations
        every = trial.everything(case, trial.expected(case))
    mine = [one for one in every if one.apart() == finding.apart()]
    return mine if finding.label() in {one.label() for one in mine} else [finding]


def explain(done: SearchResult) -> None:
    """``work_out``, unless the user, or the time, ends that: then causes, origins and where to look
    first are left as they were met."""
    try:
        work_out(done)
    except KeyboardInterrupt:
        leave(done)


def work_out(done: SearchResult) -> None:
    """Work out causes, origins and where to look first now, or take them over from an earlier run
    that found the same: one that was asked the same, and in which nothing hung."""
    whole = done.finished and not done.not_done and not done.result.hung()
    if done.asked is None or not whole:
        # What matters most comes first, for the time may be over before all is done.
        done.origins, done.diagnoses, done.wheres  # noqa: B018  (worked out when first asked for)
        return
    tested = [implementation_key(one, steps=True) for one in done.implementations]
    done.diagnoses, done.origins, done.wheres = done.results.of(
        "causes of findings",
        (done.asked, done.seed, tested, tools()),
        lambda: (done.diagnoses, done.origins, done.wheres),
    )


def leave(done: SearchResult) -> None:
    """Have the findings told as they were met, unless their causes are known already."""
    if "reduced" not in vars(done):
        done.reduced = undiagnosed(done.told)
    if "diagnoses" not in vars(done):
        done.diagnoses = done.reduced
    if "origins" not in vars(done):
        done.cut = True
    if "wheres" not in vars(done):
        done.wheres = [_LEFT] * len(done.diagnoses)


def not_run(done: SearchResult) -> list[str]:
    """What sweep and machines left out because the time was over, or code under test crashes or
    does not end."""
    lines = [
        f"{one.name}: splits, and all entries of several indices, are not supported without"
        " CONFIG_XARRAY_MULTI: none was run, and no claim on them is decided"
        for one in done.implementations
        if not one.multi
    ]
    lines += done.over
    for name, tried in sorted(done.result.tried.items()):
        far = _uncounted(done.result, name)
        if cases := tried.left_out.splits.total() - far:
            lines.append(
                f"{name}: {cases:,} cases were not run, since others like them crash or hang"
            )
        if far:
            lines.append(
                f"{name}: the requests of {far:,} pairs of orders were not counted beyond memory,"
                " since it does not stand nodes that come again"
            )
    for name, report in sorted(done.machines.items()):
        lines += [f"{name}: {line}" for line in report.hindered]
    return lines


def _uncounted(result: UnitResult, name: str) -> int:
    """Counts beyond memory that came to nothing."""
    parts = [
        one
        for part, one in result.coverage.items()
        if (part.implementation, part.family) == (name, Family.FAR_COUNTS.value)
    ]
    return sum(one.total - one.covered for one in parts)


def never_surviving(done: SearchResult) -> list[str]:
    """For each implementation a sentence on the splits of which every one hangs or crashes."""
    lines = []
    for name in sorted(done.result.tried):
        by_word: dict[str, list[str]] = {}
        for site, word in never_survived(done.result.hangs, name).items():
            by_word.setdefault(word, []).append(site)
        for word, sites in by_word.items():
            splits = "split" if len(sites) == len(SITES) else " and every ".join(sites)
            lines.append(f"In {name} every {splits} {word.upper()}.")
    return lines
