# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep: every split from every start, on the model and on each implementation.

The work is cut into units: the cases of one family for one split (chunk shift, order, new order)
each.  In a unit the model answers each group of cases once, the implementations run every case of
it, and all bytes must be equal.  The specs judge each answer together with the log of callbacks and
publications that it came with; answers and logs that are the same to the byte are judged once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import NamedTuple

from models.case.extent import Start, Tried
from models.case.finding import Finding
from models.case.findings import Findings
from models.kernel.source import RECURSIVE
from models.subject.implementation import Implementation
from models.sweep import array_cases, between_cases, high_cases, range_cases, single_cases
from models.sweep.comparison import Comparison
from models.sweep.count_cases import HIGHEST
from models.sweep.expected import Expected
from models.sweep.families import CaseGroup, Cases, Family
from models.sweep.hangs import Area, Hangs
from models.sweep.verdicts import Verdicts
from xarray_model import geometry

BLOCK_BYTES = 4 << 20
"""Result bytes, about, that are asked of an implementation at once."""
SAMPLE = 48
"""Groups of cases that are drawn of a split with a small tree."""
QUICK = 6
"""The same in the quick pass that comes before all else."""
HIGH_SAMPLE = 2
"""The same of a split of a high order, the first group included."""

_SOON = frozenset({Family.COUNTS, Family.FAR_COUNTS, Family.HIGH, Family.RANGES})
"""Families of which the quick pass has little, and which, with what else there is of high orders,
are done in a second or two at a chunk shift."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One family's cases for one split at one chunk shift: all groups of them, or ``sample`` groups
    drawn with ``seed``."""

    chunk_shift: int
    order: int
    new_order: int
    sample: int | None = None
    seed: int = 0
    family: Family = Family.SPLITS
    bits: int = 64
    """Of an index: only implementations of that word size are asked."""

    @property
    def cases(self) -> Cases:
        """The family's cases for that word size."""
        return self.family.of(self.bits)

    @property
    def soon(self) -> bool:
        """Whether it comes before other units of the sweep."""
        return self.family in _SOON or self.order >= high_cases.LOWEST

    def total(self) -> int:
        """How many cases the split has."""
        return self.cases.total(self.chunk_shift, self.order, self.new_order)

    def groups(self) -> Iterator[tuple[CaseGroup, Sequence[Start]]]:
        """The groups to run and, of each, the starts."""
        split = (self.chunk_shift, self.order, self.new_order)
        cases = self.cases
        if self.sample is None:
            for group in cases.groups(*split):
                yield group, group.starts()
            return
        draw = random.Random(f"{self.seed} {split}")
        for number in range(self.sample):
            # The first group is one in which nothing fails.
            place = draw.randrange(cases.total_groups(*split)) if number else 0
            group = cases.group_at(*split, place)
            yield group, group.some_starts(draw)

    def offered(self, one: Implementation) -> bool:
        """Whether an implementation has what the family asks for, in code that no other has: the
        port's ``xas_try_split`` and ``xas_split_alloc`` are the same to the letter however its
        ``xas_split`` is compiled."""
        if one.bits != self.bits or one.multi == (self.family is Family.SINGLES):
            return False
        if self.family in (Family.ARRAYS, Family.ARRAY_STEPS) and not one.source.capabilities.lru:
            return False
        if self.family is Family.BETWEEN and one.one_level:
            return geometry.split_depth(self.order, self.new_order, self.chunk_shift) < 2
        trying = self.family in (Family.WALKS, Family.REFUSALS, Family.ARRAY_STEPS)
        if not trying and self.family not in (Family.FAR_COUNTS, Family.RANGES, Family.SINGLES):
            return True
        has = not trying or one.source.capabilities.try_split
        return has and RECURSIVE not in one.source.defines


class Part(NamedTuple):
    """A part of the sweep: one implementation, family and chunk shift, run whole or sampled."""

    implementation: str
    family: str
    chunk_shift: int
    sampled: bool


@dataclass
class Coverage:
    """How many of the cases of a part were run; ``highest`` is the largest order among them.
    ``cut`` are those that did not come to their end, ``unsplit`` those of them in which what splits
    did not return, and ``alike`` those that were answered as in an earlier run, when they were
    judged right (``models.sweep.verdicts``)."""

    covered: int = 0
    total: int = 0
    highest: int = 0
    cut: int = 0
    unsplit: int = 0
    alike: int = 0

    def add(self, other: Coverage) -> None:
        """Add another unit's."""
        self.covered += other.covered
        self.total += other.total
        self.highest = max(self.highest, other.highest)
        self.cut += other.cut
        self.unsplit += other.unsplit
        self.alike += other.alike

    @property
    def complete(self) -> bool:
        """Whether every case was run."""
        return self.covered == self.total


@dataclass
class UnitResult:
    """What units found, and how much of them was run."""

    findings: Findings = field(default_factory=Findings)
    coverage: dict[Part, Coverage] = field(default_factory=dict)
    tried: dict[str, Tried] = field(default_factory=dict)
    """The cases that were run, by implementation: what the extent of a finding is a part of."""
    hangs: dict[Area, Hangs] = field(default_factory=dict)
    """What the units learnt about cases that hang."""
    met: dict[str, Counter[str]] = field(default_factory=dict)
    """Cases that known deviations outside the split account for, by implementation and deviation:
    they are in no finding."""
    judged: dict[str, Counter[str]] = field(default_factory=dict)
    """How often each property was judged with its premise true, by implementation and property:
    answers that are the same to the byte are judged once."""
    misjudged: list[str] = field(default_factory=list)
    """What was judged otherwise in an earlier run, with the same answers, a line each."""

    def update(self, other: UnitResult) -> None:
        """Add what another unit found."""
        self.findings.update(other.findings)
        for part, coverage in other.coverage.items():
            self.coverage.setdefault(part, Coverage()).add(coverage)
        for name, tried in other.tried.items():
            self.tried.setdefault(name, Tried()).update(tried)
        for area, hangs in other.hangs.items():
            self.hangs.setdefault(area, Hangs()).update(hangs)
        for name, met in other.met.items():
            self.met.setdefault(name, Counter()).update(met)
        for name, judged in other.judged.items():
            self.judged.setdefault(name, Counter()).update(judged)
        self.misjudged += other.misjudged

    def of(self, name: str) -> UnitResult:
        """What was found in one implementation, and how much of it was run."""
        return UnitResult(
            self.findings.of(name),
            {part: one for part, one in self.coverage.items() if part.implementation == name},
            {one: tried for one, tried in self.tried.items() if one == name},
            {area: one for area, one in self.hangs.items() if area.implementation == name},
            {one: met for one, met in self.met.items() if one == name},
            {one: judged for one, judged in self.judged.items() if one == name},
        )

    def alike(self, other: UnitResult) -> bool:
        """Whether as many cases of another run show the same, and as much was judged."""
        mine, theirs = (
            (
                {part: (run.covered, run.total, run.cut) for part, run in one.coverage.items()},
                {key: breach.cases for key, breach in one.findings.breaches.items()},
                {key: failure.cases for key, failure in one.findings.failures.items()},
                one.met,
                one.judged,
            )
            for one in (self, other)
        )
        return mine == theirs

    def hung(self) -> dict[Area, Hangs]:
        """What the units that are still to be run should know: where anything hung.  A copy."""
        return {area: hangs.copy() for area, hangs in self.hangs.items() if hangs.kinds}


def complete_units(shifts: Sequence[int], bits: int = 64) -> list[Unit]:
    """Units that are run whole: s = 1 to five levels, 2 to three, 3 to two; all that is counted.
    ``bits`` are those of an index.

    Walks stop at order 4, which is on the same level as order 5 at s = 2 and 3.
    """
    highest = {
        Family.SPLITS: {1: 4, 2: 5, 3: 5},
        Family.WALKS: {1: 4, 2: 4, 3: 4},
        Family.REFUSALS: {1: 4, 2: 5, 3: 5},
    }
    units = [
        unit
        for family, orders in highest.items()
        for s in shifts
        for order in range(1, orders.get(s, 0) + 1)
        for new_order in range(order + 1)
        if (unit := Unit(s, order, new_order, family=family, bits=bits)).total()
    ]
    for s in shifts:
        units += [Unit(s, *pair, family=Family.ARRAYS, bits=bits) for pair in array_cases.pairs(s)]
        units += [
            Unit(s, *pair, family=Family.ARRAY_STEPS, bits=bits) for pair in array_cases.steps(s)
        ]
        whole = {
            Family.BETWEEN: between_cases.pairs(s),
            Family.RANGES: range_cases.pairs(s),
            Family.SINGLES: single_cases.pairs(s) if s < 4 else [],
        }
        units += [
            Unit(s, *pair, family=family, bits=bits) for family in whole for pair in whole[family]
        ]
    counts = (Family.COUNTS, Family.FAR_COUNTS)
    last = min(HIGHEST, bits - 1)
    return units + [Unit(s, last, 0, family=family, bits=bits) for family in counts for s in shifts]


def sampled_units(
    shifts: Sequence[int], seed: int, sample: int = SAMPLE, bits: int = 64
) -> list[Unit]:
    """Units of which a seeded sample is run, of ``sample`` groups where trees are small: three
    levels at s = 3 to 5, what matters at s = 6; and some of orders of 31 and more.

    At s = 6 these are the splits between 2 MiB, 1 GiB and the orders at or next to a boundary
    between levels.
    """
    units = []
    for s in shifts:
        if s in (3, 4, 5):
            orders: Sequence[int] = range(2 * s if s == 3 else 1, 3 * s)
            pairs = [(order, new) for order in orders for new in range(order + 1)]
        elif s == 6:
            edges = (0, 1, 5, 6, 7, 9, 11, 12, 13, 17, 18)
            pairs = [(order, new) for order in edges[1:] for new in edges if new <= order]
        else:
            pairs = []
        for order, new in pairs:
            # Large trees cost more: fewer of them.
            nodes = geometry.split_nodes(order, new, s)
            some = max(2 if nodes < 1000 else 1, sample // (1 + nodes // 8))
            units.append(Unit(s, order, new, some, seed, bits=bits))
            for family in (Family.WALKS, Family.REFUSALS):
                unit = Unit(s, order, new, max(2, sample // 8), seed, family, bits)
                units += [unit] if unit.total() else []
    for s in shifts:
        sampled = {
            Family.BETWEEN: between_cases.sampled_pairs(s),
            Family.RANGES: range_cases.sampled_pairs(s),
            Family.SINGLES: single_cases.pairs(s) if s > 3 else [],
        }
        some = max(2, sample // 4)
        for family, splits in sampled.items():
            units += [Unit(s, *pair, some, seed, family, bits) for pair in splits]
        high = high_cases.pairs(s, bits)
        units += [Unit(s, *pair, HIGH_SAMPLE, seed, Family.HIGH, bits) for pair in high]
        if bits == 32:
            continue
        # The top of the index space has fewer places than the walks count with.
        for family in (Family.WALKS, Family.REFUSALS):
            steps = [Unit(s, *pair, 1, seed, family) for pair in high if pair[0] < 63]
            units += [unit for unit in steps if unit.total()]
    walks = [(s, new) for s in (2, 3) if s in shifts for new in range(6)]
    return units + [Unit(s, 5, new, sample, seed, Family.WALKS, bits) for s, new in walks]


def quick_units(shifts: Sequence[int], bits: int = 64) -> list[Unit]:
    """A few cases of every kind, a few hundred at each chunk shift, the smallest trees first: what
    is told within seconds, before anything is run whole."""
    units = []
    for s in shifts:
        splits = [(s + 2, s), (s, 0), (s + 2, 0), (2 * s + 1, s), (2 * s + 1, 0)]
        # Into entries of several slots: of the same node, and of a new one.
        splits += [one for one in ((s + 2, s + 1), (s, s - 1)) if one not in splits]
        units += [Unit(s, *split, QUICK, bits=bits) for split in splits]
        for family in (Family.WALKS, Family.REFUSALS):
            steps = [Unit(s, *split, QUICK, family=family, bits=bits) for split in splits]
            units += [unit for unit in steps if unit.total()]
        units.append(Unit(s, 3 * s + 1, 0, family=Family.COUNTS, bits=bits))
        steps_at = array_cases.steps(s)[0]
        deep = 2 * s if s < 4 else s
        units.append(Unit(s, deep, 0, 2, family=Family.ARRAYS, bits=bits))
        units.append(Unit(s, *steps_at, 2, family=Family.ARRAY_STEPS, bits=bits))
        units.append(Unit(s, s, 0, QUICK, family=Family.BETWEEN, bits=bits))
        units.append(Unit(s, s + 1, s + 1, QUICK, family=Family.RANGES, bits=bits))
        units += [
            Unit(s, *pair, QUICK, family=Family.SINGLES, bits=bits)
            for pair in single_cases.pairs(s)
        ]
    return units


def in_order(units: Sequence[Unit], *, hurried: bool) -> list[Unit]:
    """The order in which units are run: first what shows soon what no other shows, then the
    longest, so that no core is left alone with one at the end; or, where time may run out, the
    shortest, which are most."""
    return sorted(units, key=lambda unit: (not unit.soon, _cost(unit) * (1 if hurried else -1)))


def _cost(unit: Unit) -> int:
    """About how long a unit takes: groups times the size of their trees."""
    if unit.family is Family.FAR_COUNTS:
        return 1 << 20
    nodes = 8 + geometry.split_nodes(unit.order, unit.new_order, unit.chunk_shift)
    groups = unit.total() >> unit.order if unit.sample is None else unit.sample
    return groups * nodes


def run_unit(
    unit: Unit,
    implementations: Sequence[Implementation],
    known: Mapping[Area, Hangs] | None = None,
    on_found: Callable[[Finding], None] | None = None,
    *,
    expected: Expected | None = None,
    verdicts: Verdicts | None = None,
    on_failing: Callable[[CaseGroup, Sequence[Start]], None] | None = None,
) -> UnitResult:
    """Run one unit on the model and on every implementation; ``known`` is what other units learnt
    about hangs.  ``on_found`` is told at once of the first case that breaks a property, and
    ``on_failing`` of all cases that break any; ``expected`` is that of an earlier unit, and
    ``verdicts`` are those of earlier runs."""
    known = known or {}
    result = UnitResult(Findings(on_found))
    expected = expected or Expected(unit.chunk_shift, unit.bits)
    with ExitStack() as stack:
        comparisons = [
            stack.enter_context(
                Comparison(
                    one,
                    expected,
                    unit.chunk_shift,
                    result.findings,
                    result.tried.setdefault(one.name, Tried()),
                    unit.family,
                    {area: had for area, had in known.items() if area.implementation == one.name},
                    on_failing,
                )
            )
            for one in implementations
            if unit.offered(one)
        ]
        sampled = unit.sample is not None
        progress: list[tuple[Comparison, Coverage]] = []
        for comparison in comparisons:
            coverage = Coverage(0, unit.total(), unit.order)
            refuses = comparison.implementation.refuses(
                unit.order, unit.new_order, unit.chunk_shift
            )
            if refuses and unit.family is Family.SPLITS:
                # Nothing is requested, so no request can fail: those starts are the same case.
                coverage.total //= 1 + geometry.split_nodes(
                    unit.order, unit.new_order, unit.chunk_shift
                )
            name, family = comparison.implementation.name, unit.family.value
            part = Part(name, family, unit.chunk_shift, sampled)
            result.coverage[part] = coverage
            progress.append((comparison, coverage))
        judged = [
            (comparison, coverage)
            for comparison, coverage in progress
            if verdicts is None or not _alike(unit, comparison, coverage, verdicts)
        ]
        for block in _blocks(unit) if judged else ():
            expected.clear()
            for comparison, coverage in judged:
                coverage.covered += comparison.run(block)
        for comparison, _ in judged:
            if verdicts is not None and comparison.clean:
                one_level = comparison.implementation.one_level
                if not verdicts.note(unit, one_level, comparison.digest, comparison.judged):
                    result.misjudged.append(f"{unit} of {comparison.implementation.name}")
        for comparison, coverage in progress:
            coverage.cut, coverage.unsplit = comparison.cut, comparison.unsplit
            result.hangs.update(comparison.hangs())
            name = comparison.implementation.name
            result.met.setdefault(name, Counter()).update(comparison.met)
            result.judged.setdefault(name, Counter()).update(comparison.judged)
    result.findings.on_new = None  # a result is sent to another process
    return result


def _alike(unit: Unit, comparison: Comparison, coverage: Coverage, verdicts: Verdicts) -> bool:
    """Whether an implementation answers the unit as in an earlier run, when nothing broke; what
    was judged then is taken over."""
    known = verdicts.of(unit, comparison.implementation.one_level)
    judged = known.get(comparison.answers(_blocks(unit)) or "") if known else None
    if judged is None:
        return False
    comparison.take_over(judged)
    coverage.alike = coverage.covered = comparison.count(_blocks(unit))
    return True


def _blocks(unit: Unit) -> Iterator[list[tuple[CaseGroup, Sequence[Start]]]]:
    """The unit's groups, so many at a time that their results fit in memory."""
    nodes = 4
    if unit.family not in (Family.COUNTS, Family.FAR_COUNTS):
        nodes += geometry.split_nodes(unit.order, unit.new_order, unit.chunk_shift)
    case_bytes = 3 * nodes * (32 + (8 << unit.chunk_shift))
    block: list[tuple[CaseGroup, Sequence[Start]]] = []
    size = 0
    for group, starts in unit.groups():
        block.append((group, starts))
        size += len(starts) * case_bytes
        if size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block
