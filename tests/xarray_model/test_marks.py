# SPDX-License-Identifier: GPL-2.0-or-later
"""Marks through a cursor."""

from __future__ import annotations

from tests.xarray_model.support import VALUE, World
from xarray_model import marks, walk
from xarray_model.cursor import Cursor
from xarray_model.node import Node


def test_propagation_up_and_down() -> None:
    world = World(2)
    for index in (16, 17, 21):
        world.store(index, VALUE)
    world.mark(17, 2)
    root = world.array.head
    assert isinstance(root, Node)
    assert (root.marks, world.array.marks) == ([0, 2, 0], 2)
    world.mark(21, 2)
    cursor = Cursor(world.array, 17)
    walk.load(cursor)
    marks.clear_mark(cursor, 1)
    assert (world.marks(17), world.marks(21), root.marks) == (0, 2, [0, 2, 0])
    marks.clear_mark(cursor, 1)
    cursor = Cursor(world.array, 21)
    walk.load(cursor)
    assert marks.get_mark(cursor, 1)
    marks.init_marks(cursor)
    assert (root.marks, world.array.marks) == ([0, 0, 0], 0)
    world.check()


def test_head() -> None:
    world = World(2)
    world.store(0, VALUE)
    world.mark(0, 3)
    assert (world.array.marks, world.marks(0)) == (3, 3)
    cursor = Cursor(world.array, 0)
    walk.load(cursor)
    assert marks.get_mark(cursor, 1) and not marks.get_mark(cursor, 2)
    marks.clear_mark(cursor, 1)
    assert world.array.marks == 1


def test_a_cursor_that_is_nowhere_does_nothing() -> None:
    world = World(2)
    world.store(0, VALUE)
    world.mark(0, 1)
    cursor = Cursor(world.array, 0)
    marks.set_mark(cursor, 1)
    marks.clear_mark(cursor, 0)
    assert not marks.get_mark(cursor, 0)
    assert world.array.marks == 1


def test_squash_gathers_on_the_first_slot() -> None:
    world = World(3)
    cursor = Cursor(world.array, 4, 2)
    node = Node(3, 1)
    node.marks = [0b1110_0001, 0b0000_1111, 0b0011_0000]
    cursor.offset = 4
    marks.squash_marks(cursor, node)
    assert node.marks == [0b0001_0001, 0b0000_1111, 0b0001_0000]
