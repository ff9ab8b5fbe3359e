# SPDX-License-Identifier: GPL-2.0-or-later
"""Failing cases grouped by what seems to be their cause.

What breaks first in a case counts; what breaks later may be its consequence.  Cases in which the
same properties break first, at the same kind of operation, fail alike.  Properties of different
aspects that break at once are taken apart (``aspects.parts``).  Ways to fail that share a property
belong to one cause, if they do at the same kind of operation or if they fail for the same traits;
properties that any mistake breaks do not count for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from models import aspects
from models.aspects import Aspect
from models.extent import CASES, COUNTED, ENTRIES, FAILING, MARKS, Extent
from models.finding import Failure, Finding, Findings, Kind, site
from specs.callers import Contract


@dataclass
class Cause:
    """Failures that seem to have one cause.

    ``first`` are the findings of the smallest case, ``later`` the names of properties that break
    only after others have, ``extent`` where it shows.
    """

    failures: list[Failure]
    first: tuple[Finding, ...]
    cases: int
    extent: Extent
    later: set[str] = field(default_factory=set)

    @property
    def smallest(self) -> Finding:
        """What stands for the cause: the most telling property of the smallest case."""
        telling = [one for one in self.first if not aspects.unspecific(one.property)]
        return (telling or list(self.first))[0]

    @property
    def properties(self) -> list[str]:
        """The properties that break first, the most telling at the front."""
        names = {name for failure in self.failures for name in failure.properties}
        return sorted(names, key=lambda name: (name != self.smallest.property, name))


def causes(findings: Findings) -> list[Cause]:
    """The causes, by implementation: what breaks within the callers' contract first, and of that
    the one with the smallest case.  None is of two kinds (``Finding.kind``)."""
    by_kind: dict[Kind, list[Failure]] = {}
    for failure in findings.failures.values():
        kind = failure.first[0].kind()
        # A known deviation is one cause, whatever it breaks.
        parts = [failure] if failure.first[0].deviations else _parts(failure)
        by_kind.setdefault(kind, []).extend(parts)
    found = [cause for failures in by_kind.values() for cause in _of_one(failures)]
    classes = list(Contract)
    return sorted(
        found,
        key=lambda cause: (
            cause.smallest.implementation,
            classes.index(cause.smallest.contract),
            _size(cause.smallest),
        ),
    )


def alike(found: Iterable[Cause], key: Callable[[Cause], object]) -> list[Cause]:
    """Causes with the same key made one, such as those that shrink to the same case."""
    groups: dict[object, list[Cause]] = {}
    for cause in found:
        groups.setdefault(key(cause), []).append(cause)
    return [_merged(group) for group in groups.values()]


def _parts(failure: Failure) -> list[Failure]:
    """A failure for each mistake that it seems to show."""
    return [
        Failure(
            tuple(one for one in failure.first if one.property in names),
            failure.cases,
            failure.extent,
            failure.later,
        )
        for names in aspects.parts(sorted(failure.properties))
    ]


def _of_one(failures: list[Failure]) -> list[Cause]:
    groups: list[list[Failure]] = []
    for failure in failures:
        linked = [group for group in groups if any(_linked(failure, one) for one in group)]
        groups = [group for group in groups if group not in linked]
        groups.append([failure, *(one for group in linked for one in group)])
    found = [_cause(group) for group in groups]
    shown = {name for cause in found for name in cause.properties}
    for cause in found:
        cause.later -= shown
    return found


def _linked(one: Failure, other: Failure) -> bool:
    if one.first[0].deviations:
        return True
    shared = one.properties & other.properties
    if any(not aspects.unspecific(name) for name in shared):
        return site(one.first[0]) == site(other.first[0]) or _same_pattern(one, other)
    if _only_counts(one) and _only_counts(other):
        mine, theirs = one.extent.splits.keys(), other.extent.splits.keys()
        return mine <= theirs or theirs <= mine
    return bool(shared) and one.properties == other.properties and _same_pattern(one, other)


def _only_counts(failure: Failure) -> bool:
    """Whether nodes were only asked for in these cases, so that their splits are all there is."""
    return failure.extent.pattern().get(CASES) == frozenset({COUNTED})


def _same_pattern(one: Failure, other: Failure) -> bool:
    """Whether two failures show for the same kinds of entries and the same marks, and otherwise
    one where the other does; not every split has every index or place."""
    mine, theirs = one.extent.pattern(), other.extent.pattern()
    if any(aspects.aspect(name) is Aspect.END for name in one.properties & other.properties):
        # Of cases that end the process a few are run, not one for every set of marks.
        for pattern in (mine, theirs):
            marks = pattern.get(MARKS, frozenset())
            pattern[MARKS] = frozenset("none" if value == "none" else "some" for value in marks)
    for dimension in (mine.keys() & theirs.keys()) - {CASES, FAILING}:
        here, there = mine[dimension], theirs[dimension]
        if dimension in (ENTRIES, MARKS) and here != there:
            return False
        if not (here <= there or there <= here):
            return False
    return True


def _size(finding: Finding) -> tuple[object, ...]:
    return (*finding.size(), finding.property)


def _cause(group: list[Failure]) -> Cause:
    extent = Extent()
    for failure in group:
        extent.update(failure.extent)
    # A split says more than a request for its nodes.
    smallest = min(
        group, key=lambda one: (_only_counts(one), one.first[0].size(), -len(one.properties))
    )
    later = {name for failure in group for name in failure.later}
    return Cause(group, smallest.first, sum(one.cases for one in group), extent, later)


def _merged(group: list[Cause]) -> Cause:
    if len(group) == 1:
        return group[0]
    merged = _cause([failure for cause in group for failure in cause.failures])
    merged.first = min((cause.first for cause in group), key=lambda first: _size(first[0]))
    merged.later = {name for cause in group for name in cause.later} - set(merged.properties)
    return merged
