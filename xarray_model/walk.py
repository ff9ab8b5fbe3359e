# SPDX-License-Identifier: GPL-2.0-or-later
"""Walking down the tree: start, descend, load, get_order (``xas_load`` and its kin)."""

from __future__ import annotations

from xarray_model.cursor import ERROR, WALKED, Cursor
from xarray_model.entries import NULL, RETRY, sibling_offset
from xarray_model.geometry import moved_index, offset_of
from xarray_model.node import Entry, Node, is_sibling


def reload(cursor: Cursor) -> Entry:
    """The entry at the cursor's index in the node where the cursor already is (``xas_reload``)."""
    node = cursor.node
    if node is None:
        return cursor.array.head
    entry = node.slots[offset_of(cursor.index, node.shift, cursor.array.s)]
    if is_sibling(entry, cursor.array.s):
        return node.slots[sibling_offset(entry)]
    return entry


def start(cursor: Cursor) -> Entry:
    """Begin a walk (``xas_start``): the head, or where a valid cursor already is.

    NULL in an error state, and when the index lies outside the tree (state BOUNDS then).
    """
    if cursor.state is WALKED:
        return reload(cursor)
    if cursor.state is ERROR:
        return NULL
    head = cursor.array.head
    reach = cursor.index >> head.shift >> cursor.array.s if isinstance(head, Node) else cursor.index
    if reach:
        cursor.set_bounds()
        return NULL
    cursor.state = WALKED
    cursor.node = None
    return head


def descend(cursor: Cursor, node: Node) -> Entry:
    """Go to the slot of the cursor's index in ``node``, or to the canonical slot that a sibling
    there refers to, and return its entry (``xas_descend``).

    RETRY when a sibling leads to a node: a split is under way.
    """
    s = cursor.array.s
    offset = offset_of(cursor.index, node.shift, s)
    entry = node.slots[offset]
    cursor.node = node
    while is_sibling(entry, s):
        offset = sibling_offset(entry)
        entry = node.slots[offset]
        if node.shift and isinstance(entry, Node):
            entry = RETRY
    cursor.offset = offset
    return entry


def load(cursor: Cursor) -> Entry:
    """Walk to the cursor's index, never below the cursor's shift, and return what is there
    (``xas_load``): an entry, NULL, or a node if smaller entries fill the place."""
    entry = start(cursor)
    while isinstance(entry, Node) and cursor.shift <= entry.shift:
        node = entry
        entry = descend(cursor, node)
        if node.shift == 0:
            break
    return entry


def slot_index(cursor: Cursor) -> int:
    """The first index of the slot that the cursor was walked to, 0 in the head."""
    node = cursor.node
    if node is None:
        return 0
    array = cursor.array
    return moved_index(cursor.index, cursor.offset, node.shift, array.s, array.width)


def get_order(cursor: Cursor) -> int:
    """The order of the entry that the cursor was walked to (``xas_get_order``): 0 in the head."""
    node = cursor.node
    if node is None:
        return 0
    order = 0
    while True:
        slot = cursor.offset + (1 << order)
        if slot >= cursor.array.slots or not is_sibling(node.slots[slot], cursor.array.s):
            return node.shift + order
        order += 1
