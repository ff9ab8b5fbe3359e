# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's family of what happens between ``split_alloc`` and ``split``, on a kept cursor.

Callers allocate without the lock, so anything may be done to the array before they split: another
entry or kind is stored, entries of other orders are there, an entry is erased, or split by somebody
else; or the nodes are freed, or more allocated.  The range of the entry that is split, and one as
large beside it, hold at the allocation what all small arrays hold (``small_arrays``); then comes
each ``Since``.  In the end what is there is split, where there are nodes for it, and what is left
on the cursor destroyed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

from models.case import extent
from models.case.extent import Split, Start, Trait
from models.sweep.cases import FIRST, index_trait
from models.sweep.encoding import at_indices
from models.sweep.listed import Listed
from models.sweep.small_arrays import ENTRY, HALVES, WHOLE, Half, beside, entries
from xarray_model import geometry
from xarray_model.entries import mk_value
from xarray_model.operations import Code, Flag, Operation

WAS = (20, mk_value(5))
"""The entry that is to be split when nodes are allocated, as pointer and as value."""
IS = (24, mk_value(6))
"""The entry that is stored then."""
_MARK = 1
MOST_FAILING = 8
"""The last request of an allocation that fails."""


class Since(Enum):
    """What is done between allocation and split."""

    NOTHING = "nothing"
    STORED = "an entry stored"
    OTHER_ENTRY = "nothing, split to another entry"
    PART = "a larger entry split"
    SPLIT = "split by somebody else"
    ERASED = "erased"
    TWICE = "allocated twice"
    TOO_FEW = "a larger entry stored"
    FREED = "freed by nomem, allocated anew"


_SPLIT_ALONE = Trait(extent.CASES, "splits prepared before")
_SINCE = {one: Trait(extent.SINCE, one.value) for one in Since}
_KINDS = {
    (was, now): Trait(extent.ENTRIES, f"{'value' if was else 'pointer'} to"
                      f" {'value' if now else 'pointer'}")
    for was in (0, 1)
    for now in (0, 1)
}  # fmt: skip
_FAILING = [Trait(extent.FAILING, name) for name in ("none", "the first", "a later one")]
_MEMORY = {
    True: Trait(extent.MEMORY, "may block"),
    False: Trait(extent.MEMORY, "must not block"),
}
_PLACES = [Trait(extent.PLACE, name) for name in ("at the node's start", "further on")]


@dataclass(frozen=True, slots=True)
class BetweenGroup:
    """A split from ``order`` to ``new_order`` whose nodes were allocated before ``since``.

    The entry's range is the half ``place`` of a range that is twice as large.  ``before`` is what
    the array holds at the allocation; ``was`` and ``now`` are 1 where the entries then and at the
    split are values; ``failing`` is the request of the first allocation that fails, 0 for none.
    """

    chunk_shift: int
    order: int
    new_order: int
    place: int
    before: Half
    since: Since
    was: int
    now: int
    failing: int = 0

    @property
    def limited(self) -> bool:
        """Never: those over more than one new level are not offered to who refuses them."""
        return False

    @property
    def split(self) -> Split:
        """Chunk shift, order and new order."""
        return self.chunk_shift, self.order, self.new_order

    def traits(self) -> tuple[Trait, ...]:
        """What happened in between, and the kinds of the entries."""
        return (
            _SPLIT_ALONE,
            _SINCE[self.since],
            _KINDS[self.was, self.now],
            _FAILING[min(self.failing, 2)],
            _PLACES[self.place],
        )

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """Where in the entry the cursor stands, and how nodes are asked for."""
        return index_trait(start.offset, self.order, self.chunk_shift), _MEMORY[start.blocking]

    @property
    def base(self) -> int:
        """First index of the entry."""
        return self.place << self.order

    @property
    def _left(self) -> int:
        """The order of the entry that is there in the end, to be split."""
        return self.order - (self.since is Since.SPLIT)

    @property
    def total_starts(self) -> int:
        """Number of starts."""
        return 2 << self._left

    def starts(self) -> list[Start]:
        """Every index of what is split in the end, with and without permission to block."""
        return [Start(offset, way) for offset in range(1 << self._left) for way in (True, False)]

    def some_starts(self, draw: random.Random) -> list[Start]:
        """The first and the last index of these, and one that is drawn."""
        last = (1 << self._left) - 1
        starts = {Start(0, True), Start(last, False)}
        starts.add(Start(draw.randint(0, last), draw.random() < 0.5))
        return sorted(starts)

    def _holding(self) -> list[tuple[int, int, int]]:
        """(index, order, entry) of what the array holds at the allocation: the entry that is to be
        split, if it is there, is the one of its kind that the caller sees."""
        held = entries(self.before, self.order + 1, 0, self.was)
        if self.since is Since.TOO_FEW:
            held = [one for one in held if one[1] != self.order or one[0] != self.base]
            held.append((self.base, self.order - 1, WAS[self.was]))
        return [
            (index, order, WAS[self.was] if self._over(index, order) else entry)
            for index, order, entry in held
        ]

    def _over(self, index: int, order: int) -> bool:
        return order >= self.order and index <= self.base < index + (1 << order)

    def _change(self, allocate: Operation) -> list[Operation]:
        """What is done in between, but for the allocations that failed before."""
        order, base, now = self.order, self.base, IS[self.now]
        if self.since is Since.STORED or self.since is Since.TOO_FEW:
            return [Operation(Code.STORE, base, order, entry=now)]
        if self.since is Since.PART:
            return [Operation(Code.SPLIT, base, order + 1, order, now)]
        if self.since is Since.SPLIT:
            return [Operation(Code.SPLIT, base, order, order - 1, now)]
        if self.since is Since.ERASED:
            return [Operation(Code.STORE, base, order)]
        if self.since is Since.TWICE:
            return [allocate]
        if self.since is Since.FREED:
            return [Operation(Code.CURSOR_NOMEM), allocate]
        return []

    def _asked(self) -> int:
        """The order that nodes are allocated for."""
        larger = self.since is Since.PART
        return self.order + larger - (self.since is Since.TOO_FEW)

    def _allocation(self, start: Start) -> Operation:
        flags = Flag.NONE if start.blocking else Flag.NONBLOCKING
        given = WAS[self.was]
        return Operation(Code.CURSOR_SPLIT_ALLOC, order=self._asked(), entry=given, flags=flags)

    def _written(self) -> int:
        """The entry that is split in the end, as the caller finds it there; or another."""
        if self.since in (Since.NOTHING, Since.TWICE, Since.FREED):
            return WAS[self.now]
        return IS[self.now]

    def _end(self, allocate: Operation) -> Iterator[Operation]:
        """Look again, and split what is there, if anything is, with nodes enough."""
        snapshot, destroy = Operation(Code.SNAPSHOT), Operation(Code.CURSOR_DESTROY)
        left, entry = self._left, self._written()
        if self.place:
            yield Operation(Code.CURSOR_RESET)
        if self.place or self.since in (Since.PART, Since.SPLIT):
            yield Operation(Code.CURSOR_FIND_CONFLICT)
        alone = Operation(Code.CURSOR_SPLIT_ALONE, order=left, entry=entry)
        if self.since is Since.TOO_FEW:
            asked = Operation(
                Code.CURSOR_SPLIT_ALLOC, order=left, entry=entry, flags=allocate.flags
            )
            yield from (destroy, asked, snapshot, alone)
        elif self.since is not Since.ERASED and left >= max(1, self.new_order):
            yield alone
        yield snapshot
        yield destroy if self.place else Operation(Code.CURSOR_NOMEM)
        yield snapshot

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""
        index, snapshot = self.base + start.offset, Operation(Code.SNAPSHOT)
        allocate = self._allocation(start)
        operations = [
            Operation(Code.STORE, first, order, entry=entry)
            for first, order, entry in self._holding()
        ]
        operations.append(Operation(Code.SET_MARK, self.base, mark=_MARK))
        operations.append(snapshot)
        operations.append(Operation(Code.CURSOR_SET, index, self.new_order))
        if self.failing:
            both = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
            operations += [
                Operation(Code.FAIL, flags=both, argument=self.failing),
                allocate,
                snapshot,
                Operation(Code.CURSOR_NOMEM),
                Operation(Code.CURSOR_DESTROY),
            ]
        operations += [allocate, snapshot, *self._change(allocate), snapshot]
        operations += self._end(allocate)
        operations += [
            Operation(Code.LOAD, index),
            Operation(Code.STORE, self.base, self.order, entry=WAS[self.was]),
            Operation(Code.DESTROY),
            snapshot,
        ]
        return operations

    def encoded(self, starts: Sequence[Start]) -> list[bytes]:
        """The group's cases that begin at ``starts``, as the driver reads them."""
        return at_indices(self.operations, self.base, starts)


def pairs(s: int) -> list[tuple[int, int]]:
    """The splits that are tried whole at chunk shift ``s``: of entries of orders up to 2, and some
    of larger ones, over one new level, two and three."""
    small = [(1, 0), (2, 0), (2, 1)]
    return {1: [*small, (3, 0)], 2: [*small, (3, 0), (3, 1), (4, 0)]}.get(s, [])


def sampled_pairs(s: int) -> list[tuple[int, int]]:
    """Those that are sampled: of one new level, of entries of several slots, and of two levels
    where trees are small."""
    if s in (1, 2):
        return []
    return [(s, 0), (s + 1, 1), (2 * s, s), *([(2 * s, 0)] if s < 5 else [])]


def _since(s: int, order: int, new_order: int) -> Iterator[Since]:
    """What may be done while the entry is there, besides a store over it."""
    yield from (Since.NOTHING, Since.OTHER_ENTRY, Since.TWICE, Since.FREED, Since.ERASED)
    if order > new_order:
        yield Since.SPLIT
    if order > max(1, new_order):
        yield Since.TOO_FEW


def _larger(s: int, order: int, new_order: int) -> bool:
    """Whether nodes may be allocated for an entry of the next order, too, by all who are asked."""
    deep = geometry.split_depth(order, new_order, s) > 1
    return deep or geometry.split_depth(order + 1, new_order, s) < 2


def _groups(s: int, order: int, new_order: int) -> list[BetweenGroup]:
    """Every group of a split from ``order`` to ``new_order`` at chunk shift ``s``."""
    made: list[BetweenGroup] = []
    for place, mine, other in product((0, 1), HALVES, HALVES):
        before = beside(mine, 2 * place) + beside(other, 2 - 2 * place)
        setting = (s, order, new_order, place, before)
        there = mine == ENTRY
        kinds = _KINDS if there else [(place, len(mine) % 2)]
        made += [BetweenGroup(*setting, Since.STORED, *some) for some in kinds]
        if not there or other not in (ENTRY, ()):
            continue
        for since, kind in product(_since(s, order, new_order), (0, 1)):
            made.append(BetweenGroup(*setting, since, kind, kind))
        if other == ():
            if _larger(s, order, new_order):
                whole = (*setting[:4], WHOLE, Since.PART)
                made += [BetweenGroup(*whole, *some) for some in _KINDS]
            failing = range(1, min(MOST_FAILING, geometry.split_nodes(order, new_order, s)) + 1)
            made += [BetweenGroup(*setting, Since.NOTHING, 0, 0, number) for number in failing]
    return made


CASES = Listed(_groups, lambda group: group.total_starts)
"""The family."""
