# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's family of entries of one index, for what is built without ``CONFIG_XARRAY_MULTI``.

Four indices, next to each other or a chunk and more apart, each hold nothing, a pointer or a value:
all 81 arrays.  At each of these indices an entry is marked, replaced by one of the other kind and
erased, a slot is made by ``create_range`` with and without memory, and after each the array is
looked at in every way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from models.case import extent
from models.case.extent import Split, Start, Trait
from models.sweep.cases import FIRST
from models.sweep.listed import Listed, SingleCase
from xarray_model.entries import is_value, mk_value
from xarray_model.operations import Code, Flag, Operation

HELD = (0, 4, mk_value(17))
"""What an index may hold."""
NEW = (8, mk_value(34))
_PLACES = 4
_ARRAYS = tuple(product(HELD, repeat=_PLACES))
_MARK, _OTHER_MARK = 0, 2
_SINGLES = Trait(extent.CASES, "entries of one index")
_FAILING = [Trait(extent.FAILING, name) for name in ("none", "the first", "a later one")]


@dataclass(frozen=True, slots=True)
class SingleGroup(SingleCase):
    """What is done at one of four indices, ``1 << apart`` from each other, in an array that holds
    ``array`` there; of the requests that a store or a create_range makes there the one of number
    ``failing`` fails, 0 for none."""

    chunk_shift: int
    apart: int
    array: tuple[int, ...]
    place: int
    failing: int

    @property
    def limited(self) -> bool:
        """Never: nothing is split."""
        return False

    @property
    def split(self) -> Split:
        """Entries of order 0."""
        return self.chunk_shift, 0, 0

    def traits(self) -> tuple[Trait, ...]:
        """Which request fails."""
        return _SINGLES, _FAILING[self.failing]

    def _look(self) -> Iterator[Operation]:
        last = (_PLACES << self.apart) - 1
        index = self.place << self.apart
        yield Operation(Code.SNAPSHOT)
        yield Operation(Code.LOAD, index)
        yield Operation(Code.GET_MARK, index, mark=_MARK)
        for flags in (Flag.NONE, Flag.PAUSE):
            yield Operation(Code.FIND, flags=flags, argument=last)
            yield Operation(Code.FIND_MARKED, mark=_MARK, flags=flags, argument=last)
        yield Operation(Code.FIND_AFTER, index, argument=last)
        yield Operation(Code.EXTRACT, order=2, argument=last)
        yield Operation(Code.NEXT, index, argument=2)
        yield Operation(Code.PREV, index, argument=min(index, 2))

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case."""
        index, held = self.place << self.apart, self.array[self.place]
        other = NEW[not is_value(held)]
        fails = [Operation(Code.FAIL, flags=Flag.FAIL_NONBLOCKING, argument=self.failing)]
        arm = fails if self.failing else []
        operations = []
        for place, entry in enumerate(self.array):
            if entry:
                operations.append(Operation(Code.STORE, place << self.apart, entry=entry))
                mark = _MARK if place % 2 else _OTHER_MARK
                operations.append(Operation(Code.SET_MARK, place << self.apart, mark=mark))
        operations += [
            *self._look(),
            Operation(Code.SET_MARK, index, mark=_MARK),
            *self._look(),
            Operation(Code.CLEAR_MARK, index, mark=_MARK),
            Operation(Code.GET_MARK, index, mark=_MARK),
            *arm,
            Operation(Code.STORE, index, entry=other),
            *self._look(),
            Operation(Code.STORE, index),
            *self._look(),
            Operation(Code.CURSOR_SET, index),
            Operation(Code.CURSOR_LOAD),
            Operation(Code.CURSOR_RESET),
            *arm,
            Operation(Code.CURSOR_CREATE_RANGE),
            Operation(Code.SNAPSHOT),
        ]
        if self.failing:
            again = (Operation(Code.CURSOR_NOMEM), Operation(Code.CURSOR_DESTROY))
            operations += [Operation(Code.FAIL), *again, Operation(Code.SNAPSHOT)]
        return [*operations, Operation(Code.DESTROY), Operation(Code.SNAPSHOT)]


def pairs(s: int) -> list[tuple[int, int]]:
    """The orders of the range and of each quarter, at chunk shift ``s``: one index, half a chunk
    and a chunk of chunks."""
    return [(apart + 2, apart) for apart in sorted({0, s - 1, 2 * s})]


def _failing(array: tuple[int, ...]) -> range:
    """Which requests fail in turn: any, where little else is there."""
    return range(3 if sum(map(bool, array)) < 2 else 1)


_ALL = [
    (array, place, failing)
    for array, place in product(_ARRAYS, range(_PLACES))
    for failing in _failing(array)
]


def _groups(s: int, order: int, new_order: int) -> Iterator[SingleGroup]:
    """Every group of four indices ``1 << new_order`` apart, at chunk shift ``s``: none of a range
    that is not four times as large."""
    for one in _ALL if order == new_order + 2 else ():
        yield SingleGroup(s, new_order, *one)


CASES = Listed(_groups)
"""The family."""
