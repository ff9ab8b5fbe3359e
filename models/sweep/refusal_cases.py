# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's fourth family: what ``try_split`` must refuse, since no caller may ask for it.

Each is a case of its own: code that takes such a split on may do anything afterwards, which is to
spoil no case in which all that is asked lies within the callers' contract.  Pairs of orders that
may be asked for have no cases here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from models.case import extent
from models.case.extent import Start, Trait
from models.sweep.cases import FIRST, Group, Surroundings, index_trait
from models.sweep.placed import Placed, every_index, some_indices
from models.sweep.walk_cases import MARKS
from xarray_model import geometry
from xarray_model.operations import Code, Operation

_REFUSALS = Trait(extent.CASES, "try_split refusals")


@dataclass(frozen=True, slots=True)
class RefusalGroup(Placed):
    """One refusal from every index of the old entry, which ``setting`` places."""

    setting: Group

    @property
    def failing(self) -> int:
        """No request fails, since there is none."""
        return 0

    @property
    def limited(self) -> bool:
        """Never: it is refused by all."""
        return False

    def traits(self) -> tuple[Trait, ...]:
        """Those of the setting, but for what only splits vary."""
        told = (extent.CASES, extent.MARKS, extent.FAILING)
        kept = (trait for trait in self.setting.traits() if trait.dimension not in told)
        return (_REFUSALS, *kept)

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """Where in the old entry the index lies."""
        return (index_trait(start.offset, self.setting.order, self.chunk_shift),)

    def starts(self) -> list[Start]:
        """Every start: each index of the old entry.  ``try_split`` never blocks."""
        return every_index(self.setting.order)

    def some_starts(self, draw: random.Random) -> list[Start]:
        """A few of the starts: the first, the last and one drawn."""
        return some_indices(self.setting.order, draw)

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""
        one, index = self.setting, self.setting.base + start.offset
        return [
            *one.preparation(),
            Operation(Code.SNAPSHOT),
            Operation(Code.TRY_SPLIT, index, one.order, one.new_order, entry=one.new),
            Operation(Code.SNAPSHOT),
            *one.ending(),
        ]


def _positions(s: int, order: int) -> int:
    return geometry.chunk_size(s) // geometry.slots_of(order, s)


def groups(s: int, order: int, new_order: int) -> Iterator[RefusalGroup]:
    """Every group of refusals of ``order`` to ``new_order`` at chunk shift ``s``."""
    for number in range(total_groups(s, order, new_order)):
        yield group_at(s, order, new_order, number)


def total_groups(s: int, order: int, new_order: int) -> int:
    """Number of groups of those refusals: none if the split may be asked for."""
    if new_order >= geometry.try_split_min_order(order, s):
        return 0
    return _positions(s, order) * len(Surroundings) * 4


def total(s: int, order: int, new_order: int) -> int:
    """Number of cases of those refusals: groups times starts."""
    return total_groups(s, order, new_order) << order


def group_at(s: int, order: int, new_order: int, number: int) -> RefusalGroup:
    """The group with this number (0 .. number of groups - 1) in the order of ``groups``."""
    number, kinds = divmod(number, 4)
    position, surroundings = divmod(number, len(Surroundings))
    around = list(Surroundings)[surroundings]
    values = bool(kinds & 1), bool(kinds & 2)
    return RefusalGroup(Group(s, order, new_order, position, around, MARKS, *values, 0))
