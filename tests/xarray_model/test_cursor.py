# SPDX-License-Identifier: GPL-2.0-or-later
"""The cursor: alignment, errors, preallocated nodes."""

from __future__ import annotations

import pytest

from xarray_model.array import XArray
from xarray_model.cursor import BOUNDS, ERROR, RESTART, Cursor, destroy, nomem
from xarray_model.entries import EINVAL, ENOMEM
from xarray_model.node import Node


def test_order_sets_index_shift_and_siblings() -> None:
    cursor = Cursor(XArray(6), 12345, 9)
    assert (cursor.index, cursor.shift, cursor.sibs) == (12345 // 512 * 512, 6, 7)


@pytest.mark.parametrize(("index", "order"), [(1 << 32, 0), (-1, 0), (0, 32), (0, -1)])
def test_outside_the_width(index: int, order: int) -> None:
    with pytest.raises(ValueError, match=r"is not"):
        Cursor(XArray(6, 32), index, order)


def test_preallocated_nodes_hang_on_parent() -> None:
    array = XArray(2)
    cursor = Cursor(array, 0)
    nodes = [array.allocator.allocate(True) for _ in range(3)]
    for node in nodes:
        assert node is not None
        cursor.push(node)
    assert cursor.preallocated() == 3
    assert nodes[2] is not None
    assert cursor.alloc is nodes[2]
    assert nodes[2].parent is nodes[1]
    assert cursor.pop() is nodes[2]
    destroy(cursor)
    assert cursor.preallocated() == 0
    assert array.allocator.live == 1


def test_errors() -> None:
    cursor = Cursor(XArray(2), 0)
    cursor.set_err(EINVAL)
    assert (cursor.state, cursor.errno) == (ERROR, EINVAL)
    cursor.reset()
    assert (cursor.state, cursor.errno) == (RESTART, 0)
    cursor.set_bounds()
    assert cursor.state is BOUNDS


def test_nomem() -> None:
    array = XArray(2)
    cursor = Cursor(array, 0)
    cursor.set_err(ENOMEM)
    assert nomem(cursor)
    assert (cursor.preallocated(), cursor.state) == (1, RESTART)
    assert not nomem(cursor)
    assert array.allocator.live == 0
    cursor.set_err(ENOMEM)
    array.allocator.limit(0)
    assert not nomem(cursor)
    assert cursor.errno == ENOMEM


def test_tell() -> None:
    told: list[Node] = []
    array = XArray(2)
    node = Node(2, 1)
    Cursor(array, 0).tell(node)
    Cursor(array, 0, 0, told.append).tell(node)
    assert told == [node]
