# SPDX-License-Identifier: GPL-2.0-or-later
"""What a review was asked to do, and what it did and found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from models.case.ends import HANGS
from models.histories.search import MachineReport
from models.kernel.configuration import CHECKED, USUAL
from models.readers import explore
from models.subject.implementation import Implementation
from proofs.c import report as c_report
from proofs.report import Report
from review.run import evidence, readers
from review.run.numbers import Numbers
from review.run.search_result import SearchResult
from specs.claims import Evidence, Outcome, Verdict
from specs.verdicts import verdicts


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """What a review was asked for.  With the same kernels and patches it finds the same again;
    ``seconds`` alone makes a difference between fast and slow machines."""

    kernels: tuple[str, ...] = ()
    rev: str | None = None
    mailboxes: tuple[str, ...] = ()
    each_patch: bool = False
    sanitize: bool = False
    seed: int = 1
    steps: int = 50
    examples: int | None = 0
    """Histories, for each implementation; None: as many as fit in the time."""
    seconds: float | None = None
    proofs: bool = True
    base: str | None = None
    everything: bool = False
    configurations: tuple[str, ...] = ("debug=off",)
    """Others than the usual one, in which everything is also searched at small scope."""
    thorough: bool = False
    """C code is proved at small sizes, too."""

    @property
    def command(self) -> list[str]:
        """The command that does the same review again."""
        words = ["xasplit", "review"]
        for kernel in self.kernels:
            words += ["--kernel", kernel]
        words += ["--rev", self.rev] if self.rev is not None else []
        for mailbox in self.mailboxes:
            words += ["--mbox", mailbox]
        words += ["--base", self.base] if self.base is not None else []
        words += ["--all"] if self.everything else []
        words += ["--each-patch"] if self.each_patch else []
        words += ["--sanitize"] if self.sanitize else []
        words += ["--thorough"] if self.thorough else []
        if self.configurations != ReviewOptions().configurations:
            told = self.configurations or (CHECKED.beside(USUAL),)
            words += [word for one in told for word in ("--config", one)]
        words += ["--seed", str(self.seed), "--steps", str(self.steps)]
        words += [] if self.examples is None else ["--examples", str(self.examples)]
        words += [] if self.seconds is None else ["--time", f"{self.seconds:.0f}s"]
        return [*words, *([] if self.proofs else ["--no-proofs"])]


@dataclass
class ReviewResult:
    """Everything that a review did and found.

    ``proofs`` and ``numbers`` are None, and ``explored`` lacks implementations, when these were not
    asked for or the review was ended before.  ``measured`` is what was found out about large splits
    and the kernel's own test.  ``durations`` are seconds by stage.
    """

    options: ReviewOptions
    search: SearchResult
    proofs: Report | None = None
    c_proofs: Sequence[c_report.Report] = ()
    explored: Mapping[str, explore.Report] = field(default_factory=dict)
    measured: Sequence[Evidence] = ()
    numbers: Numbers | None = None
    durations: dict[str, float] = field(default_factory=dict)
    complete: bool = False
    not_run: Sequence[str] = ()
    """Configurations that could not be run, a line each."""

    @property
    def implementations(self) -> list[Implementation]:
        """What was tested in the usual configuration."""
        others = self.search.elsewhere
        return [one for one in self.search.implementations if one.name not in others]

    @property
    def elsewhere(self) -> list[Implementation]:
        """What was searched in other configurations, at small scope."""
        others = self.search.elsewhere
        return [one for one in self.search.implementations if one.name in others]

    @property
    def based(self) -> set[str]:
        """Names of the implementations of which it is known what they were made from."""
        all_of_them = self.search.implementations
        return {one.name for one in all_of_them if one.source.lineage is not None}

    @cached_property
    def hanging(self) -> frozenset[str]:
        """Names of the implementations in which something was seen to hang."""
        breaches = self.search.findings.sorted()
        return frozenset(
            one.smallest.implementation for one in breaches if one.smallest.property == HANGS
        )

    @cached_property
    def reader_cells(self) -> dict[str, list[readers.ReaderCell]]:
        """The table of readers and writers of each implementation that was explored."""
        return {name: readers.cells(one) for name, one in self.explored.items()}

    @cached_property
    def reader_evidence(self) -> list[Evidence]:
        """What the exploration of readers says, for each implementation."""
        return [item for name, one in self.explored.items() for item in readers.evidence(one, name)]

    def _searched(self, one: Implementation) -> Iterator[Evidence]:
        """What sweep and histories say of an implementation; if they were ended early, only what
        breaks, and that the rest is undecided."""
        finished, quick = self.search.finished, self.search.so_far.quick
        first = None if quick is None else quick.findings
        yield from evidence.of_sweep(self.search.result, one, finished, first)
        report = self.search.machines.get(one.name)
        for item in evidence.of_machine(report, one.name in self.based):
            if finished or item.outcome is Outcome.FAILS:
                yield item

    @property
    def _usual_machines(self) -> list[MachineReport]:
        others = self.search.elsewhere
        return [one for name, one in self.search.machines.items() if name not in others]

    @cached_property
    def one_level_evidence(self) -> list[Evidence]:
        """What implementations do that split one level at most, within that limit."""
        shallow = [one for one in self.search.implementations if one.one_level]
        found = [item for one in shallow for item in self._searched(one)]
        names = {one.name for one in shallow}
        found += [item for item in self._of_source if item.target in names]
        return [*found, *(item for item in self.reader_evidence if item.target in names)]

    @property
    def _of_source(self) -> list[Evidence]:
        """What is proved of compiled source, of each implementation."""
        return [item for one in self.c_proofs for item in evidence.of_c_proofs(one)]

    @cached_property
    def evidence(self) -> list[Evidence]:
        """All evidence on the claims; of a search that was ended early what it found broken.

        The claims speak of splits over any number of levels, so what a one-level implementation
        does within its limit decides none of them; that is told by itself.
        """
        deep = [one for one in self.search.implementations if not one.one_level]
        found: list[Evidence] = []
        for one in deep:
            found += self._searched(one)
        if not self.search.finished:
            return found
        found += evidence.recursive_agrees(self.search.result)
        found += self.measured
        if self.numbers is not None:
            found += evidence.of_numbers(self.numbers, self.implementations)
        found += evidence.of_deviations(self._usual_machines, self.based)
        if self.proofs is not None:
            found += evidence.of_proofs(self.proofs)
        names = {one.name for one in deep}
        found += [item for item in self._of_source if item.target in names]
        return [*found, *(item for item in self.reader_evidence if item.target in names)]

    @property
    def sources(self) -> list[Implementation]:
        """What the report is about: the kernels that were named, or the port if none was."""
        named = [one for one in self.implementations if one.name not in evidence.PORTS]
        return named or self.implementations[:1]

    @property
    def reference(self) -> str:
        """The name of what kernels are held against: the port; "" if the report is about it."""
        names = [one.name for one in self.implementations if one not in self.sources]
        return evidence.PORT if evidence.PORT in names else ""

    @cached_property
    def columns(self) -> dict[str, list[Verdict]]:
        """The verdicts on the claims, by source; of the port last where it is the reference."""
        everything = [*self.evidence, *self.one_level_evidence]
        shown = [
            *self.sources,
            *self.elsewhere,
            *(x for x in self.implementations if x.name == self.reference),
        ]
        return {
            one.name: verdicts(
                one.name,
                evidence.names(one.name),
                everything,
                one_level=one.one_level,
                shared=evidence.shared(one.source.configuration),
            )
            for one in shown
        }

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdict on each claim for each source."""
        return [one for column in self.columns.values() for one in column]

    @property
    def failing(self) -> set[str]:
        """The checks that fail; that a kernel's own test misses defects is no failure, nor is what
        was there before, unless asked for."""
        judged = [*self.evidence, *self.one_level_evidence]
        everything = self.options.everything
        failing = {one.check for one in judged if one.held(everything=everything)}
        return failing - {evidence.UPSTREAM_TEST}

    @property
    def failed(self) -> bool:
        """Whether a property of the code under test fails, or a review that came to its end leaves
        anything unproved."""
        proved = self.proofs is not None and self.proofs.proved
        unproved = self.options.proofs and self.complete and not proved
        return self.search.failed or bool(self.failing) or unproved

    @property
    def status(self) -> int:
        """The exit status: 0 only of a complete review in which nothing fails, 2 of one that was
        ended before anything failed."""
        return 1 if self.failed else 0 if self.complete else 2
