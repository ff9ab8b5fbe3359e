# SPDX-License-Identifier: GPL-2.0-or-later
"""What would cut an entry in two, or ask for the order of one that has none.

Entries of an order lie inside each other or apart.  Those that a store of a range leaves may take
any run of a node's slots, so that another store, or another range, can be a part of one and more:
what becomes of it then is not defined, and no caller does that.  Their order is none of those that
``xa_get_order`` can tell.

Facts: ``xas_set_range`` and ``xas_store`` in ``lib/xarray.c``.
"""

from __future__ import annotations

from specs.abstract import AbstractArray, range_items
from specs.cursor import AbstractCursor
from xarray_model.operations import THROUGH, Code, Operation

_WHOLE = frozenset({Code.CURSOR_CREATE_RANGE, Code.CURSOR_FIND_CONFLICT})
_KEPT = frozenset({Code.CURSOR_SET, Code.CURSOR_RESET, Code.CURSOR_NOMEM, Code.CURSOR_DESTROY})
CUT = "it is a part of an entry that was stored over a range, and more"


def refusal(operation: Operation, cursor: AbstractCursor, array: AbstractArray, s: int) -> str:
    """Why an operation, through the case's ``cursor`` or not, is none on this array at chunk shift
    ``s``; "" if it is one."""
    code = operation.code
    if code is Code.STORE_RANGE:
        pieces = range_items(operation.index, operation.argument, s)
        return CUT if any(array.cuts(first, item.size) for first, item in pieces) else ""
    if not array.uneven:
        return ""
    if code is Code.GET_ORDER:
        found = array.at(operation.index)
        return "the entry has no order" if found is not None and found[1].extent else ""
    if code in THROUGH and cursor.order and code not in _KEPT:
        first, size = cursor.index, 1 << cursor.order
        if code in _WHOLE and any(
            start < first + size and first < start + array.items()[start].size
            for start in array.uneven
        ):
            return CUT
    elif code is Code.STORE:
        first, size = operation.index >> operation.order << operation.order, 1 << operation.order
    else:
        return ""
    return CUT if array.cuts(first, size) else ""
