# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's families of arrays that are made with flags, and of cursors with a ``list_lru``.

What an array is made with changes neither what a split does nor how many nodes it takes, but what
its requests for these carry, how the lock is taken, and what mark 0 means.  So these are few: one
entry with another behind it, the splits of one, two and three new levels, each in every kind of
array.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from models.case import extent
from models.case.extent import Start, Trait
from models.case.notation import flag_names
from models.sweep.cases import FIRST, NEW_POINTER, OLD_POINTER, RIGHT_VALUE, Group, Surroundings
from models.sweep.placed import Placed
from xarray_model import geometry
from xarray_model.operations import Code, Flag, Operation

ARRAYS = (
    (Flag.ACCOUNT, Flag.LRU),
    (Flag.NONE, Flag.LRU),
    (Flag.ACCOUNT, Flag.NONE),
    (Flag.ALLOC, Flag.NONE),
    (Flag.LOCK_IRQ, Flag.NONE),
    (Flag.LOCK_BH, Flag.LRU),
    (Flag.ALLOC | Flag.ZERO_BUSY | Flag.ACCOUNT, Flag.LRU),
)
"""What an array is made with, and whether cursors have a list_lru; the first is of most use."""
_MARKS = (1, 2)
_SHORT = ("enough", "none under the lock")
"""Memory for the stores: granted at once, or only without the lock."""


def _name(flags: Flag, lru: Flag) -> str:
    return ", ".join([*flag_names(flags), *flag_names(lru)])


_ARRAYS = {kind: Trait(extent.ARRAY, _name(*kind)) for kind in ARRAYS}
_STORES = [Trait(extent.STORES, name) for name in _SHORT]
_MEMORY = {
    True: Trait(extent.MEMORY, "may block"),
    False: Trait(extent.MEMORY, "must not block"),
}


@dataclass(frozen=True, slots=True)
class ArrayGroup(Placed):
    """A split, or a step of try_split if it ``tries``, in one kind of array."""

    setting: Group
    array: tuple[Flag, Flag]
    short: bool
    """Whether stores find no memory under the lock."""
    tries: bool

    @property
    def failing(self) -> int:
        """No request of the split fails."""
        return 0

    @property
    def limited(self) -> bool:
        """Whether an implementation of one level refuses the split."""
        return not self.tries and self.setting.limited

    def traits(self) -> tuple[Trait, ...]:
        """What an extent tells the group's cases apart by."""
        what = "try_split in arrays with flags" if self.tries else "splits in arrays with flags"
        return Trait(extent.CASES, what), _ARRAYS[self.array], _STORES[self.short]

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """How nodes are asked for."""
        return () if self.tries else (_MEMORY[start.blocking],)

    def starts(self) -> list[Start]:
        """The first index, and the last without permission to block."""
        last = (1 << self.setting.order) - 1
        return [Start(0, True)] if self.tries else [Start(0, True), Start(last, False)]

    def some_starts(self, draw: random.Random) -> list[Start]:
        """All of them: they are few."""
        return self.starts()

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""
        one = self.setting
        flags, lru = self.array
        first, behind = 1 << one.order, 2 << one.order
        asks = lru if start.blocking else lru | Flag.NONBLOCKING
        code = Code.TRY_SPLIT if self.tries else Code.SPLIT
        snapshot = Operation(Code.SNAPSHOT)
        store = Operation(Code.STORE, first, one.order, entry=one.old, flags=lru)
        operations = [Operation(Code.INIT, flags=flags)] if flags else []
        if self.short:
            none = Flag.FAIL_NONBLOCKING | Flag.LASTING
            operations.append(Operation(Code.FAIL, flags=none, argument=1))
        operations += [
            store,
            snapshot,
            Operation(Code.STORE, behind, entry=RIGHT_VALUE, flags=lru),
            *(Operation(Code.SET_MARK, first, mark=mark) for mark in _MARKS),
        ]
        if self.short:
            operations.append(Operation(Code.FAIL))
        operations += [
            snapshot,
            Operation(
                code, first + start.offset, one.order, one.new_order, entry=one.new, flags=asks
            ),
            snapshot,
            store,
            snapshot,
            Operation(Code.STORE, behind),
            snapshot,
            Operation(Code.STORE, first, one.order),
            snapshot,
        ]
        return operations


class ArrayCases:
    """The splits, or the steps of try_split if they ``try``, in every kind of array."""

    def __init__(self, tries: bool) -> None:
        self._tries = tries

    def groups(self, s: int, order: int, new_order: int) -> Iterator[ArrayGroup]:
        """Every group of a split from ``order`` to ``new_order`` at chunk shift ``s``."""
        for number in range(self.total_groups(s, order, new_order)):
            yield self.group_at(s, order, new_order, number)

    def total_groups(self, s: int, order: int, new_order: int) -> int:
        """Number of groups: none of a step that try_split refuses."""
        if self._tries and new_order < geometry.try_split_min_order(order, s):
            return 0
        return 2 * len(ARRAYS)

    def total(self, s: int, order: int, new_order: int) -> int:
        """Number of cases of that split: groups times starts."""
        return self.total_groups(s, order, new_order) * (1 if self._tries else 2)

    def group_at(self, s: int, order: int, new_order: int, number: int) -> ArrayGroup:
        """The group with this number in the order of ``groups``."""
        short, kind = divmod(number, len(ARRAYS))
        setting = Group(s, order, new_order, 1, Surroundings.ALONE, 0, False, False, 0)
        assert (setting.old, setting.new) == (OLD_POINTER, NEW_POINTER)
        return ArrayGroup(setting, ARRAYS[kind], bool(short), self._tries)


SPLITS, STEPS = ArrayCases(False), ArrayCases(True)


def pairs(s: int) -> list[tuple[int, int]]:
    """The splits that are tried at chunk shift ``s``: of one new level, of two and of three where
    trees are small, and within a node."""
    deep = {1: [(2, 0), (3, 0)], 2: [(4, 0), (5, 1)], 3: [(7, 0)]}
    return [(s, 0), (s + 1, s) if s > 1 else (2, 1), *deep.get(s, [])]


def steps(s: int) -> list[tuple[int, int]]:
    """The same of try_split: down one level, and within a node."""
    return [(s, s - 1), (s + 1, s)] if s > 1 else [(2, 1)]
