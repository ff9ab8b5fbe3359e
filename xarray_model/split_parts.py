# SPDX-License-Identifier: GPL-2.0-or-later
"""What all splits do alike: find the old entry, regroup slots, fill and link nodes.

A ``Target`` is the old entry in its place.  Facts: ``xas_split`` in ``lib/xarray.c``.
"""

from __future__ import annotations

from dataclasses import dataclass

from xarray_model.cursor import Cursor
from xarray_model.entries import NULL, mk_sibling
from xarray_model.errors import PreconditionError
from xarray_model.geometry import (
    canonical_slot,
    chunk_size,
    node_shift,
    run_starts,
    slots_of,
    split_nodes,
)
from xarray_model.node import MARKS, Entry, Node, is_value, marks_of
from xarray_model.walk import get_order, load


@dataclass(frozen=True, slots=True)
class Target:
    """The entry to split: its ``node`` and canonical slot ``offset``, how many ``slots`` it takes,
    its ``marks`` as a mask, and whether it ``was_value``."""

    node: Node
    offset: int
    slots: int
    marks: int
    was_value: bool


def check_orders(cursor: Cursor, entry: int, order: int) -> None:
    """PreconditionError unless ``entry`` can replace an entry of ``order`` in a split to the
    cursor's order, and the cursor is not in an error state."""
    if cursor.errno:
        raise PreconditionError(f"split on a cursor in error {cursor.errno}")
    if order < 1 or cursor.order > order:
        raise PreconditionError(f"split from order {order} to {cursor.order}")
    if entry == NULL:
        raise PreconditionError("split to NULL")


def locate(cursor: Cursor, entry: int, order: int) -> Target:
    """Walk to the entry to split; PreconditionError unless one of exactly ``order`` is there."""
    check_orders(cursor, entry, order)
    array = cursor.array
    old = load(cursor)
    node = cursor.node
    if node is None or old == NULL or isinstance(old, Node):
        raise PreconditionError(f"no entry of order {order} at index {cursor.index}")
    there = get_order(cursor)
    if there != order:
        raise PreconditionError(
            f"the entry at index {cursor.index} is of order {there}, not {order}"
        )
    aligned = cursor.offset == canonical_slot(cursor.offset, order, array.s)
    if node.shift != order - order % array.s or not aligned:
        # What a range left begins anywhere, and may fill a whole chunk's slots one level too low.
        raise PreconditionError(f"the entry at index {cursor.index} was stored over a range")
    return Target(
        node,
        cursor.offset,
        slots_of(order, array.s),
        marks_of(node, cursor.offset),
        is_value(old),
    )


def check_preallocated(cursor: Cursor, order: int) -> None:
    """PreconditionError unless the cursor holds the nodes that the split needs."""
    needed = split_nodes(order, cursor.order, cursor.array.s)
    held = cursor.preallocated()
    if held < needed:
        raise PreconditionError(f"the split needs {needed} preallocated nodes, there are {held}")


def is_horizontal(cursor: Cursor, order: int) -> bool:
    """Whether the new entries live in the node of the old one."""
    return cursor.shift == node_shift(order, cursor.array.s)


def set_slot_marks(cursor: Cursor, node: Node, offset: int, marks: int) -> None:
    """Set the ``marks`` (a mask) of a slot; what is above the node bears them already."""
    for mark in range(MARKS):
        if marks >> mark & 1 and not node.marks[mark] >> offset & 1:
            cursor.array.journal.set_marks(node, mark, node.marks[mark] | 1 << offset)


def regroup(cursor: Cursor, target: Target, entry: int) -> None:
    """Split in the node itself: canonical slots and siblings of the new order.

    From the last run to the first, so that the old canonical slot is replaced last.  In each run
    the canonical slot comes first, so that no sibling ever refers to another sibling; those of the
    first run refer to the right slot already.
    """
    journal = cursor.array.journal
    node = target.node
    run = cursor.sibs + 1
    for canonical in range(target.offset + target.slots - run, target.offset - 1, -run):
        set_slot_marks(cursor, node, canonical, target.marks)
        journal.publish_slot(node, canonical, entry)
        if canonical == target.offset:
            break
        for slot in range(canonical + run - 1, canonical, -1):
            journal.publish_slot(node, slot, mk_sibling(canonical))
    values = target.slots * (is_value(entry) - target.was_value)
    journal.set_nr_values(node, node.nr_values + values)
    cursor.tell(node)


def leaf_slots(entry: int, run: int, s: int) -> list[Entry]:
    """The slots of a node that is full of copies of ``entry`` which take ``run`` slots each."""
    slots: list[Entry] = []
    for canonical in range(0, chunk_size(s), run):
        slots.append(entry)
        slots.extend([mk_sibling(canonical)] * (run - 1))
    return slots


def fill_leaf(cursor: Cursor, leaf: Node, slots: list[Entry], marks: int) -> None:
    """Fill an unpublished node with new entries (``slots``) that bear ``marks`` (a mask)."""
    word = run_starts(cursor.sibs + 1, cursor.array.s)
    _fill(cursor, leaf, cursor.shift, is_value(slots[0]), word, marks)
    cursor.array.journal.set_slots(leaf, slots)


def fill_inner(cursor: Cursor, node: Node, shift: int, marks: int) -> None:
    """Fill all of an unpublished inner node but its slots, which the caller fills with nodes."""
    _fill(cursor, node, shift, False, run_starts(1, cursor.array.s), marks)


def _fill(cursor: Cursor, node: Node, shift: int, values: bool, word: int, marks: int) -> None:
    array = cursor.array
    journal = array.journal
    journal.set_shift(node, shift)
    journal.set_count(node, array.slots)
    journal.set_nr_values(node, array.slots if values else 0)
    journal.set_array(node, array)
    for mark in range(MARKS):
        if marks >> mark & 1:
            journal.set_marks(node, mark, word)


def adopt(cursor: Cursor, child: Node, parent: Node, offset: int) -> None:
    """Give an unpublished node its place.  Its last field is final with that, so the callback is
    told of it."""
    cursor.array.journal.set_offset(child, offset)
    cursor.array.journal.set_parent(child, parent)
    cursor.tell(child)


def link(cursor: Cursor, target: Target, child: Node, offset: int) -> None:
    """Publish a finished subtree in a slot of the split node."""
    adopt(cursor, child, target.node, offset)
    set_slot_marks(cursor, target.node, offset, target.marks)
    cursor.array.journal.publish_slot(target.node, offset, child)


def finish(cursor: Cursor, target: Target) -> None:
    """Account in the split node for slots that hold nodes now, and tell the callback."""
    node = target.node
    if target.was_value:
        cursor.array.journal.set_nr_values(node, node.nr_values - target.slots)
    cursor.tell(node)
