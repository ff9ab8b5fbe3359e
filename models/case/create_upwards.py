# SPDX-License-Identifier: GPL-2.0-or-later
"""``xas_create_range`` as released kernels do it, which goes wrong at larger entries (the known
deviation ``create-range-ends``).

From one chunk to the one before it, they go up until the node is on the level of the range's order,
by a slot to the left.  Where a larger entry ended the walk, that node is no leaf: it is left by its
other slots, or is on the level already, and then nothing before the entry is made.

Facts: ``xas_create_range`` in ``lib/xarray.c``.
"""

from __future__ import annotations

from models.case.reference import Undetermined
from xarray_model.create import create
from xarray_model.cursor import WALKED, Cursor, destroy
from xarray_model.geometry import offset_of

_BYTE = 0xFF


def create_range_upwards(cursor: Cursor, keep: bool = False) -> None:
    """As ``xarray_model.create.create_range``, for a cursor that was not walked yet.

    Undetermined where it goes on beside the slots of a node, or above the tree.
    """
    array = cursor.array
    index, order, sibs, shift = cursor.index, cursor.order, cursor.sibs, cursor.shift
    cursor.order = cursor.shift = cursor.sibs = 0
    cursor.index = index + (1 << order) - 1
    while True:
        create(cursor, allow_root=True)
        if cursor.errno:
            cursor.index, cursor.order, cursor.sibs, cursor.shift = index, order, sibs, shift
            return
        if cursor.index <= (index | array.slots - 1):
            break
        cursor.index -= array.slots
        _upwards(cursor, shift)
    cursor.index = index
    if cursor.node is not None:
        cursor.offset = offset_of(index, cursor.node.shift, array.s)
    if not keep:
        destroy(cursor)


def _upwards(cursor: Cursor, shift: int) -> None:
    """To the node of ``shift``, or to one below it that is not its parent's first."""
    while True:
        node = cursor.node
        if cursor.state is not WALKED or node is None:
            raise Undetermined
        if node.shift >= shift:
            break
        cursor.node, cursor.offset = node.parent, node.offset - 1 & _BYTE
        if node.offset:
            break
    if cursor.offset >= cursor.array.slots:
        raise Undetermined
