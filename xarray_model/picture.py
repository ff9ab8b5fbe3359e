# SPDX-License-Identifier: GPL-2.0-or-later
"""Taking a snapshot of a model array, in the form that ``snapshot`` defines."""

from __future__ import annotations

import struct
from collections.abc import Set
from functools import cache

from xarray_model.array import XArray
from xarray_model.entries import mk_node
from xarray_model.node import Entry, Node
from xarray_model.snapshot import (
    ARRAY_RIGHT,
    HEADER,
    MALFORMED,
    MALFORMED_NODE,
    NODE,
    ON_LRU,
    PARENT_RIGHT,
    SHORT_WORDS,
)


@cache
def _slots_struct(slots: int) -> struct.Struct:
    return struct.Struct(f"<{slots}Q")


def preorder(array: XArray) -> dict[Node, int]:
    """The nodes reachable from the head, each once, with their pre-order ordinals."""
    ordinals: dict[Node, int] = {}
    stack: list[Entry] = [array.head]
    while stack:
        node = stack.pop()
        if isinstance(node, Node) and node.live and node not in ordinals:
            ordinals[node] = len(ordinals)
            stack.extend([entry for entry in reversed(node.slots) if isinstance(entry, Node)])
    return ordinals


class _Picture:
    """Bytes in the making; ``seen`` are the nodes that a pointer led to already."""

    def __init__(self, array: XArray, lru: Set[Node]) -> None:
        self.array = array
        self.lru = lru
        self.ordinals = preorder(array)
        self.seen: set[Node] = set()
        self.above: dict[Node, Node] = {}
        self.malformed = 0

    def word(self, entry: Entry, above: Node | None) -> int:
        """How an entry in a slot of ``above`` (in the head if None) is written."""
        if not isinstance(entry, Node):
            return entry
        # Pre-order: a node's first pointer is met in the order in which the walk met it.
        if entry not in self.ordinals or entry in self.seen:
            self.malformed = MALFORMED
            return MALFORMED_NODE
        self.seen.add(entry)
        if above is not None:
            self.above[entry] = above
        return mk_node(self.ordinals[entry])

    def node(self, node: Node, ordinal: int) -> bytes:
        """The fixed part of a node."""
        flags = PARENT_RIGHT if node.parent is self.above.get(node) else 0
        if node.array is self.array:
            flags |= ARRAY_RIGHT
        if node in self.lru:
            flags |= ON_LRU
        offset = node.offset if ordinal else 0
        return NODE.pack(
            node.shift & 255,
            offset & 255,
            node.count & 255,
            node.nr_values & 255,
            flags,
            *node.marks,
        )


def encode(array: XArray, lru: Set[Node] = frozenset()) -> bytes:
    """The snapshot's bytes; ``lru`` are the nodes on the shadow-node LRU."""
    picture = _Picture(array, lru)
    head = picture.word(array.head, None)
    slots_struct = _slots_struct(array.slots)
    parts = [b""]
    for node, ordinal in picture.ordinals.items():
        parts.append(picture.node(node, ordinal))
        words = [
            entry if isinstance(entry, int) else picture.word(entry, node) for entry in node.slots
        ]
        parts.append(slots_struct.pack(*words))
    parts[0] = HEADER.pack(
        array.s,
        array.marks,
        picture.malformed | (SHORT_WORDS if array.width == 32 else 0),
        array.flags,
        len(picture.ordinals),
        array.allocator.live,
        sum(node not in picture.ordinals for node in lru),
        head,
    )
    return b"".join(parts)
