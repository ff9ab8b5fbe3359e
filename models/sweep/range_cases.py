# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's family of ``create_range``: every range beside, over and inside all small arrays.

A range of 2, 4, .. quarters, or of one, begins at each of its places in the array's range, and
behind it.  Each request for a node fails in turn, whereupon ``nomem`` gets one and it is tried
again; or what lacked is stored meanwhile, so that the node is to be given back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from models.case import extent
from models.case.extent import Split, Start, Trait
from models.case.reference import run_case
from models.sweep.cases import FIRST
from models.sweep.encoding import at_indices
from models.sweep.listed import Listed
from models.sweep.placed import every_index, some_indices
from models.sweep.small_arrays import ARRAYS, Half, entries
from specs.stream import cut
from xarray_model.entries import is_value, mk_value
from xarray_model.operations import Code, Flag, Operation

NEW = (20, mk_value(5))
"""What is stored through the cursor in the end, of the kind of what is there."""
_RANGES = Trait(extent.CASES, "create_range")
_FAILING = [Trait(extent.FAILING, name) for name in ("none", "the first", "a later one")]
_SPARE = [
    Trait(extent.SINCE, name) for name in ("nothing", "what was short of memory stored by itself")
]


@dataclass(frozen=True, slots=True)
class RangeGroup:
    """Slots for the range of ``new_order`` from index ``first``, in an array of ``order``.

    ``failing`` is the request that fails, 0 for none; ``stored``: entries are stored in the range
    before it is tried again.
    """

    chunk_shift: int
    order: int
    new_order: int
    array: Half
    first: int
    failing: int = 0
    stored: bool = False

    @property
    def limited(self) -> bool:
        """Never: nothing is split."""
        return False

    @property
    def split(self) -> Split:
        """Chunk shift, and the orders of array and range."""
        return self.chunk_shift, self.order, self.new_order

    def traits(self) -> tuple[Trait, ...]:
        """Which request fails, and what comes then."""
        return _RANGES, _FAILING[min(self.failing, 2)], _SPARE[self.stored]

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """Nothing else."""
        return ()

    def starts(self) -> list[Start]:
        """Each index of the range: the cursor begins at its first."""
        return every_index(self.new_order)

    def some_starts(self, draw: random.Random) -> list[Start]:
        """The first and the last of these, and one that is drawn."""
        return some_indices(self.new_order, draw)

    def _holding(self) -> list[tuple[int, int, int]]:
        return entries(self.array, self.order)

    def _over(self, at: int) -> tuple[int, int] | None:
        """The entry that covers an index before, with its first."""
        for index, order, entry in self._holding():
            if index <= at < index + (1 << order):
                return index, entry
        return None

    def _new(self) -> int:
        """An entry of the kind of what the range's first index holds."""
        over = self._over(self.first)
        return NEW[self.failing % 2 if over is None else is_value(over[1])]

    def _place(self) -> Iterator[Operation]:
        """Inside an entry the cursor may be left on a sibling, where nothing can be stored."""
        over = self._over(self.first)
        if over is not None and over[0] != self.first:
            yield Operation(Code.CURSOR_RESET)

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""
        snapshot, create = Operation(Code.SNAPSHOT), Operation(Code.CURSOR_CREATE_RANGE)
        operations = [
            Operation(Code.STORE, index, order, entry=entry)
            for index, order, entry in self._holding()
        ]
        operations += [
            snapshot,
            Operation(Code.CURSOR_SET, self.first + start.offset, self.new_order),
        ]
        if self.failing:
            fails = Operation(Code.FAIL, flags=Flag.FAIL_NONBLOCKING, argument=self.failing)
            operations += [fails, create, snapshot, Operation(Code.CURSOR_NOMEM)]
        if self.stored:
            operations += [
                Operation(Code.STORE, index, entry=self._new())
                for index in range(self.first, self.first + (1 << self.new_order))
                if self._over(index) is None and not index & (1 << self.chunk_shift) - 1
            ]
        last = self.first + (1 << self.new_order) - 1
        return [
            *operations,
            snapshot,
            create,
            snapshot,
            *self._place(),
            Operation(Code.CURSOR_STORE, entry=self._new()),
            snapshot,
            Operation(Code.LOAD, last),
            Operation(Code.CURSOR_DESTROY),
            Operation(Code.DESTROY),
            snapshot,
        ]

    def encoded(self, starts: Sequence[Start]) -> list[bytes]:
        """The group's cases that begin at ``starts``, as the driver reads them."""
        return at_indices(self.operations, self.first, starts)


def pairs(s: int) -> list[tuple[int, int]]:
    """The orders of array and range that are tried whole at chunk shift ``s``: quarters of less
    than a chunk and of whole ones, and ranges of half the array and of all of it."""
    return {1: [(2, 2), (3, 3)], 2: [(3, 2), (4, 3), (4, 4)]}.get(s, [])


def sampled_pairs(s: int) -> list[tuple[int, int]]:
    """Those that are sampled: entries of less than a chunk, and of whole ones."""
    return [(s + 1, s + 1), (s + 2, s + 1), (s + 2, s + 2)] if s > 2 else []


@cache
def _requests(group: RangeGroup) -> int:
    """How many nodes the range takes."""
    case = group.operations()
    made = case.index(Operation(Code.CURSOR_CREATE_RANGE))
    words = cut(case[: made + 1], run_case(case[: made + 1], group.chunk_shift).results)
    return words[made].words[1]


def _groups(s: int, order: int, new_order: int) -> list[RangeGroup]:
    """Every group of ranges of ``new_order`` in arrays of ``order`` at chunk shift ``s``: none
    where a range is less than a quarter."""
    made: list[RangeGroup] = []
    if not order - 2 <= new_order <= order > 1:
        return made
    for array in ARRAYS:
        for first in range(0, (1 << order) + 1, 1 << new_order):
            group = RangeGroup(s, order, new_order, array, first)
            made.append(group)
            requests = _requests(group)
            made += [replace(group, failing=number) for number in range(1, requests + 1)]
            if requests and len(array) < 2:
                made.append(replace(group, failing=1, stored=True))
    return made


CASES = Listed(_groups, lambda group: 1 << group.new_order)
"""The family."""
