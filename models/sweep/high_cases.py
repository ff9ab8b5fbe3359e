# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's fifth family: entries of order 31 and more, and indices beside 2^31, 2^32 and 2^63;
of 32-bit indices, orders of 28 and more and indices beside 2^31.

There arithmetic goes wrong that is right for every smaller order: an index or a size in an ``int``,
``1 << order``.  Each case splits such an entry within its level or to the next one, and looks at
the array in every way before and after: through loads, iterations that pause, steps, and the case's
own cursor.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from models.case import extent
from models.case.extent import Start, Trait
from models.sweep.cases import FAR_VALUE, FIRST, Group, Surroundings
from models.sweep.placed import Placed
from xarray_model import geometry
from xarray_model.operations import Code, Flag, Operation

LOWEST = 31
"""The lowest order of the family, of 64-bit indices."""
_LOWEST = {64: LOWEST, 32: 28}
"""The same by the bits of an index."""
_LAST = {bits: (1 << bits) - 1 for bits in _LOWEST}
_EDGES = (1 << 31, 1 << 32, 1 << 63)
"""What numbers of 31, 32 and 63 bits cannot tell any more."""
_BESIDE = {
    bits: (*(edge - low for edge in _EDGES if edge < last for low in (0, 1)), last)
    for bits, last in _LAST.items()
}
"""Where else something is stored: on both sides of these, and at the last index of all."""
_INSIDE = (1 << 31, 1 << 32)
"""Where in an entry a cursor is set, besides its ends."""
_MARKS = (0b001, 0b110)
_HIGH = Trait(extent.CASES, "high orders")


@dataclass(frozen=True, slots=True)
class HighGroup(Placed):
    """A split of a large entry; ``beside`` is the index of a single entry next to it."""

    setting: Group
    beside: int
    bits: int = 64

    @property
    def top(self) -> int:
        """The last index of all."""
        return _LAST[self.bits]

    @property
    def failing(self) -> int:
        """The allocation request that fails, 0 for none."""
        return self.setting.failing

    @property
    def limited(self) -> bool:
        """Never: no split is over more than one level."""
        return self.setting.limited

    def traits(self) -> tuple[Trait, ...]:
        """Those of the setting."""
        kept = (one for one in self.setting.traits() if one.dimension != extent.CASES)
        return (_HIGH, *kept)

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """Where in the entry the cursor stands, and how nodes are asked for."""
        return self.setting.start_traits(start)

    def _offsets(self) -> set[int]:
        size = 1 << self.setting.order
        return {0, size - 1, *(offset for offset in _INSIDE if offset < size)}

    def starts(self) -> list[Start]:
        """The ends of the entry and what lies beside them in numbers of 31 and 32 bits."""
        return [Start(offset, way) for offset in sorted(self._offsets()) for way in (True, False)]

    def some_starts(self, draw: random.Random) -> list[Start]:
        """The same, each in one way, and an index that is drawn."""
        drawn = draw.randrange(1 << self.setting.order)
        offsets = enumerate(sorted({*self._offsets(), drawn}))
        return [Start(offset, number % 2 == 0) for number, offset in offsets]

    def _look(self) -> Iterator[Operation]:
        """Every way to look at the array, from indices that do not depend on the start.

        Iterations that pause begin at an entry's first index and end before the last index of all,
        and no step begins inside an entry: what released kernels are known to do there is no matter
        of high orders.
        """
        base, order = self.setting.base, self.setting.order
        end = base + (1 << order)
        probes = [base, end - 1, *(base + offset for offset in _INSIDE if offset < 1 << order)]
        for place in (*probes, self.beside):
            yield Operation(Code.LOAD, place)
            yield Operation(Code.GET_ORDER, place)
            yield Operation(Code.GET_MARK, place, mark=1)
        for mark in (0, 1):
            yield Operation(Code.FIND_MARKED, mark=mark, argument=self.top)
        for first in (0, base):
            yield Operation(Code.FIND, first, argument=self.top)
            yield Operation(Code.FIND, first, argument=self.top - 1, flags=Flag.PAUSE)
            if end <= self.top:
                last = min(end, self.top - 1)
                yield Operation(Code.FIND_MARKED, first, mark=1, argument=last, flags=Flag.PAUSE)
        # From within an entry, and from where there is nothing after.
        for index in (base, self.top):
            yield Operation(Code.FIND_AFTER, index, argument=self.top)
        yield Operation(Code.NEXT, base, argument=2)
        for edge in (one for one in _EDGES if one < self.top):
            if _free(self.setting, edge) and _free(self.setting, edge - 1):
                yield Operation(Code.NEXT, edge - 1, argument=2)
                yield Operation(Code.PREV, edge, argument=2)
        if end <= self.top:
            yield Operation(Code.PREV, end, argument=1)
        yield Operation(Code.CURSOR_SET, end - 1, self.setting.new_order)
        yield Operation(Code.CURSOR_LOAD)
        yield Operation(Code.CURSOR_SET, base)
        yield Operation(Code.CURSOR_LOAD)
        yield Operation(Code.CURSOR_GET_MARK, mark=1)
        yield Operation(Code.CURSOR_NEXT)
        yield Operation(Code.CURSOR_SET, base)
        yield Operation(Code.CURSOR_FIND_MARKED, mark=1, argument=self.top)
        if self.setting.marks & 2 and end <= self.top:
            yield Operation(Code.CURSOR_PAUSE)
            yield Operation(Code.CURSOR_FIND, argument=self.top)

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""
        setting = self.setting
        single = [
            Operation(Code.STORE, self.beside, entry=FAR_VALUE),
            Operation(Code.SET_MARK, self.beside, mark=1),
        ]
        flags = Flag.NONE if start.blocking else Flag.NONBLOCKING
        both = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
        index = setting.base + start.offset
        return [
            *single,
            *setting.preparation(),
            Operation(Code.SNAPSHOT),
            *self._look(),
            *([Operation(Code.FAIL, flags=both, argument=self.failing)] if self.failing else ()),
            Operation(
                Code.SPLIT, index, setting.order, setting.new_order, setting.new, flags=flags
            ),
            Operation(Code.SNAPSHOT),
            Operation(Code.LOAD, index),
            Operation(Code.GET_ORDER, index),
            *self._look(),
            *setting.ending(),
            Operation(Code.DESTROY),
            Operation(Code.SNAPSHOT),
        ]


def pairs(s: int, bits: int = 64) -> list[tuple[int, int]]:
    """The orders of the splits at chunk shift ``s``: from 31, from 33, from the first order above
    that begins a level and the one after it, and from the highest; to the next order, and to the
    lowest of the same level and of the next.  Of 32-bit indices from the highest orders."""
    level = (33 // s + 1) * s
    found = set()
    for order in (31, 33, level, level + 1, 63) if bits == 64 else (28, 30, 31):
        shift = geometry.node_shift(order, s)
        found |= {(order, new) for new in (order - 1, shift, shift - s) if new < order}
    return sorted(found)


@cache
def _all(s: int, order: int, new_order: int, bits: int) -> list[HighGroup]:
    requests = geometry.split_nodes(order, new_order, s)
    runs = geometry.chunk_size(s) // geometry.slots_of(order, s)
    # The top node may have slots for indices that do not exist.
    last = min(runs, 1 << bits - order) - 1
    # The first group is of an entry with something before it.
    positions = dict.fromkeys((1, 0, last))
    kinds = (False, True)
    made = []
    for position, around, marks, old, new, failing in product(
        positions, Surroundings, _MARKS[::-1], kinds, kinds, sorted({0, 1, requests})
    ):
        setting = Group(s, order, new_order, position, around, marks, old, new, failing)
        if position >= runs or failing > requests or not _exists(setting, _LAST[bits]):
            continue
        made += [HighGroup(setting, at, bits) for at in _BESIDE[bits] if _free(setting, at)]
    return made


def _exists(setting: Group, last: int) -> bool:
    return all(
        one.index + (1 << one.order) - 1 <= last
        for one in setting.preparation()
        if one.code is Code.STORE
    )


def _free(setting: Group, index: int) -> bool:
    return not any(
        one.index <= index < one.index + (1 << one.order)
        for one in setting.preparation()
        if one.code is Code.STORE
    )


@dataclass(frozen=True, slots=True)
class HighCases:
    """The family for indices of ``bits`` bits."""

    bits: int

    def groups(self, s: int, order: int, new_order: int) -> Iterator[HighGroup]:
        """Every group of a split from ``order`` to ``new_order`` at chunk shift ``s``."""
        yield from _all(s, order, new_order, self.bits)

    def group_at(self, s: int, order: int, new_order: int, number: int) -> HighGroup:
        """The group with this number in the order of ``groups``."""
        return _all(s, order, new_order, self.bits)[number]

    def total_groups(self, s: int, order: int, new_order: int) -> int:
        """Number of groups of that split; 0 below order ``LOWEST``."""
        return len(_all(s, order, new_order, self.bits)) if order >= _LOWEST[self.bits] else 0

    def total(self, s: int, order: int, new_order: int) -> int:
        """Number of cases: groups times starts."""
        return self.total_groups(s, order, new_order) * 2 << order


CASES = {bits: HighCases(bits) for bits in _LOWEST}
"""The family, by the bits of an index."""
