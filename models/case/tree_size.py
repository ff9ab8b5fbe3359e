# SPDX-License-Identifier: GPL-2.0-or-later
"""How many nodes the splits of a case ask for, told before the case is run.

A few operations can ask for more nodes than there is memory: an order that takes a hundred nodes at
chunk shift 2 takes millions with as many levels at 6, and so does a new order that is only lower.
"""

from __future__ import annotations

from collections.abc import Iterable

from xarray_model import geometry
from xarray_model.operations import Code, Flag, Operation

MOST_NODES = 5_000
"""Nodes that the splits of a case may ask for that was derived from another, unless that one asks
for more: the largest that the sweep runs asks for 4,161, and takes the model 0.2 s."""

MOST_LENT = 1 << 28
"""Requests that are followed where nodes are only lent; it takes under a second."""


def split_nodes(case: Iterable[Operation], s: int) -> list[int]:
    """The nodes that each operation asks for to split with, or for a range of slots, at most, at
    chunk shift ``s``.

    0 for what does neither, and for what the contract forbids: a new order above the old one.
    What a store takes, at most two nodes for each level, is left out.
    """
    nodes = []
    cursor_order = 0
    granted = None
    for one in case:
        if one.code is Code.FAIL:
            lasting = one.flags & Flag.LASTING and one.flags & Flag.FAIL_NONBLOCKING
            granted = one.argument if one.argument and lasting else None
        if one.code is Code.CURSOR_SET:
            cursor_order = one.order
        through = one.code in (Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALLOC)
        new_order = cursor_order if through else one.new_order
        splits = one.code in _SPLITS and new_order <= one.order
        needed = geometry.split_nodes(one.order, new_order, s) if splits else 0
        if one.code is Code.COUNT_ALLOC:
            needed = min(needed, one.argument)
        elif one.code is Code.TRY_SPLIT:
            needed = min(needed, 1)
        elif one.code is Code.CURSOR_CREATE_RANGE:
            # Full below the node that covers the range, and what leads there.
            needed = geometry.split_nodes(cursor_order + s, 0, s)
            needed = needed if granted is None else min(needed, granted)
        nodes.append(needed)
    return nodes


def made_nodes(case: Iterable[Operation], s: int) -> int:
    """The same in sum, without those that are only lent: a few, handed out again and again."""
    return sum(split_nodes((one for one in case if not one.flags & Flag.REPEATING), s))


def most_nodes(case: Iterable[Operation], s: int) -> int:
    """What a case derived from this one may come to by ``made_nodes``."""
    return max(MOST_NODES, made_nodes(case, s))


_SPLITS = frozenset(
    {
        Code.SPLIT,
        Code.TRY_SPLIT,
        Code.CURSOR_SPLIT,
        Code.CURSOR_SPLIT_ALLOC,
        Code.COUNT_ALLOC,
    }
)
