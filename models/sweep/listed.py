# SPDX-License-Identifier: GPL-2.0-or-later
"""Families of few groups, which are listed to find or count them; and groups of a single case."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Generic, TypeVar

from models.case.extent import Start, Trait
from models.sweep.cases import FIRST
from xarray_model.operations import Operation

_Group = TypeVar("_Group")


class Listed(Generic[_Group]):
    """A family of which ``groups`` gives every group of a chunk shift, an order and a new order;
    ``cases`` says how many cases a group has, one unless it is given."""

    def __init__(
        self,
        groups: Callable[[int, int, int], Iterable[_Group]],
        cases: Callable[[_Group], int] = lambda _: 1,
    ) -> None:
        self._all: Callable[[int, int, int], tuple[_Group, ...]] = cache(
            lambda s, order, new_order: tuple(groups(s, order, new_order))
        )
        self._cases = cases

    def groups(self, s: int, order: int, new_order: int) -> Iterator[_Group]:
        """Every group."""
        return iter(self._all(s, order, new_order))

    def group_at(self, s: int, order: int, new_order: int, number: int) -> _Group:
        """The group with this number in the order of ``groups``."""
        return self._all(s, order, new_order)[number]

    def total_groups(self, s: int, order: int, new_order: int) -> int:
        """Number of groups."""
        return len(self._all(s, order, new_order))

    def total(self, s: int, order: int, new_order: int) -> int:
        """Number of cases."""
        return sum(map(self._cases, self._all(s, order, new_order)))


class SingleCase:
    """What a group has in common with others of a single case, which ``operations`` gives."""

    __slots__ = ()

    def start_traits(self, start: Start) -> tuple[Trait, ...]:
        """Nothing else."""
        return ()

    def starts(self) -> list[Start]:
        """The only start."""
        return [FIRST]

    def some_starts(self, draw: random.Random) -> list[Start]:
        """The only start."""
        return [FIRST]

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case."""
        raise NotImplementedError

    def encoded(self, starts: Sequence[Start]) -> list[bytes]:
        """The case, as the driver reads it."""
        return [b"".join(one.encode() for one in self.operations(start)) for start in starts]
