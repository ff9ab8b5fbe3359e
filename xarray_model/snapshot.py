# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots: a complete, canonical picture of an array, and its flat byte form.

Model and native driver write the same bytes for the same array, so comparing two arrays is
comparing bytes; decoding is for the specs and for people.  All integers are little endian.

======  =====================================================================================
bytes   header (24)
======  =====================================================================================
0       chunk shift ``s``
1       the array's own marks, bits 0..2
2       flags: bit 0 set when the tree is malformed (a node pointer that leads nowhere), bit 1
        when a machine word, and so an index, has 32 bits instead of 64
3       what the array was made with: the flags of ``flags.ArrayFlag``
4..7    nodes reachable from the head
8..11   nodes live: allocated and not freed, wherever they are
12..15  nodes that are on the shadow-node LRU but not reachable
16..23  the head's entry
======  =====================================================================================

Then each reachable node in pre-order (slots in ascending order), 32 + 8C bytes:

======  =====================================================================================
bytes   node
======  =====================================================================================
0..3    shift, offset (0 for the root: its field has no meaning), count, nr_values
4       flags: bit 0 parent link right, bit 1 array link right, bit 2 on the LRU
5..7    zero
8..31   the three marks, one word each, bits 0..C-1
32..    the C slots
======  =====================================================================================

A pointer to a node is written as ``entries.mk_node(ordinal)``; one that leads to no live node, or
to a node already seen, as ``MALFORMED_NODE``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from xarray_model.entries import NULL, is_node, mk_internal, node_ordinal
from xarray_model.flags import FREE_MARK, ArrayFlag

HEADER = struct.Struct("<BBBBIIIQ")
NODE = struct.Struct("<BBBBB3xQQQ")

MALFORMED = 1
"""Header flag: the tree holds a node pointer that leads nowhere."""
SHORT_WORDS = 2
"""Header flag: a machine word, and so an index, has 32 bits.  Words are written as 64 bits."""
PARENT_RIGHT = 1
"""Node flag: the node's parent field points to the node above it (NULL for the root)."""
ARRAY_RIGHT = 2
"""Node flag: the node's array field points to the array."""
ON_LRU = 4
"""Node flag: the node is on the shadow-node LRU."""
MALFORMED_NODE = mk_internal(1 << 60)
"""What stands for a node pointer that leads nowhere."""


@dataclass(frozen=True, slots=True)
class NodePicture:
    """One node: ``marks`` are three bit masks over the slots, ``slots`` the C entries."""

    shift: int
    offset: int
    count: int
    nr_values: int
    flags: int
    marks: tuple[int, int, int]
    slots: tuple[int, ...]

    @property
    def on_lru(self) -> bool:
        """Whether the node is on the shadow-node LRU."""
        return bool(self.flags & ON_LRU)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole array; ``nodes`` in pre-order, so that ``nodes[0]`` is the root if there is one."""

    chunk_shift: int
    marks: int
    flags: int
    live_nodes: int
    stray_lru: int
    head: int
    nodes: tuple[NodePicture, ...]
    array_flags: int = 0

    @property
    def bits(self) -> int:
        """Bits of a machine word, and of an index."""
        return 32 if self.flags & SHORT_WORDS else 64

    def encode(self) -> bytes:
        """The flat byte form."""
        parts = [
            HEADER.pack(
                self.chunk_shift,
                self.marks,
                self.flags,
                self.array_flags,
                len(self.nodes),
                self.live_nodes,
                self.stray_lru,
                self.head,
            )
        ]
        slots = struct.Struct(f"<{1 << self.chunk_shift}Q")
        for node in self.nodes:
            parts.append(
                NODE.pack(
                    node.shift, node.offset, node.count, node.nr_values, node.flags, *node.marks
                )
            )
            parts.append(slots.pack(*node.slots))
        return b"".join(parts)

    def child(self, entry: int) -> NodePicture | None:
        """The node that an entry of this snapshot points to; None for any other entry."""
        if not is_node(entry) or entry == MALFORMED_NODE:
            return None
        return self.nodes[node_ordinal(entry)]


def empty(s: int, flags: ArrayFlag = ArrayFlag.NONE, bits: int = 64) -> Snapshot:
    """The snapshot of an empty array of words of ``bits`` bits that is made with ``flags``."""
    all_free = bool(flags & ArrayFlag.TRACK_FREE and not flags & ArrayFlag.ZERO_BUSY)
    words = SHORT_WORDS if bits == 32 else 0
    return Snapshot(s, all_free << FREE_MARK, words, 0, 0, NULL, (), flags)


def encoded_size(s: int, nodes: int) -> int:
    """Bytes of a snapshot of ``nodes`` reachable nodes at chunk shift ``s``."""
    return HEADER.size + nodes * (NODE.size + (8 << s))


def decode(data: bytes | memoryview) -> Snapshot:
    """The snapshot at the start of ``data``; ValueError when it is cut short or inconsistent."""
    try:
        s, marks, flags, array_flags, count, live, stray, head = HEADER.unpack_from(data, 0)
        if not 1 <= s <= 6:
            raise ValueError(f"chunk shift {s} is not in 1..6")
        nodes = tuple(_decode_nodes(data, s, count))
    except struct.error as error:
        raise ValueError(f"snapshot cut short: {error}") from None
    return Snapshot(s, marks, flags, live, stray, head, nodes, array_flags)


def _decode_nodes(data: bytes | memoryview, s: int, count: int) -> Iterator[NodePicture]:
    slots = struct.Struct(f"<{1 << s}Q")
    position = HEADER.size
    for _ in range(count):
        shift, offset, filled, values, flags, *marks = NODE.unpack_from(data, position)
        position += NODE.size
        yield NodePicture(
            shift,
            offset,
            filled,
            values,
            flags,
            (marks[0], marks[1], marks[2]),
            slots.unpack_from(data, position),
        )
        position += slots.size
