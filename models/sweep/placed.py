# SPDX-License-Identifier: GPL-2.0-or-later
"""What families of cases share whose old entry is placed as that of a split's group is."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence

from models.case.extent import Split, Start
from models.sweep.cases import FIRST, Group
from xarray_model.operations import Operation


class Placed(ABC):
    """A group of cases; ``setting`` is the old entry, its place and its surroundings."""

    __slots__ = ()
    setting: Group

    @property
    def chunk_shift(self) -> int:
        """The chunk shift."""
        return self.setting.chunk_shift

    @property
    def split(self) -> Split:
        """Chunk shift, old order and the order that is asked for in the end."""
        return self.setting.split

    @abstractmethod
    def operations(self, start: Start = FIRST) -> list[Operation]:
        """The case that begins at ``start``."""

    def encoded(self, starts: Sequence[Start]) -> list[bytes]:
        """The group's cases that begin at ``starts``, as the driver reads them."""
        return [b"".join(one.encode() for one in self.operations(start)) for start in starts]


def every_index(order: int) -> list[Start]:
    """A start at each index of a range of this order, for what never blocks."""
    return [Start(offset, True) for offset in range(1 << order)]


def some_indices(order: int, draw: random.Random) -> list[Start]:
    """The first, the last and one drawn of these starts."""
    size = 1 << order
    return [Start(offset, True) for offset in sorted({0, size - 1, draw.randrange(size)})]
