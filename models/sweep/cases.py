# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of the sweep: one split from every start, merged back, then drained.

A ``Group`` fixes everything but the ``Start``: the index inside the entry where the cursor stands,
and whether allocation may block.  The contract does not tell these apart, so all cases of a group
must give the same answer to the byte.  That is the sweep's only reduction by equivalence: the
expected answer is worked out once for a group, every case of it is executed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from itertools import product

from models.case import extent
from models.case.extent import Start, Trait
from models.sweep.encoding import at_indices
from xarray_model import geometry
from xarray_model.entries import mk_value
from xarray_model.operations import Code, Flag, Operation

OLD_POINTER, NEW_POINTER, LEFT_POINTER = 4, 8, 12
OLD_VALUE, NEW_VALUE = mk_value(17), mk_value(34)
RIGHT_VALUE, FAR_VALUE = mk_value(51), mk_value(68)


class Surroundings(Enum):
    """What else the array holds."""

    ALONE = "alone"
    NEIGHBOURS = "neighbours"
    """Entries of the same order in the runs of slots before and after, with marks."""
    BELOW_PARENT = "below a parent"
    """The entry's node hangs in slot 1 of a parent; slot 0 leads to a value at index 0,
    which was in the head before."""


FIRST = Start(0, True)
DRAWN_STARTS, DRAWN_NODES = 64, 1024
"""Starts that are drawn of a group, at most, and the nodes that their splits take together."""
_EITHER_WAY = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING

_SPLITS = Trait(extent.CASES, "splits")
_NAMES = {False: "pointer", True: "value"}
_KINDS = {
    (old, new): Trait(extent.ENTRIES, f"{_NAMES[old]} to {_NAMES[new]}")
    for old in _NAMES
    for new in _NAMES
}
_MARKS = [
    Trait(extent.MARKS, "+".join(str(bit) for bit in range(3) if marks >> bit & 1) or "none")
    for marks in range(8)
]
_FAILING = [Trait(extent.FAILING, name) for name in ("none", "the first", "a later one")]
_PLACES = [Trait(extent.PLACE, name) for name in ("at the node's start", "further on")]
_AROUND = {where: Trait(extent.AROUND, where.value) for where in Surroundings}
_MEMORY = {
    True: Trait(extent.MEMORY, "may block"),
    False: Trait(extent.MEMORY, "must not block"),
}
_INDEX = [
    Trait(extent.INDEX, name) for name in ("the first", "in the first slot", "in a later slot")
]


def index_trait(offset: int, order: int, s: int) -> Trait:
    """Where an index lies in an entry, ``offset`` indices from its first."""
    later = offset >> geometry.node_shift(order, s) > 0
    return _INDEX[2 if later else offset > 0]


@cache
def _start_traits(start: Start, order: int, s: int) -> tuple[Trait, Trait]:
    return index_trait(start.offset, order, s), _MEMORY[start.blocking]


@lru_cache(maxsize=4)
def _every_start(order: int) -> list[Start]:
    return [Start(offset, way) for offset in range(1 << order) for way in (True, False)]


@lru_cache(maxsize=256)
def _stored(entries: tuple[tuple[int, int, int, int], ...]) -> list[Operation]:
    """What stores these: (index, order, entry, marks)."""
    operations = []
    for index, order, entry, marks in entries:
        operations.append(Operation(Code.STORE, index, order, entry=entry))
        operations += [
            Operation(Code.SET_MARK, index, mark=mark) for mark in range(3) if marks >> mark & 1
        ]
    return operations


@lru_cache(maxsize=256)
def _looks(index: int, base: int, last: int) -> list[Operation]:
    """What is looked at after a split at ``index``, of an entry from ``base`` to ``last``."""
    return [
        Operation(Code.SNAPSHOT),
        Operation(Code.LOAD, index),
        Operation(Code.GET_ORDER, index),
        *(Operation(Code.GET_MARK, index, mark=mark) for mark in range(3)),
        Operation(Code.FIND, base, argument=last),
        Operation(Code.FIND_MARKED, base, mark=0, argument=last),
    ]


@lru_cache(maxsize=256)
def _drained(entries: tuple[tuple[int, int], ...]) -> list[Operation]:
    """What erases the entries at these indices, of these orders."""
    stores = [Operation(Code.STORE, index, order) for index, order in entries]
    return [*stores, Operation(Code.SNAPSHOT)]


@dataclass(frozen=True, slots=True)
class Group:
    """A split of an entry of ``order`` to ``new_order`` from one start.

    ``position`` counts the entry's runs of slots from the start of its node; ``marks`` is a set of
    three bits; ``failing`` is the allocation request that fails (1 is the first), 0 for none.
    """

    chunk_shift: int
    order: int
    new_order: int
    position: int
    surroundings: Surroundings
    marks: int
    old_is_value: bool
    new_is_value: bool
    failing: int

    @property
    def base(self) -> int:
        """First index of the entry."""
        base = self.position << self.order
        if self.surroundings is Surroundings.BELOW_PARENT:
            base += 1 << (geometry.node_shift(self.order, self.chunk_shift) + self.chunk_shift)
        return base

    @property
    def plain(self) -> bool:
        """Whether it is a pointer, made to pointers, at the start of an array of its own."""
        alone = self.surroundings is Surroundings.ALONE and self.position == 0
        return alone and not self.old_is_value and not self.new_is_value

    @property
    def limited(self) -> bool:
        """Whether an implementation of one level refuses the split."""
        return geometry.one_level_limit_exceeded(self.order, self.new_order, self.chunk_shift)

    @property
    def split(self) -> tuple[int, int, int]:
        """Chunk shift, order and new order."""
        return self.chunk_shift, self.order, self.new_order

    def traits(self) -> tuple[Trait, ...]:
        """What an extent tells the group's cases apart by; see ``start_traits``."""
        return (
            _SPLITS,
            _KINDS[self.old_is_value, self.new_is_value],
            _MARKS[self.marks],
            _FAILING[min(self.failing, 2)],
            _PLACES[self.position > 0],
            _AROUND[self.surroundings],
        )

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """Where in the entry the cursor stands, and how nodes are asked for."""
        return _start_traits(start, self.order, self.chunk_shift)

    @property
    def old(self) -> int:
        """The entry that is split."""
        return OLD_VALUE if self.old_is_value else OLD_POINTER

    @property
    def new(self) -> int:
        """The entry that is written in its place."""
        return NEW_VALUE if self.new_is_value else NEW_POINTER

    def starts(self) -> list[Start]:
        """Every start: each index of the entry, with and without permission to block."""
        return list(_every_start(self.order))

    def some_starts(self, draw: random.Random) -> list[Start]:
        """Some of the starts: the first and the last index, and others that ``draw`` chooses, the
        fewer the larger the tree is: they cost a split each, while a group is judged once."""
        last = (1 << self.order) - 1
        nodes = 1 + geometry.split_nodes(self.order, self.new_order, self.chunk_shift)
        some = min(2 << self.order, DRAWN_STARTS, max(1, DRAWN_NODES // nodes))
        drawn = draw.sample(range(2 << self.order), some)
        starts = {Start(number >> 1, number & 1 == 0) for number in drawn}
        return sorted(starts | {Start(0, True), Start(last, False)})

    def _neighbours(self) -> list[tuple[int, int, int, int]]:
        """(index, order, entry, marks) of what else the array holds."""
        if self.surroundings is Surroundings.BELOW_PARENT:
            return [(0, 0, FAR_VALUE, 4)]
        if self.surroundings is Surroundings.ALONE:
            return []
        runs = geometry.chunk_size(self.chunk_shift) // geometry.slots_of(
            self.order, self.chunk_shift
        )
        sides = [(self.position - 1, LEFT_POINTER, 1), (self.position + 1, RIGHT_VALUE, 2)]
        return [
            (run << self.order, self.order, entry, marks)
            for run, entry, marks in sides
            if 0 <= run < runs
        ]

    def preparation(self) -> list[Operation]:
        """The operations that make the array before the split."""
        entries = [*self._neighbours(), (self.base, self.order, self.old, self.marks)]
        return list(_stored(tuple(entries)))

    def ending(self) -> list[Operation]:
        """The operations that merge the entry back, unless a request failed, and drain."""
        operations = []
        if not self.failing:
            operations += [
                Operation(Code.STORE, self.base, self.order, entry=self.old),
                Operation(Code.SNAPSHOT),
            ]
        entries = [*self._neighbours(), (self.base, self.order)]
        return [*operations, *_drained(tuple((index, order) for index, order, *_ in entries))]

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""
        index = self.base + start.offset
        last = geometry.last_index(self.base, self.order)
        flags = Flag.NONE if start.blocking else Flag.NONBLOCKING
        split = Operation(
            Code.SPLIT, index, self.order, self.new_order, entry=self.new, flags=flags
        )
        operations = [*self.preparation(), Operation(Code.SNAPSHOT)]
        if self.failing:
            operations.append(Operation(Code.FAIL, flags=_EITHER_WAY, argument=self.failing))
        return [*operations, split, *_looks(index, self.base, last), *self.ending()]

    def encoded(self, starts: Sequence[Start]) -> list[bytes]:
        """The group's cases that begin at ``starts``, as the driver reads them."""
        return at_indices(self.operations, self.base, starts)


def groups(s: int, order: int, new_order: int) -> Iterator[Group]:
    """Every group of a split from ``order`` to ``new_order`` at chunk shift ``s``."""
    positions = geometry.chunk_size(s) // geometry.slots_of(order, s)
    requests = geometry.split_nodes(order, new_order, s)
    flags = (False, True)
    for position, surroundings, marks, old, new, failing in product(
        range(positions), Surroundings, range(8), flags, flags, range(requests + 1)
    ):
        yield Group(s, order, new_order, position, surroundings, marks, old, new, failing)


def total_groups(s: int, order: int, new_order: int) -> int:
    """Number of groups of that split."""
    positions = geometry.chunk_size(s) // geometry.slots_of(order, s)
    requests = geometry.split_nodes(order, new_order, s)
    return positions * len(Surroundings) * 8 * 4 * (requests + 1)


def total(s: int, order: int, new_order: int) -> int:
    """Number of cases of that split: groups times starts."""
    return total_groups(s, order, new_order) * 2 << order


def group_at(s: int, order: int, new_order: int, number: int) -> Group:
    """The group with this number (0 .. number of groups - 1) in the order of ``groups``."""
    requests = geometry.split_nodes(order, new_order, s)
    number, failing = divmod(number, requests + 1)
    number, new = divmod(number, 2)
    number, old = divmod(number, 2)
    number, marks = divmod(number, 8)
    position, surroundings = divmod(number, len(Surroundings))
    return Group(
        s,
        order,
        new_order,
        position,
        list(Surroundings)[surroundings],
        marks,
        bool(old),
        bool(new),
        failing,
    )
