# SPDX-License-Identifier: GPL-2.0-or-later
"""A search with the machine: batches of cases, findings grouped by property, and its own health.

After a finding the search goes on with that property set aside: a case in which it breaks ends
there.  A search that never met a branch of the contract has not tested it and says so.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from unittest import SkipTest

from hypothesis import Phase
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from models.case.deviations import Deviation
from models.case.ends import HANGS
from models.case.extent import Extent
from models.case.finding import Finding
from models.case.findings import Findings, Seen
from models.case.known import Known, by_case, known
from models.case.trial import Trial, first
from models.diagnosis.reduction import MOST_TRIALS, reduce
from models.histories import branches
from models.histories.batch import HANG_SHRINKS, SHRINKS, Batch, Tally
from models.histories.drawing import draw
from models.histories.machine import RULES, ArrayMachine
from models.kernel import cache
from models.subject.implementation import Implementation

BATCH = 100
"""Cases that Hypothesis draws at once; what it keeps about them makes larger batches slower."""
SUFFICIENT = 50_000
"""Steps at one chunk shift from which on a rule or branch that never fired is a finding."""
MOST_HANGS = 16
"""Hangs at one chunk shift from which on no more histories are drawn."""


@dataclass
class MachineReport:
    """What a search did and found, on one implementation."""

    implementation: str
    seed: int
    findings: Findings = field(default_factory=Findings)
    tallies: dict[int, Tally] = field(default_factory=dict)
    """What was done, by chunk shift."""
    expected: dict[int, list[str]] = field(default_factory=dict)
    """The rules and branches that a search of sufficient size meets, by chunk shift."""
    known: list[Known] = field(default_factory=list)
    """The known deviations that the implementation has.  Those on the split are findings too."""
    otherwise: list[Finding] = field(default_factory=list)
    """What breaks in a case of a known deviation in another way: findings, too."""
    not_drawn: dict[int, int] = field(default_factory=dict)
    """Histories that were not drawn since too many hung, by chunk shift."""
    seconds: float = 0.0
    interrupted: bool = False

    def update(self, other: MachineReport) -> None:
        """Add what another search of the same implementation did."""
        self.findings.update(other.findings)
        for s, tally in other.tallies.items():
            self.tallies.setdefault(s, Tally()).add(tally)
        self.expected.update(other.expected)
        self.known = self.known or other.known
        self.otherwise = self.otherwise or other.otherwise
        self.not_drawn.update(other.not_drawn)
        self.seconds += other.seconds
        self.interrupted |= other.interrupted

    @property
    def total(self) -> Tally:
        """What was done at all chunk shifts together."""
        total = Tally()
        for tally in self.tallies.values():
            total.add(tally)
        return total

    @property
    def hindered(self) -> list[str]:
        """What was left out because code under test does not end, a line each."""
        lines = []
        for s, tally in sorted(self.tallies.items()):
            for like, times in sorted(tally.left_out.items()):
                lines.append(f"at chunk shift {s} left out {times:,} times, since it hangs: {like}")
            if self.not_drawn.get(s):
                lines.append(
                    f"at chunk shift {s} given up after {MOST_HANGS} hangs:"
                    f" {self.not_drawn[s]:,} histories were not drawn"
                )
        return lines

    @property
    def missing(self) -> list[tuple[int, str]]:
        """(chunk shift, rule or branch) of what never fired in a search of sufficient size.

        What an aborted or small search did not meet is no finding; ``unmet`` tells that too.
        """
        return [(s, name) for s, name in self.unmet if self.tallies[s].steps >= SUFFICIENT]

    @property
    def unmet(self) -> list[tuple[int, str]]:
        """(chunk shift, rule or branch) of all that never fired."""
        return [
            (s, name)
            for s, names in sorted(self.expected.items())
            for name in names
            if not self.tallies[s].fired(name)
        ]


def search(
    implementation: Implementation,
    chunk_shifts: Sequence[int],
    *,
    examples: int,
    steps: int = 50,
    seed: int = 0,
    seconds: float | None = None,
    remember: bool = True,
    hanging: Mapping[int, frozenset[str]] | None = None,
    seen: Seen | None = None,
    on_progress: Callable[[MachineReport], None] | None = None,
    on_found: Callable[[Finding], None] | None = None,
) -> MachineReport:
    """Search with ``examples`` cases of ``steps`` steps each, in all, at these chunk shifts.

    The same ``seed`` draws the same cases.  ``seconds`` ends the search earlier.  ``remember``
    first runs what failed in earlier searches of this user.  ``hanging``: by chunk shift the splits
    (``finding.SITES``) that are known to hang, which are left out.  ``seen``: how cases are known
    to fail; those that fail like them are counted, and not made smaller.  ``on_progress`` is told
    now and then, with the report as it then is, ``on_found`` at once of a case that breaks a
    property in another way.
    """
    deviating = known(implementation)
    implementation = replace(implementation, deviations=deviating.accounting)
    report = MachineReport(
        implementation.name, seed, known=deviating.present, otherwise=deviating.otherwise
    )
    told = [[had.finding] for had in deviating.present if had.deviation.on_split]
    # All that breaks in a case is told together.
    for found in (*told, *by_case(deviating.otherwise)):
        if found[0].chunk_shift in chunk_shifts:
            report.findings.add_case(found, Extent.of(extent_of(found[0])))
    started = time.monotonic()
    deadline = None if seconds is None else started + seconds
    database = _database(implementation) if remember else None
    shifts = list(chunk_shifts)
    deviations = [*(had.deviation for had in report.known), *deviating.hidden]
    searches = []
    try:
        for place, s in enumerate(shifts):
            share = examples * (place + 1) // len(shifts) - examples * place // len(shifts)
            hangs = (hanging or {}).get(s, frozenset())
            searches.append(
                _Search(
                    implementation,
                    s,
                    steps,
                    seed,
                    share,
                    database,
                    deviations,
                    hangs,
                    on_found,
                    seen,
                )
            )
            report.tallies[s] = searches[-1].tally
            hidden = {name for one in deviations for name in one.hides.get(s, ())}
            report.expected[s] = [
                name for name in _expected(implementation, s) if name not in hidden
            ]
        # All chunk shifts in turn, so that a search that ends early has seen each of them.
        while any(one.left for one in searches):
            for one in searches:
                one.batch(deadline)
                report.seconds = time.monotonic() - started
                _take(report, one)
                if on_progress is not None:
                    on_progress(report)
            if deadline is not None and time.monotonic() > deadline:
                break
    except KeyboardInterrupt:
        report.interrupted = True
    finally:
        for one in searches:
            _take(report, one)
            one.trial.close()
    report.seconds = time.monotonic() - started
    return report


class _Search:
    """The search at one chunk shift."""

    def __init__(
        self,
        implementation: Implementation,
        s: int,
        steps: int,
        seed: int,
        examples: int,
        database: ExampleDatabase | None,
        deviations: Sequence[Deviation],
        hanging: frozenset[str],
        on_found: Callable[[Finding], None] | None,
        seen: Seen | None,
    ) -> None:
        self._seen = seen
        self.counted: list[list[Finding]] = []
        self._hanging = hanging
        self._on_found = on_found
        self._hung: Counter[str] = Counter()
        self._ended: set[str] = set()
        self.not_drawn = 0
        self._deviations = deviations
        self.trial = Trial(implementation, s)
        self.tally = Tally()
        self.left = examples
        self.found: dict[str, Finding] = {}
        self._aside: set[str] = set()
        """What was found, as it was and made smaller (``Finding.label``)."""
        self.handed_over: set[str] = set()
        """What of it is in the report."""
        self._steps = steps
        self._database = database
        self._seeds = random.Random(f"{seed} {s}")
        self._reuse = database is not None

    def first(self, finding: Finding) -> list[Finding]:
        """All that breaks first in the case of a finding: it is one of them."""
        every = self.trial.everything(finding.operations, finding.expected)
        found = first(one for one in every if one.apart() == finding.apart())
        others = [one for one in found if one.label() != finding.label()]
        return [finding, *others] if len(others) < len(found) else [finding]

    def batch(self, deadline: float | None) -> None:
        """Draw some cases; shrink what is found, and set it aside."""
        if not self.left:
            return
        batch = Batch(
            self.trial,
            self.tally,
            set(self._aside),
            self._deviations,
            deadline,
            SHRINKS,
            self._hanging | {like for like in self._hung if like not in self._ended},
            self._on_found,
            self._seen,
        )
        before = self.tally.examples
        size = min(self.left, BATCH)
        first, self._reuse = self._reuse, False
        phases = [Phase.reuse, Phase.shrink] if first else [Phase.generate, Phase.shrink]
        # The database tells tests apart by their names: what is set aside belongs to it, for what
        # does not fail any more is forgotten.
        name = "_".join([f"ArrayMachine{self.trial.s}", *sorted(self._aside)])
        # SkipTest: nothing is remembered, so there is nothing to run again.
        with suppress(SkipTest):
            draw(
                type(name, (ArrayMachine,), {"batch": batch}),
                examples=size,
                steps=self._steps,
                seeded=None if first else self._seeds.getrandbits(64),
                phases=phases,
                database=self._database,
            )
        for finding in batch.found.values():
            hangs = finding.property == HANGS
            most = HANG_SHRINKS if hangs else MOST_TRIALS
            end = math.inf if deadline is None else deadline
            smaller = reduce(self.trial, finding, end, most)
            self._aside |= {finding.label(), smaller.label()}
            had = self.found.get(smaller.label())
            if had is None or smaller.rank() < had.rank():
                self.found[smaller.label()] = smaller
                self.handed_over.discard(smaller.label())
        self.counted += batch.counted
        self._hung.update(batch.hung)
        self._ended |= batch.ended
        if not first:
            drawn = self.tally.examples - before
            short = batch.found or batch.hung
            self.left = max(0, self.left - (drawn if short else max(size, drawn)))
        elif batch.found:
            self._reuse = True  # there may be more
        if self._hung.total() >= MOST_HANGS:
            self.not_drawn, self.left = self.left, 0


def _take(report: MachineReport, one: _Search) -> None:
    """Hand over what was found and not yet told, and what was not drawn."""
    if one.not_drawn:
        report.not_drawn[one.trial.s] = one.not_drawn
    for found in one.counted:
        report.findings.add_case(found, Extent.of(extent_of(found[0])), counted=True)
    one.counted.clear()
    for label, finding in one.found.items():
        if label not in one.handed_over:
            one.handed_over.add(label)
            report.findings.add_case(one.first(finding), Extent.of(extent_of(finding)))


def extent_of(finding: Finding) -> tuple[int, int, int]:
    """Chunk shift and orders of the operation that shows a finding."""
    place = finding.operations[finding.operation or 0]
    return finding.chunk_shift, place.order, place.new_order


def _expected(implementation: Implementation, s: int) -> list[str]:
    try_split = implementation.source.capabilities.try_split
    names = [f"rule {name}" for name in RULES if try_split or name != "try_split"]
    names += branches.expected(s, one_level=implementation.one_level, try_split=try_split)
    return names if implementation.multi else [name for name in names if branches.of_order_0(name)]


def _database(implementation: Implementation) -> ExampleDatabase:
    """What failed in this user's earlier searches of the implementation."""
    name = "".join(c if c.isalnum() or c in "-." else "_" for c in implementation.name)
    return DirectoryBasedExampleDatabase(cache.directory() / "examples" / name)
