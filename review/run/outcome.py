# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search did and found, and how it is told."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property

from rich import box
from rich.console import Console
from rich.table import Table

from models.case.finding import SITES, Finding
from models.case.findings import Findings
from models.case.known import Known, known
from models.case.origins import Placed
from models.diagnosis.where.rank import Where
from models.histories.search import MachineReport, extent_of
from models.kernel.source import Source
from models.subject.implementation import Implementation
from models.subject.implementation import name_of as called
from models.sweep.families import Family
from models.sweep.hangs import never_survived
from models.sweep.sweep import Coverage, Unit, UnitResult
from review.report import findings
from review.run.diagnosis import Diagnosis, diagnose, located, originated, undiagnosed
from specs.registry import PROPERTIES

_ENDED = "the search was ended before that was tried"
_LEFT = Where(reason=_ENDED)


@dataclass
class SoFar:
    """How far a search is: the units of the sweep that are done and what they found, and of the
    machines a report for each implementation and chunk shift; in so many seconds."""

    units: set[Unit] = field(default_factory=set)
    result: UnitResult = field(default_factory=UnitResult)
    machines: list[MachineReport] = field(default_factory=list)
    early: Findings = field(default_factory=Findings)
    """The first case of each broken property, told when it was found: all there is of what was
    ended before it was done."""
    quick: UnitResult | None = None
    """What the quick pass found; the sweep finds it again, but for what it does not draw."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class KnownOutside:
    """A known deviation outside the split: so many ``cases`` of the sweep are just that, and so
    many ``times`` histories left out an operation that would meet it."""

    implementation: str
    had: Known
    cases: int
    times: int

    def __str__(self) -> str:
        one = self.had.deviation
        return (
            f"{self.implementation} has a known deviation, {one.name}: {one.statement}."
            f" {one.cause}. {self.cases:,} cases of the sweep are just that; histories left out"
            f" {self.times:,} operations that would meet it."
        )


@dataclass
class Search:
    """What a search did and found."""

    implementations: list[Implementation]
    so_far: SoFar
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
    over: list[str] = field(default_factory=list)
    """What was left out since the time was over, a line each."""
    everything: bool = False
    """Whether what was there before counts as a failure too."""

    @property
    def result(self) -> UnitResult:
        """What the sweep found."""
        return self.so_far.result

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.so_far.seconds

    @cached_property
    def machines(self) -> dict[str, MachineReport]:
        """The machines' reports by implementation."""
        total: dict[str, MachineReport] = {}
        for one in sorted(self.so_far.machines, key=lambda one: sorted(one.tallies)):
            total.setdefault(one.implementation, MachineReport(one.implementation, self.seed))
            total[one.implementation].update(one)
        return total

    @cached_property
    def known(self) -> list[KnownOutside]:
        """The known deviations outside the split, which are in no finding, by implementation."""
        told = []
        for one in self.implementations:
            cases = self.result.met.get(one.name, Counter[str]())
            report = self.machines.get(one.name)
            aside = report.total.set_aside if report else Counter[str]()
            for had in known(one).present if one.deviations else ():
                name = had.deviation.name
                if not had.deviation.on_split:
                    told.append(KnownOutside(one.name, had, cases[name], aside[name]))
        return told

    @property
    def findings(self) -> Findings:
        """What sweep and machines found, together."""
        total = Findings()
        total.update(self.result.findings)
        for report in self.machines.values():
            total.update(report.findings)
        early = [] if self.finished else [self.so_far.early]
        early += [] if self.so_far.quick is None else [self.so_far.quick.findings]
        for one in early:
            for key, breach in one.breaches.items():
                if key not in total.breaches:
                    total.add(breach.smallest, extent_of(breach.smallest))
        return total

    @cached_property
    def diagnoses(self) -> list[Diagnosis]:
        """The causes of what was found, worked out when first asked for, those that were there
        before last; of a search that was ended early by the user as they were met, neither shrunk
        nor reproduced."""
        if self._ended_early:
            found = undiagnosed(self.findings)
        else:
            found = diagnose(self.findings, self.implementations, self.result.tried)
        return sorted(found, key=lambda one: one.smallest.before)

    @property
    def _ended_early(self) -> bool:
        return self.cut or (not self.finished and not self.not_done)

    @cached_property
    def origins(self) -> list[Placed | None]:
        """Where each of ``diagnoses`` comes from; None where the base of what was tested is not
        known."""
        ended = _ENDED if self._ended_early else ""
        return originated(self._smallest, self.implementations, ended)

    @cached_property
    def wheres(self) -> list[Where]:
        """Where to look first for each of ``diagnoses``."""
        if self._ended_early:
            return [_LEFT] * len(self.diagnoses)
        return located(self._smallest, self.origins, self.implementations)

    @property
    def _smallest(self) -> list[Finding]:
        return [one.smallest for one in self.diagnoses]

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


def explain(done: Search) -> None:
    """Work out causes, origins and where to look first now; they are left as they were met where
    the user, or the time, ends that."""
    try:
        done.wheres  # noqa: B018  (worked out when first asked for)
    except KeyboardInterrupt:
        leave(done)


def leave(done: Search) -> None:
    """Have the findings told as they were met, unless their causes are known already."""
    if "diagnoses" not in vars(done):
        done.diagnoses = undiagnosed(done.findings)
    if "origins" not in vars(done):
        done.cut = True
    if "wheres" not in vars(done):
        done.wheres = [_LEFT] * len(done.diagnoses)


def show(done: Search, console: Console) -> None:
    """Print coverage, the machines' work, known deviations and findings."""
    console.print(_coverage(done.result, done.finished))
    if done.machines:
        console.print(_machines(done.machines))
    for had in done.known:
        for line in (*textwrap.wrap(str(had), 72, subsequent_indent="  "), ""):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for report in done.machines.values():
        for line in _remarks(report):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in (*not_run(done), *never_surviving(done)):
        for part in textwrap.wrap(line, 72, subsequent_indent="  "):
            console.print(part, markup=False, highlight=False, soft_wrap=True)
    found = done.findings
    told = (done.diagnoses, done.result.tried, done.origins, done.wheres)
    for line in (*done.broken, *findings.lines(*told)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    cases = sum(coverage.covered for coverage in done.result.coverage.values())
    steps = sum(report.total.steps for report in done.machines.values())
    console.print(
        f"{cases:,} cases and {steps:,} steps in {done.seconds:.1f} s, seed {done.seed}: "
        f"{len(found)} broken {'property' if len(found) == 1 else 'properties'}",
        highlight=False,
    )
    for line in (*done.not_done, *done.unsaved):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if not done.finished:
        why = "Not finished" if done.not_done or done.over else "Interrupted"
        console.print(f"{why}: what was not run is not counted above.")


def _coverage(result: UnitResult, finished: bool) -> Table:
    table = Table("implementation", "family", "chunk shifts", "cases run", "of", "", box=box.SIMPLE)
    told: dict[tuple[str, str, bool], tuple[list[int], Coverage]] = {}
    for part, coverage in sorted(result.coverage.items(), key=lambda item: item[0]):
        key = (part.implementation, part.family, part.sampled)
        shifts, total = told.setdefault(key, ([], Coverage()))
        shifts.append(part.chunk_shift)
        total.add(coverage)
    for (name, family, sampled), (shifts, total) in told.items():
        whole = "complete" if total.complete and finished else "NOT COMPLETE"
        table.add_row(
            name,
            family,
            " ".join(map(str, shifts)),
            f"{total.covered:,}",
            f"{total.total:,}" if total.total < 10**10 else f"{total.total:.1e}",
            "sampled" if sampled else whole,
        )
    for column in table.columns[3:5]:
        column.justify = "right"
    return table


def _machines(reports: dict[str, MachineReport]) -> Table:
    table = Table("machines", "histories", "steps", "operations", "steps a second", box=box.SIMPLE)
    for name, report in sorted(reports.items()):
        total = report.total
        rate = total.steps / max(report.seconds, 1e-9)
        table.add_row(
            name,
            f"{total.examples:,}",
            f"{total.steps:,}",
            f"{total.operations:,}",
            f"{rate:,.0f}",
        )
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _remarks(report: MachineReport) -> Iterator[str]:
    """What a machine never met."""
    for s, name in report.missing:
        yield f"{report.implementation}: at chunk shift {s} the machine never met: {name}"


def not_run(done: Search) -> list[str]:
    """What sweep and machines left out because the time was over, or code under test crashes or
    does not end."""
    lines = list(done.over)
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


def never_surviving(done: Search) -> list[str]:
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


def as_json(done: Search) -> dict[str, object]:
    """A search as a JSON object."""
    return {
        "seed": done.seed,
        "seconds": round(done.seconds, 3),
        "finished": done.finished,
        "implementations": [
            {
                "name": one.name,
                "source": one.source.name,
                "one_level": one.one_level,
                "sha256": dict(one.source.sha256),
                "base": base_json(one.source),
            }
            for one in done.implementations
        ],
        "coverage": [
            {**part._asdict(), "covered": coverage.covered, "total": coverage.total}
            for part, coverage in sorted(done.result.coverage.items(), key=lambda item: item[0])
        ],
        "judged": judged(done),
        "not_run": not_run(done),
        "not_done": done.not_done,
        "known_deviations": [_known_json(one) for one in done.known],
        "machines": [_machine_json(one) for _, one in sorted(done.machines.items())],
        "does_not_compile": done.broken,
        "findings": [
            findings.as_json(one, done.result.tried, origin, where)
            for one, origin, where in zip(done.diagnoses, done.origins, done.wheres, strict=True)
        ],
    }


def base_json(source: Source) -> dict[str, object] | None:
    """What a source was made from, as a JSON object; None where it is not known."""
    lineage = source.lineage
    if lineage is None:
        return None
    return {
        "name": called(lineage.base),
        "source": lineage.base.name,
        "files": dict(sorted(lineage.base.sha256.items())),
        "series": [asdict(one) for one in lineage.letters],
        "patches": lineage.patches,
        "steps": [{"label": one.label, "subject": one.subject} for one in lineage.steps],
    }


def judged(done: Search) -> list[dict[str, object]]:
    """How often each property was judged with its premise true, by implementation and by what ran
    the cases; 0 for what was never judged."""
    counts = [(name, "sweep", one) for name, one in sorted(done.result.judged.items())]
    counts += [(name, "histories", one.total.judged) for name, one in sorted(done.machines.items())]
    return [
        {
            "implementation": name,
            "by": by,
            "properties": {stated: one[stated] for stated in PROPERTIES},
        }
        for name, by, one in counts
    ]


def _machine_json(report: MachineReport) -> dict[str, object]:
    total = report.total
    return {
        "implementation": report.implementation,
        "histories": total.examples,
        "steps": total.steps,
        "rules": dict(sorted(total.rules.items())),
        "branches": dict(sorted(total.branches.items())),
        "never_met": [{"chunk_shift": s, "name": name} for s, name in report.missing],
    }


def _known_json(one: KnownOutside) -> dict[str, object]:
    deviation = one.had.deviation
    return {
        "implementation": one.implementation,
        "name": deviation.name,
        "property": deviation.property,
        "statement": deviation.statement,
        "cause": deviation.cause,
        "cases": one.cases,
        "set_aside": one.times,
    }
