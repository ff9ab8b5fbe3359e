# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal: the one door through which the model writes memory that a reader could see.

Node fields, slots, mark words, the head and the array's flags are all written here and nowhere
else, in program order, each store plain or with release semantics (``rcu_assign_pointer``).  While
nobody records, a store is an assignment and one test.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from xarray_model.node import Entry, Freed, Node

if TYPE_CHECKING:
    from xarray_model.array import XArray


class Field(Enum):
    """Which piece of memory a store writes; the array owns HEAD and FLAGS, a node the others."""

    __hash__ = object.__hash__
    """Of the member itself: an exploration hashes millions of places."""

    SHIFT = "shift"
    OFFSET = "offset"
    COUNT = "count"
    NR_VALUES = "nr_values"
    PARENT = "parent"
    ARRAY = "array"
    SLOT = "slot"
    MARK = "mark"
    HEAD = "head"
    FLAGS = "flags"


Value: TypeAlias = "Entry | XArray | Freed | None"
"""What can be stored: an entry or a number, a parent (or None), the array a node belongs to."""


class Store(NamedTuple):
    """One store: its location (``owner``, ``field``, ``number``), its value, plain or release.

    ``number`` is the slot (0..C-1) or the mark (0..2) where there are several of a field, else 0.
    A mark word and the flags are stored whole.
    """

    owner: Node | XArray
    field: Field
    number: int
    value: Value
    release: bool


class Journal:
    """Writes memory, and records each store in ``stores`` unless that is None."""

    __slots__ = ("stores",)

    def __init__(self) -> None:
        self.stores: list[Store] | None = None

    def start(self) -> list[Store]:
        """Record from now on, in a new list."""
        self.stores = []
        return self.stores

    def stop(self) -> None:
        """Record no longer."""
        self.stores = None

    def set_shift(self, node: Node, shift: int) -> None:
        """Plain store to ``node.shift``."""
        node.shift = shift
        if self.stores is not None:
            self.stores.append(Store(node, Field.SHIFT, 0, shift, False))

    def set_offset(self, node: Node, offset: int) -> None:
        """Plain store to ``node.offset``."""
        node.offset = offset
        if self.stores is not None:
            self.stores.append(Store(node, Field.OFFSET, 0, offset, False))

    def set_count(self, node: Node, count: int) -> None:
        """Plain store to ``node.count``."""
        node.count = count
        if self.stores is not None:
            self.stores.append(Store(node, Field.COUNT, 0, count, False))

    def set_nr_values(self, node: Node, nr_values: int) -> None:
        """Plain store to ``node.nr_values``."""
        node.nr_values = nr_values
        if self.stores is not None:
            self.stores.append(Store(node, Field.NR_VALUES, 0, nr_values, False))

    def set_parent(self, node: Node, parent: Node | None, release: bool = False) -> None:
        """Store to ``node.parent``."""
        node.parent = parent
        if self.stores is not None:
            self.stores.append(Store(node, Field.PARENT, 0, parent, release))

    def set_array(self, node: Node, array: XArray | Freed) -> None:
        """Plain store to ``node.array``."""
        node.array = array
        if self.stores is not None:
            self.stores.append(Store(node, Field.ARRAY, 0, array, False))

    def set_slot(self, node: Node, offset: int, entry: Entry) -> None:
        """Plain store to a slot (``RCU_INIT_POINTER``)."""
        node.slots[offset] = entry
        if self.stores is not None:
            self.stores.append(Store(node, Field.SLOT, offset, entry, False))

    def set_slots(self, node: Node, entries: list[Entry]) -> None:
        """Plain stores to all slots of an unpublished node, in ascending order."""
        node.slots[:] = entries
        if self.stores is not None:
            self.stores.extend(
                Store(node, Field.SLOT, offset, entry, False)
                for offset, entry in enumerate(entries)
            )

    def publish_slot(self, node: Node, offset: int, entry: Entry) -> None:
        """Release store to a slot (``rcu_assign_pointer``)."""
        node.slots[offset] = entry
        if self.stores is not None:
            self.stores.append(Store(node, Field.SLOT, offset, entry, True))

    def set_marks(self, node: Node, mark: int, word: int) -> None:
        """Plain store to one mark's word of a node."""
        node.marks[mark] = word
        if self.stores is not None:
            self.stores.append(Store(node, Field.MARK, mark, word, False))

    def set_head(self, array: XArray, entry: Entry) -> None:
        """Plain store to the head (``RCU_INIT_POINTER``)."""
        array.head = entry
        if self.stores is not None:
            self.stores.append(Store(array, Field.HEAD, 0, entry, False))

    def publish_head(self, array: XArray, entry: Entry) -> None:
        """Release store to the head (``rcu_assign_pointer``)."""
        array.head = entry
        if self.stores is not None:
            self.stores.append(Store(array, Field.HEAD, 0, entry, True))

    def set_flags(self, array: XArray, marks: int) -> None:
        """Plain store to the array's flags, of which the model keeps the three mark bits."""
        array.marks = marks
        if self.stores is not None:
            self.stores.append(Store(array, Field.FLAGS, 0, marks, False))
