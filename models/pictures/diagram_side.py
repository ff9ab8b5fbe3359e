# SPDX-License-Identifier: GPL-2.0-or-later
"""One snapshot prepared for a diagram: units of slots, shapes of subtrees, fields in words."""

from __future__ import annotations

from dataclasses import dataclass

from models.case.notation import entry_text
from models.pictures.difference import links, mark_text, range_text
from xarray_model.entries import is_internal, mk_sibling
from xarray_model.snapshot import ARRAY_RIGHT, MALFORMED, ON_LRU, PARENT_RIGHT, Snapshot

Slots = tuple[int, int]
"""A run of slots: the first and the last."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An entry with the siblings that rightly follow it; ``child`` is a subtree's shape."""

    text: str
    siblings: int
    marks: int
    child: int | None


class Shapes:
    """Gives equal subtrees the same number, wherever they are and in whichever snapshot."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self.nodes: list[int] = []
        """For each shape how many nodes it has."""

    def number(self, key: object, nodes: int) -> int:
        """The number of the shape that ``key`` describes."""
        found = self._numbers.setdefault(key, len(self.nodes))
        if found == len(self.nodes):
            self.nodes.append(nodes)
        return found


class Side:
    """One snapshot, prepared for drawing."""

    def __init__(self, picture: Snapshot, shapes: Shapes) -> None:
        self.picture = picture
        self.root, self.below = links(picture)
        self.shape = [-1] * len(picture.nodes)
        above = {child: slot for children in self.below for slot, child in children.items()}
        for ordinal in reversed(range(len(picture.nodes))):  # children have later ordinals
            node, children = picture.nodes[ordinal], self.below[ordinal]
            nodes = 1 + sum(shapes.nodes[self.shape[child]] for child in children.values())
            slots: tuple[object, ...] = node.slots
            if children:
                slots = tuple(
                    ("shape", self.shape[children[slot]]) if slot in children else word
                    for slot, word in enumerate(node.slots)
                )
            # An offset that names the node's own slot is no difference between two nodes.
            offset = None if node.offset == above.get(ordinal, 0) else node.offset
            fields = (node.shift, offset, node.count, node.nr_values, node.flags, node.marks)
            self.shape[ordinal] = shapes.number((fields, slots), nodes)

    def marks(self, ordinal: int, slot: int) -> int:
        """The marks of one slot, one bit each."""
        masks = self.picture.nodes[ordinal].marks
        return sum((mask >> slot & 1) << mark for mark, mask in enumerate(masks))

    def content(self, ordinal: int, slot: int) -> str:
        """What one slot holds, in words; ``node`` for one that is drawn below."""
        if slot in self.below[ordinal]:
            return "node"
        return entry_text(self.picture.nodes[ordinal].slots[slot])

    def units(self, ordinal: int) -> dict[int, Unit]:
        """The content of a node as units, each with its first slot."""
        slots, children = self.picture.nodes[ordinal].slots, self.below[ordinal]
        found, first = {}, 0
        while first < len(slots):
            after = first + 1
            if slots[first] and (first in children or not is_internal(slots[first])):
                sibling = mk_sibling(first)
                while (
                    after < len(slots)
                    and slots[after] == sibling
                    and not self.marks(ordinal, after)
                ):
                    after += 1
            shape = self.shape[children[first]] if first in children else None
            text, marks = self.content(ordinal, first), self.marks(ordinal, first)
            found[first] = Unit(text, after - first - 1, marks, shape)
            first = after
        return found

    def fields(self, ordinal: int, slots: Slots | None) -> dict[str, str]:
        """A node's own fields in words; ``slots`` are those of its parent, None for the root."""
        node = self.picture.nodes[ordinal]
        if slots is None:
            offset = ""  # the root's has no meaning
        elif node.offset == slots[0]:
            offset = f"offset {range_text(*slots)}"
        else:
            offset = f"offset {node.offset} (wrong)"
        return {
            "shift": f"shift {node.shift}",
            "offset": offset,
            "count": f"count {node.count}",
            "nr_values": f"nr_values {node.nr_values}",
            "parent": "" if node.flags & PARENT_RIGHT else "parent wrong",
            "array": "" if node.flags & ARRAY_RIGHT else "array wrong",
            "lru": "on LRU" if node.flags & ON_LRU else "",
        }

    def array_fields(self) -> dict[str, str]:
        """The array's own fields in words."""
        picture = self.picture
        return {
            "shift": f"chunk shift {picture.chunk_shift}",
            "marks": f"marks {mark_text(picture.marks)}",
            "live": f"live nodes {picture.live_nodes:,}",
            "stray": f"stray on LRU {picture.stray_lru}" if picture.stray_lru else "",
            "malformed": "malformed" if picture.flags & MALFORMED else "",
        }
