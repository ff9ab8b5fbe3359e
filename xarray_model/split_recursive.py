# SPDX-License-Identifier: GPL-2.0-or-later
"""The recursive twin of ``split``: the same tree, built top-down; what the cover letter asks."""

from __future__ import annotations

from xarray_model.cursor import Cursor
from xarray_model.node import Entry, Node
from xarray_model.split_parts import (
    adopt,
    check_preallocated,
    fill_inner,
    fill_leaf,
    finish,
    is_horizontal,
    leaf_slots,
    link,
    locate,
    regroup,
)


def split(cursor: Cursor, entry: int, order: int) -> None:
    """As ``xarray_model.split.split``, whose ``split_alloc`` serves this one too.

    Recurses once a level, ``split_depth(order, cursor.order)`` deep.
    """
    target = locate(cursor, entry, order)
    if is_horizontal(cursor, order):
        regroup(cursor, target, entry)
        return
    check_preallocated(cursor, order)
    slots = leaf_slots(entry, cursor.sibs + 1, cursor.array.s)
    shift = target.node.shift - cursor.array.s
    for offset in range(target.offset + target.slots - 1, target.offset - 1, -1):
        link(cursor, target, _subtree(cursor, shift, slots, target.marks), offset)
    finish(cursor, target)


def _subtree(cursor: Cursor, shift: int, slots: list[Entry], marks: int) -> Node:
    """A complete subtree with its root at ``shift`` and ``slots`` in each leaf."""
    array = cursor.array
    node = cursor.pop()
    if shift == cursor.shift:
        fill_leaf(cursor, node, slots, marks)
        return node
    fill_inner(cursor, node, shift, marks)
    for offset in range(array.slots):
        child = _subtree(cursor, shift - array.s, slots, marks)
        adopt(cursor, child, node, offset)
        array.journal.set_slot(node, offset, child)
    return node
