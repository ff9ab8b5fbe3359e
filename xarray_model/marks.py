# SPDX-License-Identifier: GPL-2.0-or-later
"""Marks through a cursor: get, set, clear with propagation, and what stores do to them.

Facts: ``xas_get_mark``, ``xas_set_mark``, ``xas_clear_mark``, ``xas_init_marks`` and
``xas_squash_marks`` in ``lib/xarray.c``.  A mark number is 0..2.
"""

from __future__ import annotations

from xarray_model.cursor import WALKED, Cursor
from xarray_model.flags import FREE_MARK
from xarray_model.node import MARKS, Node


def get_mark(cursor: Cursor, mark: int) -> bool:
    """Whether the place that the cursor was walked to bears the mark."""
    if cursor.state is not WALKED:
        return False
    if cursor.node is None:
        return cursor.array.marks >> mark & 1 == 1
    return cursor.node.marks[mark] >> cursor.offset & 1 == 1


def set_mark(cursor: Cursor, mark: int) -> None:
    """Set the mark where the cursor is and on everything above it, up to the array's flags."""
    if cursor.state is not WALKED:
        return
    array = cursor.array
    node: Node | None = cursor.node
    offset = cursor.offset
    while node is not None:
        word = node.marks[mark]
        if word >> offset & 1:
            return
        array.journal.set_marks(node, mark, word | 1 << offset)
        offset, node = node.offset, node.parent
    if not array.marks >> mark & 1:
        array.journal.set_flags(array, array.marks | 1 << mark)


def clear_mark(cursor: Cursor, mark: int) -> None:
    """Clear the mark where the cursor is, and above it wherever no other slot bears it."""
    if cursor.state is not WALKED:
        return
    array = cursor.array
    node: Node | None = cursor.node
    offset = cursor.offset
    while node is not None:
        word = node.marks[mark]
        if not word >> offset & 1:
            return
        word ^= 1 << offset
        array.journal.set_marks(node, mark, word)
        if word:
            return
        offset, node = node.offset, node.parent
    if array.marks >> mark & 1:
        array.journal.set_flags(array, array.marks ^ 1 << mark)


def init_marks(cursor: Cursor) -> None:
    """Clear all marks where the cursor is, but for the one that tells that it is free."""
    for mark in range(MARKS):
        if mark == FREE_MARK and cursor.array.tracks_free:
            set_mark(cursor, mark)
        else:
            clear_mark(cursor, mark)


def mark_slots_free(cursor: Cursor, node: Node, slots: range) -> None:
    """In an array that tracks free indices, let the slots of ``node`` bear the free mark, of which
    one at least, and all above it, bears it already."""
    if cursor.array.tracks_free:
        word = node.marks[FREE_MARK]
        for slot in slots:
            word |= 1 << slot
        cursor.array.journal.set_marks(node, FREE_MARK, word)


def squash_marks(cursor: Cursor, node: Node) -> None:
    """Gather the marks of all slots that the cursor's entry takes in ``node`` on the first."""
    first = 1 << cursor.offset
    others = ((1 << cursor.sibs) - 1) << (cursor.offset + 1)
    for mark in range(MARKS):
        word = node.marks[mark]
        if word & others:
            cursor.array.journal.set_marks(node, mark, (word | others) ^ others | first)
