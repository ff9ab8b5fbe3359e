# SPDX-License-Identifier: GPL-2.0-or-later
"""The series' split over any number of levels: allocate at once, build bottom-up, no recursion.

Facts: ``xas_split_alloc`` and ``xas_split``, as "Extend xas_split* to support splitting
arbitrarily large entries" (17 November 2025) changes them.
"""

from __future__ import annotations

from xarray_model.cursor import Cursor, destroy
from xarray_model.entries import ENOMEM
from xarray_model.geometry import split_nodes
from xarray_model.gfp import KERNEL, Gfp
from xarray_model.node import Entry, Node
from xarray_model.split_parts import (
    Target,
    check_orders,
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


def split_alloc(cursor: Cursor, entry: int, order: int, gfp: Gfp = KERNEL) -> None:
    """Preallocate on the cursor all nodes that ``split`` needs; to be called without the lock.

    ``order`` is that of the entry to split, the cursor's order that of the new ones.  When a
    request fails, everything is freed and the cursor carries -ENOMEM; the array is untouched.
    Raises PreconditionError unless ``1 <= order`` and ``cursor.order <= order``.
    """
    check_orders(cursor, entry, order)
    for _ in range(split_nodes(order, cursor.order, cursor.array.s)):
        node = cursor.request(gfp)
        if node is None:
            destroy(cursor)
            cursor.set_err(ENOMEM)
            return
        cursor.push(node)


def split(cursor: Cursor, entry: int, order: int) -> None:
    """Split the entry of ``order`` around the cursor's index into entries of the cursor's order,
    all equal ``entry``; to be called with the lock, after ``split_alloc``.

    Neither allocates nor fails.  The new entries inherit the old one's marks.
    Raises PreconditionError, before anything is changed, unless an entry of exactly ``order`` is
    there and the cursor is free of errors and holds the nodes needed.
    """
    target = locate(cursor, entry, order)
    if is_horizontal(cursor, order):
        regroup(cursor, target, entry)
        return
    check_preallocated(cursor, order)
    stack = _build(cursor, target, leaf_slots(entry, cursor.sibs + 1, cursor.array.s))
    # The topmost subtree belongs into the highest slot, so the canonical slot is replaced last.
    while stack is not None:
        child, stack = stack, stack.parent
        link(cursor, target, child, target.offset + child.offset)
    finish(cursor, target)


def _build(cursor: Cursor, target: Target, slots: list[Entry]) -> Node | None:
    """Build the subtrees of the split node, and return them as a stack that hangs on ``parent``.

    On the stack a node's ``offset`` is its place among those of one level, which lie next to each
    other; C of one level are the children of one node.
    """
    array = cursor.array
    top_shift = target.node.shift - array.s
    stack: Node | None = None
    while stack is None or stack.shift != top_shift or stack.offset != target.slots - 1:
        leaf = cursor.pop()
        fill_leaf(cursor, leaf, slots, target.marks)
        stack = _push(cursor, stack, leaf)
        while stack.shift != top_shift and stack.offset == array.slots - 1:
            stack = _join(cursor, stack, target.marks)
    return stack


def _push(cursor: Cursor, stack: Node | None, node: Node) -> Node:
    place = stack.offset + 1 if stack is not None and stack.shift == node.shift else 0
    cursor.array.journal.set_offset(node, place)
    cursor.array.journal.set_parent(node, stack)
    return node


def _join(cursor: Cursor, stack: Node, marks: int) -> Node:
    """Pop the C topmost subtrees into a fresh node, and push that."""
    journal = cursor.array.journal
    node = cursor.pop()
    fill_inner(cursor, node, stack.shift + cursor.array.s, marks)
    rest: Node | None = stack
    for offset in range(cursor.array.slots - 1, -1, -1):
        assert rest is not None
        child, rest = rest, rest.parent
        journal.set_slot(node, offset, child)
        journal.set_parent(child, node)
        cursor.tell(child)
    return _push(cursor, rest, node)
