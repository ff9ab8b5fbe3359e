# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings grouped: by the property that broke, and cases by how they fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from models.case.extent import AROUND, MEMORY, PLACE, Cell, Extent, Split
from models.case.finding import Finding, Kind
from models.case.symptoms import symptoms
from specs.callers import Contract
from xarray_model import geometry
from xarray_model.operations import Code

Alike: TypeAlias = tuple[str, tuple[str, ...], frozenset[str]]
"""Implementation, known deviations of the split, with "there before" if it was, and symptoms, of
cases that fail alike."""


Seen: TypeAlias = Mapping[tuple[str, ...], frozenset[frozenset[str]]]
"""The symptoms that cases showed together, by what an ``Alike`` has besides them."""


@dataclass
class Breach:
    """All findings of one kind about one property: the smallest, and how many."""

    smallest: Finding
    cases: int = 0
    extent: set[Split] = field(default_factory=set)
    """(chunk shift, order, new order) of the splits that show it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A failing case: the findings about the first operation that breaks
    anything, and its cell; ``alone``: whether nothing breaks later."""

    first: tuple[Finding, ...]
    cell: Cell
    alone: bool

    @property
    def like(self) -> object:
        """What it is an example of: how many levels the split has, and those of its traits that
        are hardly ever without effect."""
        (s, order, new_order), traits = self.cell
        told = (one for one in traits if one.dimension not in (PLACE, AROUND, MEMORY))
        return geometry.split_depth(order, new_order, s), *told

    def bare(self) -> Example:
        """The same without its answers."""
        return replace(
            self,
            first=tuple(replace(one, expected=b"", actual=b"", beside=b"") for one in self.first),
        )

    def rank(self) -> tuple[object, ...]:
        """Which of several is taken: the first."""
        documented, *rest = self.first[0].rank()
        return documented, not self.alone, *rest


@dataclass
class Failure:
    """Cases that fail alike: the same is wrong after the first operation that breaks anything
    (``models.case.symptoms``).

    ``first`` are the findings about that operation of the case that stands for all (``rank``);
    ``later`` counts cases by the properties that broke at a later operation of them.
    """

    first: tuple[Finding, ...]
    symptoms: frozenset[str]
    cases: int = 0
    extent: Extent = field(default_factory=Extent)
    later: dict[str, int] = field(default_factory=dict)
    alone: bool = False
    """Whether nothing breaks later in the case that stands for all."""
    counted: bool = False
    """Whether it was only counted, and is not as small as it might be."""
    properties: set[str] = field(default_factory=set)
    """The properties that break first in any of the cases."""
    examples: dict[object, Example] = field(default_factory=dict)
    """A case for each combination of traits that may decide whether it fails."""
    beside: frozenset[str] = frozenset()
    """Symptoms that the cases show besides, for which something else accounts."""

    @property
    def key(self) -> Alike:
        """What cases that fail alike have in common."""
        implementation, _, apart = self.first[0].kind()
        return implementation, apart, self.symptoms

    def rank(self) -> tuple[object, ...]:
        """Which of two cases stands for both: the first."""
        documented, *rest = self.first[0].rank()
        return documented, self.counted, self.asks(), not self.alone, *rest

    def asks(self) -> bool:
        """Whether the case that stands for all only asks for the nodes of a split."""
        return self.first[0].operations[0].code is Code.COUNT_ALLOC


class Findings:
    """Findings grouped by kind and property, and failing cases by how they fail.

    ``on_new`` is told of the first finding of each group, as soon as there is one.
    """

    def __init__(self, on_new: Callable[[Finding], None] | None = None) -> None:
        self.on_new = on_new
        self.breaches: dict[tuple[Kind, str], Breach] = {}
        self.failures: dict[Alike, Failure] = {}

    def __len__(self) -> int:
        return len(self.breaches)

    def add(self, finding: Finding, split: Split, cases: int = 1) -> None:
        """Count ``cases`` more that show the finding, at this (chunk shift, order, new order)."""
        self.add_case([finding], Extent.of(split, cases))

    def add_case(self, found: Sequence[Finding], extent: Extent, *, counted: bool = False) -> None:
        """Count the cases of ``extent``, which all show what one of them does: ``found``, one
        finding for each property that breaks.  One that is only ``counted`` stands for others
        where there is no other."""
        cases = extent.splits.total()
        for finding in found:
            self._merge(Breach(finding, cases, set(extent.splits)))
        places = [one.operation for one in found if one.operation is not None]
        start = min(places, default=None)
        first = tuple(one for one in found if one.operation == start)
        some = (Example(first, cell, len(first) == len(found)) for cell in list(extent.cells)[:1])
        later = {one.property: cases for one in found if one.operation != start}
        properties = {one.property for one in first}
        told = symptoms(first)
        examples = {one.like: one for one in some}
        alone = not later
        self._fail(Failure(first, told, cases, extent, later, alone, counted, properties, examples))

    def update(self, other: Findings) -> None:
        """Take over what another search found."""
        for breach in other.breaches.values():
            self._merge(breach)
        for failure in other.failures.values():
            self._fail(failure)

    def add_missing(self, other: Findings) -> None:
        """Take over what another search found of which nothing was found here."""
        missing = {key: one for key, one in other.breaches.items() if key not in self.breaches}
        names = {(kind[0], name) for kind, name in missing}
        for breach in missing.values():
            self._merge(breach)
        for alike, failure in other.failures.items():
            shown = {*failure.properties, *failure.later}
            if alike not in self.failures and any((alike[0], name) in names for name in shown):
                self._fail(failure)

    def _merge(self, new: Breach) -> None:
        key = (new.smallest.kind(), new.smallest.property)
        known = self.breaches.get(key)
        if known is None:
            self.breaches[key] = Breach(new.smallest, new.cases, set(new.extent))
            if self.on_new is not None:
                self.on_new(new.smallest)
            return
        known.cases += new.cases
        known.extent |= new.extent
        known.smallest = min(known.smallest, new.smallest, key=Finding.rank)

    def _fail(self, new: Failure) -> None:
        known = self.failures.get(new.key)
        if known is None:
            known = self.failures[new.key] = Failure(
                new.first, new.symptoms, alone=new.alone, counted=new.counted
            )
        known.cases += new.cases
        known.extent.update(new.extent)
        known.properties |= new.properties
        for name, cases in new.later.items():
            known.later[name] = known.later.get(name, 0) + cases
        _take_smaller(known, new)

    def take_smaller(self, other: Findings) -> None:
        """Of what was found here, take over the smaller cases of another search, and no counts:
        what it ran may have been run here."""
        for key, breach in other.breaches.items():
            if (found := self.breaches.get(key)) is not None:
                found.smallest = min(found.smallest, breach.smallest, key=Finding.rank)
        for alike, failure in other.failures.items():
            if (known := self.failures.get(alike)) is not None:
                _take_smaller(known, failure)

    def tell(self, on_found: Callable[[Finding], None]) -> None:
        """Tell of the smallest case of each group."""
        for breach in self.breaches.values():
            on_found(breach.smallest)

    def of(self, implementation: str) -> Findings:
        """Those of one implementation, which are not copied."""
        mine = Findings()
        mine.breaches = {
            key: one
            for key, one in self.breaches.items()
            if one.smallest.implementation == implementation
        }
        mine.failures = {key: one for key, one in self.failures.items() if key[0] == implementation}
        return mine

    def own(self) -> Findings:
        """Those that are neither known deviations nor were there before, which are not copied."""
        mine = Findings()
        mine.breaches = {key: one for key, one in self.breaches.items() if not key[0][2]}
        mine.failures = {key: one for key, one in self.failures.items() if not key[1]}
        return mine

    def seen(self, implementation: str) -> Seen:
        """How the cases of an implementation fail."""
        found: dict[tuple[str, ...], frozenset[frozenset[str]]] = {}
        for name, apart, shown in self.failures:
            if name == implementation:
                found[apart] = found.get(apart, frozenset()) | {shown}
        return found

    def sorted(self) -> list[Breach]:
        """What broke, by implementation and property name; within the callers' contract first."""
        classes = list(Contract)

        def order(breach: Breach) -> tuple[object, ...]:
            one = breach.smallest
            return one.implementation, one.property, classes.index(one.contract), one.deviations

        return sorted(self.breaches.values(), key=order)


def is_seen(found: Sequence[Finding], seen: Seen) -> bool:
    """Whether the first operation of a case that breaks something fails as others did: it shows
    all symptoms of some of them, and no other.  One that shows fewer tells more.  ``found`` are
    the findings about it."""
    told = symptoms(found)
    known = (one for one in seen.get(found[0].kind()[2], ()) if one <= told)
    return told == frozenset[str]().union(*known)


def _take_smaller(known: Failure, new: Failure) -> None:
    for like, example in new.examples.items():
        had = known.examples.get(like)
        if had is None or example.rank() < had.rank():
            known.examples[like] = example.bare()
    if new.rank() < known.rank():
        known.first, known.alone, known.counted = new.first, new.alone, new.counted
