# SPDX-License-Identifier: GPL-2.0-or-later
"""Several seeded defects at once: whether each is told, as one finding that shows no other.

A set of defects is planted in one copy of a source, a reduced sweep is run on it, and what is found
is worked out as in a review: causes, and the smallest case of each.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from models.case.extent import Start, Tried
from models.case.finding import Finding
from models.case.findings import Findings
from models.case.trial import Trial
from models.diagnosis.causes import Cause
from models.diagnosis.smallest import smallest
from models.kernel.source import Source, port_source
from models.mutants.mutant import Check, Mutant, MutantError, Part
from models.mutants.together import SHIFTS, changed, planted
from models.mutants.told import Outcome, Told
from models.subject.implementation import Implementation
from models.sweep.expected import Expected
from models.sweep.families import CaseGroup, Family
from models.sweep.sweep import Unit, UnitResult, run_unit
from xarray_model.errors import PreconditionError
from xarray_model.operations import Operation

MOST_DRAWS = 200
"""Sets that are drawn for each that is kept, before the benchmark gives up."""
FEW = 3
"""Cases that are tried to show that a defect is seen alone."""

Case: TypeAlias = tuple[CaseGroup, Start]


def units() -> list[Unit]:
    """A sweep that shows in a second or two all defects that one of low orders shows: samples of
    every pair of orders at chunk shift 2, of what it does not have at 1 and 3."""
    splits = {
        1: ((2, 0), (2, 1), (2, 2), (3, 0), (3, 1)),
        2: (*((order, new) for order in (1, 2, 3, 4) for new in range(order + 1)), (5, 0), (5, 2)),
        3: ((1, 0), (3, 1), (5, 0), (5, 2), (5, 3), (5, 4), (8, 1)),
    }
    walks = {1: ((3, 0),), 2: ((2, 1), (3, 0), (4, 0), (4, 1), (5, 1)), 3: ((5, 0),)}
    refusals = {1: ((3, 0), (3, 1)), 2: ((3, 0), (4, 0), (4, 1)), 3: ((4, 0),)}
    chosen = []
    for s in SHIFTS:
        chosen += [Unit(s, *pair, 24, 1) for pair in splits[s]]
        chosen += [Unit(s, *pair, 16, 1, Family.WALKS) for pair in walks[s]]
        chosen += [Unit(s, *pair, 8, 1, Family.REFUSALS) for pair in refusals[s]]
        chosen.append(Unit(s, 63, 0, family=Family.COUNTS))
    return chosen


def candidates(mutants: Sequence[Mutant]) -> list[Mutant]:
    """Those that a sweep of these units can show in the port as it is."""
    return [
        one
        for one in mutants
        if one.part is Part.PORT
        and one.check is Check.SWEEP
        and one.chunk_shift in SHIFTS
        and one.usual
        and not one.one_level
    ]


class _Kept(Expected):
    """Keeps what is worked out for the right answers from one defect to the next."""

    def clear(self) -> None:
        self._records.clear()
        wrong = [key for key in self._verdicts if key[0] is not True]
        for key in wrong:
            del self._verdicts[key]


class Bench:
    """What all sets share: the sweep, and what each defect does alone.

    ``grouping`` makes causes of findings and what was tried, by implementation;
    the defects are those of ``base``, the port if None.
    """

    def __init__(
        self,
        mutants: Sequence[Mutant],
        grouping: Callable[[Findings, Mapping[str, Tried]], list[Cause]],
        sweep: Sequence[Unit] | None = None,
        base: Source | None = None,
    ) -> None:
        self.base = base or port_source()
        self.mutants = {one.name: one for one in candidates(mutants)}
        self._grouping = grouping
        self._units = list(units() if sweep is None else sweep)
        self._expected = {s: _Kept(s) for s in SHIFTS}
        self._alone: dict[str, tuple[Implementation, frozenset[Case]]] = {}

    def _run(self, one: Implementation) -> tuple[UnitResult, frozenset[Case]]:
        """What the sweep finds, and which cases fail."""
        failing: set[Case] = set()
        result = UnitResult()

        def note(group: CaseGroup, starts: Sequence[Start]) -> None:
            failing.update((group, start) for start in starts)

        for unit in self._units:
            expected = self._expected[unit.chunk_shift]
            known = result.hung()
            result.update(run_unit(unit, [one], known, expected=expected, on_failing=note))
        return result, frozenset(failing)

    def alone(self, name: str) -> tuple[Implementation, frozenset[Case]]:
        """The source with one defect, and the cases that fail."""
        known = self._alone.get(name)
        if known is None:
            one = planted([self.mutants[name]] if name else [], self.base)
            if one is None:
                raise MutantError(f"mutant {name} cannot be planted")
            known = self._alone[name] = (one, self._run(one)[1])
        return known

    def _apart(self, names: Sequence[str]) -> list[frozenset[Case]]:
        """For each of the defects the cases that fail with it and with no other alone."""
        cases = {name: self.alone(name)[1] for name in names}
        return [
            cases[name].difference(*(cases[other] for other in names if other != name))
            for name in names
        ]

    def _seen_alone(self, names: Sequence[str], failing: frozenset[Case]) -> bool:
        """Whether each of the defects has a case that fails with all of them together, and with it
        and with no other alone.  Those that a sweep left out, since cases like them crash, are
        run."""
        for name, cases in zip(names, self._apart(names), strict=True):
            others = [self.alone(other)[0] for other in names if other != name]
            some = sorted(cases & failing, key=_simplest)[:FEW]
            if all(any(_breaks(one, case) for one in others) for case in some):
                return False
        return True

    def outcomes(self, sizes: Sequence[int], sample: int, seed: int) -> Iterator[Outcome]:
        """What is told of ``sample`` sets, drawn with ``seed``, of these ``sizes`` in turn.

        MutantError when there are not as many that can be told apart.
        """
        draw = random.Random(seed)
        names = sorted(self.mutants)
        kept: set[tuple[str, ...]] = set()
        draws = 0
        while len(kept) < sample:
            draws += 1
            if draws > MOST_DRAWS * (len(kept) + 1):
                raise MutantError(f"only {len(kept)} sets were found in {draws - 1} draws")
            size = sizes[len(kept) % len(sizes)]
            drawn = tuple(sorted(draw.sample(names, min(size, len(names)))))
            if drawn in kept or changed([self.mutants[name] for name in drawn], self.base) is None:
                continue
            if not all(self._apart(drawn)):
                continue
            made = self.outcome(drawn)
            if made is not None:
                kept.add(drawn)
                yield made

    def outcome(self, names: Sequence[str]) -> Outcome | None:
        """What is told of a set; None if the defects do not go together, or one is not seen
        alone."""
        one = planted([self.mutants[name] for name in names], self.base)
        if one is None:
            return None
        result, failing = self._run(one)
        if not self._seen_alone(names, failing):
            return None
        causes = smallest(self._grouping(result.findings, result.tried), lambda _: one)
        new = [cause for cause in causes if not cause.first[0].before]
        return Outcome(tuple(names), tuple(self._judged(cause, names) for cause in new))

    def _judged(self, cause: Cause, names: Sequence[str]) -> Told:
        shown: Finding = cause.first[0]
        case = shown.chunk_shift, shown.operations
        failing = tuple(name for name in names if fails(self.alone(name)[0], *case))
        return Told(shown, failing, fails(self.alone("")[0], *case))


def fails(one: Implementation, s: int, operations: Sequence[Operation]) -> bool:
    """Whether a case breaks anything with that implementation at chunk shift ``s``."""
    with Trial(one, s) as trial:
        try:
            expected = trial.expected(operations)
        except PreconditionError:
            return False
        return any(not found.before for found in trial.everything(operations, expected))


def _breaks(one: Implementation, case: Case) -> bool:
    group, start = case
    return fails(one, group.chunk_shift, group.operations(start))


def _simplest(case: Case) -> tuple[object, ...]:
    group, start = case
    return group.split, start, repr(group)
