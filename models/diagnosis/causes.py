# SPDX-License-Identifier: GPL-2.0-or-later
"""Failing cases grouped by what seems to be their cause.

What breaks first in a case counts; what breaks later may be its consequence.  Cases with the same
symptoms (``models.case.symptoms``) fail alike.  With several mistakes in the code most cases show
the symptoms of more than one, so causes are made of symptoms, not of cases:

* a symptom that never occurs without a certain other one is a consequence of that, or another word
  for it;
* of the others each stands for a cause if it occurs without them, alone or with consequences; what
  only occurs together is one cause;
* the same symptom in nodes of another role is one cause if it occurs for the same kinds of entries
  and marks;
* a crash, or an assertion that fails, belongs to what is wrong where the code goes on: to the one
  root that is about the same field and kinds of entries, or fails under the same condition.

A cause shows in every case that has its symptoms.  The case that stands for it has no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, permutations, product

from models.case import aspects
from models.case.aspects import Aspect
from models.case.extent import INDEX, MARKS, Cell, Extent, Tried
from models.case.finding import Finding
from models.case.findings import Example, Failure, Findings
from models.case.symptoms import Kept, about, concern, ends
from models.diagnosis.conditions import two
from models.diagnosis.joining import without_role
from models.diagnosis.roots import roots
from specs.callers import Contract

_ECHO = frozenset({"split: split-index"})
"""A right answer that differs from a wrong one at another index, which is a case of its own."""


@dataclass
class Cause:
    """Failures that seem to have one cause.

    ``failures`` show this cause alone, ``shared`` others as well.  ``first`` are the findings of
    the case that stands for it, ``kept`` what a smaller one must show, ``later`` the names of
    properties that break only after others have.  ``part``: what it is about, if no case shows it
    alone, so that the case that stands for it stands for another one, too.
    """

    failures: list[Failure]
    shared: list[Failure]
    first: tuple[Finding, ...]
    kept: Kept
    part: Aspect | None = None
    later: set[str] = field(default_factory=set)
    group: frozenset[str] = frozenset()
    """The symptoms that stand for it,"""
    others: frozenset[str] = frozenset()
    """and for others."""

    @property
    def smallest(self) -> Finding:
        """What stands for the cause: the most telling property of the smallest case, and one that
        is about the symptoms that stand for the cause, if any is."""
        telling = [one for one in self.first if not aspects.unspecific(one.property)]
        own = concern(self.kept.needed)
        direct = [one for one in telling if aspects.aspect(one.property) is own]
        return (direct or telling or list(self.first))[0]

    @property
    def cases(self) -> int:
        """How many cases show it."""
        return sum(one.cases for one in (*self.failures, *self.shared))

    @cached_property
    def extent(self) -> Extent:
        """The cases that show it."""
        extent = Extent()
        for failure in (*self.failures, *self.shared):
            extent.update(failure.extent)
        return extent

    @property
    def properties(self) -> list[str]:
        """The properties that break first where it is alone, the most telling at the front."""
        names = {name for failure in self.failures for name in failure.properties}
        names.update(one.property for one in self.first)
        return sorted(names, key=lambda name: (name != self.smallest.property, name))


def causes(findings: Findings, tried: Mapping[str, Tried] | None = None) -> list[Cause]:
    """The causes, by implementation: what breaks within the callers' contract first, and of that
    the one with the smallest case.  A cause is within the contract if any case of it is.

    ``tried`` are the cases that were run, by implementation: what fails under two independent
    conditions can be told apart only if it is known which cases pass.
    """
    by_kind: dict[tuple[str, tuple[str, ...]], list[Failure]] = {}
    for key in sorted(findings.failures, key=lambda key: (key[0], key[1], sorted(key[2]))):
        by_kind.setdefault(key[:2], []).append(findings.failures[key])
    found: list[Cause] = []
    for (name, _), failures in by_kind.items():
        if failures[0].first[0].deviations:
            # A known deviation is one cause, whatever it breaks.
            found.append(_cause(failures, []))
        else:
            others = [one for kind, ones in by_kind.items() for one in ones if kind[0] == name]
            # Of a case that a known deviation shows in, too, only the rest was looked at.
            beside = [one for one in others if one not in failures and not one.first[0].deviations]
            mine = _of_one(_without(failures, beside))
            passed = _passed(others, tried[name]) if tried and name in tried else frozenset()
            found += _parted(mine, passed) if passed else mine
    classes = list(Contract)
    return sorted(
        found,
        key=lambda cause: (
            cause.smallest.implementation,
            classes.index(cause.smallest.contract),
            cause.smallest.rank(),
        ),
    )


def alike(found: Iterable[Cause], key: Callable[[Cause], object]) -> list[Cause]:
    """Causes with the same key made one, such as those that shrink to the same case."""
    groups: dict[object, list[Cause]] = {}
    for cause in found:
        groups.setdefault(key(cause), []).append(cause)
    return [_merged(group) for group in groups.values()]


def _without(failures: Sequence[Failure], others: Sequence[Failure]) -> list[Failure]:
    """Failures without the symptoms that others account for, where a case shows both: of the
    ``failures``, what is new, if the others were there before, or the other way round."""
    here = {one.symptoms for one in failures}
    known = frozenset[str]().union(*(one.symptoms for one in others if one.symptoms not in here))
    left = [(one, one.symptoms - known or one.symptoms) for one in failures]
    return [replace(one, symptoms=own, beside=one.symptoms - own) for one, own in left]


def _of_one(failures: Sequence[Failure]) -> list[Cause]:
    """The causes of failures of one implementation."""
    failures = [one for one in failures if one.symptoms != _ECHO] or list(failures)
    groups, shown = roots(failures)
    found = []
    for place, group in enumerate(groups):
        others = frozenset[str]().union(*groups[:place], *groups[place + 1 :])
        mine = [(one, by) for one, by in zip(failures, shown, strict=True) if place in by]
        alone = [one for one, by in mine if len(by) == 1]
        own = [one for one in alone if not one.symptoms & others] or alone
        chosen = set(map(id, own))
        shared = [one for one, _ in mine if id(one) not in chosen]
        found.append(_cause(own, shared, group, others))
    names = {name for cause in found for name in cause.properties}
    for cause in found:
        cause.later -= names
    return found


def _passed(failures: Iterable[Failure], tried: Tried) -> frozenset[Cell]:
    """The cells of which cases were run and none fails."""
    failed = set[Cell]().union(*(one.extent.cells for one in failures))
    return frozenset(tried.run.cells.keys() - failed)


def _parted(found: Sequence[Cause], passed: frozenset[Cell]) -> list[Cause]:
    """The causes, those that show under two conditions told apart.  What is the same in nodes of
    another role, for no other marks and places within an entry than one of these, is no cause of
    its own."""
    parts = [_apart(cause, passed) for cause in found]
    parts.sort(key=lambda ones: max(len(one.kept.allowed) for one in ones))
    for pair, others in permutations(parts, 2):
        for cause in list(others) if len(pair) > 1 else []:
            alike = without_role(cause.group) & without_role(pair[0].group)
            mine, theirs = _marked(cause), [_box(_marked(part)) for part in pair]
            if alike and mine <= theirs[0] | theirs[1]:
                nearest = pair[len(theirs[1] & mine) > len(theirs[0] & mine)]
                nearest.shared += [*cause.failures, *cause.shared]
                others.remove(cause)
    return list(chain.from_iterable(parts))


def _marked(cause: Cause) -> frozenset[tuple[str, ...]]:
    """The marks and places within an entry for which a cause shows."""
    return frozenset(
        tuple(trait.value for trait in traits if trait.dimension in (MARKS, INDEX))
        for _, traits in cause.extent.cells
    )


def _box(pairs: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    """All that meets the condition that allows these."""
    return frozenset(product(*map(frozenset, zip(*pairs, strict=False))))


def _apart(cause: Cause, passed: frozenset[Cell]) -> list[Cause]:
    """The causes that a cause is, if it shows under two independent conditions."""
    every = [*cause.failures, *cause.shared]
    found = None
    for symptoms in (cause.group, cause.kept.needed):
        shown = (one.extent.cells for one in every if one.symptoms & symptoms)
        found = found or two(frozenset[Cell]().union(*shown), passed)
    if found is None:
        return [cause]
    parts = []
    every_cell = frozenset[Cell]().union(*(one.extent.cells for one in every))
    for cells in (found.one, found.other):
        own = [part for one in cause.failures if (part := _within(one, cells)).examples]
        shared = [part for one in cause.shared if (part := _within(one, cells)).examples]
        if not own and not shared:
            return [cause]
        rest = every_cell - found.one - found.other
        both = [part for one in every if (part := _within(one, rest)).cases]
        made = _cause(own, shared, cause.group, cause.others)
        made.shared = [*shared, *both]
        parts.append(made)
    return parts


def _within(failure: Failure, cells: frozenset[Cell]) -> Failure:
    """The cases of a failure that are in some cells; the first of its examples there stands for
    them."""
    extent = failure.extent.within(cells)
    examples = {at: one for at, one in failure.examples.items() if one.cell in cells}
    part = replace(failure, extent=extent, cases=extent.splits.total(), examples=examples)
    if examples:
        best = min(examples.values(), key=Example.rank)
        part.first, part.alone = best.first, best.alone
    return part


def _cause(
    own: list[Failure],
    shared: list[Failure],
    group: frozenset[str] = frozenset(),
    others: frozenset[str] = frozenset(),
) -> Cause:
    """The cause of a group of symptoms, of failures that show it alone and those that show others,
    too; of any symptoms, if there is no group.  ``others`` stand for other causes, and what stands
    for this one has as few of them as can be."""
    documented, least = Contract.DOCUMENTATION, own or shared
    own_aspect = concern(group)

    def order(failure: Failure) -> tuple[object, ...]:
        contract, early = failure.first[0].contract, ends(failure.symptoms)
        # A split says more than a request for its nodes.
        asked = failure.asks()
        foreign = len(failure.symptoms & others)
        # One in which nothing is found that is about the cause says less than any.
        beside = own_aspect not in {aspects.aspect(one.property) for one in failure.first}
        size = len(failure.symptoms)
        return contract is documented, beside, foreign, early, asked, size, failure.rank()

    best = min(least, key=order)
    part = None if own and not best.symptoms & others else about(group)
    first = [one for one in best.first if part in (None, aspects.aspect(one.property))]
    later = {name for failure in least for name in failure.later}
    kept = Kept(best.symptoms | best.beside, group & best.symptoms or best.symptoms)
    return Cause(own, shared, tuple(first) or best.first, kept, part, later, group, others)


def _merged(group: list[Cause]) -> Cause:
    if len(group) == 1:
        return group[0]
    best = min(group, key=lambda cause: cause.smallest.rank())
    own = {id(failure): failure for cause in group for failure in cause.failures}
    shared = {id(failure): failure for cause in group for failure in cause.shared}
    more = [failure for name, failure in shared.items() if name not in own]
    merged = Cause(list(own.values()), more, best.first, best.kept, best.part)
    merged.later = {name for cause in group for name in cause.later} - set(merged.properties)
    return merged
