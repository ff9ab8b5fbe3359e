# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings: a property that broke, where, and the smallest case that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from models.extent import AROUND, MEMORY, PLACE, Cell, Extent, Split
from models.symptoms import symptoms
from specs.callers import Contract
from specs.origin import Origin
from specs.property import Violation
from xarray_model import geometry
from xarray_model.operations import Code, Operation, encode

AGREES = (
    "agrees-with-model",
    "model and implementation answer the same operations with the same bytes",
)
LOG_AGREES = (
    "index-independent-log",
    "callbacks and publications do not depend on where the index lies inside the entry",
)
_SPLITS = frozenset({Code.SPLIT, Code.COUNT_ALLOC, Code.CURSOR_SPLIT})


Kind: TypeAlias = tuple[str, Contract, tuple[str, ...]]
"""Implementation, class, and known deviations of the split, of a finding; the last with "there
before" if it was."""
Alike: TypeAlias = tuple[str, tuple[str, ...], frozenset[str]]
"""Implementation, known deviations of the split, with "there before" if it was, and symptoms, of
cases that fail alike."""


Seen: TypeAlias = Mapping[tuple[str, ...], frozenset[frozenset[str]]]
"""The symptoms that cases showed together, by what an ``Alike`` has besides them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One case in which ``implementation`` broke ``property``.

    ``operation`` is the number of the operation that shows it, None when the whole case does;
    ``expected`` and ``actual`` are result bytes (``models/driver/PROTOCOL.md``); ``actual`` is cut
    short when the code under test did not come to the end of the case.  ``contract`` is its class;
    ``deviations`` are the known ones of the split that account for all of it; ``before``: the base
    of what is tested does the same (``models/before.py``).
    """

    implementation: str
    chunk_shift: int
    property: str
    statement: str
    detail: str
    operation: int | None
    operations: tuple[Operation, ...]
    expected: bytes
    actual: bytes
    contract: Contract = field(default=Contract.CALLERS, compare=False)
    deviations: tuple[str, ...] = field(default=(), compare=False)
    before: bool = field(default=False, compare=False)

    def kind(self) -> Kind:
        """What tells findings about one property apart."""
        return self.implementation, self.contract, (*self.deviations, *self._there_before())

    def label(self) -> str:
        """The property, with class and deviations where there are any: what is kept apart."""
        documented = self.contract is Contract.DOCUMENTATION
        classed = (self.contract.value,) if documented else ()
        return ", ".join((self.property, *classed, *self.deviations, *self._there_before()))

    def _there_before(self) -> tuple[str, ...]:
        return (Origin.BEFORE.value,) if self.before else ()

    def size(self) -> tuple[int, int, int]:
        """What "smallest" means: chunk shift, highest order, number of operations."""
        highest = max(operation.order for operation in self.operations)
        return self.chunk_shift, highest, len(self.operations)

    def rank(self) -> tuple[object, ...]:
        """Which of several stands for them: the first, and always the same one.  Within the
        callers' contract before what only the documentation promises, then by size."""
        documented = self.contract is Contract.DOCUMENTATION
        return documented, self.size(), encode(list(self.operations)), self.property


def is_seen(found: Sequence[Finding], seen: Seen) -> bool:
    """Whether the first operation of a case that breaks something fails as others did: it shows
    all symptoms of some of them, and no other.  One that shows fewer tells more.  ``found`` are
    the findings about it."""
    told = symptoms(found)
    known = (one for one in seen.get(found[0].kind()[2], ()) if one <= told)
    return told == frozenset[str]().union(*known)


def last_operation(finding: Finding) -> int:
    """The number of the operation that shows a finding: the last, if the whole case does."""
    return len(finding.operations) - 1 if finding.operation is None else finding.operation


def site(finding: Finding) -> str:
    """What kind of operation shows a finding: which split, or the name of another operation."""
    if finding.operation is None:
        return "case"
    shown = finding.operations[finding.operation]
    if shown.code not in _SPLITS:
        return shown.code.name.lower()
    depth = geometry.split_depth(shown.order, shown.new_order, finding.chunk_shift)
    return SITES[min(depth, 2)]


SITES = ("horizontal split", "split by one level", "split by several levels")
"""The sites that are splits."""


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
            self, first=tuple(replace(one, expected=b"", actual=b"") for one in self.first)
        )

    def rank(self) -> tuple[object, ...]:
        """Which of several is taken: the first."""
        documented, *rest = self.first[0].rank()
        return documented, not self.alone, *rest


@dataclass
class Failure:
    """Cases that fail alike: the same is wrong after the first operation that breaks anything
    (``models.symptoms``).

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
    properties: set[str] = field(default_factory=set)
    """The properties that break first in any of the cases."""
    examples: dict[object, Example] = field(default_factory=dict)
    """A case for each combination of traits that may decide whether it fails."""

    @property
    def key(self) -> Alike:
        """What cases that fail alike have in common."""
        implementation, _, apart = self.first[0].kind()
        return implementation, apart, self.symptoms

    def rank(self) -> tuple[object, ...]:
        """Which of two cases stands for both: the first."""
        documented, *rest = self.first[0].rank()
        return documented, self.asks(), not self.alone, *rest

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
        extent = Extent()
        extent.splits[split] += cases
        self.add_case([finding], extent)

    def add_case(self, found: Sequence[Finding], extent: Extent) -> None:
        """Count the cases of ``extent``, which all show what one of them does: ``found``, one
        finding for each property that breaks."""
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
        self._fail(Failure(first, told, cases, extent, later, not later, properties, examples))

    def update(self, other: Findings) -> None:
        """Take over what another search found."""
        for breach in other.breaches.values():
            self._merge(breach)
        for failure in other.failures.values():
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
            known = self.failures[new.key] = Failure(new.first, new.symptoms, alone=new.alone)
        known.cases += new.cases
        known.extent.update(new.extent)
        known.properties |= new.properties
        for name, cases in new.later.items():
            known.later[name] = known.later.get(name, 0) + cases
        for like, example in new.examples.items():
            had = known.examples.get(like)
            if had is None or example.rank() < had.rank():
                known.examples[like] = example.bare()
        if new.rank() < known.rank():
            known.first, known.alone = new.first, new.alone

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


def of_violations(
    violations: Iterable[Violation],
    implementation: str,
    chunk_shift: int,
    operations: Iterable[Operation],
    expected: bytes,
    actual: bytes,
) -> list[Finding]:
    """The findings that a judge's violations make: one for each property."""
    case = tuple(operations)
    first: dict[str, Finding] = {}
    for broken in violations:
        finding = Finding(
            implementation,
            chunk_shift,
            broken.property,
            broken.statement,
            broken.detail,
            broken.operation,
            case,
            expected,
            actual,
        )
        first.setdefault(broken.property, finding)
    return list(first.values())
