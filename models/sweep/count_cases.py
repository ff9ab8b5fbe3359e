# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's third family: what ``split_alloc`` requests, for every pair of orders up to 63.

Nothing is split, so that orders can be tried whose trees no memory would hold: requests are granted
up to a limit, which decides between "enough" and "not enough".  ``far_counts`` goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.case import extent
from models.case.extent import Start, Trait
from models.sweep.cases import FIRST
from models.sweep.listed import Listed, SingleCase
from xarray_model import geometry
from xarray_model.operations import Code, Flag, Operation

FEW, MANY = 40, 4200
"""The highest number of requests granted, for most pairs and for splits to order 0 that need no
more than the latter: that is above what 1 GiB to 4 KiB needs."""
HIGHEST = 63
"""The highest order of an entry with 64-bit indices."""
_FAILING = {name: Trait(extent.FAILING, name) for name in ("none", "the first", "a later one")}
_COUNTS = Trait(extent.CASES, extent.COUNTED)


@dataclass(frozen=True, slots=True)
class CountGroup(SingleCase):
    """The allocation for a split from ``order`` to ``new_order``, ``granted`` requests granted."""

    chunk_shift: int
    order: int
    new_order: int
    granted: int
    repeating: bool = False
    """Whether the same few nodes are handed out again."""

    @property
    def failing(self) -> int:
        """No request fails by itself."""
        return 0

    @property
    def limited(self) -> bool:
        """Whether an implementation of one level refuses this."""
        return geometry.one_level_limit_exceeded(self.order, self.new_order, self.chunk_shift)

    @property
    def split(self) -> tuple[int, int, int]:
        """Chunk shift, order and new order."""
        return self.chunk_shift, self.order, self.new_order

    def traits(self) -> tuple[Trait, ...]:
        """That only allocation was tried, and whether enough was granted for it."""
        need = geometry.split_nodes(self.order, self.new_order, self.chunk_shift)
        enough = self.granted >= need or self.limited
        return _COUNTS, _FAILING[
            "none" if enough else "a later one" if self.granted else "the first"
        ]

    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case."""
        ask = Operation(
            Code.COUNT_ALLOC,
            order=self.order,
            new_order=self.new_order,
            flags=Flag.REPEATING if self.repeating else Flag.NONE,
            argument=self.granted,
        )
        return [ask, Operation(Code.SNAPSHOT)]


def groups(s: int, order: int, new_order: int) -> Iterator[CountGroup]:
    """Every pair of orders between ``new_order`` and ``order``: granted what it needs and one less,
    or as much as is granted at all."""
    for high in range(max(1, new_order), order + 1):
        for low in range(new_order, high + 1):
            need, most = geometry.split_nodes(high, low, s), distinct(s, high, low)
            for granted in sorted({min(need, most), min(max(need - 1, 0), most)}):
                yield CountGroup(s, high, low, granted)


def distinct(s: int, order: int, new_order: int) -> int:
    """The most requests of a split that are granted."""
    few = new_order or geometry.split_nodes(order, new_order, s) > MANY
    return FEW if few else MANY


CASES = Listed(groups)
"""The family."""
