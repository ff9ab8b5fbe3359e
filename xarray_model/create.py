# SPDX-License-Identifier: GPL-2.0-or-later
"""Growing and shrinking the tree: expand and create, delete, shrink and free.

Facts: ``xas_alloc``, ``xas_expand``, ``xas_create``, ``xas_shrink``, ``xas_delete_node`` and
``xas_free_nodes`` in ``lib/xarray.c``.
"""

from __future__ import annotations

from xarray_model.array import XArray
from xarray_model.cursor import ERROR, WALKED, Cursor, destroy
from xarray_model.entries import ENOMEM, NULL, RETRY, ZERO
from xarray_model.flags import FREE_MARK
from xarray_model.geometry import (
    highest_index,
    max_index,
    offset_of,
    root_shift,
)
from xarray_model.gfp import NOWAIT
from xarray_model.node import FREED, MARKS, Entry, Node, is_value
from xarray_model.walk import descend


def alloc(cursor: Cursor, shift: int) -> Node | None:
    """An empty node of ``shift`` for the cursor's position (the root's if it has no node).

    Taken from the preallocation list, or requested without permission to block; None with -ENOMEM
    in the cursor when that fails.  Counts the node in its parent, which the callback is told of.
    """
    array = cursor.array
    if cursor.alloc is not None:
        node = cursor.pop()
    else:
        fresh = cursor.request(NOWAIT)
        if fresh is None:
            cursor.set_err(ENOMEM)
            return None
        node = fresh
    parent = cursor.node
    if parent is not None:
        array.journal.set_offset(node, cursor.offset)
        array.journal.set_count(parent, parent.count + 1)
        cursor.tell(parent)
    array.journal.set_shift(node, shift)
    array.journal.set_count(node, 0)
    array.journal.set_nr_values(node, 0)
    array.journal.set_parent(node, parent)
    array.journal.set_array(node, array)
    return node


def expand(cursor: Cursor, head: Entry) -> int | None:
    """Put new roots on the tree until it reaches the cursor's last index (``xas_expand``); ``head``
    is what is to come below them.

    Returns the shift right above the root that there is then, or that an empty array is to get (0:
    the head suffices); None when a node could not be had.
    """
    array = cursor.array
    journal = array.journal
    highest = highest_index(cursor.index, cursor.order)
    if head == NULL:
        return root_shift(highest, array.s) + array.s if highest else 0
    shift = head.shift + array.s if isinstance(head, Node) else 0
    while highest > (max_index(head.shift, array.s, array.width) if isinstance(head, Node) else 0):
        node = alloc(cursor, shift)
        if node is None:
            return None
        journal.set_count(node, 1)
        if is_value(head):
            journal.set_nr_values(node, 1)
        journal.set_slot(node, 0, head)
        for mark in range(MARKS):
            if mark == FREE_MARK and array.tracks_free:
                below = array.marks >> mark & 1
                journal.set_marks(node, mark, (1 << array.slots) - 2 | below)
                if not below:
                    journal.set_flags(array, array.marks | 1 << mark)
            elif array.marks >> mark & 1:
                journal.set_marks(node, mark, 1)
        if isinstance(head, Node):
            journal.set_offset(head, 0)
            journal.set_parent(head, node, release=True)
        head = node
        journal.publish_head(array, head)
        cursor.tell(node)
        shift += array.s
    return shift


def create(cursor: Cursor, allow_root: bool) -> Entry:
    """Make the slot in which the cursor's entry belongs, and walk there (``xas_create``).

    Returns what is in it.  A larger entry in the way ends the walk; ``allow_root`` says whether an
    empty array may take the entry into its head.  NULL and an error in the cursor when a node
    could not be had; the nodes made until then stay.
    """
    array = cursor.array
    if cursor.state is ERROR:
        return NULL
    if cursor.state is WALKED and cursor.node is not None:
        node: Node | None = cursor.node
        shift: int | None = cursor.node.shift
        entry = cursor.node.slots[cursor.offset]
    else:
        cursor.state = WALKED
        cursor.node = node = None
        busy = array.head == NULL and array.zero_busy
        shift = expand(cursor, ZERO if busy else array.head)
        if shift is None:
            return NULL
        if shift == 0 and not allow_root:
            shift = array.s
        entry = array.head
    assert shift is not None
    while shift > cursor.shift:
        shift -= array.s
        if entry == NULL:
            child = alloc(cursor, shift)
            if child is None:
                return NULL
            if array.tracks_free:
                array.journal.set_marks(child, FREE_MARK, (1 << array.slots) - 1)
            if node is None:
                array.journal.publish_head(array, child)
            else:
                array.journal.publish_slot(node, cursor.offset, child)
            node = child
        elif isinstance(entry, Node):
            node = entry
        else:
            break
        entry = descend(cursor, node)
    return entry


def create_range(cursor: Cursor, keep: bool = False) -> None:
    """Make slots of single indices for all that the cursor's order covers, except where a larger
    entry lies, from the last chunk to the first (``xas_create_range``).

    The cursor then is one of order 0, on the slot of its index, and carries no node, unless it is
    told to ``keep`` what it has (as kernels do: known deviation ``create-range-spare``).  When a
    node could not be had it is as it was, with -ENOMEM; the nodes made until then stay.
    """
    array = cursor.array
    index, order, sibs = cursor.index, cursor.order, cursor.sibs
    last = index + (1 << order) - 1
    shift = cursor.shift
    cursor.order = cursor.shift = cursor.sibs = 0
    for start in range(last - last % array.slots, index - index % array.slots - 1, -array.slots):
        cursor.reset()
        cursor.index = min(start + array.slots - 1, last)
        create(cursor, allow_root=True)
        if cursor.errno:
            cursor.index, cursor.order, cursor.sibs = index, order, sibs
            cursor.shift = shift
            return
    cursor.index = index
    if cursor.node is not None:
        cursor.offset = offset_of(index, cursor.node.shift, array.s)
    if not keep:
        destroy(cursor)


def node_free(array: XArray, node: Node) -> None:
    """Hand a node that was visible to readers to the allocator (``xa_node_free``)."""
    array.journal.set_array(node, FREED)
    array.allocator.free(node)


def free_nodes(cursor: Cursor, node: Node) -> None:
    """Free a subtree that was taken out of the tree, children first (``xas_free_nodes``).

    Readers may still be in it, so every entry becomes RETRY.  The callback is told of each node
    when it is empty.
    """
    journal = cursor.array.journal
    for offset, entry in enumerate(node.slots):
        if isinstance(entry, Node):
            free_nodes(cursor, entry)
        elif entry != NULL:
            journal.set_slot(node, offset, RETRY)
    journal.set_count(node, 0)
    journal.set_nr_values(node, 0)
    cursor.tell(node)
    node_free(cursor.array, node)


def delete_node(cursor: Cursor) -> None:
    """Free the cursor's node and the nodes above it as far as they are empty, then take down roots
    that are not needed (``xas_delete_node``)."""
    array = cursor.array
    node = cursor.node
    assert node is not None
    while not node.count:
        parent = node.parent
        cursor.node = parent
        cursor.offset = node.offset
        node_free(array, node)
        if parent is None:
            array.journal.set_head(array, NULL)
            cursor.set_bounds()
            return
        array.journal.set_slot(parent, cursor.offset, NULL)
        array.journal.set_count(parent, parent.count - 1)
        node = parent
        cursor.tell(node)
    if node.parent is None:
        shrink(cursor)


def shrink(cursor: Cursor) -> None:
    """Take down the root, which is the cursor's node, while its only entry is in slot 0 and would
    be as well one level higher (``xas_shrink``)."""
    array = cursor.array
    journal = array.journal
    node = cursor.node
    while node is not None and node.count == 1:
        entry = node.slots[0]
        if entry == NULL or (not isinstance(entry, Node) and node.shift):
            return
        if entry == ZERO and array.zero_busy:
            entry = NULL
        cursor.set_bounds()
        journal.set_head(array, entry)
        if array.tracks_free and not node.marks[FREE_MARK] & 1:
            journal.set_flags(array, array.marks & ~(1 << FREE_MARK))
        journal.set_count(node, 0)
        journal.set_nr_values(node, 0)
        if not isinstance(entry, Node):
            journal.set_slot(node, 0, RETRY)
        cursor.tell(node)
        node_free(array, node)
        node = entry if isinstance(entry, Node) else None
        if node is not None:
            journal.set_parent(node, None)
