# SPDX-License-Identifier: GPL-2.0-or-later
"""A node of the tree, and what its slots hold (``struct xa_node`` in ``include/linux/xarray.h``).

A slot holds a word of ``entries`` or, for a pointer to a node, the ``Node`` itself.  Only
``journal.Journal`` writes a node's fields; everybody reads them directly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from xarray_model.array import XArray

STALE: Final = 0xA5
"""What the one-byte fields of a fresh node hold: the slab does not zero them on reuse."""

MARKS: Final = 3
"""Marks that every entry can bear (``XA_MAX_MARKS``)."""


class Freed:
    """The type of ``FREED``."""

    def __repr__(self) -> str:
        return "FREED"


FREED: Final = Freed()
"""The array field of a node that waits for its grace period (``XA_RCU_FREE``), or is fresh."""


class Node:
    """One node of ``2**s`` slots, as the allocator hands it out.

    Slots and marks are clear, since every free leaves them so; all other fields are stale and
    must be written before the node is published: the parent of a fresh node is the node itself.
    ``live`` is the allocator's knowledge, not memory; ``number`` tells nodes apart in a ``repr``.
    """

    __slots__ = (
        "array",
        "count",
        "live",
        "marks",
        "nr_values",
        "number",
        "offset",
        "parent",
        "shift",
        "slots",
    )

    def __init__(self, s: int, number: int) -> None:
        self.shift = STALE
        self.offset = STALE
        self.count = STALE
        self.nr_values = STALE
        self.parent: Node | None = self
        self.array: XArray | Freed = FREED
        self.slots: list[Entry] = [0] * (1 << s)
        self.marks = [0] * MARKS
        self.live = True
        self.number = number

    def __repr__(self) -> str:
        return f"<node {self.number} shift {self.shift} count {self.count}>"


Entry: TypeAlias = int | Node
"""What a slot or the head can hold."""


def is_value(entry: Entry) -> bool:
    """Whether ``entry`` is a value entry (``xa_is_value``); a node is none."""
    return isinstance(entry, int) and entry & 1 == 1


def is_sibling(entry: Entry, s: int) -> TypeGuard[int]:
    """Whether ``entry`` is a sibling entry in a node of ``2**s`` slots (``xa_is_sibling``)."""
    # entries.is_sibling written out: every walk and store asks this of each slot.
    return isinstance(entry, int) and entry & 3 == 2 and entry < ((1 << s) - 1) << 2


def marks_of(node: Node, offset: int) -> int:
    """The marks of a slot as a mask, mark 0 in bit 0 (``node_get_marks``)."""
    zero, one, two = node.marks
    return zero >> offset & 1 | (one >> offset & 1) << 1 | (two >> offset & 1) << 2
