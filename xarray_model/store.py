# SPDX-License-Identifier: GPL-2.0-or-later
"""Storing and erasing through a cursor (``xas_store``)."""

from __future__ import annotations

from xarray_model.create import create, delete_node, free_nodes
from xarray_model.cursor import WALKED, Cursor
from xarray_model.entries import NULL, ZERO, mk_sibling
from xarray_model.marks import init_marks, mark_slots_free, squash_marks
from xarray_model.node import Entry, Node, is_sibling, is_value
from xarray_model.walk import load


def store(cursor: Cursor, entry: int) -> Entry:
    """Store ``entry`` (a pointer, value or ZERO; NULL erases) over what the cursor covers.

    Returns what was at the cursor's index, which has no meaning for an order above 0.  The new
    entry keeps the marks that were in its range, an erase clears them.  Smaller entries and their
    nodes are freed; a larger entry is replaced, or erased, in its whole range.  When a node cannot
    be had the cursor carries -ENOMEM, and the nodes made until then stay.
    """
    first = load(cursor) if entry == NULL else create(cursor, allow_root=entry != ZERO)
    if cursor.state is not WALKED:
        return first
    node = cursor.node
    if node is not None and cursor.shift < node.shift:
        cursor.sibs = 0
    if first == entry and not cursor.sibs:
        return first
    if node is None:
        _store_head(cursor, entry)
    else:
        _store_slots(cursor, node, entry)
    return first


def _store_head(cursor: Cursor, entry: int) -> None:
    array = cursor.array
    old = array.head
    if entry == NULL:
        init_marks(cursor)
    array.journal.publish_head(array, entry)
    if isinstance(old, Node):
        free_nodes(cursor, old)


def _store_slots(cursor: Cursor, node: Node, entry: int) -> None:
    array = cursor.array
    offset = cursor.offset
    end = offset + cursor.sibs + 1
    if cursor.sibs:
        squash_marks(cursor, node)
    if entry == NULL:
        # Before the slot is emptied: a marked iteration must not stop at a NULL entry.
        init_marks(cursor)
        mark_slots_free(cursor, node, range(offset, _run_end(node, end, array.s)))
    count = values = 0
    new = entry
    value = is_value(entry)
    was_value = False
    for slot in range(offset, _run_end(node, end, array.s)):
        old = node.slots[slot]
        if not is_sibling(old, array.s):
            was_value = is_value(old)
        # A sibling beyond the cursor's range that goes on to refer to the first slot changes its
        # kind with it, hence is counted here (released kernels do not, see U1).
        values += value - was_value
        if slot >= end and entry != NULL:
            continue
        count += (new != NULL) - (old != NULL)
        array.journal.publish_slot(node, slot, new)
        if isinstance(old, Node):
            free_nodes(cursor, old)
        if entry != NULL:
            new = mk_sibling(offset)
    _update_node(cursor, node, count, values)


def _run_end(node: Node, end: int, s: int) -> int:
    """The slot after ``end - 1`` and the siblings that follow it."""
    while end < len(node.slots) and is_sibling(node.slots[end], s):
        end += 1
    return end


def _update_node(cursor: Cursor, node: Node, count: int, values: int) -> None:
    """Account for slots that changed, tell the callback, and free a node that is now empty."""
    if not count and not values:
        return
    journal = cursor.array.journal
    journal.set_count(node, node.count + count)
    journal.set_nr_values(node, node.nr_values + values)
    cursor.tell(node)
    if count < 0:
        delete_node(cursor)
