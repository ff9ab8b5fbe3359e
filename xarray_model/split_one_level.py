# SPDX-License-Identifier: GPL-2.0-or-later
"""Upstream's split, which creates one new level of nodes at most.

Facts: ``xas_split_alloc`` and ``xas_split`` in ``lib/xarray.c`` without the series; the limit is
that of Linux 7.3.  Linux 6.1 and 6.12 let one order more pass (known deviation ``split-limit``).
"""

from __future__ import annotations

from xarray_model.cursor import Cursor, destroy
from xarray_model.entries import ENOMEM
from xarray_model.errors import PreconditionError
from xarray_model.geometry import one_level_limit_exceeded, split_nodes
from xarray_model.gfp import KERNEL, Gfp
from xarray_model.split_parts import (
    check_orders,
    check_preallocated,
    fill_leaf,
    finish,
    is_horizontal,
    leaf_slots,
    link,
    locate,
    regroup,
)


def split_alloc(cursor: Cursor, entry: int, order: int, gfp: Gfp = KERNEL) -> None:
    """As ``xarray_model.split.split_alloc``, but fills the nodes with ``entry`` at once, and for
    more than one new level warns and fails with -ENOMEM."""
    check_orders(cursor, entry, order)
    array = cursor.array
    if one_level_limit_exceeded(order, cursor.order, array.s):
        array.warnings += 1
        destroy(cursor)
        cursor.set_err(ENOMEM)
        return
    slots = leaf_slots(entry, cursor.sibs + 1, array.s)
    for _ in range(split_nodes(order, cursor.order, array.s)):
        node = cursor.request(gfp)
        if node is None:
            destroy(cursor)
            cursor.set_err(ENOMEM)
            return
        array.journal.set_slots(node, slots)
        cursor.push(node)


def split(cursor: Cursor, entry: int, order: int) -> None:
    """As ``xarray_model.split.split`` within the limit.  Raises PreconditionError also beyond it.

    Kernels leave the nodes as ``split_alloc`` filled them, with another entry if it was given one
    (known deviation ``split-filled-early``).
    """
    array = cursor.array
    target = locate(cursor, entry, order)
    if is_horizontal(cursor, order):
        regroup(cursor, target, entry)
        return
    if one_level_limit_exceeded(order, cursor.order, array.s):
        raise PreconditionError(f"split from order {order} to {cursor.order} in one level")
    check_preallocated(cursor, order)
    slots = leaf_slots(entry, cursor.sibs + 1, array.s)
    for offset in range(target.offset + target.slots - 1, target.offset - 1, -1):
        child = cursor.pop()
        fill_leaf(cursor, child, slots, target.marks)
        link(cursor, target, child, offset)
    finish(cursor, target)
