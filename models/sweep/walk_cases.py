# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's second family: walks of ``try_split`` steps around one index, merged and drained.

A walk goes from the old order down to the new one in steps that callers may ask for.  Where it
passes, it leaves entries of many orders next to each other: every way to look at an array is tried
on that.

All indices of the last piece see the same walk, so they make one group.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from models.case import extent
from models.case.extent import Start, Trait
from models.sweep.cases import FIRST, Group, Surroundings, index_trait
from models.sweep.placed import Placed, every_index, some_indices
from xarray_model import geometry
from xarray_model.operations import Code, Flag, Operation

MARKS = 0b101
"""What the old entry bears: the first family tries every set of marks."""
STEPS = 64
"""How far NEXT and PREV go, at most."""
_WALKS = Trait(extent.CASES, "try_split walks")


@dataclass(frozen=True, slots=True)
class WalkGroup(Placed):
    """A walk around the indices of one piece.

    ``setting`` is the old entry, its place and its surroundings; ``stops`` are the orders that the
    steps split to, the last being the new order; ``piece`` counts entries of the new order from the
    start of the old one; ``failing`` is the request of the walk that fails (1 is the first, 0 for
    none), whereupon that step is tried anew, where the request fails too, and then again with a
    node that was got outside the lock.
    """

    setting: Group
    stops: tuple[int, ...]
    piece: int
    failing: int

    @property
    def limited(self) -> bool:
        """Never: no step needs more than one new level."""
        return False

    def traits(self) -> tuple[Trait, ...]:
        """Those of the setting, but for what only splits vary."""
        told = replace(self.setting, failing=self.failing).traits()
        kept = tuple(trait for trait in told if trait.dimension not in (extent.CASES, extent.MARKS))
        return (_WALKS, *kept)

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """Where in the old entry the walk leads to."""
        offset = (self.piece << self.setting.new_order) + start.offset
        return (index_trait(offset, self.setting.order, self.chunk_shift),)

    def starts(self) -> list[Start]:
        """Every start: each index, from the piece's first.  ``try_split`` never blocks."""
        return every_index(self.setting.new_order)

    def some_starts(self, draw: random.Random) -> list[Start]:
        """A few of the starts: the first, the last and one drawn."""
        return some_indices(self.setting.new_order, draw)

    @property
    def first(self) -> int:
        """First index of the piece."""
        return self.setting.base + (self.piece << self.setting.new_order)

    def _entries(self) -> Iterator[int]:
        """What the steps write: the new entry and the old one in turn."""
        while True:
            yield self.setting.new
            yield self.setting.old

    def _walk(self, index: int) -> Iterator[Operation]:
        s, order, requests = self.chunk_shift, self.setting.order, 0
        for stop, entry in zip(self.stops, self._entries(), strict=False):
            step = Operation(Code.TRY_SPLIT, index, order, stop, entry=entry)
            vertical = geometry.split_nodes(order, stop, s)
            requests += vertical
            if vertical and requests == self.failing:
                yield step
                yield Operation(Code.SNAPSHOT)
                yield Operation(Code.FAIL, flags=Flag.FAIL_NONBLOCKING, argument=1)
                step = replace(step, flags=Flag.RETRY)
            yield step
            yield Operation(Code.SNAPSHOT)
            order = stop

    def _look(self, index: int) -> Iterator[Operation]:
        base, order = self.setting.base, self.setting.order
        last = geometry.last_index(base, order)
        # Marks know nothing of kinds: they are looked at where the kinds differ.
        marks = range(3 if self.setting.old_is_value != self.setting.new_is_value else 0)
        # The entries that the steps left beside the walk lie where one bit of the index differs.
        for place in (index, *(index ^ 1 << bit for bit in range(order))):
            yield Operation(Code.LOAD, place)
            yield Operation(Code.GET_ORDER, place)
            for mark in marks:
                yield Operation(Code.GET_MARK, place, mark=mark)
        for flags in (Flag.NONE, Flag.PAUSE):
            yield Operation(Code.FIND, base, flags=flags, argument=last)
            for mark in marks:
                yield Operation(Code.FIND_MARKED, base, mark=mark, flags=flags, argument=last)
        yield Operation(Code.FIND_AFTER, index, argument=last)
        yield Operation(Code.EXTRACT, index, order=1, argument=last)
        steps = min(1 << order, STEPS) - 1
        yield Operation(Code.NEXT, base, argument=steps)
        yield Operation(Code.NEXT, self.first, argument=2)
        yield Operation(Code.PREV, last, argument=steps)
        if self.piece == 0 and self.setting.plain:
            # It knows of no array: once for each walk is enough.
            for asked in (order, *self.stops):
                yield Operation(Code.TRY_SPLIT_MIN_ORDER, order=asked)

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""
        index = self.first + start.offset
        arm = Operation(Code.FAIL, flags=Flag.FAIL_NONBLOCKING, argument=self.failing)
        return [
            *self.setting.preparation(),
            Operation(Code.SNAPSHOT),
            *([arm] if self.failing else []),
            *self._walk(index),
            # A walk that was held up ends where the others end.
            *(() if self.failing else self._look(index)),
            *self.setting.ending(),
        ]


def stops(order: int, new_order: int, s: int) -> list[tuple[int, ...]]:
    """The walks from ``order`` to ``new_order``: by ``try_split_min_order``, and one order at a
    time."""
    by_level = _stops(order, new_order, lambda at: geometry.try_split_min_order(at, s))
    by_order = _stops(order, new_order, lambda at: at - 1)
    return list(dict.fromkeys((by_level, by_order)))


def _stops(order: int, new_order: int, lower: Callable[[int], int]) -> tuple[int, ...]:
    found = [new_order] if order == new_order else []
    while order > new_order:
        order = max(lower(order), new_order)
        found.append(order)
    return tuple(found)


def _requests(order: int, walk: tuple[int, ...], s: int) -> int:
    return sum(
        geometry.split_nodes(above, below, s)
        for above, below in zip((order, *walk), walk, strict=False)
    )


@cache
def _walks(s: int, order: int, new_order: int) -> list[tuple[tuple[int, ...], int]]:
    """Every walk with the number of each request that may fail, and 0."""
    return [
        (walk, failing)
        for walk in stops(order, new_order, s)
        for failing in range(_requests(order, walk, s) + 1)
    ]


def _positions(s: int, order: int) -> int:
    return geometry.chunk_size(s) // geometry.slots_of(order, s)


def groups(s: int, order: int, new_order: int) -> Iterator[WalkGroup]:
    """Every group of walks from ``order`` to ``new_order`` at chunk shift ``s``."""
    for number in range(total_groups(s, order, new_order)):
        yield group_at(s, order, new_order, number)


def total_groups(s: int, order: int, new_order: int) -> int:
    """Number of groups of those walks."""
    pieces = 1 << order - new_order
    walks = len(_walks(s, order, new_order))
    return walks * pieces * _positions(s, order) * len(Surroundings) * 4


def total(s: int, order: int, new_order: int) -> int:
    """Number of cases of those walks: groups times starts."""
    return total_groups(s, order, new_order) << new_order


def group_at(s: int, order: int, new_order: int, number: int) -> WalkGroup:
    """The group with this number (0 .. number of groups - 1) in the order of ``groups``."""
    walks = _walks(s, order, new_order)
    number, walk = divmod(number, len(walks))
    number, kinds = divmod(number, 4)
    number, surroundings = divmod(number, len(Surroundings))
    piece, position = divmod(number, _positions(s, order))
    return WalkGroup(
        Group(
            s,
            order,
            new_order,
            position,
            list(Surroundings)[surroundings],
            MARKS,
            bool(kinds & 1),
            bool(kinds & 2),
            0,
        ),
        walks[walk][0],
        piece,
        walks[walk][1],
    )
