# SPDX-License-Identifier: GPL-2.0-or-later
"""One step of a non-uniform split, under the lock (``xas_try_split``)."""

from __future__ import annotations

from xarray_model.cursor import Cursor, destroy
from xarray_model.entries import EINVAL, ENOMEM
from xarray_model.geometry import try_split_min_order
from xarray_model.gfp import NOWAIT
from xarray_model.split_parts import (
    fill_leaf,
    finish,
    is_horizontal,
    leaf_slots,
    link,
    locate,
    regroup,
)


def try_split(cursor: Cursor, entry: int, order: int) -> None:
    """Split the entry of ``order`` around the cursor's index: within its node, or an entry of one
    slot to the order below it, which takes one node.

    Takes that node from the preallocation list, or requests it without permission to block:
    -ENOMEM in the cursor when there is none.  -EINVAL for every other split, also if one node would
    be enough for it.  Either failure frees what was preallocated and leaves the array untouched.
    Raises PreconditionError as ``xarray_model.split.split`` does.
    """
    target = locate(cursor, entry, order)
    if is_horizontal(cursor, order):
        regroup(cursor, target, entry)
        return
    array = cursor.array
    if cursor.order < try_split_min_order(order, array.s):
        _fail(cursor, EINVAL)
        return
    if cursor.alloc is None:
        node = cursor.request(NOWAIT)
        if node is None:
            _fail(cursor, ENOMEM)
            return
        cursor.push(node)
    child = cursor.pop()
    fill_leaf(cursor, child, leaf_slots(entry, cursor.sibs + 1, array.s), target.marks)
    link(cursor, target, child, target.offset)
    finish(cursor, target)


def _fail(cursor: Cursor, errno: int) -> None:
    destroy(cursor)
    cursor.set_err(errno)
