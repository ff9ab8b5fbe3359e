# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a property fails and where it holds: cases counted by the traits that they have.

A trait is a dimension, such as the kinds of the entries, with a value.  Counts are kept for each
split, so that "where" can be limited to the splits in which something fails at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

Split: TypeAlias = tuple[int, int, int]
"""Chunk shift, order, new order."""


class Start(NamedTuple):
    """Where the cursor stands, in indices from the entry's first, and how nodes are allocated."""

    offset: int
    blocking: bool


class Trait(NamedTuple):
    """One property of a case, such as ("marks", "0 2")."""

    dimension: str
    value: str


Cell: TypeAlias = tuple[Split, tuple[Trait, ...]]
"""A split with all traits that a case of it has: cases that nothing here tells apart."""


CASES = "cases"
COUNTED = "allocation counts"
ENTRIES = "entries"
MARKS = "marks"
INDEX = "index"
PLACE = "place"
AROUND = "around"
FAILING = "failing request"
MEMORY = "memory"
ARRAY = "array and cursor"
STORES = "memory for stores"
SINCE = "since the allocation"
DIMENSIONS = (CASES, ENTRIES, MARKS, INDEX, PLACE, AROUND, FAILING, MEMORY, ARRAY, STORES, SINCE)
"""What cases are told apart by, beside their split."""


class Described(Protocol):
    """What an extent asks of a group of cases."""

    @property
    def split(self) -> Split:
        """The split that its cases make."""

    def traits(self) -> tuple[Trait, ...]:
        """What all its cases have in common."""

    def start_traits(self, start: Start, /) -> tuple[Trait, ...]:
        """What the case that begins at ``start`` has beside that."""


_ONE: dict[tuple[Trait, ...], tuple[Trait, ...]] = {}


def _one(traits: tuple[Trait, ...]) -> tuple[Trait, ...]:
    """The same traits, kept in memory once."""
    return _ONE.setdefault(traits, traits)


@dataclass
class Extent:
    """Cases by split, within each split by trait, and by all traits together."""

    splits: Counter[Split] = field(default_factory=Counter)
    traits: Counter[tuple[Split, Trait]] = field(default_factory=Counter)
    cells: Counter[Cell] = field(default_factory=Counter)

    @classmethod
    def of(cls, split: Split, cases: int = 1) -> Extent:
        """Cases of a split of which nothing else is known."""
        return cls(Counter({split: cases}))

    def count(self, group: Described, starts: Sequence[Start]) -> None:
        """Count the cases of a group that begin at ``starts``."""
        split = group.split
        self.splits[split] += len(starts)
        common = group.traits()
        for trait in common:
            self.traits[split, trait] += len(starts)
        for apart, cases in Counter(map(group.start_traits, starts)).items():
            for trait in apart:
                self.traits[split, trait] += cases
            self.cells[split, _one(common + apart)] += cases

    def update(self, other: Extent) -> None:
        """Add the cases of another."""
        self.splits.update(other.splits)
        self.traits.update(other.traits)
        self.cells.update(other.cells)

    def within(self, cells: Container[Cell]) -> Extent:
        """Its cases in some cells."""
        found = Extent()
        for cell, cases in self.cells.items():
            if cell in cells:
                split, traits = cell
                found.splits[split] += cases
                found.cells[cell] += cases
                for trait in traits:
                    found.traits[split, trait] += cases
        return found

    def values(self, dimension: str, within: Iterable[Split] | None = None) -> Counter[str]:
        """Cases by value of a dimension, in all splits or ``within`` some."""
        wanted = None if within is None else set(within)
        found: Counter[str] = Counter()
        for (split, trait), cases in self.traits.items():
            if trait.dimension == dimension and (wanted is None or split in wanted):
                found[trait.value] += cases
        return found

    def pattern(self) -> dict[str, frozenset[str]]:
        """The values of each dimension that occur: what two extents are compared by."""
        found: dict[str, set[str]] = {}
        for _, trait in self.traits:
            found.setdefault(trait.dimension, set()).add(trait.value)
        return {dimension: frozenset(values) for dimension, values in found.items()}


@dataclass
class Tried:
    """The cases that were run, and those that were left out since others like them ended the
    process of the code under test."""

    run: Extent = field(default_factory=Extent)
    left_out: Extent = field(default_factory=Extent)

    def update(self, other: Tried) -> None:
        """Add what another search tried."""
        self.run.update(other.run)
        self.left_out.update(other.left_out)


class Row(NamedTuple):
    """One value of a dimension: how many of the cases that have it fail."""

    dimension: str
    value: str
    failed: int
    run: int
    left_out: int


def rows(failed: Extent, tried: Tried) -> Iterator[Row]:
    """The table: for each dimension and value how many of the cases that were run have ``failed``,
    counted in the splits in which any did."""
    for dimension in DIMENSIONS:
        bad = failed.values(dimension)
        run = tried.run.values(dimension, failed.splits)
        left_out = tried.left_out.values(dimension, failed.splits)
        for value in sorted(run.keys() | left_out.keys()):
            yield Row(dimension, value, bad[value], run[value], left_out[value])


def split_rows(failed: Extent, tried: Tried) -> Iterator[tuple[Split, int, int]]:
    """For each split that was run: the cases that failed, and all."""
    run = tried.run.splits
    for split in sorted(run.keys() | failed.splits.keys()):
        yield split, failed.splits[split], max(run[split], failed.splits[split])
