# SPDX-License-Identifier: GPL-2.0-or-later
"""Walking down the tree."""

from __future__ import annotations

from tests.xarray_model.support import POINTER, VALUE, World
from xarray_model import api, walk
from xarray_model.cursor import BOUNDS, WALKED, Cursor
from xarray_model.entries import ENOMEM, NULL, RETRY
from xarray_model.node import Node


def test_outside_the_tree() -> None:
    world = World(2)
    world.store(0, VALUE)
    for index, state, entry in ((0, WALKED, VALUE), (1, BOUNDS, NULL)):
        cursor = Cursor(world.array, index)
        assert (walk.load(cursor), cursor.state) == (entry, state)
    world.store(5, VALUE)
    cursor = Cursor(world.array, 16)
    assert (walk.load(cursor), cursor.state) == (NULL, BOUNDS)
    cursor = Cursor(world.array, 5)
    cursor.set_err(ENOMEM)
    assert walk.load(cursor) == NULL


def test_a_walked_cursor_reloads() -> None:
    world = World(2)
    world.store(0, VALUE)
    cursor = Cursor(world.array, 0)
    walk.load(cursor)
    world.store(0, POINTER)
    assert walk.load(cursor) == POINTER
    world = World(2)
    world.store(6, VALUE, 1)
    cursor = Cursor(world.array, 7)
    assert walk.load(cursor) == VALUE
    world.store(6, POINTER)
    assert walk.load(cursor) == POINTER
    cursor = Cursor(world.array, 6)
    assert walk.load(cursor) == walk.load(cursor) == POINTER


def test_a_larger_cursor_stops_above() -> None:
    world = World(2)
    world.store(5, VALUE)
    world.store(20, VALUE)
    cursor = Cursor(world.array, 0, 2)
    assert isinstance(walk.load(Cursor(world.array, 0, 4)), Node)
    assert walk.load(cursor) == NULL
    assert (cursor.node and cursor.node.shift, cursor.offset) == (2, 0)


def test_sibling_that_leads_to_a_node_means_retry() -> None:
    world = World(2)
    world.store(0, VALUE, 3)
    root = world.array.head
    assert isinstance(root, Node)
    root.slots[0] = Node(2, 99)
    assert walk.load(Cursor(world.array, 5)) == RETRY


def test_every_order() -> None:
    for s in (1, 2, 3, 6):
        for order in range(20):
            world = World(s)
            world.store(3 << order, VALUE, order)
            assert api.get_order(world.array, (3 << order) + (1 << order) - 1) == order
            assert api.get_order(world.array, (3 << order) - 1) == 0
